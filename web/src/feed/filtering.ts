// Above the feed: search, filters behind a button, and a chip for each that is in force.
import { button, make, setText } from "../elements";
import { NO_FILTERS, type Filters } from "../filters";
import type { AlertRecord } from "../state";
import { t } from "../words";
import { activeFilters, without } from "./active";
import { createChoices } from "./choices";

/** Fills `element`; `onLeave` is called when the reader goes down to the list. */
export function createFiltering(
  element: HTMLElement,
  onFilter: (patch: Partial<Filters>) => void,
  onLeave: () => void,
): (filters: Filters, records: readonly AlertRecord[]) => void {
  const search = make("input");
  Object.assign(search, { type: "search", id: "feed-search", placeholder: t.feed.searchHint, autocomplete: "off", spellcheck: false });
  search.setAttribute("aria-label", t.feed.search);
  search.addEventListener("input", () => onFilter({ text: search.value }));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    onLeave();
  });

  const choices = createChoices(onFilter);
  choices.element.id = "feed-choices";
  choices.element.hidden = true;
  const badge = make("b");
  const toggle = button("toggle", `${t.feed.filters} `, () => {
    choices.element.hidden = !choices.element.hidden;
    toggle.setAttribute("aria-expanded", String(!choices.element.hidden));
    if (last !== undefined) choices.draw(...last);
  });
  toggle.append(badge);
  toggle.setAttribute("aria-expanded", "false");
  toggle.setAttribute("aria-controls", choices.element.id);

  const chips = make("div", "chips");
  chips.setAttribute("role", "group");
  chips.setAttribute("aria-label", t.feed.active);
  chips.addEventListener("click", ({ target }) => {
    const chip = (target as Element).closest("button");
    if (chip === null) return;
    const key = chip.dataset.filter as keyof Filters | undefined;
    onFilter(key === undefined ? NO_FILTERS : without(key));
    // The chip is gone, and the focus with it.
    (chips.querySelector("button") ?? search).focus();
  });

  element.classList.add("filtering");
  element.setAttribute("role", "search");
  element.append(make("div", "tools", search, toggle), choices.element, chips);

  let last: [Filters, readonly AlertRecord[]] | undefined;
  let before: Filters | undefined;
  return (filters, records) => {
    last = [filters, records];
    if (!choices.element.hidden) choices.draw(filters, records);
    if (filters === before) return;
    before = filters;
    if (search.value !== filters.text) search.value = filters.text;
    const active = activeFilters(filters);
    badge.hidden = active.length === 0;
    setText(badge, String(active.length));
    chips.hidden = active.length === 0;
    const all = active.length > 1 ? [button("clear", t.feed.clear, () => undefined)] : [];
    chips.replaceChildren(...active.map(({ key, text }) => chip(key, text)), ...all);
  };
}

function chip(key: keyof Filters, text: string): HTMLElement {
  const element = make("button", "chip", make("span", "", text));
  element.type = "button";
  element.dataset.filter = key;
  element.setAttribute("aria-label", t.feed.remove(text));
  return element;
}
