// What the page knows, and how each message changes it: a pure reducer, no DOM, no clock.
import { SNAPSHOT_ALERTS, VERSION, type AlertEvent, type Frame, type Stats, type Thresholds } from "./api";

/** At most so many alerts are kept; the oldest leave first. */
export const MAX_ALERTS = 1_000;

export type Status = "connecting" | "live" | "disconnected" | "outdated";

/** An alert, and whether it arrived while the page was watching. */
export interface AlertRecord {
  readonly event: AlertEvent;
  readonly live: boolean;
}

export interface State {
  readonly status: Status;
  readonly model: string | null;
  readonly thresholds: Thresholds | null;
  readonly stats: Stats | null;
  /** There and back to the server. */
  readonly latencyMs: number | null;
  /** Newest first, each id once. */
  readonly alerts: readonly AlertRecord[];
  /** Alerts that the server couldn't deliver to this page. */
  readonly missed: number;
  /** More happened while the connection was lost than the server showed afterwards. */
  readonly gap: boolean;
}

export type Action =
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "latency"; readonly ms: number }
  | { readonly type: "disconnected" }
  | { readonly type: "connecting" };

export const INITIAL: State = {
  status: "connecting",
  model: null,
  thresholds: null,
  stats: null,
  latencyMs: null,
  alerts: [],
  missed: 0,
  gap: false,
};

/** The state after `action`; the same object when nothing changed. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "frame":
      return onFrame(state, action.frame);
    case "latency":
      return { ...state, latencyMs: action.ms };
    case "disconnected":
      return state.status === "outdated" ? state : { ...state, status: "disconnected", latencyMs: null };
    case "connecting":
      return state.status === "outdated" ? state : { ...state, status: "connecting" };
  }
}

/** Where a score lies between the limit that makes an alert (0) and certainty (1). */
export function severity(score: number, review: number): number {
  const share = review < 1 ? (score - review) / (1 - review) : 1;
  return Math.min(1, Math.max(0, share));
}

function onFrame(state: State, frame: Frame): State {
  switch (frame.type) {
    case "hello": {
      if (frame.version !== VERSION) return { ...state, status: "outdated", latencyMs: null };
      const { model, thresholds, stats } = frame;
      const gap = state.gap || (state.model !== null && leavesGap(state.alerts, frame.alerts));
      const alerts = catchUp(state.alerts, frame.alerts);
      return { ...state, status: "live", model, thresholds, stats, alerts, gap };
    }
    case "alerts":
      return {
        ...state,
        alerts: append(state.alerts, frame.events),
        missed: state.missed + frame.dropped,
      };
    case "stats": {
      const { type: _, ...stats } = frame;
      return { ...state, stats };
    }
    case "model":
      return { ...state, model: frame.model, thresholds: frame.thresholds };
    case "pong":
      return state;
  }
}

/** A full snapshot without any alert that is known: there may be others between the two. */
function leavesGap(known: readonly AlertRecord[], newest: readonly AlertEvent[]): boolean {
  const before = byId(known);
  return newest.length >= SNAPSHOT_ALERTS && newest.every((event) => !before.has(event.id));
}

/** After a (re)connect the server's newest alerts, in its order, stand before what else is known. */
function catchUp(known: readonly AlertRecord[], newest: readonly AlertEvent[]): readonly AlertRecord[] {
  const before = byId(known);
  const snapshot = new Map<string, AlertRecord>();
  for (const event of newest) snapshot.set(event.id, merged(before.get(event.id), event, false));
  const older = known.filter((record) => !snapshot.has(record.event.id));
  return [...[...snapshot.values()].reverse(), ...older].slice(0, MAX_ALERTS);
}

/** New alerts go to the front; one that is known already keeps its place. */
function append(known: readonly AlertRecord[], events: readonly AlertEvent[]): readonly AlertRecord[] {
  if (events.length === 0) return known;
  const before = byId(known);
  const updates = new Map<string, AlertRecord>();
  for (const event of events) updates.set(event.id, merged(before.get(event.id), event, true));
  const added = [...updates.values()].filter((record) => !before.has(record.event.id)).reverse();
  const kept = known.map((record) => updates.get(record.event.id) ?? record);
  return [...added, ...kept].slice(0, MAX_ALERTS);
}

/** The known record itself when the event says nothing new, so that nothing is drawn again. */
function merged(known: AlertRecord | undefined, event: AlertEvent, live: boolean): AlertRecord {
  if (known === undefined) return { event, live };
  return JSON.stringify(known.event) === JSON.stringify(event) ? known : { event, live: known.live };
}

function byId(records: readonly AlertRecord[]): Map<string, AlertRecord> {
  return new Map(records.map((record) => [record.event.id, record]));
}
