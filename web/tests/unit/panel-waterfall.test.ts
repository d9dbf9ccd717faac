// The steps from where every payment starts to a score.
import { describe, expect, it } from "vitest";
import { waterfall } from "../../src/panel/waterfall";
import type { Contribution } from "../../src/wire";

const adds = (feature: string, contribution: number): Contribution => ({ feature, value: 1, contribution, reason: null });

describe("a waterfall", () => {
  const falls = waterfall({ base: -4, contributions: [adds("a", 1), adds("b", -2), adds("c", 5)], rest: -1 });

  it("takes the largest step first, up or down, and the rest last", () => {
    expect(falls.steps.map(({ contribution, adds }) => [contribution?.feature ?? "rest", adds])).toEqual([
      ["c", 5],
      ["b", -2],
      ["a", 1],
      ["rest", -1],
    ]);
    expect(falls.steps.map(({ sum }) => sum)).toEqual([1, -1, 0, -1]);
    expect(falls.raw).toBe(-1);
  });

  it("lays each bar from where the one before ended", () => {
    expect(falls.start).toBe(0);
    expect(falls.end).toBeCloseTo(0.6);
    const bars = falls.steps.map(({ from, to }) => [from, to]);
    expect(bars).toEqual([[0, 1], [0.6, 1], [0.6, 0.8], [0.6, 0.8]].map((ends) => ends.map((end) => expect.closeTo(end, 9))));
  });

  it("makes one step of the features that have no bar", () => {
    const many = Array.from({ length: 15 }, (_, index) => adds(`f${index}`, (index + 1) / 10));
    const few = waterfall({ base: 0, contributions: many, rest: 0.5 });
    expect(few.steps).toHaveLength(11);
    expect(few.steps[10]).toMatchObject({ contribution: null, adds: expect.closeTo(0.1 + 0.2 + 0.3 + 0.4 + 0.5 + 0.5, 9) });
    expect(few.merged).toBe(5);
    expect(few.raw).toBeCloseTo(12.5);
  });

  it("leaves out what moves nothing", () => {
    expect(waterfall({ base: 1, contributions: [adds("a", 0), adds("b", 2)], rest: 0 }).steps.map((step) => step.contribution?.feature)).toEqual(["b"]);
    expect(waterfall({ base: 1, contributions: [], rest: 0 })).toMatchObject({ steps: [], raw: 1, start: 0.5, end: 0.5 });
  });

  it("stays within its width whatever rounding does", () => {
    const fractions = [0.1, 0.2, -0.3, 0.7, -0.1, 1e-17].map((value, index) => adds(`f${index}`, value));
    for (const { from, to } of waterfall({ base: 0.3, contributions: fractions, rest: -1e-16 }).steps) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(1);
      expect(to).toBeGreaterThanOrEqual(from);
    }
  });
});
