// What the page knows, and how each message and each wish of the reader changes it: a pure reducer, no DOM, no clock.
import { NO_FILTERS, isFiltering, matches, type Filters } from "./filters";
import { VERSION, type Frame } from "./frames";
import { leavesGap, withMissing, withNew, withSnapshot, type AlertRecord } from "./records";
import { advanced, halted, played, replayed, shownAt, turnedTo, type Replay, type ReplayAction } from "./replay";
import type { AlertEvent, Stats, Thresholds } from "./wire";

export type { Filters } from "./filters";
export { MAX_ALERTS, type AlertRecord } from "./records";
export type { Replay } from "./replay";

export type Status = "connecting" | "live" | "disconnected" | "outdated";
export type Page = "map" | "models";

/** Silence of a live server after which what is shown may be old; it speaks each second. */
export const STALE_AFTER_MS = 5_000;

export interface State {
  readonly page: Page;
  readonly status: Status;
  readonly model: string | null;
  readonly modelVersion: string | null;
  readonly thresholds: Thresholds | null;
  readonly stats: Stats | null;
  /** There and back to the server. */
  readonly latencyMs: number | null;
  /** In milliseconds since 1970, as all moments here. */
  readonly now: number;
  /** When the server was last heard. */
  readonly heardAt: number | null;
  /** Newest first, each id once. */
  readonly alerts: readonly AlertRecord[];
  /** The alerts as they were when the reader paused; others go on arriving behind them. */
  readonly paused: readonly AlertRecord[] | null;
  readonly pausedAt: number | null;
  /** When not null, what is shown comes from it. */
  readonly replay: Replay | null;
  /** Alerts that the server couldn't deliver to this page. */
  readonly missed: number;
  /** More happened while the connection was lost than is known here. */
  readonly gap: boolean;
  readonly filters: Filters;
  /** The id of the alert that the reader looks at. */
  readonly selected: string | null;
  /** What this browser may do. */
  readonly scopes: readonly string[];
}

/** The part of the state that the address holds. */
export interface View {
  readonly page: Page;
  readonly filters: Filters;
  readonly selected: string | null;
  readonly replay: Pick<Replay, "from" | "to" | "at" | "speed"> | null;
}

export type Action =
  | { readonly type: "frame"; readonly frame: Frame; readonly now: number }
  | { readonly type: "latency"; readonly ms: number; readonly now: number }
  | { readonly type: "disconnected" }
  | { readonly type: "connecting" }
  /** What the server raised right after `since`, or its newest for null; `isAll` when nothing is missing any more. */
  | { readonly type: "missing"; readonly since: string | null; readonly events: readonly AlertEvent[]; readonly isAll: boolean }
  | { readonly type: "tick"; readonly now: number }
  | { readonly type: "scopes"; readonly scopes: readonly string[] }
  | { readonly type: "page"; readonly page: Page }
  | { readonly type: "filter"; readonly patch: Partial<Filters> }
  | { readonly type: "select"; readonly id: string | null }
  /** Of the live alerts or of the replay, whichever is shown. */
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** Leaves replay and pause. */
  | { readonly type: "live" }
  | { readonly type: "view"; readonly view: View }
  | ReplayAction;

export const INITIAL: State = {
  page: "map",
  status: "connecting",
  model: null,
  modelVersion: null,
  thresholds: null,
  stats: null,
  latencyMs: null,
  now: 0,
  heardAt: null,
  alerts: [],
  paused: null,
  pausedAt: null,
  replay: null,
  missed: 0,
  gap: false,
  filters: NO_FILTERS,
  selected: null,
  scopes: [],
};

/** The state after `action`; the same object when nothing changed. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "frame":
      return onFrame({ ...state, heardAt: action.now }, action.frame);
    case "latency":
      return { ...state, latencyMs: action.ms, heardAt: action.now };
    case "disconnected":
      return state.status === "outdated" ? state : { ...state, status: "disconnected", latencyMs: null };
    case "connecting":
      return state.status === "outdated" ? state : { ...state, status: "connecting" };
    case "missing":
      return { ...state, alerts: withMissing(state.alerts, action.since, action.events), gap: state.gap && !action.isAll };
    case "tick":
      return onTick(state, action.now);
    case "scopes":
      return { ...state, scopes: action.scopes };
    case "page":
      return { ...state, page: action.page };
    case "filter":
      return withFilters(state, { ...state.filters, ...action.patch });
    case "select":
      return state.selected === action.id ? state : { ...state, selected: action.id };
    case "pause":
      if (state.replay !== null) return { ...state, replay: halted(state.replay) };
      return state.paused !== null ? state : { ...state, paused: state.alerts, pausedAt: state.now };
    case "resume":
      if (state.replay !== null) return { ...state, replay: played(state.replay) };
      return { ...state, paused: null, pausedAt: null };
    case "live":
      return { ...state, paused: null, pausedAt: null, replay: null };
    case "replay":
      return { ...state, paused: null, pausedAt: null, replay: turnedTo(state.replay, action) };
    case "view":
      return onView(state, action.view);
    default:
      return state.replay === null ? state : { ...state, replay: replayed(state.replay, action) };
  }
}

/** What is shown before filters: live, paused or replayed. */
export function shownAlerts(state: State): readonly AlertRecord[] {
  return state.replay === null ? (state.paused ?? state.alerts) : replayShown(state.replay);
}

/** What is shown: the same list as long as nothing in it changes. */
export function filteredAlerts(state: State): readonly AlertRecord[] {
  return filtered(shownAlerts(state), state.filters);
}

/** The moment that is shown. */
export function timeOf(state: State): number {
  return state.replay?.at ?? state.pausedAt ?? state.now;
}

/** How many alerts have arrived since the reader paused. */
export function waiting({ alerts, paused }: State): number {
  if (paused === null || alerts === paused) return 0;
  const known = new Set(paused.map((record) => record.event.id));
  return alerts.reduce((count, record) => count + (known.has(record.event.id) ? 0 : 1), 0);
}

/** Whether what is shown as live may be old. Not before the server was heard at all. */
export function isStale({ status, now, heardAt }: State): boolean {
  if (heardAt === null || status === "outdated") return false;
  return status !== "live" || now - heardAt > STALE_AFTER_MS;
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
      const { model, model_version, thresholds, stats } = frame;
      const gap = state.gap || (state.model !== null && leavesGap(state.alerts, frame.alerts));
      const alerts = withSnapshot(state.alerts, frame.alerts);
      return { ...state, status: "live", model, modelVersion: model_version || null, thresholds, stats, alerts, gap };
    }
    case "alerts":
      return { ...state, alerts: withNew(state.alerts, frame.events), missed: state.missed + frame.dropped };
    case "stats": {
      const { type: _, ...stats } = frame;
      return { ...state, stats };
    }
    case "model":
      return { ...state, model: frame.model, modelVersion: frame.model_version || null, thresholds: frame.thresholds };
    case "pong":
      return state;
  }
}

function onTick(state: State, now: number): State {
  const replay = state.replay && advanced(state.replay, now - state.now);
  return { ...state, now, replay };
}

function onView(state: State, view: View): State {
  const { page, selected } = view;
  const viewed = { ...withFilters(state, view.filters), page, selected };
  if (view.replay === null) return { ...viewed, replay: null };
  return { ...viewed, paused: null, pausedAt: null, replay: turnedTo(state.replay, view.replay) };
}

function withFilters(state: State, filters: Filters): State {
  const isSame = (Object.keys(NO_FILTERS) as (keyof Filters)[]).every((key) => filters[key] === state.filters[key]);
  return isSame ? state : { ...state, filters };
}

const replayShown = lastOf((replay: Replay) => shownAt(replay));

const filtered = lastOf((records: readonly AlertRecord[], filters: Filters) =>
  isFiltering(filters) ? records.filter(({ event }) => matches(event, filters)) : records,
);

/** Remembers the last list: given for the same values, and for others when theirs holds the same. */
function lastOf<Values extends readonly unknown[]>(
  compute: (...values: Values) => readonly AlertRecord[],
): (...values: Values) => readonly AlertRecord[] {
  let values: Values | undefined;
  let list: readonly AlertRecord[] = [];
  return (...asked) => {
    if (values?.every((value, index) => value === asked[index])) return list;
    values = asked;
    const found = compute(...asked);
    const isSame = found.length === list.length && found.every((record, index) => record === list[index]);
    if (!isSame) list = found;
    return list;
  };
}
