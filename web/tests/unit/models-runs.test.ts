// The table of runs: columns, best values, order; which runs are compared.
import { describe, expect, it } from "vitest";
import { MOST, chosenRuns, firstChoice, kept, toggled } from "../../src/models/choice";
import { betterOf, bestOf, cardsADay, columnsOf, differentRows, known, reordered, sorted, valueOf } from "../../src/models/metrics";
import type { Run } from "../../src/wire";

const run = (name: string, metrics: Run["metrics"], role?: string, block: number | null = 0.9): Run => ({
  name,
  version: `${name}-1`,
  kind: "lightgbm",
  ...(role === undefined ? {} : { role }),
  thresholds: { review: 0.5, block },
  metrics,
});

const names = (runs: readonly Run[]): string[] => runs.map(({ name }) => name);

describe("metrics", () => {
  it("know which direction is better, also of cards a day", () => {
    expect(betterOf("average_precision")).toBe("more");
    expect(betterOf("log_loss")).toBe("less");
    expect(betterOf("rows")).toBeNull();
    expect(betterOf("card_precision_at_100")).toBe("more");
    expect(cardsADay("card_precision_at_25")).toBe(25);
    expect(cardsADay("card_precision_at_many")).toBeNull();
  });

  it("are not fooled by names that every object has", () => {
    expect(known("constructor")).toBeNull();
    expect(betterOf("toString")).toBeNull();
    expect(valueOf(run("a", {}), "toString")).toBeNull();
  });

  it("are columns: the main ones at first, all on demand, unknown ones last", () => {
    const runs = [run("a", { zeta: 1, brier: 0.1, rows: 10, alpha: 2 }), run("b", { roc_auc: 0.9, mcc: NaN })];
    expect(columnsOf(runs, false)).toEqual(["roc_auc", "brier"]);
    expect(columnsOf(runs, true)).toEqual(["roc_auc", "brier", "rows", "alpha", "zeta"]);
    expect(columnsOf([], true)).toEqual([]);
  });

  it("have a best value only where somebody is ahead", () => {
    const runs = [run("a", { roc_auc: 0.9, log_loss: 0.2, rows: 1 }), run("b", { roc_auc: 0.8, log_loss: 0.1, rows: 2 })];
    expect(bestOf(runs, "roc_auc")).toBe(0.9);
    expect(bestOf(runs, "log_loss")).toBe(0.1);
    expect(bestOf(runs, "rows")).toBeNull();
    expect(bestOf(runs, "house_metric")).toBeNull();
    expect(bestOf(runs.slice(0, 1), "roc_auc")).toBeNull();
    expect(bestOf([run("a", { f1: 0.5 }), run("b", { f1: 0.5 })], "f1")).toBeNull();
    expect(bestOf([run("a", { f1: 0.5 }), run("b", {})], "f1")).toBeNull();
  });

  it("tell whether runs were measured on other rows", () => {
    expect(differentRows([run("a", { rows: 10, positives: 2 }), run("b", { rows: 10, positives: 2 })])).toBe(false);
    expect(differentRows([run("a", { rows: 10 }), run("b", { rows: 11 })])).toBe(true);
    expect(differentRows([run("a", { rows: 10 }), run("b", {})])).toBe(false);
  });
});

describe("the order of runs", () => {
  const runs = [run("run-10", { f1: 0.2 }), run("run-9", { f1: 0.7 }, undefined, null), run("none", {}), run("same", { f1: 0.7 })];

  it("goes by a metric, runs without it last either way, equal ones by name", () => {
    expect(names(sorted(runs, { column: "f1", ascending: false }))).toEqual(["run-9", "same", "run-10", "none"]);
    expect(names(sorted(runs, { column: "f1", ascending: true }))).toEqual(["run-10", "run-9", "same", "none"]);
  });

  it("goes by name as people count, and by thresholds", () => {
    expect(names(sorted(runs, { column: ":name", ascending: true }))).toEqual(["none", "run-9", "run-10", "same"]);
    expect(names(sorted(runs, { column: ":block", ascending: true })).at(-1)).toBe("run-9");
  });

  it("starts with the best, and turns round the second time", () => {
    const start = { column: "f1", ascending: false };
    expect(reordered(start, "f1")).toEqual({ column: "f1", ascending: true });
    expect(reordered(start, "log_loss")).toEqual({ column: "log_loss", ascending: true });
    expect(reordered(start, "roc_auc")).toEqual({ column: "roc_auc", ascending: false });
    expect(reordered(start, ":name")).toEqual({ column: ":name", ascending: true });
  });
});

describe("the choice", () => {
  const runs = [run("a", {}), run("b", {}, "shadow"), run("c", {}, "serving"), run("d", {}), run("e", {}), run("f", {})];

  it("is the served run and its shadow at first, else the first run", () => {
    expect(firstChoice(runs)).toEqual(["c", "b", null, null]);
    expect(firstChoice(runs.slice(0, 1))).toEqual(["a", null, null, null]);
    expect(firstChoice([])).toEqual([null, null, null, null]);
  });

  it("takes runs in and out; each keeps its slot, and there is no fifth", () => {
    let choice = ["a", "d", "e"].reduce(toggled, firstChoice(runs));
    expect(choice).toEqual(["c", "b", "a", "d"]);
    expect(choice).toHaveLength(MOST);
    expect(toggled(choice, "f")).toBe(choice);
    choice = toggled(choice, "b");
    expect(choice).toEqual(["c", null, "a", "d"]);
    expect(toggled(choice, "f")).toEqual(["c", "f", "a", "d"]);
  });

  it("lets go of runs that are no longer there", () => {
    expect(kept(["c", "b", "x", null], runs)).toEqual(["c", "b", null, null]);
  });

  it("names the served run first, whatever its slot", () => {
    expect(chosenRuns(["b", null, "c", "x"], runs).map(({ run: { name }, slot }) => [name, slot])).toEqual([["c", 2], ["b", 0]]);
  });
});
