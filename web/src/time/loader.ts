// Loads the period of a replay page by page, oldest first, so that it can be played while the rest still comes.
import { PAGE_ALERTS, Refused, fetchAlerts, type AlertsAsked } from "../api";
import * as format from "../format";
import { decidedAt } from "../records";
import type { Action, State } from "../state";
import type { AlertEvent } from "../wire";
import { t } from "../words";

/** Pages that are held, at most: 50,000 alerts. */
export const MOST_PAGES = 50;

/** What is asked of the server; tests play it. */
export type Ask = (asked: AlertsAsked, signal: AbortSignal) => Promise<AlertEvent[]>;

type Period = { readonly from: number; readonly to: number };

/** Returns what begins to load when the reader opens a period, and stops when he leaves it. */
export function createReplayLoader(dispatch: (action: Action) => void, ask: Ask = fetchAlerts): (state: State) => void {
  let running: { readonly period: Period; readonly stop: AbortController } | undefined;

  return ({ replay }) => {
    const isRunning = running?.period.from === replay?.from && running?.period.to === replay?.to;
    if (running !== undefined && (!isRunning || replay?.loading !== true)) {
      running.stop.abort();
      running = undefined;
    }
    if (replay === null || !replay.loading || running !== undefined) return;
    const { from, to } = replay;
    const stop = new AbortController();
    running = { period: { from, to }, stop };
    void load({ from, to }, ask, dispatch, stop.signal);
  };
}

async function load(period: Period, ask: Ask, dispatch: (action: Action) => void, signal: AbortSignal): Promise<void> {
  let since: string | undefined;
  let until = period.from;
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const events = await ask({ ...period, ...(since === undefined ? {} : { since }) }, signal);
      if (signal.aborted) return;
      const last = events.at(-1);
      dispatch({ type: "replayed", ...period, events, isLast: events.length < PAGE_ALERTS });
      if (last === undefined || events.length < PAGE_ALERTS) return;
      [since, until] = [last.id, decidedAt(last)];
    }
    dispatch({ type: "replayFailed", ...period, problem: t.time.tooMany(format.instant(until)) });
  } catch (error) {
    if (!signal.aborted) dispatch({ type: "replayFailed", ...period, problem: t.time.failed(reason(error)) });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Refused)) return t.time.unreachable;
  if (error.status === 401 || error.status === 403) return t.time.signIn;
  if (error.code === "no_database") return t.time.notStored;
  return error.status === 404 || error.code === "invalid_query" ? t.time.missing : error.message;
}
