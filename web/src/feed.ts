// The newest alerts as a list: what the map shows, for everyone and without a mouse.
import { ROUTES } from "./api";
import { button, make, setText } from "./elements";
import { createFiltering } from "./feed/filtering";
import { createRows } from "./feed/rows";
import { NO_FILTERS, isFiltering, type Filters } from "./filters";
import * as format from "./format";
import { filteredAlerts, shownAlerts, timeOf, type AlertRecord, type State } from "./state";
import { t } from "./words";

/** Rows at first, and at most: a page of a thousand rows helps nobody. */
const ROWS = 50;
const MOST_ROWS = 100;

export interface FeedCallbacks {
  readonly onSelect: (id: string) => void;
  readonly onFilter: (patch: Partial<Filters>) => void;
}

/** Fills `section` and returns what brings it up to date. */
export function createFeed(section: HTMLElement, { onSelect, onFilter }: FeedCallbacks): (state: State) => void {
  const count = named(make("small"), "feed-count");
  const tools = make("div");
  const missed = named(make("p", "note"), "feed-missed");
  const empty = named(make("p", "empty"), "feed-empty");
  const list = named(make("ol"), "feed");
  const more = make("div", "more");
  // Only what the reader did is told to a screen reader; the alerts that arrive have words of their own.
  const found = make("p", "unseen");
  found.setAttribute("role", "status");
  section.replaceChildren(
    make("h2", "", named(make("span", "", t.feed.title), "feed-title"), " ", count),
    tools,
    missed,
    make("div", "scroll", empty, list, more),
    found,
  );

  const rows = createRows(list, onSelect);
  const filtering = createFiltering(tools, onFilter, rows.focusFirst);
  let limit = ROWS;
  let last: State | undefined;

  const draw = (state: State): void => {
    const all = shownAlerts(state);
    const wanted = filteredAlerts(state);
    const hasNewFilters = state.filters !== last?.filters;
    if (hasNewFilters) limit = ROWS;
    filtering(state.filters, all);
    rows.show({
      records: listed(wanted, limit, [rows.focused(), state.selected]),
      review: state.thresholds?.review ?? 0.5,
      now: timeOf(state),
      selected: state.selected,
      isNews: last !== undefined && !hasNewFilters && state.paused === last.paused,
    });
    drawMore(more, wanted.length, limit, () => {
      limit = MOST_ROWS;
      if (last !== undefined) draw(last);
      // The button is gone, and the focus with it.
      list.children[ROWS]?.querySelector("button")?.focus();
    });
    drawEmpty(empty, state, all.length, wanted.length, () => onFilter(NO_FILTERS));
    setText(count, countOf(state, wanted.length, all.length));
    if (hasNewFilters && last !== undefined) setText(found, t.feed.found(format.count(wanted.length), format.count(all.length)));
    const notes = notesOf(state);
    missed.hidden = notes === "";
    setText(missed, notes);
    last = state;
  };
  return draw;
}

/** The newest, and those that the reader is at, be they ever so old. */
function listed(records: readonly AlertRecord[], limit: number, kept: readonly (string | null)[]): readonly AlertRecord[] {
  const older = records.slice(limit).filter(({ event }) => kept.includes(event.id));
  return [...records.slice(0, limit), ...older];
}

function countOf({ filters }: State, wanted: number, all: number): string {
  if (all === 0) return "";
  return isFiltering(filters) ? t.feed.count(format.count(wanted), format.count(all)) : format.count(all);
}

function drawMore(more: HTMLElement, wanted: number, limit: number, onMore: () => void): void {
  const text =
    wanted <= limit ? "" : limit < MOST_ROWS ? t.feed.more(format.count(Math.min(MOST_ROWS, wanted) - limit)) : t.feed.most(format.count(limit));
  if (more.textContent === text) return;
  more.replaceChildren(text === "" ? "" : limit < MOST_ROWS ? button("quiet", text, onMore) : make("p", "", text));
}

function drawEmpty(empty: HTMLElement, { replay, filters }: State, all: number, wanted: number, clear: () => void): void {
  empty.hidden = wanted > 0;
  const why = wanted > 0 ? "" : all > 0 && isFiltering(filters) ? "filtered" : replay !== null ? "replay" : "none";
  if (empty.dataset.why === why) return;
  empty.dataset.why = why;
  if (why === "filtered") empty.replaceChildren(t.feed.noneMatches, " ", button("quiet", t.feed.clear, clear));
  else if (why === "replay") empty.replaceChildren(t.feed.noneThen);
  else empty.replaceChildren(t.feed.none(""), make("code", "", `/${ROUTES.predictMap}`));
}

function notesOf({ missed, gap, replay }: State): string {
  if (replay !== null) return "";
  const notes = [];
  if (missed > 0) notes.push(t.feed.missed(format.count(missed)));
  if (gap) notes.push(t.feed.gap);
  return notes.join(" ");
}

function named<E extends HTMLElement>(element: E, id: string): E {
  element.id = id;
  return element;
}
