// How the chosen runs differ: each metric of each, held against the first.
import { make } from "../elements";
import { t } from "../words";
import type { Chosen } from "./choice";
import { placeOfSlot } from "./curves";
import { swatch, unseen } from "./dom";
import { betterOf, columnsOf, differentRows, valueOf } from "./metrics";
import * as numbers from "./numbers";
import { scrolling } from "./table";

/** Differences that are smaller are none: metrics are written with four digits. */
const LEAST = 0.00005;

/** Draws the table of differences in `element`. */
export function drawDifferences(element: HTMLElement, chosen: readonly Chosen[]): void {
  const words = t.models.difference;
  const [first] = chosen;
  const runs = chosen.map(({ run }) => run);
  const notes = [];
  if (chosen.length === 1) notes.push(words.one);
  if (differentRows(runs)) notes.push(words.differentRows);
  const head = make("tr", "", columnHead(words.metric), ...chosen.map((one) => runHead(one, first)), meaning("th"));
  const rows = columnsOf(runs, true)
    .filter((name) => betterOf(name) !== null)
    .map((name) => row(name, chosen));
  const table = make("table", "differences", make("caption", "unseen", words.title), make("thead", "", head), make("tbody", "", ...rows));
  element.hidden = first === undefined || rows.length === 0;
  element.replaceChildren(
    make("h3", "", words.title),
    ...notes.map((note) => make("p", "hint", note)),
    scrolling(table, words.title),
  );
}

function columnHead(...children: (Node | string)[]): HTMLElement {
  const head = make("th", "", ...children);
  head.scope = "col";
  return head;
}

function runHead({ run, slot }: Chosen, first: Chosen | undefined): HTMLElement {
  const head = columnHead(make("span", "", swatch(placeOfSlot(slot)), run.name));
  head.classList.add("number");
  if (first !== undefined && first.run !== run) head.append(make("small", "", t.models.difference.against(first.run.name)));
  return head;
}

function row(name: string, chosen: readonly Chosen[]): HTMLElement {
  const head = make("th", "", numbers.metricName(name));
  head.scope = "row";
  const [first] = chosen;
  const base = first === undefined ? null : valueOf(first.run, name);
  const cells = chosen.map((one) => {
    const value = valueOf(one.run, name);
    const cell = make("td", "number", make("span", "", numbers.metric(name, value)));
    if (one !== first && value !== null && base !== null) cell.append(change(name, value - base));
    return cell;
  });
  return make("tr", "", head, ...cells, meaning("td", numbers.metricWords(name)?.help));
}

/** What a metric means, where there is room for it. */
function meaning(tag: "th" | "td", text = ""): HTMLElement {
  if (tag === "td") return make("td", "meaning", text);
  const head = columnHead(t.models.difference.meaning);
  head.classList.add("meaning");
  return head;
}

function change(name: string, by: number): HTMLElement {
  const words = t.models.difference;
  if (Math.abs(by) < LEAST) return make("small", "same", "=", unseen(` ${words.same}`));
  const isBetter = by > 0 === (betterOf(name) === "more");
  const sign = make("i", "", isBetter ? "▲" : "▼");
  sign.setAttribute("aria-hidden", "true");
  const word = unseen(` ${isBetter ? words.better : words.worse}`);
  return make("small", isBetter ? "better" : "worse", sign, numbers.difference(name, by), word);
}
