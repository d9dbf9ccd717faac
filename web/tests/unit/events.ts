// Alerts and messages as a server would send them, for the tests.
import { PAGE_ALERTS, Refused } from "../../src/api";
import type { Frame, Hello } from "../../src/frames";
import { INITIAL, reduce, type Action, type State } from "../../src/state";
import type { AlertEvent, Stats } from "../../src/wire";

/** When the first of `alert(0)`, `alert(1)`, ... was decided; each next one a second later. */
export const START = Date.UTC(2025, 2, 1, 10);
/** The moment of all messages of `play`. */
export const NOW = START + 3_600_000;

export const alert = (id: number | string, more: Partial<AlertEvent> = {}): AlertEvent => ({
  id: String(id),
  time: "2025-03-01T09:59:59Z",
  decided: new Date(START + (Number(id) || 0) * 1_000).toISOString(),
  score: 0.9,
  decision: "review",
  model: "m",
  title: "Paris",
  simulated: false,
  ...more,
});

export const alerts = (from: number, to: number): AlertEvent[] =>
  Array.from({ length: to - from }, (_, index) => alert(from + index));

export const stats = (transactions: number): Stats => ({
  transactions,
  alerts: 0,
  blocked: 0,
  transactions_per_second: 0,
  alerts_per_minute: 0,
  clients: 1,
  p50_us: 3,
  p99_us: 9,
});

export const hello = (events: readonly AlertEvent[], more: Partial<Hello> = {}): Hello => ({
  type: "hello",
  version: 1,
  model: "m",
  model_version: "1a",
  thresholds: { review: 0.5, block: null },
  alerts: [...events],
  stats: stats(0),
  ...more,
});

export const pushed = (events: readonly AlertEvent[], dropped = 0): Frame => ({ type: "alerts", events: [...events], dropped });

/** The state after these messages. */
export const play = (...frames: readonly Frame[]): State => after(INITIAL, ...frames.map((frame): Action => ({ type: "frame", frame, now: NOW })));

export const after = (state: State, ...actions: readonly Action[]): State => actions.reduce(reduce, state);

export const ids = (records: readonly { readonly event: AlertEvent }[]): string[] => records.map(({ event }) => event.id);

/** A stored list, asked for as the server's route is: at most a thousand, oldest first; the newest when nothing is said. */
export function storedAt(events: readonly AlertEvent[]) {
  return ({ from, to, since }: { from?: number; to?: number; since?: string }): AlertEvent[] => {
    if (from === undefined && to === undefined && since === undefined) return events.slice(-PAGE_ALERTS);
    const start = since === undefined ? 0 : events.findIndex((event) => event.id === since) + 1;
    if (since !== undefined && start === 0) throw new Refused("no decision is stored under that id", "unknown_id", 404);
    const isWanted = (event: AlertEvent): boolean => {
      const at = Date.parse(event.decided);
      return at >= (from ?? -Infinity) && at < (to ?? Infinity);
    };
    return events.slice(start).filter(isWanted).slice(0, PAGE_ALERTS);
  };
}
