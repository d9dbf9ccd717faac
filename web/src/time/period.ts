// Which period is to be replayed: two moments in the reader's time zone, or one of the usual ones.
import { button, make } from "../elements";
import { t } from "../words";

const HOUR_MS = 3_600_000;

const USUAL: readonly (readonly [label: string, length: number])[] = [
  [t.time.hour, HOUR_MS],
  [t.time.day, 24 * HOUR_MS],
  [t.time.week, 7 * 24 * HOUR_MS],
];

/** `2025-03-01T10:07`: a moment as a field for date and time holds it, in the reader's time zone. */
export function fieldText(at: number): string {
  const moment = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${String(moment.getFullYear()).padStart(4, "0")}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

export interface PeriodForm {
  readonly element: HTMLFormElement;
  /** Writes a period into the fields. */
  readonly fill: (from: number, to: number) => void;
}

/** A form that says which period is wanted. */
export function createPeriodForm(onPeriod: (from: number, to: number) => void): PeriodForm {
  const [from, to] = [field(t.time.from), field(t.time.to)];
  const form = make("form", "period", from.label, to.label);
  const show = make("button", "", t.time.show);
  const usual = make("div", "usual");
  for (const [label, length] of USUAL) {
    usual.append(button("quiet", label, () => onPeriod(Date.now() - length, Date.now())));
  }
  form.append(show, usual);
  form.addEventListener("input", () => to.input.setCustomValidity(""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [start, end] = [Date.parse(from.input.value), Date.parse(to.input.value)];
    to.input.setCustomValidity(start < end ? "" : t.time.wrong);
    if (form.reportValidity()) onPeriod(start, end);
  });
  return {
    element: form,
    fill(start, end) {
      from.input.value = fieldText(start);
      to.input.value = fieldText(end);
      to.input.setCustomValidity("");
    },
  };
}

function field(text: string): { label: HTMLElement; input: HTMLInputElement } {
  const input = make("input");
  input.type = "datetime-local";
  input.required = true;
  // Without an upper limit, the year has room for six digits.
  input.max = "9999-12-31T23:59";
  return { label: make("label", "", make("span", "", text), input), input };
}
