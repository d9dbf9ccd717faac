// Axes of the charts.
import { describe, expect, it } from "vitest";
import { STRETCHED, STRETCHED_TICKS, createScale, roomy, spaced, ticks, timeTicks } from "../../src/models/scale";

describe("a scale", () => {
  it("lays values on places and back, also upside down", () => {
    const scale = createScale([10, 20], [200, 0]);
    expect([10, 15, 20].map(scale.at)).toEqual([200, 100, 0]);
    expect([200, 100, 0].map(scale.from)).toEqual([10, 15, 20]);
  });

  it("keeps what lies outside at its ends", () => {
    const scale = createScale([0, 1], [50, 150]);
    expect(scale.at(-3)).toBe(50);
    expect(scale.at(7)).toBe(150);
    expect(scale.from(0)).toBe(0);
    expect(scale.from(999)).toBe(1);
  });

  it("gives the low end of a stretched axis room, and goes both ways there too", () => {
    const scale = createScale([0, 1], [0, 1000], STRETCHED);
    expect(scale.at(0.001)).toBeCloseTo(100, 6);
    expect(scale.at(1)).toBe(1000);
    for (const value of STRETCHED_TICKS) expect(scale.from(scale.at(value))).toBeCloseTo(value, 10);
  });

  it("does not divide by nothing", () => {
    expect(createScale([5, 5], [0, 100]).at(5)).toBe(0);
    expect(createScale([0, 1], [30, 30]).from(30)).toBe(0);
  });
});

describe("ticks", () => {
  it("are round and inside, with no more steps than asked for", () => {
    expect(ticks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks([0, 0.2], 6)).toEqual([0, 0.05, 0.1, 0.15, 0.2]);
    expect(ticks([3, 47], 5)).toEqual([10, 20, 30, 40]);
    expect(ticks([0, 0.3], 3)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it("are one where there is no range or no room", () => {
    expect(ticks([4, 4], 5)).toEqual([4]);
    expect(ticks([0, 1], 0)).toEqual([0]);
  });

  it("of time are full hours of the reader's clock", () => {
    const noon = Date.UTC(2026, 4, 3, 12);
    const hours = (found: number[]): number[] => found.map((at) => (at - noon) / 3_600_000);
    expect(hours(timeTicks([noon, noon + 6 * 3_600_000], 6, 0))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // India is 330 minutes ahead: its full hours are half hours here.
    expect(hours(timeTicks([noon, noon + 3 * 3_600_000], 3, -330))).toEqual([0.5, 1.5, 2.5]);
    // A day with few of them: 0, 6, 12, 18 o'clock in Berlin's summer.
    expect(hours(timeTicks([noon, noon + 24 * 3_600_000], 4, -120))).toEqual([4, 10, 16, 22]);
  });

  it("that lie too near are left out, the ends never", () => {
    const scale = createScale([0, 1], [0, 300], STRETCHED);
    const kept = spaced(STRETCHED_TICKS, scale, 40);
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(1);
    kept.slice(1).forEach((value, index) => expect(scale.at(value) - scale.at(kept[index] ?? 0)).toBeGreaterThanOrEqual(40));
    expect(spaced(STRETCHED_TICKS, createScale([0, 1], [0, 2000], STRETCHED), 40)).toEqual(STRETCHED_TICKS);
    expect(spaced([], scale, 40)).toEqual([]);
    expect(spaced([0, 1], createScale([0, 1], [0, 10]), 40)).toEqual([0]);
  });

  it("end an axis above the greatest value", () => {
    expect(roomy(0.187)).toBeCloseTo(0.25, 10);
    expect(roomy(0.1)).toBeCloseTo(0.15, 10);
    for (const greatest of [0, 1e-9, 0.03, 1, 17.3]) expect(roomy(greatest)).toBeGreaterThan(greatest);
  });
});
