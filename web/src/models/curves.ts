// The curves of the chosen runs beside each other: precision-recall, ROC and gains.
import { make } from "../elements";
import { t } from "../words";
import type { Curves } from "../wire";
import { createChart, type Axis, type ChartData, type Line, type Mark } from "./chart";
import type { Chosen } from "./choice";
import { swatch } from "./dom";
import { valueOf } from "./metrics";
import * as numbers from "./numbers";
import { nearest, type Point } from "./points";
import { STRETCHED, STRETCHED_TICKS, createScale, ticks } from "./scale";

type ChartName = "precision_recall" | "roc" | "gains";

/** A chosen run with its curves; null while they are loaded, or when they can not be had. */
export interface Drawn extends Chosen {
  readonly curves: Curves | null;
  readonly problem: string | null;
}

const STOPS = 200;
const UNIT: readonly [number, number] = [0, 1];
/** The chart begins with what a reader asks first: half of the frauds, a hundredth of the payments. */
const STARTS: Readonly<Record<ChartName, number>> = { precision_recall: 0.5, roc: 0.01, gains: 0.01 };

/** The CSS class of a slot's colour and dashes. */
export const placeOfSlot = (slot: number): string => `slot-${slot}`;

/** Makes the three charts in `element`, and returns what draws the runs. */
export function createCurves(element: HTMLElement): (drawn: readonly Drawn[]) => void {
  const words = t.models.curves;
  const legend = make("ul", "line-key");
  const stretch = make("input");
  stretch.type = "checkbox";
  stretch.checked = true;
  const label = make("label", "switch", stretch, words.stretch);
  label.title = words.stretchHelp;
  const note = make("p", "hint");
  const charts = (["precision_recall", "roc", "gains"] as const).map((name) => {
    const { title, help } = words.charts[name];
    const figure = make("figure", "", make("h3", "", title), make("p", "hint", help));
    return { name, figure, show: createChart(figure) };
  });
  const grid = make("div", "charts", ...charts.map(({ figure }) => figure));
  const keys = make("p", "hint", [words.keys, words.stretchHelp].join(" "));
  element.append(make("div", "tools", legend, label), note, grid, keys);
  let last: readonly Drawn[] = [];
  const draw = (): void => {
    drawLegend(legend, last);
    const problems = last.flatMap(({ run, problem }) => (problem === null ? [] : words.problem(run.name, problem)));
    note.textContent = last.length === 0 ? words.nothing : problems.join(" ");
    note.hidden = note.textContent === "";
    grid.hidden = keys.hidden = last.length === 0;
    for (const { name, show } of charts) show(chartOf(name, last, stretch.checked));
  };
  stretch.addEventListener("change", draw);
  return (drawn) => {
    last = drawn;
    draw();
  };
}

function drawLegend(legend: HTMLElement, drawn: readonly Drawn[]): void {
  const { ring, chance } = t.models.curves;
  const runs = drawn.map(({ run, slot }) => make("li", "", swatch(placeOfSlot(slot)), make("b", "", run.name)));
  const others = drawn.length === 0 ? [] : [make("li", "plain", ring), make("li", "plain", chance)];
  legend.replaceChildren(...runs, ...others);
}

function shareAxis(label: string, isStretched: boolean): Axis {
  return {
    label,
    domain: UNIT,
    ...(isStretched ? { power: STRETCHED, ticks: () => STRETCHED_TICKS } : { ticks: (most: number) => ticks(UNIT, Math.min(most, 5)) }),
    text: numbers.percent,
  };
}

/** What a chart shows of the runs. */
export function chartOf(name: ChartName, drawn: readonly Drawn[], isStretched: boolean): ChartData {
  const words = t.models.curves;
  const labels = {
    precision_recall: [words.recall, words.precision],
    roc: [words.falsePositives, words.truePositives],
    gains: [words.share, words.recall],
  } as const;
  const [across, up] = labels[name];
  const stretched = isStretched && name !== "precision_recall";
  const x = shareAxis(across, stretched);
  const scale = createScale(UNIT, [0, STOPS], x.power);
  const stops = Array.from({ length: STOPS + 1 }, (_, index) => Number(scale.from(index).toPrecision(3)));
  const lines = drawn.flatMap(({ run, slot, curves }): Line[] =>
    curves === null ? [] : [{ label: run.name, place: placeOfSlot(slot), points: curves[name] }],
  );
  return {
    title: words.charts[name].title,
    description: `${words.charts[name].help} ${words.describe(lines.map((line) => line.label))}`,
    x,
    y: shareAxis(up, false),
    lines,
    marks: drawn.flatMap((one): Mark[] => {
      const at = one.curves === null ? null : thresholdAt(name, one);
      return at === null ? [] : [{ place: placeOfSlot(one.slot), at }];
    }),
    levels: [],
    chance: name === "precision_recall" ? null : [[0, 0], [1, 1]],
    stops,
    start: nearest(stops, STARTS[name]),
    stopText: (stop) => words.at(across, numbers.finePercent(stop)),
    valueText: numbers.percent,
    more: () => null,
  };
}

/** Where the metrics at its threshold say that a run stands. */
function thresholdAt(name: ChartName, { run }: Chosen): Point | null {
  const [recall, precision, specificity] = ["recall", "precision", "specificity"].map((metric) => valueOf(run, metric));
  if (recall == null) return null;
  if (name === "precision_recall") return precision == null ? null : [recall, precision];
  if (name === "roc") return specificity == null ? null : [1 - specificity, recall];
  return null;
}
