// The table of all runs: sorted by any column, the best value of each marked, up to four chosen to compare.
import { button, make } from "../elements";
import { t } from "../words";
import type { Run } from "../wire";
import { roleBadge } from "./cards";
import { MOST, type Choice } from "./choice";
import { unseen } from "./dom";
import { bestOf, betterOf, columnsOf, reordered, sorted, valueOf, type Order } from "./metrics";
import * as numbers from "./numbers";

export interface RunsTable {
  readonly show: (runs: readonly Run[], choice: Choice) => void;
}

/** Makes the table in `element`; `onToggle` is called with the name of a run. */
export function createTable(element: HTMLElement, onToggle: (name: string) => void): RunsTable {
  const words = t.models.runs;
  const spoken = make("p", "unseen");
  spoken.setAttribute("role", "status");
  const note = make("p", "hint");
  const more = button("quiet", words.more, () => {
    all = !all;
    draw();
  });
  const head = make("tr");
  const body = make("tbody");
  const caption = make("caption", "unseen", words.caption);
  const box = scrolling(make("table", "runs", caption, make("thead", "", head), body), words.caption);
  const glossary = make("dl");
  const explained = make("details", "glossary", make("summary", "", words.glossary), glossary);
  element.append(make("div", "tools", note, more), box, explained, spoken);

  let shown: readonly Run[] = [];
  let choice: Choice = [];
  let all = false;
  let order: Order = { column: "average_precision", ascending: false };
  const rows = new Map<string, { row: HTMLTableRowElement; box: HTMLInputElement }>();

  const draw = (): void => {
    const columns = columnsOf(shown, all);
    drawHead(head, columns, order);
    more.textContent = all ? words.fewer : words.more;
    more.setAttribute("aria-expanded", String(all));
    more.hidden = columnsOf(shown, true).length === columnsOf(shown, false).length;
    const bests = new Map(columns.map((name) => [name, bestOf(shown, name)]));
    rows.clear();
    const drawn = sorted(shown, order).map((run) => {
      const made = createRow(run, columns, bests);
      rows.set(run.name, made);
      return made.row;
    });
    body.replaceChildren(...drawn);
    drawGlossary(glossary, columns);
    drawChoice();
  };
  const drawChoice = (): void => {
    const count = choice.filter((name) => name !== null).length;
    for (const [name, { row, box: checkbox }] of rows) {
      const slot = choice.indexOf(name);
      checkbox.checked = slot >= 0;
      checkbox.disabled = slot < 0 && count >= MOST;
      row.dataset.slot = slot < 0 ? "" : String(slot);
    }
    note.textContent = shown.length === 0 ? words.none : `${words.chosen(count, MOST)}${count >= MOST ? `. ${words.full}` : ""}`;
  };
  head.addEventListener("click", ({ target }) => {
    const column = (target as Element).closest("th")?.dataset.column;
    if (column === undefined) return;
    order = reordered(order, column);
    draw();
    // The button that was pressed was drawn anew.
    [...head.cells].find((cell) => cell.dataset.column === column)?.querySelector("button")?.focus();
    spoken.textContent = words.sortedBy(headName(column), order.ascending);
  });
  body.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement) onToggle(target.value);
  });

  return {
    show(runs, next) {
      const isSame = runs === shown;
      [shown, choice] = [runs, next];
      if (isSame) drawChoice();
      else draw();
      box.hidden = explained.hidden = runs.length === 0;
    },
  };
}

/** A box that a wide table scrolls in, with the keyboard too. */
export function scrolling(table: HTMLElement, label: string): HTMLElement {
  const box = make("div", "scrolling", table);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
  return box;
}

function headName(column: string): string {
  const { run, review, block } = t.models.runs;
  return { ":name": run, ":review": review, ":block": block }[column] ?? numbers.metricName(column);
}

function drawHead(head: HTMLElement, columns: readonly string[], order: Order): void {
  const choose = make("th", "choose", unseen(t.models.runs.choose));
  choose.scope = "col";
  const cells = [":name", ...columns, ":review", ":block"].map((column) => {
    const sort = make("button", "", headName(column), ...direction(column));
    sort.type = "button";
    const cell = make("th", column === ":name" ? "name" : "number", sort);
    cell.scope = "col";
    cell.dataset.column = column;
    if (order.column === column) cell.ariaSort = order.ascending ? "ascending" : "descending";
    return cell;
  });
  head.replaceChildren(choose, ...cells);
}

/** Which direction is better. That more is, needs no saying to those who see the stars. */
function direction(column: string): HTMLElement[] {
  const better = betterOf(column);
  if (better === null) return [];
  if (better === "more") return [unseen(`, ${t.models.runs.moreIsBetter}`)];
  return [make("small", "", unseen(", "), t.models.runs.lessIsBetter)];
}

function createRow(run: Run, columns: readonly string[], bests: ReadonlyMap<string, number | null>): { row: HTMLTableRowElement; box: HTMLInputElement } {
  const { review, block } = run.thresholds;
  const box = make("input");
  box.type = "checkbox";
  box.value = run.name;
  box.setAttribute("aria-label", t.models.runs.choice(run.name));
  const name = make("th", "name", make("span", "", run.name, roleBadge(run.role)), make("small", "", t.models.kinds[run.kind] ?? run.kind, make("code", "", run.version)));
  name.scope = "row";
  const metrics = columns.map((column) => {
    const value = valueOf(run, column);
    const cell = make("td", "number", numbers.metric(column, value));
    if (value === null || value !== bests.get(column)) return cell;
    cell.classList.add("best");
    cell.append(unseen(`, ${t.models.runs.best}`));
    return cell;
  });
  const row = make(
    "tr",
    "",
    make("td", "choose", make("label", "", box)),
    name,
    ...metrics,
    make("td", "number", numbers.threshold(review)),
    make("td", "number", block === null ? "–" : numbers.threshold(block)),
  );
  return { row, box };
}

function drawGlossary(list: HTMLElement, columns: readonly string[]): void {
  const known = columns.flatMap((column) => {
    const found = numbers.metricWords(column);
    return found === null ? [] : [make("div", "", make("dt", "", found.name), make("dd", "", found.help))];
  });
  list.replaceChildren(...known);
}
