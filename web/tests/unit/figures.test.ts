// Numbers of the feed, the panel and the histogram.
import { describe, expect, it } from "vitest";
import { ago, distance, number, option, percent, raw, share, signed, signedCount, threshold } from "../../src/figures";

describe("figures", () => {
  it("have two decimals at most, and more where they are small", () => {
    expect([0, 3, 1_234.567, 0.0123, 0.0031, -0.00047].map(number)).toEqual(["0", "3", "1,234.57", "0.01", "0.0031", "−0.00047"]);
  });

  it("have a sign where they are added", () => {
    expect([1.2, -0.4, 0].map(signed)).toEqual(["+1.20", "−0.40", "0.00"]);
    expect([1_204, -12, 0].map(signedCount)).toEqual(["+1,204", "−12", "0"]);
    expect(raw(-4.2)).toBe("−4.20");
  });

  it("never make nothing of a small share", () => {
    expect([share(1, 3), share(1, 1_000_000), share(0, 5), share(5, 5), share(0, 0)]).toEqual(["33.33\u00a0%", "<\u00a00.01\u00a0%", "0\u00a0%", "100\u00a0%", "0\u00a0%"]);
  });

  it("write thresholds for people and for a command line", () => {
    expect([0.4, 0.383, 1].map(threshold)).toEqual(["0.40", "0.383", "1.00"]);
    expect([0.4, 0.38271567952546].map(option)).toEqual(["0.4", "0.382716"]);
    expect(percent(0.38271)).toBe("38.27\u00a0%");
  });

  it("write ages, and take what lies ahead by another clock as now", () => {
    const seconds = [-60, 0, 2.9, 3, 59, 60, 3_599, 3_600, 172_799, 172_800];
    expect(seconds.map((age) => ago(age * 1_000))).toEqual(["now", "now", "now", "3 s ago", "59 s ago", "1 min ago", "59 min ago", "1 h ago", "47 h ago", "2 d ago"]);
  });

  it("write distances", () => {
    expect([0.034, 0.85, 1, 12.4, 20_015].map(distance)).toEqual(["30\u00a0m", "850\u00a0m", "1\u00a0km", "12\u00a0km", "20,015\u00a0km"]);
  });
});
