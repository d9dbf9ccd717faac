// How alerts fade: in a few steps, so that a circle is touched a few times in its life and not each second.

const MINUTE_MS = 60_000;

/** Younger than `below`: this opacity. */
const STEPS: readonly (readonly [below: number, opacity: number])[] = [
  [MINUTE_MS, 1],
  [5 * MINUTE_MS, 0.85],
  [20 * MINUTE_MS, 0.7],
  [60 * MINUTE_MS, 0.56],
  [6 * 60 * MINUTE_MS, 0.45],
];

/** What is older still can be seen, too. */
const OLDEST = 0.36;

/** How opaque an alert is drawn that was decided so many milliseconds ago. Clocks differ: the future is now. */
export function opacityAt(age: number): number {
  return STEPS.find(([below]) => age < below)?.[1] ?? OLDEST;
}
