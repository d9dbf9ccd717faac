// What the panel makes of a transaction: distances, the payments around it, features that are searched, a snooze.
import { describe, expect, it } from "vitest";
import { around } from "../../src/panel/past";
import { apart } from "../../src/panel/places";
import { featuresOf, featuresThat } from "../../src/panel/seen";
import { suppressionOf } from "../../src/panel/snooze";
import { ofAlert, ofStored } from "../../src/panel/subject";
import type { Before, StoredTransaction } from "../../src/wire";
import { alert } from "./events";

const at = (minute: number): string => new Date(Date.UTC(2025, 2, 1, 10, minute)).toISOString();
const payment = (minute: number): Before => ({ id: `p${minute}`, time: at(minute), amount: 1, terminal: "T" });

const STORED: StoredTransaction = {
  id: "1",
  time: at(0),
  decided: at(1),
  score: 0.9,
  decision: "block",
  threshold: 0.5,
  model: "m",
  model_version: "1a",
  title: "Paris",
  simulated: false,
  suppressed: true,
  features: [
    { feature: "a", value: 1 },
    { feature: "b", value: 2 },
    { feature: "c", value: null },
  ],
  words: { city: "Málaga", limits: [1, 2] },
  reasons: { base: 0, rest: 0, contributions: [{ feature: "b", value: 2, contribution: -1, reason: null }, { feature: "c", value: null, contribution: 3, reason: "c says it" }] },
  history: [],
};

describe("the way between two places", () => {
  const paris = { latitude: 48.857, longitude: 2.352 };

  it("is measured along the surface", () => {
    expect(apart(paris, { latitude: 51.507, longitude: -0.128 })).toBeCloseTo(343.5, 0);
    expect(apart(paris, paris)).toBe(0);
    expect(apart({ latitude: 0, longitude: 179 }, { latitude: 0, longitude: -179 })).toBeCloseTo(222.4, 1);
    expect(apart({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 })).toBeCloseTo(20_015, 0);
  });

  it("is not known when one of them isn't", () => {
    expect(apart(paris, {})).toBeNull();
    expect(apart({ latitude: null, longitude: null }, paris)).toBeNull();
    expect(apart({ latitude: 99, longitude: 0 }, paris)).toBeNull();
  });
});

describe("payments around a transaction", () => {
  const ids = (history: readonly Before[], most: number) => around({ history: [...history], time: at(0) }, most).map((one) => one?.id ?? "here");

  it("stand newest first, with itself among them", () => {
    expect(ids([payment(9), payment(5), payment(-5), payment(-9)], 8)).toEqual(["p9", "p5", "here", "p-5", "p-9"]);
    expect(ids([], 8)).toEqual(["here"]);
  });

  it("are those next to it when there are too many, most of them before it", () => {
    const after = [9, 8, 7, 6, 5].map(payment);
    const before = [-1, -2, -3, -4, -5, -6].map(payment);
    expect(ids([...after, ...before], 6)).toEqual(["p6", "p5", "here", "p-1", "p-2", "p-3", "p-4"]);
    expect(ids([...after, payment(-1)], 4)).toEqual(["p7", "p6", "p5", "here", "p-1"]);
    expect(ids([...after, ...before], Infinity)).toHaveLength(12);
  });
});

describe("features", () => {
  it("stand by how much they moved the score, then as the model has them, then what was said", () => {
    expect(featuresOf(STORED).map(({ text }) => text)).toEqual(["c says it", "b = 2", "a = 1", "city = Málaga", "limits = [1,2]"]);
    expect(featuresOf({ ...STORED, reasons: null }).map(({ name }) => name)).toEqual(["a", "b", "c", "city", "limits"]);
  });

  it("are found by name and by words, without accents", () => {
    const names = (text: string) => featuresThat(featuresOf(STORED), text).map(({ name }) => name);
    expect(names("MALAGA")).toEqual(["city"]);
    expect(names("says c")).toEqual(["c"]);
    expect(names("  ")).toHaveLength(5);
    expect(names("nothing")).toEqual([]);
  });
});

describe("a snooze", () => {
  const whom = { kind: "terminal", id: "T3" } as const;
  const now = Date.UTC(2025, 2, 1, 10);

  it("ends after some hours, or never", () => {
    expect(suppressionOf(whom, 24, "", now)).toEqual({ ...whom, until: "2025-03-02T10:00:00.000Z" });
    expect(suppressionOf(whom, null, "", now)).toEqual(whom);
  });

  it("has a reason when one was given", () => {
    expect(suppressionOf(whom, null, "  tests ", now)).toEqual({ ...whom, reason: "tests" });
  });
});

describe("what is told of a transaction", () => {
  it("is what the alert knows, and more once it is loaded", () => {
    expect(ofAlert(alert(1))).toMatchObject({ id: "1", threshold: null, customer: null, modelVersion: null, amount: null, place: null });
    expect(ofStored(STORED)).toMatchObject({ threshold: 0.5, modelVersion: "1a", suppressed: true, customer: null, country: null });
    expect(ofStored({ ...STORED, customer: "C", latitude: 1, longitude: 2 })).toMatchObject({ customer: "C", place: { latitude: 1, longitude: 2 } });
  });
});
