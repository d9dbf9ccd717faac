// The questions before somebody's alerts are snoozed: whose, for how long, why.
import { button, make } from "../elements";
import { t } from "../words";
import type { Suppressed } from "../wire";

/** A customer or a terminal. */
export interface Whom {
  readonly kind: "customer" | "terminal";
  readonly id: string;
}

/** `customer 17` */
export function nameOf({ kind, id }: Pick<Suppressed, "kind" | "id">): string {
  return t.panel.snoozeWhom(kind === "customer" ? t.panel.kindCustomer : t.panel.kindTerminal, id);
}

/** Letters of a reason; the server takes 1,024 bytes. */
const REASON_LETTERS = 250;

/** In hours; null until it is lifted. */
const DURATIONS: readonly (readonly [hours: number | null, text: string])[] = [
  [1, t.panel.hour],
  [24, t.panel.day],
  [168, t.panel.week],
  [null, t.panel.forever],
];

export interface SnoozeForm {
  readonly element: HTMLFormElement;
  readonly offer: (whom: readonly Whom[]) => void;
  readonly focus: () => void;
  readonly busy: (isBusy: boolean) => void;
}

export function createSnoozeForm(
  onSnooze: (whom: Whom, hours: number | null, reason: string) => void,
  onCancel: () => void,
): SnoozeForm {
  const subjects = make("fieldset");
  const duration = make("select");
  duration.append(...DURATIONS.map(([, text], index) => new Option(text, String(index))));
  const reason = make("input");
  Object.assign(reason, { type: "text", maxLength: REASON_LETTERS, placeholder: t.panel.reasonHint, autocomplete: "off" });
  const submit = make("button", "primary", t.panel.doSnooze);
  const element = make(
    "form",
    "snooze-form",
    subjects,
    make("label", "", make("span", "", t.panel.duration), duration),
    make("label", "", make("span", "", t.panel.reason), reason),
    make("div", "buttons", submit, button("quiet", t.panel.cancel, onCancel)),
  );
  let known: readonly Whom[] = [];

  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = known[Number(subjects.querySelector<HTMLInputElement>("input:checked")?.value ?? 0)];
    const hours = DURATIONS[Number(duration.value)];
    if (chosen !== undefined && hours !== undefined) onSnooze(chosen, hours[0], reason.value);
  });
  // Escape closes the form first, and the panel only then.
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onCancel();
  });

  return {
    element,
    offer(whom) {
      known = whom;
      reason.value = "";
      duration.value = "0";
      subjects.replaceChildren(make("legend", "", t.panel.snoozeTitle), ...whom.map((one, index) => choice(nameOf(one), index)));
    },
    focus: () => subjects.querySelector<HTMLInputElement>("input:checked")?.focus(),
    busy: (isBusy) => (submit.disabled = isBusy),
  };
}

function choice(name: string, index: number): HTMLElement {
  const radio = make("input");
  Object.assign(radio, { type: "radio", name: "snooze-whom", value: String(index), checked: index === 0 });
  return make("label", "", radio, make("span", "", name));
}
