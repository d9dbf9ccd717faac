// Tells those who listen instead of looking that alerts have come: not each, but a few words every few seconds.
import { setText } from "./elements";
import * as format from "./format";
import { filteredAlerts, type AlertRecord, type State } from "./state";
import { t } from "./words";
import type { AlertEvent } from "./wire";

const PAUSE_MS = 4_000;

/** What is said of alerts, newest first; empty when there are none. */
export function sentence(arrived: readonly AlertRecord[]): string {
  const [first, ...others] = arrived;
  if (first === undefined) return "";
  const highest = others.reduce((one, other) => (other.event.score > one.event.score ? other : one), first).event;
  const [score, place] = [format.score(highest.score), format.place(highest)];
  return others.length === 0 ? t.announcer.one(score, place) : t.announcer.many(format.count(arrived.length), score, place);
}

/** Returns what tells of alerts that have come by themselves; not of those that the reader called up. */
export function createAnnouncer(say: (text: string) => void): (state: State) => void {
  const told = new WeakSet<AlertEvent>();
  let last: State | undefined;
  let saidAt = -Infinity;

  return (state) => {
    if (last !== undefined && state.now - saidAt < PAUSE_MS && isSameView(state, last)) return;
    const shown = filteredAlerts(state);
    const arrived = shown.filter(({ event, live }) => live && !told.has(event));
    for (const { event } of shown) told.add(event);
    const text = last !== undefined && isSameView(state, last) ? sentence(arrived) : "";
    last = state;
    if (text === "") return;
    saidAt = state.now;
    say(text);
  };
}

/** Announces into a live region. */
export const announceIn = (region: HTMLElement): ((state: State) => void) => createAnnouncer((text) => setText(region, text));

function isSameView(one: State, other: State): boolean {
  return (
    one.filters === other.filters &&
    one.paused === other.paused &&
    one.replay?.began === other.replay?.began &&
    one.replay?.from === other.replay?.from
  );
}
