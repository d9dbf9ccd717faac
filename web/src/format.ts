// How numbers and times are written on the page.
import type { AlertEvent } from "./api";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const moment = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** `12,345` */
export const count = (value: number): string => whole.format(value);

/** `1,234.50`; a dash when no amount is known. */
export const amount = (value: number | undefined): string => (value === undefined ? "–" : money.format(value));

/** `97.3 %`, never rounded up to a certainty that the model doesn't have. */
export function score(value: number): string {
  const percent = Math.floor(value * 1_000 + 1e-6) / 10;
  return `${percent.toFixed(1)} %`;
}

/** `12 µs`, `3.4 ms`; a dash for nothing, which is what the server says when it measured nothing lately. */
export function micros(value: number): string {
  if (value === 0) return "–";
  return value < 1_000 ? `${whole.format(value)} µs` : millis(value / 1_000);
}

/** `3.4 ms`, `120 ms` */
export function millis(value: number): string {
  return `${value < 10 ? value.toFixed(1) : whole.format(value)} ms`;
}

/** `03 May, 14:07:09` in the reader's time zone; the text itself when it isn't a time. */
export function time(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : moment.format(at);
}

/** `Paris, FR` */
export function place(event: AlertEvent): string {
  return event.country === undefined ? event.title : `${event.title}, ${event.country}`;
}
