// Which runs are compared. Each has a slot, which is its colour: it keeps it while others come and go.
import type { Run } from "../wire";

/** So many can be told apart in a chart. */
export const MOST = 4;

/** A name or nobody, by slot. */
export type Choice = readonly (string | null)[];

const NOBODY: Choice = Array.from({ length: MOST }, () => null);

/** Those that are in service, else the first run. */
export function firstChoice(runs: readonly Run[]): Choice {
  const inService = ["serving", "shadow"].flatMap((role) => runs.find((run) => run.role === role)?.name ?? []);
  const names = inService.length > 0 ? inService : runs.slice(0, 1).map((run) => run.name);
  return NOBODY.map((_, slot) => names[slot] ?? null);
}

/** Takes a run in or out; the same choice when there is no room. */
export function toggled(choice: Choice, name: string): Choice {
  const slot = choice.indexOf(name);
  const place = slot >= 0 ? slot : choice.indexOf(null);
  if (place < 0) return choice;
  return choice.map((other, index) => (index !== place ? other : slot >= 0 ? null : name));
}

/** Without those that are no longer there. */
export function kept(choice: Choice, runs: readonly Run[]): Choice {
  const names = new Set(runs.map((run) => run.name));
  return choice.map((name) => (name !== null && names.has(name) ? name : null));
}

/** A chosen run and its slot. */
export interface Chosen {
  readonly run: Run;
  readonly slot: number;
}

/** The chosen runs by slot, the one in service first: others are measured against the first. */
export function chosenRuns(choice: Choice, runs: readonly Run[]): Chosen[] {
  const found = choice.flatMap((name, slot) => {
    const run = name === null ? undefined : runs.find((candidate) => candidate.name === name);
    return run === undefined ? [] : [{ run, slot }];
  });
  return found.sort((left, right) => Number(right.run.role === "serving") - Number(left.run.role === "serving"));
}
