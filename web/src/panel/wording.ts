// What a feature's value means, in words: those of the server where it gave them in the reader's language, else the page's own.
import { number, share, speaksServersWords } from "../figures";
import { t } from "../words";

const words = t.features;

type Sentence = (value: number, count: number) => string;

/** The features of an event log by their names; `#` stands for a number, which the sentence gets second. */
const SENTENCES: readonly (readonly [name: string, sentence: Sentence])[] = [
  ["TX_AMOUNT", (value) => words.amount(number(value))],
  ["TX_DURING_WEEKEND", (value) => (value === 0 ? words.weekday : words.weekend)],
  ["TX_DURING_NIGHT", (value) => (value === 0 ? words.day : words.night)],
  ["TX_HOUR", (value) => words.hour(clock(value))],
  ["CUSTOMER_ID_NB_TX_#DAY_WINDOW", (value, days) => words.customerPayments(value, number(value), words.days(days))],
  ["CUSTOMER_ID_NB_TX_#HOUR_WINDOW", (value, hours) => words.customerPayments(value, number(value), words.hours(hours))],
  ["CUSTOMER_ID_AVG_AMOUNT_#DAY_WINDOW", (value, days) => words.customerMean(number(value), days)],
  ["CUSTOMER_ID_AVG_AMOUNT_8TO30DAY_WINDOW", (value) => words.customerMeanBefore(number(value))],
  ["CUSTOMER_ID_AVG_AMOUNT_7DAY_TO_8TO30DAY", (value) => words.customerMeanRatio(number(value))],
  ["CUSTOMER_ID_AMOUNT_TO_AVG_#DAY_WINDOW", (value, days) => words.amountTimes(number(value), days)],
  ["CUSTOMER_ID_AMOUNT_ZSCORE_30DAY_WINDOW", (value) => (value < 0 ? words.amountBelow : words.amountAbove)(number(Math.abs(value)))],
  ["CUSTOMER_ID_SECONDS_SINCE_LAST", (value) => words.sinceLast(span(value))],
  ["CUSTOMER_ID_NB_TX_SAME_TERMINAL_30DAY_WINDOW", (value) => words.sameTerminal(value, number(value))],
  ["CUSTOMER_ID_NEW_TERMINAL", (value) => (value === 0 ? words.knownTerminal : words.newTerminal)],
  ["CUSTOMER_ID_KM_SINCE_LAST", (value) => words.kmSinceLast(number(value))],
  ["CUSTOMER_ID_KMH_SINCE_LAST", (value) => words.kmhSinceLast(number(value))],
  ["TERMINAL_ID_NB_TX_#DAY_WINDOW", (value, days) => words.terminalPayments(value, number(value), words.days(days))],
  ["TERMINAL_ID_RISK_#DAY_WINDOW", (value, days) => words.terminalRisk(share(value, 1), words.days(days))],
  ["TERMINAL_ID_NB_FRAUD_#DAY_WINDOW", (value, days) => words.terminalFrauds(value, number(value), words.days(days))],
  ["TERMINAL_ID_VELOCITY_#HOUR_WINDOW", (value, hours) => words.terminalVelocity(value, number(value), words.hours(hours))],
  ["TERMINAL_ID_VELOCITY_#DAY_WINDOW", (value, days) => words.terminalVelocity(value, number(value), words.days(days))],
];

const BY_NAME = new Map(SENTENCES);

/** The value of a feature in words; `reason` is what the server says of it. */
export function inWords(feature: string, value: number | null, reason: string | null = null): string {
  if (reason !== null && speaksServersWords) return reason;
  const own = value === null ? null : sentence(feature, value);
  if (own !== null) return own;
  if (reason !== null) return reason;
  return value === null ? words.missing(feature) : words.equals(feature, number(value));
}

function sentence(feature: string, value: number): string | null {
  const exact = BY_NAME.get(feature);
  if (exact !== undefined) return exact(value, 0);
  const found = /_(\d+)(DAY|HOUR)_WINDOW$/.exec(feature);
  if (found === null) return null;
  const pattern = `${feature.slice(0, found.index)}_#${found[2]}_WINDOW`;
  return BY_NAME.get(pattern)?.(value, Number(found[1])) ?? null;
}

/** `14:07` of 14.12 hours. */
function clock(hours: number): string {
  const minutes = Math.floor(hours * 60 + 1e-6);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

function span(seconds: number): string {
  if (seconds < 120) return words.seconds(number(seconds));
  if (seconds < 7_200) return words.minutes(number(seconds / 60));
  if (seconds < 172_800) return words.manyHours(number(seconds / 3_600));
  return words.manyDays(number(seconds / 86_400));
}
