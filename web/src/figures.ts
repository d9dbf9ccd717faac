// Numbers of the feed, the panel and the histogram: ages, distances, shares, what a model adds.
import { language, locale, t } from "./words";

const format = (options: Intl.NumberFormatOptions): Intl.NumberFormat => new Intl.NumberFormat(locale, options);

const whole = format({ maximumFractionDigits: 0 });
const plain = format({ maximumFractionDigits: 2 });
const small = format({ maximumSignificantDigits: 2 });
const two = format({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
const twoSigned = format({ minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
const wholeSigned = format({ maximumFractionDigits: 0, signDisplay: "exceptZero" });
const three = format({ minimumFractionDigits: 2, maximumFractionDigits: 3 });
const brief = format({ notation: "compact" });
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 6, useGrouping: false });

/** The true minus, which is as wide as the plus. */
const withMinus = (text: string): string => text.replace("-", "−");

/** `1,234.5`: two decimals at most, and more where it is small. */
export function number(value: number): string {
  return withMinus((value !== 0 && Math.abs(value) < 0.01 ? small : plain).format(value));
}

/** `1.20`, `−0.40`: a raw score. */
export const raw = (value: number): string => withMinus(two.format(value));

/** `+1.20`, `−0.40`: what is added to one. */
export const signed = (value: number): string => withMinus(twoSigned.format(value));

/** `+1,204`, `−12`, `0` */
export const signedCount = (value: number): string => withMinus(wholeSigned.format(value));

/** `10K`: beside an axis. */
export const compact = (value: number): string => brief.format(value);

/** `0.383`: a threshold that is tried. */
export const threshold = (value: number): string => three.format(value);

/** `0.382716`: a threshold for a command line, the same in every language. */
export const option = (value: number): string => exact.format(value);

/** `38.27 %`: a threshold beside a score. */
export const percent = (value: number): string => `${plain.format(value * 100)}\u00a0%`;

/** `0.31 %` of all; what is there is never nothing. */
export function share(part: number, all: number): string {
  if (all === 0 || part === 0) return "0\u00a0%";
  const percent = (100 * part) / all;
  return percent < 0.01 ? `<\u00a0${plain.format(0.01)}\u00a0%` : `${plain.format(percent)}\u00a0%`;
}

/** `850 m`, `12 km` */
export function distance(km: number): string {
  return km < 1 ? `${whole.format(Math.round(km * 100) * 10)}\u00a0m` : `${whole.format(km)}\u00a0km`;
}

/** `12 s ago`; what lies ahead by another clock is now. */
export function ago(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const words = t.feed;
  if (seconds < 3) return words.now;
  if (seconds < 60) return words.secondsAgo(whole.format(seconds));
  if (seconds < 3_600) return words.minutesAgo(whole.format(Math.floor(seconds / 60)));
  if (seconds < 172_800) return words.hoursAgo(whole.format(Math.floor(seconds / 3_600)));
  return words.daysAgo(whole.format(Math.floor(seconds / 86_400)));
}

/** True where the server's own words are those of the page. */
export const speaksServersWords = language === "en";
