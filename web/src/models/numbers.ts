// How this page writes its numbers and times.
import { locale, t } from "../words";
import { cardsADay, known } from "./metrics";

const digits = (least: number, most: number, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most, ...options });

const whole = digits(0, 0);
const four = digits(4, 4);
const signedFour = digits(4, 4, { signDisplay: "exceptZero" });
const signedWhole = digits(0, 0, { signDisplay: "exceptZero" });
const three = digits(3, 3);
const two = digits(2, 2);
const some = digits(0, 3);
const exact = digits(0, 6);
const share = digits(0, 1, { style: "percent" });
const fineShare = digits(0, 2, { style: "percent" });
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });

export { count, percent } from "../format";
/** `0.243`: an index, or how many limits. */
export const index = (value: number): string => three.format(value);
/** `2.41`: how many limits. */
export const times = (value: number): string => (Number.isFinite(value) ? two.format(value) : "∞");
/** `0.25`, as short as it is: beside an axis. */
export const short = (value: number): string => some.format(value);
/** A threshold, as it was set. */
export const threshold = (value: number): string => exact.format(value);
/** `12.53%` */
export const finePercent = (value: number): string => fineShare.format(value);
/** `99.9%`, never rounded up to all. */
export const cautiousPercent = (value: number): string => share.format(Math.floor(value * 1_000 + 1e-9) / 1_000);
/** `14:07` */
export const hour = (at: number): string => clock.format(at);
/** `03 May, 14:07` */
export const moment = (at: number): string => day.format(at);

/** A value of a metric; a dash for none. */
export function metric(name: string, value: number | null): string {
  if (value === null) return "–";
  if ((known(name)?.kind ?? "ratio") !== "ratio") return whole.format(value);
  return (Math.abs(value) < 1_000 ? four : whole).format(value);
}

/** A difference of two values, with its sign. */
export function difference(name: string, value: number): string {
  const text = ((known(name)?.kind ?? "ratio") === "ratio" ? signedFour : signedWhole).format(value);
  return text.replace("-", "−");
}

/** What a metric is called; a metric that nobody told this page of by its own name. */
export function metricName(name: string): string {
  return metricWords(name)?.name ?? name;
}

/** Name and explanation of a metric that is known. */
export function metricWords(name: string): { readonly name: string; readonly help: string } | null {
  const perDay = cardsADay(name);
  if (perDay !== null) return t.models.cards(perDay);
  const found = known(name);
  return found === null ? null : t.models.metrics[found.name];
}
