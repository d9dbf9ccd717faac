// What the answer about drift says: which features have moved and how far, and the lines over time.
import type { Drift, Moved } from "../wire";
import type { Point } from "./points";

/** A pause of this long is shown as one: nothing was scored, so nothing was compared. */
export const GAP_MS = 5 * 60_000;
/** The time axis is never shorter than this, however young the server is. */
const LEAST_MS = 15 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const SCORE = "score";

/** How far a feature has moved, in units of its limit: above 1 it has. */
export function distance({ index, limit }: Moved): number {
  if (limit > 0) return index / limit;
  return index > 0 ? Infinity : 0;
}

/** True when a feature lies above its limit. */
export const hasMoved = (moved: Moved): boolean => moved.index > moved.limit;

/** Those that have moved most first, by their own limits. */
export function byDistance(features: readonly Moved[]): Moved[] {
  return [...features].sort((left, right) => distance(right) - distance(left) || left.feature.localeCompare(right.feature));
}

export interface Limits {
  readonly score: number | null;
  /** Of the feature whose index is the greatest. */
  readonly greatest: Moved | null;
}

/** What the headline says: how many features have moved, of how many, and whether the score has; null when nobody knows. */
export function summaryOf(features: readonly Moved[]): { moved: number; all: number; score: boolean | null } {
  const others = features.filter(({ feature }) => feature !== SCORE);
  const score = features.find(({ feature }) => feature === SCORE);
  return { moved: others.filter(hasMoved).length, all: others.length, score: score === undefined ? null : hasMoved(score) };
}

/** The limits that the two lines of the chart are held against. */
export function limitsOf(features: readonly Moved[]): Limits {
  const others = features.filter(({ feature }) => feature !== SCORE);
  const greatest = others.reduce<Moved | null>((best, moved) => (best === null || moved.index > best.index ? moved : best), null);
  return { score: features.find(({ feature }) => feature === SCORE)?.limit ?? null, greatest };
}

/** What the chart over time shows. */
export interface Course {
  readonly times: readonly number[];
  readonly score: readonly Point[];
  readonly greatest: readonly Point[];
  readonly span: readonly [number, number];
  readonly highest: number;
}

/** The course of the last day, up to the newest sample; null when there is none. */
export function courseOf(drift: Drift): Course | null {
  const timed = drift.points
    .map((point) => ({ ...point, at: Date.parse(point.time) }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((left, right) => left.at - right.at);
  const last = timed.at(-1)?.at;
  if (last === undefined) return null;
  const recent = timed.filter(({ at }) => at >= last - DAY_MS);
  const first = Math.min(recent[0]?.at ?? last, last - LEAST_MS);
  const limits = limitsOf(drift.features);
  const heights = recent.flatMap(({ score, greatest }) => [score, greatest]).filter(Number.isFinite);
  return {
    times: recent.map(({ at }) => at),
    score: recent.map(({ at, score }): Point => [at, score]),
    greatest: recent.map(({ at, greatest }): Point => [at, greatest]),
    span: [first, last],
    highest: Math.max(limits.score ?? 0, limits.greatest?.limit ?? 0, ...heights),
  };
}

/** How much of a bar is filled, and where on it the limit lies; beyond `most` limits it is full. */
export function bar(moved: Moved, most: number): number {
  return Math.min(1, distance(moved) / most);
}

/** How many limits a bar is long: what the farthest needs, between 1.5 and 4. */
export function barLength(features: readonly Moved[]): number {
  return Math.min(4, Math.max(1.5, ...features.map(distance)));
}
