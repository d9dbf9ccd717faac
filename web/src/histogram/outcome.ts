// What thresholds make of today's decisions, those in force beside those that are tried, and how the latter are put into force.
import { button, make, setText } from "../elements";
import { option, share, signedCount } from "../figures";
import * as format from "../format";
import { t } from "../words";
import { command, isExact, outcome, total, type Limits, type Outcome } from "./bins";

export interface Compared {
  readonly all: number;
  readonly inForce: Outcome;
  readonly tried: Outcome;
}

export function compared(bins: readonly number[], inForce: Limits, tried: Limits): Compared {
  return { all: total(bins), inForce: outcome(bins, inForce), tried: outcome(bins, tried) };
}

export interface OutcomeView {
  readonly element: HTMLElement;
  readonly draw: (compared: Compared, inForce: Limits, tried: Limits) => void;
}

const ROWS = [
  ["alerts", "review"],
  ["blocked", "block"],
] as const;

export function createOutcome(onReset: () => void): OutcomeView {
  const words = t.histogram;
  const cells = ROWS.map(([what]) => ({ name: words[what], inForce: make("td"), tried: make("td"), difference: make("td") }));
  const head = ["", words.inForce, words.tried, words.difference].map((name) => (name === "" ? make("td") : scoped("col", name)));
  const table = make(
    "table",
    "",
    make("caption", "unseen", words.caption),
    make("thead", "", make("tr", "", ...head)),
    make("tbody", "", ...cells.map((row) => make("tr", "", scoped("row", row.name), row.inForce, row.tried, row.difference))),
  );
  const line = make("code");
  const copy = button("quiet", words.copy, () => void copied(line).then((text) => setText(copy, text)));
  const hint = make("p", "hint", words.hint);
  const trial = make(
    "div",
    "trial",
    make("p", "hint", words.trial),
    line,
    make("div", "buttons", copy, button("quiet", words.reset, onReset)),
  );

  return {
    element: make("div", "outcome", table, hint, trial),
    draw({ all, ...counted }, inForce, tried) {
      ROWS.forEach(([what, which], index) => {
        const row = cells[index];
        if (row === undefined) return;
        write(row.inForce, counted.inForce[what], all, isExact(inForce[which]));
        write(row.tried, counted.tried[what], all, isExact(tried[which]));
        const difference = counted.tried[what] - counted.inForce[what];
        setText(row.difference, signedCount(difference));
        row.difference.className = difference > 0 ? "more" : difference < 0 ? "less" : "";
      });
      const isTried = tried.review !== inForce.review || tried.block !== inForce.block;
      hint.hidden = isTried;
      trial.hidden = !isTried;
      const wanted = command(tried, inForce, option);
      if (line.textContent === wanted) return;
      setText(line, wanted);
      setText(copy, words.copy);
    },
  };
}

/** A threshold within a bin leaves open on which side some of its scores lie. */
function write(cell: HTMLElement, count: number, all: number, exact: boolean): void {
  const text = `${exact ? "" : "≈\u00a0"}${format.count(count)}`;
  const part = share(count, all);
  const [first, small] = cell.children;
  if (first instanceof HTMLElement && small instanceof HTMLElement) {
    setText(first, text);
    setText(small, part);
  } else cell.replaceChildren(make("span", "", text), " ", make("small", "", part));
}

/** Copies the text, or selects it where a page may not copy; says which. */
async function copied(line: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(line.textContent ?? "");
    return t.histogram.copied;
  } catch {
    getSelection()?.selectAllChildren(line);
    return t.histogram.copyFailed;
  }
}

function scoped(scope: "col" | "row", text: string): HTMLElement {
  const head = make("th", "", text);
  head.scope = scope;
  return head;
}
