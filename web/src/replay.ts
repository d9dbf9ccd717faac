// A stored period, played again: which alerts a moment shows, and how the moment moves. Pure: time comes in from outside.
import { MAX_ALERTS, decidedAt, recordOf, type AlertRecord } from "./records";
import type { AlertEvent } from "./wire";

/** How many times faster than it happened. */
export const SPEEDS: readonly number[] = [1, 10, 60, 600, 3_600];
export const FIRST_SPEED = 60;

/** A whole period is played in about so long, when a speed can do it. */
const PLAYED_IN_MS = 120_000;

/** The speed to begin with. */
export function speedFor(from: number, to: number): number {
  return SPEEDS.find((speed) => (to - from) / speed <= PLAYED_IN_MS) ?? (SPEEDS.at(-1) as number);
}

/** All times in milliseconds since 1970. */
export interface Replay {
  readonly from: number;
  readonly to: number;
  /** The moment that is shown. */
  readonly at: number;
  readonly speed: number;
  readonly playing: boolean;
  /** What was decided in the period, oldest first, as far as it is loaded. */
  readonly events: readonly AlertEvent[];
  readonly loading: boolean;
  /** Why the period is not, or not all, here; in words for people. */
  readonly problem: string | null;
  /** Where playing began: what came after it arrived before the reader's eyes. */
  readonly began: number;
}

export type ReplayAction =
  | ({ readonly type: "replay" } & Period)
  /** A page of the period has come. */
  | { readonly type: "replayed"; readonly from: number; readonly to: number; readonly events: readonly AlertEvent[]; readonly isLast: boolean }
  | { readonly type: "replayFailed"; readonly from: number; readonly to: number; readonly problem: string }
  | { readonly type: "seek"; readonly at: number }
  | { readonly type: "speed"; readonly speed: number }
  /** To the next alert, or the one before. */
  | { readonly type: "step"; readonly by: 1 | -1 };

/** What is asked for when a period is opened. */
export type Period = Pick<Replay, "from" | "to"> & Partial<Pick<Replay, "at" | "speed" | "playing">>;

/** The period that is asked for; what is loaded of it already is kept. */
export function turnedTo(known: Replay | null, period: Period): Replay {
  const fresh = opened(period);
  if (known === null || known.problem !== null || !isOf(known, fresh)) return fresh;
  const { at, speed, playing } = fresh;
  return { ...movedTo(known, at), speed, playing };
}

/** A period that is about to be loaded; one of no length is given a second. */
function opened(period: Period): Replay {
  const from = Math.min(period.from, period.to);
  const to = Math.max(period.from, period.to, from + 1_000);
  const at = clamp(period.at ?? from, from, to);
  const speed = SPEEDS.includes(period.speed ?? 0) ? (period.speed ?? FIRST_SPEED) : FIRST_SPEED;
  return { from, to, at, speed, playing: period.playing ?? false, events: [], loading: true, problem: null, began: at };
}

/** The replay after `action`. */
export function replayed(replay: Replay, action: Exclude<ReplayAction, { type: "replay" }>): Replay {
  switch (action.type) {
    case "replayed":
      if (!isOf(replay, action)) return replay;
      return { ...replay, events: joined(replay.events, action.events), loading: !action.isLast };
    case "replayFailed":
      return isOf(replay, action) ? { ...replay, loading: false, problem: action.problem } : replay;
    case "seek":
      return movedTo(replay, action.at);
    case "speed":
      return { ...replay, speed: action.speed };
    case "step":
      return { ...movedTo(replay, neighbour(replay, action.by)), playing: false };
  }
}

/** Plays on; from the start again when the end was reached. */
export function played(replay: Replay): Replay {
  if (replay.playing) return replay;
  const at = replay.at >= replay.to ? replay.from : replay.at;
  return { ...movedTo(replay, at), playing: true };
}

export const halted = (replay: Replay): Replay => (replay.playing ? { ...replay, playing: false } : replay);

/** The replay when `elapsed` milliseconds have gone by; it waits for what is not loaded yet, and stops at its end. */
export function advanced(replay: Replay, elapsed: number): Replay {
  if (!replay.playing || elapsed <= 0) return replay;
  const last = timesOf(replay.events).at(-1) ?? replay.from;
  const end = replay.loading ? Math.max(replay.at, last) : replay.to;
  const at = Math.min(replay.at + elapsed * replay.speed, end);
  return { ...replay, at, playing: at < replay.to };
}

/** What the moment shows: the newest of those decided until then, newest first. */
export function shownAt({ events, at, began }: Replay): readonly AlertRecord[] {
  const end = countUntil(timesOf(events), at);
  const start = Math.max(0, end - MAX_ALERTS);
  return events.slice(start, end).map((event) => cachedRecord(event, began)).reverse();
}

/** How many of these times, in order, are not later than `at`. */
export function countUntil(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

const times = new WeakMap<readonly AlertEvent[], readonly number[]>();

/** When each was decided. */
export function timesOf(events: readonly AlertEvent[]): readonly number[] {
  const known = times.get(events) ?? events.map(decidedAt);
  times.set(events, known);
  return known;
}

const stored = new WeakMap<AlertEvent, AlertRecord>();
const arrived = new WeakMap<AlertEvent, AlertRecord>();

/** The same object each time, so that nothing is drawn again. */
function cachedRecord(event: AlertEvent, began: number): AlertRecord {
  const known = stored.get(event) ?? recordOf(event, false);
  stored.set(event, known);
  if (known.at <= began) return known;
  const live = arrived.get(event) ?? { ...known, live: true };
  arrived.set(event, live);
  return live;
}

function movedTo(replay: Replay, at: number): Replay {
  const moment = clamp(at, replay.from, replay.to);
  return { ...replay, at: moment, began: moment };
}

function neighbour({ events, at, from, to }: Replay, by: 1 | -1): number {
  const all = timesOf(events);
  return by > 0 ? (all[countUntil(all, at)] ?? to) : (all[countUntil(all, at - 1) - 1] ?? from);
}

/** In the order of time; the server's order where that is the same. */
function joined(known: readonly AlertEvent[], more: readonly AlertEvent[]): readonly AlertEvent[] {
  if (more.length === 0) return known;
  const all = [...known, ...more];
  const moments = [...timesOf(known), ...more.map(decidedAt)];
  if (moments.some((at, index) => index > 0 && at < (moments[index - 1] as number))) {
    return all.sort((one, other) => decidedAt(one) - decidedAt(other));
  }
  times.set(all, moments);
  return all;
}

const isOf = (replay: Replay, { from, to }: { from: number; to: number }): boolean => replay.from === from && replay.to === to;

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
