// The steps of a score from where every payment starts to its own: where each bar begins and ends.
import type { Contribution, Reasons } from "../wire";

/** Features that have a bar of their own; what the others add is one step. */
export const MOST_STEPS = 10;

export interface Step {
  /** Null for the sum of the features without a bar. */
  readonly contribution: Contribution | null;
  readonly adds: number;
  /** What is reached with it. */
  readonly sum: number;
  /** Where its bar begins and ends, 0 to 1 of the width, the lower end first. */
  readonly from: number;
  readonly to: number;
}

export interface Waterfall {
  readonly base: number;
  readonly raw: number;
  readonly steps: readonly Step[];
  /** Of how many features the last step tells, when it is of no single one and the number is known. */
  readonly merged: number;
  /** Where `base` and `raw` lie, 0 to 1 of the width. */
  readonly start: number;
  readonly end: number;
}

/** Steps by size, the largest first; the rest comes last, and only when it moves anything. */
export function waterfall({ base, contributions, rest }: Reasons, most = MOST_STEPS): Waterfall {
  const bySize = contributions
    .filter(({ contribution }) => contribution !== 0)
    .sort((one, other) => Math.abs(other.contribution) - Math.abs(one.contribution));
  const own = bySize.slice(0, most);
  const merged = bySize.slice(most);
  const others = merged.reduce((sum, { contribution }) => sum + contribution, rest);
  const parts = own.map((contribution) => ({ contribution, adds: contribution.contribution }));
  const all = others === 0 ? parts : [...parts, { contribution: null, adds: others }];

  let sum = base;
  const sums = all.map(({ adds }) => (sum += adds));
  const least = Math.min(base, ...sums);
  const span = Math.max(base, ...sums) - least;
  const place = (value: number): number => (span === 0 ? 0.5 : (value - least) / span);
  const steps = all.map(({ contribution, adds }, index): Step => {
    const reached = sums[index] ?? base;
    const ends = [place(reached - adds), place(reached)];
    return { contribution, adds, sum: reached, from: clamped(Math.min(...ends)), to: clamped(Math.max(...ends)) };
  });
  return { base, raw: sum, steps, merged: merged.length, start: place(base), end: place(sum) };
}

/** Sums of fractions may stick out by a hair. */
const clamped = (share: number): number => Math.min(1, Math.max(0, share));
