// The shape behind the scrubber, and moments in fields.
import { describe, expect, it } from "vitest";
import { countsOf, pathOf } from "../../src/time/density";
import { fieldText } from "../../src/time/period";

describe("the shape of a period", () => {
  it("counts alerts in equal parts; those at the very end belong to the last", () => {
    expect(countsOf([0, 1, 25, 99, 100], 0, 100, 4)).toEqual([2, 1, 0, 2]);
    expect(countsOf([], 0, 100, 2)).toEqual([0, 0]);
  });

  it("is drawn by roots, so that few are seen beside many", () => {
    expect(pathOf([0, 1, 100], 20)).toBe("M1 20v-2h1V20zM2 20v-20h1V20z");
    expect(pathOf([0, 0], 20)).toBe("");
  });
});

describe("a moment in a field", () => {
  it("is the same moment when it is read again, to the minute", () => {
    for (const text of ["2025-03-01T10:07", "2025-12-31T23:59", "0999-01-02T03:04"]) {
      expect(fieldText(new Date(text).getTime())).toBe(text);
    }
    expect(fieldText(new Date("2025-03-01T10:07:59.9").getTime())).toBe("2025-03-01T10:07");
  });
});
