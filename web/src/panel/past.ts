// Other payments of the same customer, the one that is looked at among them.
import { button, make, setText } from "../elements";
import { distance } from "../figures";
import * as format from "../format";
import { t } from "../words";
import type { Before, StoredTransaction } from "../wire";
import { apart } from "./places";

const FEW = 8;
/** Nearer than this is the same place. */
const SAME_KM = 0.05;

/** Fills `element` once, and returns what shows the payments around another transaction. */
export function createPast(element: HTMLElement, onSelect: (id: string) => void): (stored: StoredTransaction) => void {
  const list = make("ol", "past");
  const nothing = make("p", "hint");
  let isOpen = false;
  let stored: StoredTransaction | undefined;
  const more = button("quiet", "", () => {
    isOpen = !isOpen;
    draw();
  });
  const draw = (): void => {
    if (stored === undefined) return;
    const { history, customer } = stored;
    list.replaceChildren(...around(stored, isOpen ? Infinity : FEW).map((one) => (one === null ? here() : item(one, stored!, onSelect))));
    list.hidden = history.length === 0;
    nothing.hidden = history.length > 0;
    setText(nothing, customer == null ? t.panel.historyUnknown : t.panel.historyNone);
    more.hidden = history.length <= FEW;
    more.setAttribute("aria-expanded", String(isOpen));
    setText(more, isOpen ? t.panel.fewerHistory : t.panel.allHistory(format.count(history.length)));
  };
  element.append(list, nothing, more);
  return (other) => {
    stored = other;
    isOpen = false;
    draw();
  };
}

/** At most `most` payments next to the transaction, newest first; null stands for itself. Those before it tell more, and have
 * at least two thirds of the room when there are as many. */
export function around({ history, time }: Pick<StoredTransaction, "history" | "time">, most: number): readonly (Before | null)[] {
  const at = Date.parse(time);
  const after = history.filter((one) => Date.parse(one.time) > at);
  const before = history.filter((one) => Date.parse(one.time) <= at);
  const room = Math.max(Math.floor(most / 3), most - before.length);
  const shownAfter = Number.isFinite(room) ? after.slice(Math.max(0, after.length - room)) : after;
  return [...shownAfter, null, ...before.slice(0, most - shownAfter.length)];
}

function here(): HTMLElement {
  return make("li", "here", make("span", "", t.panel.thisPayment));
}

/** One that was decided is stored, and can be looked at. */
function item(payment: Before, stored: StoredTransaction, onSelect: (id: string) => void): HTMLElement {
  const time = make("time", "", format.time(payment.time));
  time.dateTime = payment.time;
  const known = payment.fraud == null ? [] : [make("span", `label ${payment.fraud ? "fraud" : ""}`, payment.fraud ? t.panel.fraud : t.panel.genuine)];
  const cells = [
    make("span", "when", time, " ", ...known),
    make("span", "amount", format.amount(payment.amount)),
    make("span", "where", whereOf(payment, stored)),
    decisionOf(payment),
  ];
  if (payment.decision == null) return make("li", "", make("div", "payment", ...cells));
  const open = button("payment", "", () => onSelect(payment.id));
  open.append(...cells);
  open.title = payment.id;
  return make("li", "", open);
}

function decisionOf({ decision, score }: Before): HTMLElement {
  if (decision == null) return make("span", "decision", t.panel.notDecided);
  const shown = score == null ? "" : ` ${format.score(score)}`;
  return make("span", `decision ${decision}`, `${t.feed.decisions[decision]}${shown}`);
}

/** How far away it was paid; of a place that was drawn nobody knows. */
function whereOf(payment: Before, stored: StoredTransaction): string {
  const terminal = t.panel.atTerminal(payment.terminal);
  const km = stored.simulated ? null : apart(payment, stored);
  if (km === null) return terminal;
  return `${km < SAME_KM ? t.panel.samePlace : t.panel.away(distance(km))} · ${terminal}`;
}
