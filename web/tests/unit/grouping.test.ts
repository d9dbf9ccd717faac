// Which alerts share a circle.
import { describe, expect, it } from "vitest";
import { group, mercator } from "../../src/map/grouping";

const names = (spots: readonly (readonly [number, number])[], reach: number): number[][] =>
  group(spots.map(([x, y], name) => ({ name, position: { x, y } })), reach).map((members) => members.map((item) => item.name));

describe("groups", () => {
  it("hold what lies within reach of their first alert, and do not chain", () => {
    const row = Array.from({ length: 6 }, (_, at) => [at * 0.6, 0] as const);
    expect(names(row, 1)).toEqual([[0, 1], [2, 3], [4, 5]]);
  });

  it("take each alert to the nearest, across the lines of the grid", () => {
    expect(names([[-0.1, -0.1], [1.4, 0], [0.7, 0], [0.1, 0.1]], 1)).toEqual([[0, 3], [1, 2]]);
    expect(names([], 1)).toEqual([]);
  });

  it("work in the projection of the map", () => {
    expect(mercator(0, 180)).toEqual({ x: Math.PI, y: Math.log(Math.tan(Math.PI / 4)) });
    expect(Number.isFinite(mercator(90, 0).y)).toBe(true);
    expect(mercator(60, 0).y - mercator(50, 0).y).toBeGreaterThan(mercator(10, 0).y);
  });
});
