// Which alerts are wanted.
import { describe, expect, it } from "vitest";
import { NO_FILTERS, isFiltering, matches, type Filters } from "../../src/filters";
import { alert } from "./events";

const event = alert("tx-42", { title: "São Paulo", country: "BR", amount: 99.5, score: 0.8, model: "bank-lightgbm", decision: "block" });
const wants = (patch: Partial<Filters>): boolean => matches(event, { ...NO_FILTERS, ...patch });

describe("filters", () => {
  it("want everything at first", () => {
    expect(wants({})).toBe(true);
    expect(isFiltering(NO_FILTERS)).toBe(false);
    expect(isFiltering({ ...NO_FILTERS, minScore: 0.1 })).toBe(true);
  });

  it("search id, place, country and model, without case and accents", () => {
    for (const text of ["TX-4", "sao pau", "São", "brazil", "br", "lightgbm", "  paulo "]) expect(wants({ text }), text).toBe(true);
    for (const text of ["tx-43", "paris", "tx-42 são"]) expect(wants({ text }), text).toBe(false);
  });

  it("hold scores and amounts against a limit that still belongs to what is wanted", () => {
    expect([wants({ minScore: 0.8 }), wants({ minScore: 0.81 })]).toEqual([true, false]);
    expect([wants({ minAmount: 99.5 }), wants({ minAmount: 100 })]).toEqual([true, false]);
    expect(matches(alert(1), { ...NO_FILTERS, minAmount: 1 }), "no amount is known").toBe(false);
  });

  it("want one country, model or decision, all at the same time", () => {
    expect([wants({ country: "BR" }), wants({ country: "FR" })]).toEqual([true, false]);
    expect([wants({ model: "bank-lightgbm" }), wants({ model: "bank" })]).toEqual([true, false]);
    expect([wants({ decision: "block" }), wants({ decision: "review" })]).toEqual([true, false]);
    expect(wants({ country: "BR", decision: "review" })).toBe(false);
    expect(matches(alert(1), { ...NO_FILTERS, country: "FR" }), "no country is known").toBe(false);
  });
});
