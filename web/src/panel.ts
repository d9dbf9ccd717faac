// The panel about one transaction: what is known of it, why it scored as it did, what its customer paid besides, and what to do.
import { fetchTransaction } from "./api";
import { createFocus } from "./panel/focus";
import { explain, isMissing } from "./panel/problem";
import { createView } from "./panel/view";
import { shownAlerts, type State } from "./state";
import { t } from "./words";
import type { AlertEvent, Before, StoredTransaction } from "./wire";

export interface PanelCallbacks {
  readonly onClose: () => void;
  /** Another transaction of the customer is to be shown. */
  readonly onSelect: (id: string) => void;
  /** The payments to be shown on the map; null when there are none any more. */
  readonly onHistory: (history: readonly Before[] | null) => void;
}

/** Fills `aside` once, and returns what opens, closes and draws it as the state has it. */
export function createPanel(aside: HTMLElement, callbacks: PanelCallbacks): (state: State) => void {
  const view = createView(aside, { onRetry: () => void load(), onClose: () => leave(), onSelect: callbacks.onSelect });
  const focus = createFocus(aside);
  let selected: string | null = null;
  let stored: StoredTransaction | null = null;
  let event: AlertEvent | null = null;
  let asked = 0;
  let canRetry = false;
  let last: State | undefined;

  const load = async (): Promise<void> => {
    if (selected === null) return;
    const [id, mine] = [selected, (asked += 1)];
    canRetry = false;
    view.say(t.panel.loading);
    try {
      const answer = await fetchTransaction(id);
      if (mine !== asked) return;
      stored = answer;
    } catch (error) {
      if (mine !== asked) return;
      canRetry = !isMissing(error);
      view.say(canRetry ? t.panel.failed(explain(error)) : event === null ? t.panel.unknown : t.panel.notStored, canRetry);
      return;
    }
    view.say("");
    view.show(id, event, stored);
    callbacks.onHistory(stored.history.length > 0 ? stored.history : null);
  };
  const open = (id: string, state: State): void => {
    const wasOpen = selected !== null;
    if (wasOpen) callbacks.onHistory(null);
    [selected, stored, event] = [id, null, eventOf(state, id)];
    aside.hidden = false;
    view.show(id, event, null);
    // An address that names an alert takes nobody's focus away while the page is loading.
    focus.enter(last === undefined ? null : view.title);
    void load();
  };
  const shut = (): void => {
    const id = selected;
    if (id === null) return;
    [selected, stored, event] = [null, null, null];
    asked += 1;
    focus.leave(id);
    aside.hidden = true;
    callbacks.onHistory(null);
  };
  const leave = (): void => {
    shut();
    callbacks.onClose();
  };

  document.addEventListener("keydown", (key) => {
    if (key.key !== "Escape" || selected === null || last?.page !== "map" || belongsElsewhere(key)) return;
    key.preventDefault();
    leave();
  });

  return (state) => {
    view.draw(state);
    if (state.selected === null) shut();
    else if (state.selected !== selected) open(state.selected, state);
    const wasLive = last?.status === "live";
    last = state;
    if (selected === null) return;
    if (event === null && stored === null) {
      event = eventOf(state, selected);
      if (event !== null) view.show(selected, event, null);
    }
    if (canRetry && state.status === "live" && !wasLive) void load();
  };
}

function eventOf(state: State, id: string): AlertEvent | null {
  const find = ({ event }: { event: AlertEvent }): boolean => event.id === id;
  return (shownAlerts(state).find(find) ?? state.alerts.find(find))?.event ?? null;
}

/** Escape means something to a field with text, to an open list, and to whoever has dealt with it already. */
function belongsElsewhere(key: KeyboardEvent): boolean {
  const { target } = key;
  if (key.defaultPrevented || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type === "search" && target.value !== "";
}
