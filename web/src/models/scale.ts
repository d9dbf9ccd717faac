// Axes: where values lie, and which of them are written beside the line. Nothing here knows the DOM.

/** From a value to a place on the screen, and back. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly from: (place: number) => number;
}

/** The lower end of an axis gets more room, the smaller this power is. */
export const STRETCHED = 1 / 3;

/** Where a stretched share is written. */
export const STRETCHED_TICKS: readonly number[] = [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TIME_STEPS = [1, 2, 5, 10, 15, 30].map((count) => count * MINUTE).concat([1, 2, 3, 6, 12, 24].map((count) => count * HOUR));

/** Lays `domain` on `range`; values beyond its ends land on them. A power below 1 stretches the lower end. */
export function createScale(domain: readonly [number, number], range: readonly [number, number], power = 1): Scale {
  const [low, high] = domain;
  const [start, end] = range;
  const width = high - low;
  const share = (value: number): number => (width > 0 ? Math.min(1, Math.max(0, (value - low) / width)) : 0);
  return {
    at: (value) => start + share(value) ** power * (end - start),
    from: (place) => {
      const part = end === start ? 0 : Math.min(1, Math.max(0, (place - start) / (end - start)));
      return low + part ** (1 / power) * width;
    },
  };
}

/** Round values inside the domain, no more than `most` steps between them. */
export function ticks([low, high]: readonly [number, number], most: number): number[] {
  const width = high - low;
  if (!(width > 0) || most < 1) return [low];
  const step = roundStep(width / most);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  // Divided by the inverse where the step is a fraction: 3 / 10, not 3 * 0.1.
  const inverse = Math.round(1 / step);
  return Array.from({ length: count }, (_, index) => (step < 1 ? (first + index) / inverse : (first + index) * step));
}

/** The next of 1, 2, 5, 10, 20 ... above a wanted step. */
function roundStep(wanted: number): number {
  const decade = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5].find((candidate) => candidate * decade >= wanted * (1 - 1e-9)) ?? 10;
  return factor * decade;
}

/** Full minutes or hours of the reader's clock, which is `offset` minutes behind universal time. */
export function timeTicks([low, high]: readonly [number, number], most: number, offset: number): number[] {
  const step = TIME_STEPS.find((candidate) => (high - low) / candidate <= most) ?? 24 * HOUR;
  const shift = offset * MINUTE;
  const found = [];
  for (let at = Math.ceil((low - shift) / step) * step + shift; at <= high; at += step) found.push(at);
  return found;
}

/** Those of `values` whose labels have room; both ends stay. */
export function spaced(values: readonly number[], scale: Scale, gap: number): number[] {
  const hasRoom = (one: number | undefined, other: number): boolean =>
    one === undefined || Math.abs(scale.at(one) - scale.at(other)) >= gap;
  const kept: number[] = [];
  for (const value of values) if (hasRoom(kept.at(-1), value)) kept.push(value);
  const last = values.at(-1);
  if (last === undefined || kept.at(-1) === last) return kept;
  // The last one takes the place of the one that is too near to it, but never that of the first.
  if (kept.length > 1) kept.pop();
  return hasRoom(kept.at(-1), last) ? [...kept, last] : kept;
}

/** The end of an axis that starts at nothing and shows `greatest` with some air above it; a hundredth at least. */
export function roomy(greatest: number): number {
  const end = Math.max(greatest * 1.08, 0.01);
  const step = roundStep(end / 5);
  return Math.ceil(end / step - 1e-9) * step;
}
