// How many alerts a period had, and when: the shape behind the scrubber.

/** Alerts in each of `bins` equal parts of [from, to). */
export function countsOf(times: readonly number[], from: number, to: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const at of times) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((at - from) / (to - from)) * bins)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Bars as one path, one unit wide and up to `height` high; roots, so that one alert is seen beside a thousand. */
export function pathOf(counts: readonly number[], height: number): string {
  const most = Math.sqrt(Math.max(1, ...counts));
  return counts
    .map((count, bin) => (count === 0 ? "" : `M${bin} ${height}v-${short((Math.sqrt(count) / most) * height)}h1V${height}z`))
    .join("");
}

const short = (value: number): string => String(Math.round(value * 100) / 100);
