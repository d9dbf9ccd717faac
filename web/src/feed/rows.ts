// The list of rows: those that stay keep their element, and so the focus; the arrow keys go from one to the next.
import type { AlertRecord } from "../state";
import { createRow, type Row } from "./row";

/** When more come at once, none lights up: the list would glow all the time, and the browser paint it all the time. */
const MOST_NEWS = 4;

export interface Shown {
  readonly records: readonly AlertRecord[];
  readonly review: number;
  readonly now: number;
  readonly selected: string | null;
  /** Whether what was not shown before has just arrived. */
  readonly isNews: boolean;
}

export interface Rows {
  readonly show: (shown: Shown) => void;
  /** The id of the row with the focus. */
  readonly focused: () => string | null;
  readonly focusFirst: () => void;
}

/** Fills `list`; a click on a row says its id. */
export function createRows(list: HTMLElement, onSelect: (id: string) => void): Rows {
  const rows = new Map<string, Row>();
  /** The one row that the tab key reaches. */
  let stop: Row | undefined;

  const rowOf = (target: EventTarget | null): Row | undefined => {
    const id = (target as Element | null)?.closest<HTMLElement>("[data-alert-id]")?.dataset.alertId;
    return id === undefined ? undefined : rows.get(id);
  };
  const stopAt = (row: Row | undefined): void => {
    if (row === stop) return;
    if (stop !== undefined) stop.button.tabIndex = -1;
    stop = row;
    if (row !== undefined) row.button.tabIndex = 0;
  };
  const focus = (element: Element | null | undefined): void => rowOf(element ?? null)?.button.focus();

  list.addEventListener("click", ({ target }) => {
    const row = (target as Element).closest("button") === null ? undefined : rowOf(target);
    if (row?.element.dataset.alertId !== undefined) onSelect(row.element.dataset.alertId);
  });
  list.addEventListener("focusin", ({ target }) => stopAt(rowOf(target)));
  list.addEventListener("keydown", (event) => {
    const at = rowOf(event.target)?.element;
    if (at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = neighbour(list, at, event.key);
    if (next === undefined) return;
    event.preventDefault();
    focus(next);
  });

  return {
    show({ records, review, now, selected, isNews }) {
      const wanted = new Set(records.map(({ event }) => event.id));
      const lost = [...rows].filter(([id]) => !wanted.has(id));
      const hadFocus = lost.some(([, row]) => row.element.contains(document.activeElement));
      for (const [id, row] of lost) {
        row.element.remove();
        rows.delete(id);
      }
      const areFew = records.filter(({ event }) => !rows.has(event.id)).length <= MOST_NEWS;
      let next = list.firstElementChild;
      for (const record of records) {
        const { id } = record.event;
        const row = rows.get(id) ?? createRow(id);
        if (!rows.has(id)) {
          rows.set(id, row);
          row.button.tabIndex = -1;
          row.element.classList.toggle("live", isNews && areFew && record.live);
        }
        row.fill(record, review);
        row.age(now);
        mark(row.button, id === selected);
        if (row.element === next) next = next.nextElementSibling;
        else list.insertBefore(row.element, next);
      }
      if (stop === undefined || !stop.element.isConnected) stopAt(rowOf(list.firstElementChild));
      if (hadFocus) focus(list.lastElementChild);
    },
    focused: () => (list.contains(document.activeElement) ? (rowOf(document.activeElement)?.element.dataset.alertId ?? null) : null),
    focusFirst: () => focus(list.firstElementChild),
  };
}

function neighbour(list: Element, at: Element, key: string): Element | null | undefined {
  switch (key) {
    case "ArrowDown":
      return at.nextElementSibling;
    case "ArrowUp":
      return at.previousElementSibling;
    case "Home":
      return list.firstElementChild;
    case "End":
      return list.lastElementChild;
    default:
      return undefined;
  }
}

function mark(button: HTMLElement, isSelected: boolean): void {
  if (isSelected) button.setAttribute("aria-current", "true");
  else if (button.hasAttribute("aria-current")) button.removeAttribute("aria-current");
}
