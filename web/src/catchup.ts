// After a reconnect the server shows its newest alerts. When more happened meanwhile, the rest is asked for by the last
// id that is known. Two questions are enough, since no more alerts are kept than an answer holds.
import { PAGE_ALERTS, Refused, fetchAlerts } from "./api";
import type { Hello } from "./frames";
import type { Action, State } from "./state";
import type { AlertEvent } from "./wire";

/** What is asked of the server; tests play it. Without an id it gives its newest. */
export type Ask = (asked: { readonly since?: string }) => Promise<AlertEvent[]>;

/** Alerts that were missing: those right after `since`, or the newest when it is null. */
interface Found {
  readonly since: string | null;
  readonly events: readonly AlertEvent[];
  /** Nothing that could be kept is missing any more. */
  readonly isAll: boolean;
}

/** Returns what takes a hello, and then fills the hole it leaves. */
export function createCatchUp(
  dispatch: (action: Action) => void,
  state: () => State,
  ask: Ask = fetchAlerts,
): (hello: Hello, now: number) => Promise<void> {
  /** The newest alert before the oldest hole that is not filled, null when none was known; undefined without a hole. */
  let since: string | null | undefined;
  let run = 0;

  return async (hello, now) => {
    const newest = state().alerts[0]?.event.id ?? null;
    dispatch({ type: "frame", frame: hello, now });
    if (!state().gap) return;
    if (since === undefined) since = newest;
    // A hole of an earlier connection is asked for again with this one: the earlier question is void.
    const mine = (run += 1);
    try {
      const found = await find(ask, since);
      if (mine !== run) return;
      dispatch({ type: "missing", ...found });
      if (found.isAll) since = undefined;
    } catch {
      // The server is gone again, or doesn't tell: the hole stays, and the page says so until the next hello.
    }
  };
}

async function find(ask: Ask, since: string | null): Promise<Found> {
  if (since !== null) {
    const events = await ask({ since }).catch(noneIfForgotten);
    if (events !== null && events.length < PAGE_ALERTS) return { since, events, isAll: true };
  }
  const events = await ask({});
  const isFull = events.length >= PAGE_ALERTS;
  return { since: null, events, isAll: since === null || isFull || events.some(({ id }) => id === since) };
}

/** A server that was started anew, or has thrown away what is old, may not know the id any more. */
function noneIfForgotten(error: unknown): null {
  if (error instanceof Refused && error.status === 404) return null;
  throw error;
}
