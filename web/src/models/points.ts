// Lines of points: put in order, cut at gaps, read at a place, thinned to what a screen can show, written as a path.

export type Point = readonly [number, number];

/** Points from left to right without those that are no numbers; the order of equal ones is kept. */
export function ordered(points: readonly Point[]): Point[] {
  const sound = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const [first, last] = [sound[0], sound.at(-1)];
  if (first !== undefined && last !== undefined && first[0] > last[0]) sound.reverse();
  return sound.sort((left, right) => left[0] - right[0]);
}

/** The pieces of a line that has no points for longer than `gap`. */
export function pieces(points: readonly Point[], gap: number): Point[][] {
  const found: Point[][] = [];
  let before: Point | undefined;
  for (const point of points) {
    if (before === undefined || point[0] - before[0] > gap) found.push([]);
    found.at(-1)?.push(point);
    before = point;
  }
  return found;
}

/** The place of the first point that does not lie left of `x`. */
function firstFrom(points: readonly Point[], x: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? Infinity) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How high the line lies at `x`, the best where it is upright; null beyond its ends and in a gap. */
export function valueAt(points: readonly Point[], x: number, gap = Infinity): number | null {
  const place = firstFrom(points, x);
  const right = points[place];
  if (right === undefined) return null;
  if (right[0] === x) {
    let best = right[1];
    for (let next = place + 1; points[next]?.[0] === x; next += 1) best = Math.max(best, points[next]?.[1] ?? best);
    return best;
  }
  const left = points[place - 1];
  if (left === undefined || right[0] - left[0] > gap) return null;
  return left[1] + ((x - left[0]) / (right[0] - left[0])) * (right[1] - left[1]);
}

/** The place of the stop that lies nearest to `x`, in stops from left to right; -1 when there are none. */
export function nearest(stops: readonly number[], x: number): number {
  let [low, high] = [0, stops.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [here, next] = [stops[middle] ?? x, stops[middle + 1] ?? x];
    if (x - here > next - x) low = middle + 1;
    else high = middle;
  }
  return stops.length === 0 ? -1 : low;
}

/** Adds what the line has at `stops`: a straight piece is none on an axis that is stretched. */
export function dense(points: readonly Point[], stops: readonly number[]): Point[] {
  const known = new Set(points.map(([x]) => x));
  const added = stops.flatMap((x): Point[] => {
    const y = known.has(x) ? null : valueAt(points, x);
    return y === null ? [] : [[x, y]];
  });
  return ordered([...points, ...added]);
}

/** At most four points for each column of pixels, its first, lowest, highest and last: nothing that is seen is lost. */
export function thinned(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (let start = 0; start < points.length; ) {
    const column = Math.round(points[start]?.[0] ?? 0);
    let end = start;
    while (end < points.length && Math.round(points[end]?.[0] ?? 0) === column) end += 1;
    kept.push(...corners(points.slice(start, end)));
    start = end;
  }
  return kept;
}

function corners(column: readonly Point[]): readonly Point[] {
  if (column.length <= 4) return column;
  const heights = column.map(([, y]) => y);
  const places = [0, heights.indexOf(Math.min(...heights)), heights.indexOf(Math.max(...heights)), column.length - 1];
  return column.filter((_, place) => places.includes(place));
}

/** A path through points on the screen, as the `d` of an SVG path. */
export function path(points: readonly Point[]): string {
  return points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${short(x)} ${short(y)}`).join("");
}

const short = (value: number): string => String(Math.round(value * 10) / 10);
