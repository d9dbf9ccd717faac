// Drift over time: how far the score and the features have moved from what the model was validated on.
import { make } from "../elements";
import { t } from "../words";
import type { Drift, DriftPoint, Moved } from "../wire";
import { createChart, type ChartData, type Level } from "./chart";
import { swatch } from "./dom";
import { GAP_MS, courseOf, limitsOf, summaryOf, type Course } from "./drifting";
import { createFeatures } from "./features";
import * as numbers from "./numbers";
import { roomy, ticks, timeTicks } from "./scale";

const MINUTE_MS = 60_000;

/** Makes the section's content in `element`, and returns what draws an answer of the server. */
export function createDrift(element: HTMLElement): (drift: Drift) => void {
  const words = t.models.drift;
  const headline = make("p", "headline");
  const legend = make("ul", "line-key");
  const figure = make("figure", "", headline, legend);
  const showChart = createChart(figure);
  const none = make("p", "hint");
  const features = make("div", "features");
  const showFeatures = createFeatures(features);
  element.append(make("div", "drift", make("div", "", none, figure), features, explanation()));
  return (drift) => {
    const course = courseOf(drift);
    const last = drift.points.at(-1);
    none.textContent = drift.features.length === 0 ? words.none : words.noCourse;
    none.hidden = drift.features.length > 0 && course !== null;
    figure.hidden = drift.features.length === 0 && course === null;
    figure.classList.toggle("empty", course === null);
    drawHeadline(headline, drift, last);
    drawLegend(legend, drift);
    if (course !== null) showChart(chartOf(drift, course));
    showFeatures(drift.features);
  };
}

function drawHeadline(headline: HTMLElement, { features }: Drift, last: DriftPoint | undefined): void {
  const words = t.models.drift;
  const { moved, all, score } = summaryOf(features);
  const when = last === undefined ? "" : words.rows(numbers.count(last.rows), numbers.hour(Date.parse(last.time)));
  const parts = [make("strong", moved > 0 ? "bad" : "", words.count(moved, all))];
  if (score !== null) parts.push(make("strong", score ? "bad" : "", score ? words.scoreMoved : words.scoreSteady));
  headline.replaceChildren(...(features.length === 0 ? [] : parts), make("span", "", when));
}

function drawLegend(legend: HTMLElement, { features }: Drift): void {
  const words = t.models.drift;
  const limits = limitsOf(features);
  const greatest = limits.greatest === null ? words.greatest : `${words.greatest} (${limits.greatest.feature})`;
  const items = [item("slot-0", words.score), item("slot-1", greatest)];
  const names: Readonly<Record<string, string>> = { "slot-0": words.scoreLimit, "slot-1": words.greatestLimit, both: words.bothLimits };
  for (const { place, value } of levelsOf(features)) items.push(item(`level ${place}`, `${names[place]} ${numbers.index(value)}`));
  legend.replaceChildren(...items);
}

/** The limits as lines; one when both are the same. */
function levelsOf(features: readonly Moved[]): Level[] {
  const { score, greatest } = limitsOf(features);
  if (score !== null && score === greatest?.limit) return [{ place: "both", value: score }];
  const levels = greatest === null ? [] : [{ place: "slot-1", value: greatest.limit }];
  return score === null ? levels : [{ place: "slot-0", value: score }, ...levels];
}

const item = (place: string, text: string): HTMLElement => make("li", "", swatch(place), text);

/** What the chart over time shows. */
export function chartOf(drift: Drift, course: Course): ChartData {
  const words = t.models.drift;
  const top = roomy(course.highest);
  const at = new Map(drift.points.map((point) => [Date.parse(point.time), point]));
  // The clock of the reader: full hours are his.
  const offset = new Date(course.span[1]).getTimezoneOffset();
  return {
    title: words.chart,
    description: words.describe(numbers.moment(course.span[0]), numbers.moment(course.span[1])),
    x: { label: words.time, domain: course.span, ticks: (most) => timeTicks(course.span, most, offset), text: numbers.hour },
    y: { label: words.index, domain: [0, top], ticks: (most) => ticks([0, top], Math.min(most, 6)), text: numbers.short },
    lines: [
      { label: words.score, place: "slot-0", points: course.score, gap: GAP_MS },
      { label: words.greatest, place: "slot-1", points: course.greatest, gap: GAP_MS },
    ],
    marks: [],
    levels: levelsOf(drift.features),
    chance: null,
    stops: course.times,
    start: course.times.length - 1,
    stopText: (stop) => (course.span[1] - course.span[0] < 60 * MINUTE_MS ? numbers.hour(stop) : numbers.moment(stop)),
    valueText: numbers.index,
    more: (stop) => {
      const point = at.get(stop);
      return point === undefined ? null : words.movedThen(point.moved, numbers.count(point.rows));
    },
  };
}

function explanation(): HTMLElement {
  const words = t.models.drift;
  return make(
    "aside",
    "explanation",
    make("h3", "", words.what),
    make("p", "", words.whatHelp),
    make("p", "", words.limitHelp),
    make("h3", "", words.todo),
    make("ol", "", ...words.todos.map((todo) => make("li", "", todo))),
  );
}
