// How each filter that is in force is called.
import { describe, expect, it } from "vitest";
import { activeFilters, without } from "../../src/feed/active";
import { NO_FILTERS, isFiltering, type Filters } from "../../src/filters";

describe("the filters in force", () => {
  it("are named one by one", () => {
    const filters: Filters = { text: " par ", minScore: 0.8, minAmount: 1_250, country: "BR", model: "bank", decision: "block" };
    expect(activeFilters(filters).map(({ key, text }) => `${key}: ${text}`)).toEqual([
      "text: “par”",
      "decision: blocked",
      "minScore: score ≥ 80.0\u00a0%",
      "minAmount: amount ≥ 1,250.00",
      "country: Brazil",
      "model: bank",
    ]);
    expect(activeFilters(NO_FILTERS)).toEqual([]);
  });

  it("can be taken back one by one", () => {
    let filters: Filters = { ...NO_FILTERS, minScore: 0.5, country: "BR" };
    filters = { ...filters, ...without("country") };
    expect(activeFilters(filters).map(({ key }) => key)).toEqual(["minScore"]);
    expect(isFiltering({ ...filters, ...without("minScore") })).toBe(false);
  });
});
