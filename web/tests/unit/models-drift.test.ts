// What is said about drift: who has moved how far, and the course of the day.
import { describe, expect, it } from "vitest";
import { bar, barLength, byDistance, courseOf, distance, hasMoved, limitsOf, summaryOf } from "../../src/models/drifting";
import type { Drift, Moved } from "../../src/wire";

const moved = (feature: string, index: number, limit = 0.1): Moved => ({ feature, index, limit });
const NOON = Date.UTC(2026, 4, 3, 12);
const MINUTE = 60_000;

const drift = (minutes: readonly number[], features: Moved[] = []): Drift => ({
  model: "bank",
  model_version: "1",
  points: minutes.map((minute) => ({ time: new Date(NOON + minute * MINUTE).toISOString(), rows: 500, score: 0.01, moved: 0, greatest: 0.05 })),
  features,
});

describe("features that moved", () => {
  const features = [moved("amount", 0.3, 0.4), moved("hour", 0.2), moved("score", 0.12), moved("still", 0)];

  it("lie above their own limits, the farthest first", () => {
    expect(features.map(hasMoved)).toEqual([false, true, true, false]);
    expect(byDistance(features).map(({ feature }) => feature)).toEqual(["hour", "score", "amount", "still"]);
  });

  it("are not moved at the limit itself, and a limit of nothing is no division", () => {
    expect(hasMoved(moved("a", 0.1))).toBe(false);
    expect(distance(moved("a", 0.1, 0))).toBe(Infinity);
    expect(distance(moved("a", 0, 0))).toBe(0);
  });

  it("are counted without the score, which is told apart", () => {
    expect(summaryOf(features)).toEqual({ moved: 1, all: 3, score: true });
    expect(summaryOf([])).toEqual({ moved: 0, all: 0, score: null });
  });

  it("give the limits of the two lines", () => {
    expect(limitsOf(features)).toEqual({ score: 0.1, greatest: moved("amount", 0.3, 0.4) });
    expect(limitsOf([])).toEqual({ score: null, greatest: null });
  });

  it("have bars that hold the farthest, up to four limits", () => {
    expect(barLength(features)).toBe(2);
    expect(barLength([moved("a", 0.01)])).toBe(1.5);
    expect(barLength([moved("a", 3)])).toBe(4);
    expect(bar(moved("a", 0.1), 2)).toBe(0.5);
    expect(bar(moved("a", 0.1, 0), 4)).toBe(1);
  });
});

describe("the course of drift", () => {
  it("is none without a sample", () => {
    expect(courseOf(drift([]))).toBeNull();
    expect(courseOf({ ...drift([]), points: [{ time: "soon", rows: 1, score: 0, moved: 0, greatest: 0 }] })).toBeNull();
  });

  it("shows a quarter of an hour at least, and a day at most, up to the newest sample", () => {
    expect(courseOf(drift([0, 1]))?.span).toEqual([NOON - 14 * MINUTE, NOON + MINUTE]);
    const long = courseOf(drift([-2_000, -1_440, -5, 0]));
    expect(long?.span).toEqual([NOON - 1_440 * MINUTE, NOON]);
    expect(long?.times).toHaveLength(3);
  });

  it("is in order, and as high as its lines and their limits", () => {
    const course = courseOf(drift([3, 1, 2], [moved("score", 0.01, 0.3), moved("hour", 0.05, 0.2)]));
    expect(course?.times).toEqual([1, 2, 3].map((minute) => NOON + minute * MINUTE));
    expect(course?.score).toEqual(course?.times.map((at) => [at, 0.01]));
    expect(course?.highest).toBe(0.3);
    expect(courseOf(drift([0]))?.highest).toBe(0.05);
  });
});
