// Joins the table of runs with the curves and differences of those that are chosen in it.
import { Refused, fetchCurves } from "../api";
import { make } from "../elements";
import { t } from "../words";
import type { Curves, Run } from "../wire";
import { chosenRuns, firstChoice, kept, toggled, type Choice } from "./choice";
import { createCurves, type Drawn } from "./curves";
import { drawDifferences } from "./differences";
import { explain, type Section } from "./section";
import { createTable } from "./table";

interface Answer {
  readonly curves: Curves | null;
  readonly problem: string | null;
}

const WAITING: Answer = { curves: null, problem: null };

/** Fills both sections, and returns what shows the runs. */
export function createComparison(table: Section, below: Section): (runs: readonly Run[]) => void {
  const charts = make("div");
  const differences = make("div", "difference");
  below.body.append(charts, differences);
  // Until there are runs, nothing can be chosen.
  below.element.hidden = true;
  const showCurves = createCurves(charts);
  const showTable = createTable(table.body, (name) => {
    isChosenByHand = true;
    choice = toggled(choice, name);
    draw();
  }).show;

  let runs: readonly Run[] = [];
  let choice: Choice = [];
  let isChosenByHand = false;
  const answers = new Map<string, Answer>();

  const ask = async (run: Run): Promise<void> => {
    const key = keyOf(run);
    answers.set(key, WAITING);
    try {
      answers.set(key, { curves: await fetchCurves(run.name), problem: null });
    } catch (error) {
      const isMissing = error instanceof Refused && error.status === 404;
      answers.set(key, { curves: null, problem: isMissing ? t.models.curves.none : explain(error) });
    }
    drawCurves();
  };
  const drawCurves = (): void => {
    const drawn = chosenRuns(choice, runs).map((chosen): Drawn => ({ ...chosen, ...(answers.get(keyOf(chosen.run)) ?? WAITING) }));
    showCurves(drawn);
  };
  const draw = (): void => {
    const chosen = chosenRuns(choice, runs);
    for (const { run } of chosen) if (!answers.has(keyOf(run))) void ask(run);
    showTable(runs, choice);
    drawCurves();
    drawDifferences(differences, chosen);
    below.element.hidden = runs.length === 0;
    below.ready();
  };

  return (next) => {
    if (JSON.stringify(next) !== JSON.stringify(runs)) runs = next;
    choice = isChosenByHand ? kept(choice, runs) : firstChoice(runs);
    // What could not be had may be there now.
    for (const [key, { problem }] of answers) if (problem !== null) answers.delete(key);
    draw();
  };
}

/** Another model may have been trained under the name. */
const keyOf = ({ name, version }: Run): string => `${name} ${version}`;
