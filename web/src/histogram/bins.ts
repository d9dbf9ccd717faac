// Counts of scores in bins of equal width from 0 to 1: merged to what fits, and how many lie above a threshold.

export interface Limits {
  readonly review: number;
  /** Null: nothing is blocked. */
  readonly block: number | null;
}

/** What limits make of the decisions that were counted. */
export interface Outcome {
  readonly alerts: number;
  readonly blocked: number;
}

/** A threshold is moved by no less: the width of the server's bins. */
export const STEP = 0.001;

/** The most columns of at least `leastPx` that `width` has room for, each of as many bins as any other. */
export function columnsThatFit(bins: number, width: number, leastPx: number): number {
  const room = Math.max(1, Math.floor(width / leastPx));
  for (let columns = Math.min(bins, room); columns > 1; columns--) if (bins % columns === 0) return columns;
  return 1;
}

/** Neighbouring bins put together. */
export function merged(bins: readonly number[], columns: number): readonly number[] {
  const each = bins.length / columns;
  return Array.from({ length: columns }, (_, column) => total(bins.slice(column * each, (column + 1) * each)));
}

export const total = (bins: readonly number[]): number => bins.reduce((sum, count) => sum + count, 0);

/** How many scores reach `limit`. Of the bin in which it lies, as many as of its width lie above it. */
export function reaching(bins: readonly number[], limit: number): number {
  const at = Math.min(bins.length, Math.max(0, limit * bins.length));
  // What was rounded on its way stands on the edge that it means.
  const edge = Math.abs(at - Math.round(at)) < 1e-6 ? Math.round(at) : at;
  const first = Math.ceil(edge);
  const above = total(bins.slice(first));
  return Math.round(above + (bins[first - 1] ?? 0) * (first - edge));
}

export function outcome(bins: readonly number[], limits: Limits): Outcome {
  return {
    alerts: reaching(bins, limits.review),
    blocked: limits.block === null ? 0 : reaching(bins, limits.block),
  };
}

/** Whether a threshold stands between two bins, where it can be counted exactly. */
export const isExact = (limit: number | null): boolean =>
  limit === null || Math.abs(limit / STEP - Math.round(limit / STEP)) < 1e-6;

/** The nearest value that a threshold can be moved to. */
export const snapped = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) / STEP) / Math.round(1 / STEP);

/** `limits` with one of them moved to `value`: never past the other, and a block of 1 blocks nothing. */
export function moved(limits: Limits, which: keyof Limits, value: number): Limits {
  const wanted = snapped(value);
  if (which === "review") return { ...limits, review: Math.min(wanted, limits.block ?? 1) };
  const block = Math.max(wanted, limits.review);
  return { ...limits, block: block >= 1 ? null : block };
}

/** Where a key moves a threshold that stands at `value`; null for other keys. */
export function afterKey(key: string, value: number): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return value - STEP;
    case "ArrowRight":
    case "ArrowUp":
      return value + STEP;
    case "PageDown":
      return value - 10 * STEP;
    case "PageUp":
      return value + 10 * STEP;
    case "Home":
      return 0;
    case "End":
      return 1;
    default:
      return null;
  }
}

/** How high a count stands, 0 to 1, on a logarithmic axis that ends at `most`; a single one is seen too. */
export function height(count: number, most: number): number {
  return most <= 0 || count <= 0 ? 0 : Math.log10(1 + count) / Math.log10(1 + most);
}

/** The powers of ten that the count axis names. */
export function ticks(most: number): readonly number[] {
  const found: number[] = [];
  for (let tick = 1; tick <= most; tick *= 10) found.push(tick);
  const everyOther = found.filter((_, index) => (found.length - 1 - index) % 2 === 0);
  return found.length > 4 ? everyOther : found;
}

/** The command line that puts `limits` into force. Nothing blocks nothing but a limit that no score reaches; where none is in
 * force there is none to be lifted. */
export function command(limits: Limits, inForce: Limits, write: (value: number) => string): string {
  const block = limits.block ?? (inForce.block === null ? null : 1);
  return `fraudctl serve --review ${write(limits.review)}${block === null ? "" : ` --block ${write(block)}`}`;
}
