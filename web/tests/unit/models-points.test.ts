// Lines of points: order, gaps, reading, thinning.
import { describe, expect, it } from "vitest";
import { dense, nearest, ordered, path, pieces, thinned, valueAt, type Point } from "../../src/models/points";

describe("ordered points", () => {
  it("go from left to right, whichever way they came, upright pieces in their order", () => {
    const falling: Point[] = [[1, 0.1], [1, 0.2], [0.5, 0.7], [0, 0.9], [0, 1]];
    expect(ordered(falling)).toEqual([[0, 1], [0, 0.9], [0.5, 0.7], [1, 0.2], [1, 0.1]]);
    const rising: Point[] = [[0, 0], [0, 0.4], [1, 1]];
    expect(ordered(rising)).toEqual(rising);
  });

  it("lose what is no number", () => {
    expect(ordered([[0, 1], [0.5, NaN], [Infinity, 0], [1, 0]])).toEqual([[0, 1], [1, 0]]);
    expect(ordered([])).toEqual([]);
  });
});

describe("reading a line", () => {
  const roc: Point[] = [[0, 0], [0, 0.4], [0.1, 0.8], [1, 1]];

  it("finds the best at an upright piece, and what is drawn between points", () => {
    expect(valueAt(roc, 0)).toBe(0.4);
    expect(valueAt(roc, 0.1)).toBe(0.8);
    expect(valueAt(roc, 0.05)).toBeCloseTo(0.6, 12);
    expect(valueAt(roc, 1)).toBe(1);
  });

  it("finds nothing beyond the ends, in a gap, and without points", () => {
    expect(valueAt([[0.2, 1], [0.4, 2]], 0.1)).toBeNull();
    expect(valueAt([[0.2, 1], [0.4, 2]], 0.5)).toBeNull();
    expect(valueAt([[0, 1], [10, 2]], 5, 3)).toBeNull();
    expect(valueAt([[0, 1], [10, 2]], 10, 3)).toBe(2);
    expect(valueAt([], 0)).toBeNull();
  });

  it("snaps to the nearest stop", () => {
    const stops = [0, 10, 20, 100];
    expect([-5, 4, 6, 55, 61, 500].map((x) => nearest(stops, x))).toEqual([0, 0, 1, 2, 3, 3]);
    expect(nearest([7], 100)).toBe(0);
    expect(nearest([], 1)).toBe(-1);
    for (let x = -3; x < 105; x += 0.7) {
      const best = Math.min(...stops.map((stop) => Math.abs(stop - x)));
      expect(Math.abs((stops[nearest(stops, x)] ?? NaN) - x)).toBe(best);
    }
  });

  it("can be asked at more places than it has points", () => {
    expect(dense([[0, 0], [1, 1]], [0, 0.25, 0.5])).toEqual([[0, 0], [0.25, 0.25], [0.5, 0.5], [1, 1]]);
    expect(dense([[0, 0], [0, 0.5], [1, 1]], [0])).toEqual([[0, 0], [0, 0.5], [1, 1]]);
  });
});

describe("drawing a line", () => {
  it("cuts it where there was nothing for long", () => {
    const points: Point[] = [[0, 1], [60, 2], [400, 3], [460, 4]];
    expect(pieces(points, 300)).toEqual([points.slice(0, 2), points.slice(2)]);
    expect(pieces(points, Infinity)).toEqual([points]);
    expect(pieces([], 1)).toEqual([]);
  });

  it("thins a column of pixels to its first, lowest, highest and last", () => {
    const column: Point[] = [[5, 3], [5.1, 9], [5.2, 4], [5.3, 1], [5.4, 5], [5.45, 6]];
    expect(thinned(column)).toEqual([[5, 3], [5.1, 9], [5.3, 1], [5.45, 6]]);
  });

  it("keeps every extreme of many points, in order, and at most four a column", () => {
    const many = Array.from({ length: 20_000 }, (_, index): Point => [index / 40, Math.sin(index * 12.9898) * 100]);
    const few = thinned(many);
    const columns = new Map<number, number[]>();
    for (const [x, y] of many) columns.set(Math.round(x), [...(columns.get(Math.round(x)) ?? []), y]);
    expect(few.length).toBeLessThanOrEqual(columns.size * 4);
    for (const [column, heights] of columns) {
      const left = few.filter(([x]) => Math.round(x) === column).map(([, y]) => y);
      expect(Math.max(...left)).toBe(Math.max(...heights));
      expect(Math.min(...left)).toBe(Math.min(...heights));
    }
    expect(few).toEqual(ordered(few));
  });

  it("writes a path with tenths of pixels", () => {
    expect(path([[0, 1.26], [10.04, 20]])).toBe("M0 1.3L10 20");
    expect(path([])).toBe("");
  });
});
