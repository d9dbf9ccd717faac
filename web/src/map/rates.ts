// How many alerts each country has in an hour or a minute, and which class of colour that is.
import type { AlertRecord } from "../records";

export type Unit = "hour" | "minute";

/** 0 is no alert at all. */
export type Level = 0 | 1 | 2 | 3 | 4;

export interface CountryFigures {
  readonly alerts: number;
  readonly blocked: number;
  /** In the unit of all. */
  readonly rate: number;
  readonly level: Level;
}

export interface Rates {
  readonly unit: Unit;
  /** Where levels 2, 3 and 4 begin. */
  readonly limits: readonly [number, number, number];
  readonly countries: ReadonlyMap<string, CountryFigures>;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Fewer alerts than this in the first seconds are no rate yet: they count as those of a minute. */
const FEW = 20;
/** From so many alerts an hour on, they are counted by the minute; and by the hour again below half of it. */
const MINUTE_FROM = 120;
/** How far the highest rate may leave its scale before the scale follows: colours shall not flicker. */
const SLACK = 1.5;

/** Of the alerts in `records`, newest first, at the moment `now`; `before` keeps the scale where it still serves. */
export function ratesOf(records: readonly AlertRecord[], now: number, before: Rates | null): Rates {
  const counts = new Map<string, { alerts: number; blocked: number }>();
  for (const { event } of records) {
    if (event.country == null) continue;
    const count = counts.get(event.country) ?? { alerts: 0, blocked: 0 };
    count.alerts++;
    if (event.decision === "block") count.blocked++;
    counts.set(event.country, count);
  }
  const hours = spanOf(records, now) / HOUR_MS;
  const most = [...counts.values()].reduce((highest, { alerts }) => Math.max(highest, alerts), 0) / hours;
  const unit = unitOf(most, before?.unit ?? "hour");
  const units = unit === "hour" ? hours : hours * 60;
  const limits = limitsOf(unit === "hour" ? most : most / 60, before?.unit === unit ? before.limits : null);
  const countries = new Map<string, CountryFigures>();
  for (const [code, count] of counts) {
    const rate = count.alerts / units;
    countries.set(code, { ...count, rate, level: levelOf(rate, limits) });
  }
  return { unit, limits, countries };
}

/** The time in which these alerts were raised. */
function spanOf(records: readonly AlertRecord[], now: number): number {
  const newest = records[0]?.at ?? now;
  const oldest = records.at(-1)?.at ?? now;
  return Math.max(Math.max(now, newest) - oldest, records.length < FEW ? MINUTE_MS : 1);
}

function unitOf(most: number, before: Unit): Unit {
  return most >= (before === "minute" ? MINUTE_FROM / 2 : MINUTE_FROM) ? "minute" : "hour";
}

/** 1, 3, 10, 30, ...: three neighbours of this row, so that the highest rate lies in the highest class. */
function limitsOf(most: number, before: Rates["limits"] | null): Rates["limits"] {
  if (before !== null && most >= before[2] / SLACK && most < above(before[2]) * SLACK) return before;
  if (most === 0) return before ?? [1, 3, 10];
  const power = 10 ** Math.floor(Math.log10(most) + 1e-9);
  const top = most >= 3 * power ? 3 * power : power;
  return [below(below(top)), below(top), top].map((limit) => Number(limit.toPrecision(1))) as [number, number, number];
}

const isThree = (limit: number): boolean => limit.toExponential(0).startsWith("3");
const above = (limit: number): number => (isThree(limit) ? (limit / 3) * 10 : limit * 3);
const below = (limit: number): number => (isThree(limit) ? limit / 3 : (limit / 10) * 3);

function levelOf(rate: number, [second, third, fourth]: Rates["limits"]): Level {
  if (rate >= fourth) return 4;
  if (rate >= third) return 3;
  return rate >= second ? 2 : 1;
}
