// The newest alerts as a list: what the map shows, for everyone and without a mouse.
import { ROUTES, placeOf, type AlertEvent } from "./api";
import * as format from "./format";
import { severity, type AlertRecord, type State } from "./state";

const ROWS = 50;

/** The elements of the feed. */
export interface FeedElements {
  readonly list: HTMLElement;
  readonly empty: HTMLElement;
  readonly count: HTMLElement;
  readonly missed: HTMLElement;
}

/** Returns what brings the feed up to date; rows that stay keep their element, and so the focus. */
export function createFeed(elements: FeedElements, onSelect: (id: string) => void): (state: State) => void {
  const rows = new Map<string, { record: AlertRecord; review: number; element: HTMLElement }>();
  elements.empty.append("No alert yet: POST a transaction to ", code(`/${ROUTES.predictMap}`));
  elements.list.addEventListener("click", ({ target }) => {
    const id = (target as Element).closest<HTMLElement>("button")?.parentElement?.dataset.alertId;
    if (id !== undefined) onSelect(id);
  });

  return ({ alerts, missed, gap, thresholds }) => {
    const newest = alerts.slice(0, ROWS);
    const review = thresholds?.review ?? 0.5;
    const wanted = new Map(newest.map((record) => [record.event.id, record]));
    for (const [id, row] of rows) {
      if (wanted.get(id) === row.record && row.review === review) continue;
      row.element.remove();
      rows.delete(id);
    }
    let next = elements.list.firstElementChild;
    for (const record of newest) {
      const known = rows.get(record.event.id)?.element;
      const element = known ?? createRow(record, review);
      if (known === undefined) rows.set(record.event.id, { record, review, element });
      if (element === next) next = next.nextElementSibling;
      else elements.list.insertBefore(element, next);
    }
    elements.empty.hidden = alerts.length > 0;
    elements.count.textContent = alerts.length > ROWS ? `${ROWS} of ${format.count(alerts.length)}` : "";
    const notes = [];
    if (missed > 0) notes.push(`${format.count(missed)} alerts came faster than this page could read them.`);
    if (gap) notes.push("Alerts raised while the connection was lost are missing here.");
    elements.missed.hidden = notes.length === 0;
    elements.missed.textContent = notes.join(" ");
  };
}

function createRow({ event, live }: AlertRecord, review: number): HTMLElement {
  const row = document.createElement("li");
  row.dataset.alertId = event.id;
  row.className = live ? "live" : "";
  const located = placeOf(event) !== null;
  const body = document.createElement(located ? "button" : "div");
  body.className = "row";
  body.title = located ? `${event.id}: show on the map` : `${event.id}: no place known`;
  body.style.setProperty("--severity", `${Math.round(severity(event.score, review) * 100)}%`);
  body.append(
    span("place", format.place(event)),
    span("amount", format.amount(event.amount)),
    origin(event),
    span(`decision ${event.decision}`, event.decision),
    span("score", format.score(event.score)),
  );
  row.append(body);
  return row;
}

function origin(event: AlertEvent): HTMLElement {
  const element = span("when", "");
  const time = document.createElement("time");
  time.dateTime = event.time;
  time.textContent = format.time(event.time);
  element.append(time, event.simulated ? " · simulated" : "");
  return element;
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function code(text: string): HTMLElement {
  const element = document.createElement("code");
  element.textContent = text;
  return element;
}
