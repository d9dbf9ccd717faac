// Counts of scores above thresholds, and thresholds that are moved.
import { describe, expect, it } from "vitest";
import { option } from "../../src/figures";
import {
  afterKey,
  columnsThatFit,
  command,
  height,
  isExact,
  merged,
  moved,
  outcome,
  reaching,
  snapped,
  ticks,
  total,
} from "../../src/histogram/bins";
import { compared } from "../../src/histogram/outcome";

/** A thousand bins that hold nothing but these. */
const bins = (counts: Record<number, number>): number[] => Array.from({ length: 1_000 }, (_, bin) => counts[bin] ?? 0);

describe("scores that reach a threshold", () => {
  const counted = bins({ 0: 100, 382: 10, 383: 7, 999: 3 });

  it("are counted exactly where it stands between two bins", () => {
    expect([0, 0.001, 0.382, 0.383, 0.384, 0.999].map((limit) => reaching(counted, limit))).toEqual([120, 20, 20, 10, 3, 3]);
    // 0.7 * 1000 is a hair below 700, and 0.579 * 1000 a hair above 579.
    expect(reaching(bins({ 699: 5, 700: 1 }), 0.7)).toBe(1);
    expect(reaching(bins({ 578: 5, 579: 1 }), 0.579)).toBe(1);
  });

  it("are taken in part of the bin in which it stands", () => {
    expect(reaching(counted, 0.3827)).toBe(13);
    expect(isExact(0.3827)).toBe(false);
    expect([0.383, 0.7, 1, null].map(isExact)).toEqual([true, true, true, true]);
  });

  it("are none above everything, and all from nothing on", () => {
    expect(reaching(counted, 1)).toBe(0);
    expect(reaching(counted, 2)).toBe(0);
    expect(reaching(counted, -1)).toBe(120);
    expect(reaching([], 0.5)).toBe(0);
  });

  it("alert when they reach the first, and are blocked as well when they reach the second", () => {
    expect(outcome(counted, { review: 0.382, block: 0.9 })).toEqual({ alerts: 20, blocked: 3 });
    expect(outcome(counted, { review: 0.382, block: null })).toEqual({ alerts: 20, blocked: 0 });
    const both = compared(counted, { review: 0.382, block: null }, { review: 0.383, block: 0.5 });
    expect(both).toEqual({ all: 120, inForce: { alerts: 20, blocked: 0 }, tried: { alerts: 10, blocked: 3 } });
  });
});

describe("columns", () => {
  it("are as many as fit, each of as many bins", () => {
    expect(columnsThatFit(1_000, 340, 4)).toBe(50);
    expect(columnsThatFit(1_000, 9_999, 4)).toBe(1_000);
    expect(columnsThatFit(1_000, 100, 4)).toBe(25);
    expect(columnsThatFit(1_000, 0, 4)).toBe(1);
  });

  it("lose no decision", () => {
    const counted = Array.from({ length: 1_000 }, (_, bin) => bin);
    for (const columns of [1, 8, 50, 1_000]) {
      const few = merged(counted, columns);
      expect(few).toHaveLength(columns);
      expect(total(few)).toBe(total(counted));
    }
    expect(merged([1, 2, 3, 4, 5, 6], 3)).toEqual([3, 7, 11]);
  });

  it("stand on a logarithmic axis, on which one is seen beside many", () => {
    expect(height(0, 1_000_000)).toBe(0);
    expect(height(1, 1_000_000)).toBeGreaterThan(0.04);
    expect(height(1_000_000, 1_000_000)).toBe(1);
    expect(height(5, 0)).toBe(0);
    [9, 99, 999].forEach((count, index) => expect(height(count, 999)).toBeCloseTo((index + 1) / 3, 9));
  });

  it("have an axis of few powers of ten", () => {
    expect(ticks(0)).toEqual([]);
    expect(ticks(1)).toEqual([1]);
    expect(ticks(4_000)).toEqual([1, 10, 100, 1_000]);
    expect(ticks(50_000)).toEqual([1, 100, 10_000]);
  });
});

describe("a threshold that is moved", () => {
  const limits = { review: 0.4, block: 0.8 };

  it("goes in steps of a thousandth", () => {
    expect(moved(limits, "review", 0.38271)).toEqual({ review: 0.383, block: 0.8 });
    expect(snapped(0.1 + 0.2)).toBe(0.3);
    expect([-1, 2].map(snapped)).toEqual([0, 1]);
  });

  it("never goes past the other", () => {
    expect(moved(limits, "review", 0.9)).toEqual({ review: 0.8, block: 0.8 });
    expect(moved(limits, "block", 0.1)).toEqual({ review: 0.4, block: 0.4 });
    expect(moved({ review: 0.4, block: null }, "review", 5)).toEqual({ review: 1, block: null });
  });

  it("blocks nothing at the right edge, and comes in from there", () => {
    expect(moved(limits, "block", 1)).toEqual({ review: 0.4, block: null });
    expect(moved({ review: 0.4, block: null }, "block", 0.999)).toEqual({ review: 0.4, block: 0.999 });
  });

  it("listens to the keys of a slider", () => {
    const keys = ["ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp", "PageDown", "PageUp", "Home", "End"];
    expect(keys.map((key) => snapped(afterKey(key, 0.5) ?? NaN))).toEqual([0.499, 0.499, 0.501, 0.501, 0.49, 0.51, 0, 1]);
    expect(afterKey("a", 0.5)).toBeNull();
  });

  it("is put into force with a command", () => {
    expect(command({ review: 0.43, block: 0.8 }, limits, option)).toBe("fraudctl serve --review 0.43 --block 0.8");
    expect(command({ review: 0.38271568, block: null }, { review: 0.4, block: null }, option)).toBe("fraudctl serve --review 0.382716");
    expect(command({ review: 0.43, block: null }, limits, option)).toBe("fraudctl serve --review 0.43 --block 1");
  });
});
