// The waterfall: what moved the score, step by step, as bars for the eye and as a table for the screen reader.
import { make } from "../elements";
import { raw, signed } from "../figures";
import * as format from "../format";
import { t } from "../words";
import type { Reasons } from "../wire";
import { waterfall, type Step, type Waterfall } from "./waterfall";
import { inWords } from "./wording";

/** Fills `element` with the reasons of a score. */
export function drawReasons(element: HTMLElement, reasons: Reasons, score: number): void {
  const falls = waterfall(reasons);
  const total = t.panel.rawIs(raw(falls.raw), format.score(score));
  element.replaceChildren(bars(falls, total), table(falls, total), make("p", "hint", t.panel.whyHelp));
}

const nameOf = ({ contribution }: Step): string =>
  contribution === null ? t.panel.rest : inWords(contribution.feature, contribution.value, contribution.reason);

function bars({ base, steps, start, end }: Waterfall, total: string): HTMLElement {
  const list = make(
    "ol",
    "waterfall",
    bar("edge", t.panel.base, raw(base), start, start),
    ...steps.map((step) => {
      const isUp = step.adds > 0;
      const row = bar(isUp ? "up" : "down", nameOf(step), signed(step.adds), step.from, step.to);
      if (step.contribution !== null) row.title = step.contribution.feature;
      return row;
    }),
    bar("edge total", t.panel.raw, total, end, end),
  );
  list.setAttribute("aria-hidden", "true");
  return list;
}

/** A line of words with its number, and below it the bar; what has no length is a mark. */
function bar(kind: string, name: string, value: string, from: number, to: number): HTMLElement {
  const fill = make("i");
  fill.style.left = `${from * 100}%`;
  fill.style.width = `${(to - from) * 100}%`;
  return make("li", kind, make("span", "name", name), make("span", "value", value), make("span", "track", fill));
}

function table({ base, steps }: Waterfall, total: string): HTMLElement {
  const { step, adds, sum, reasonsTable } = t.panel;
  const head = make("tr", "", ...[step, adds, sum].map((name) => scoped("col", name)));
  const row = (name: string, added: string, made: string): HTMLElement =>
    make("tr", "", scoped("row", name), make("td", "", added), make("td", "", made));
  return make(
    "table",
    "unseen",
    make("caption", "", reasonsTable),
    make("thead", "", head),
    make(
      "tbody",
      "",
      row(t.panel.base, "", raw(base)),
      ...steps.map((one) => row(nameOf(one), signed(one.adds), raw(one.sum))),
      row(t.panel.raw, "", total),
    ),
  );
}

function scoped(scope: "col" | "row", text: string): HTMLElement {
  const head = make("th", "", text);
  head.scope = scope;
  return head;
}
