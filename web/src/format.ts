// How numbers and times are written on the page, in the language in force.
import { locale } from "./words";
import type { AlertEvent } from "./wire";

const digits = (least: number, most: number): Intl.NumberFormat =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most });

const whole = digits(0, 0);
const tenth = digits(1, 1);
const money = digits(2, 2);
const two = digits(2, 2);
const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(locale, {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const countries = new Intl.DisplayNames(locale, { type: "region" });

/** `12,345` */
export const count = (value: number): string => whole.format(value);

/** `1,234.50`; a dash when no amount is known. */
export const amount = (value: number | null | undefined): string => (value == null ? "–" : money.format(value));

/** `97.3 %`, never rounded up to a certainty that the model doesn't have. */
export const score = (value: number): string => `${tenth.format(Math.floor(value * 1_000 + 1e-6) / 10)}\u00a0%`;

/** `12.5%` of something counted. */
export const percent = (value: number): string => share.format(value);

/** `0.50`: a limit that scores are held against. */
export const threshold = (value: number): string => two.format(value);

/** `12 µs`, `3.4 ms`; a dash for nothing, which is what the server says when it measured nothing lately. */
export function micros(value: number): string {
  if (value === 0) return "–";
  return value < 1_000 ? `${whole.format(value)}\u00a0µs` : millis(value / 1_000);
}

/** `3.4 ms`, `120 ms` */
export const millis = (value: number): string => `${(value < 10 ? tenth : whole).format(value)}\u00a0ms`;

/** `03 May, 14:07:09` in the reader's time zone; the text itself when it isn't a time. */
export function time(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : moment.format(at);
}

/** The same of milliseconds since 1970. */
export const instant = (at: number): string => moment.format(at);

/** `14:07:09` */
export const hour = (at: number): string => clock.format(at);

/** `France`; the code itself when nobody knows a country of that code. */
export function countryName(code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
}

/** `Paris, FR` */
export const place = (event: Pick<AlertEvent, "title" | "country">): string =>
  event.country == null ? event.title : `${event.title}, ${event.country}`;
