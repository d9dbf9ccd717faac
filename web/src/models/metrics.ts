// Metrics by name: which direction is better, which columns a table of runs has, its order and its best values.
import type { Run } from "../wire";

export type Better = "more" | "less" | null;

/** How a metric is written: as a share between 0 and 1 (or -1 and 1), as a count, or as money. */
export type Kind = "ratio" | "count" | "money";

interface Known {
  readonly better: Better;
  readonly kind: Kind;
  /** Shown at first; the others are behind "more columns". */
  readonly main: boolean;
}

const metric = (better: Better, main: boolean, kind: Kind = "ratio"): Known => ({ better, kind, main });

/** In the order of the columns. */
const KNOWN = {
  average_precision: metric("more", true),
  roc_auc: metric("more", true),
  recall_at_fpr_001: metric("more", true),
  precision: metric("more", true),
  recall: metric("more", true),
  f1: metric("more", true),
  mcc: metric("more", true),
  log_loss: metric("less", true),
  brier: metric("less", true),
  amount_recall: metric("more", false),
  amount_precision: metric("more", false),
  balanced_accuracy: metric("more", false),
  g_mean: metric("more", false),
  specificity: metric("more", false),
  accuracy: metric("more", false),
  expected_calibration_error: metric("less", false),
  amount_caught: metric(null, false, "money"),
  amount_alerts: metric(null, false, "money"),
  amount_frauds: metric(null, false, "money"),
  threshold: metric(null, false),
  rows: metric(null, false, "count"),
  positives: metric(null, false, "count"),
} as const satisfies Record<string, Known>;

export type KnownMetric = keyof typeof KNOWN;

export const KNOWN_METRICS = Object.keys(KNOWN) as readonly KnownMetric[];

/** What is known of a metric, when anything is. */
export function known(name: string): (Known & { readonly name: KnownMetric }) | null {
  return Object.hasOwn(KNOWN, name) ? { ...KNOWN[name as KnownMetric], name: name as KnownMetric } : null;
}

/** How many cards a day the precision of `card_precision_at_100` looks at; null for other metrics. */
export function cardsADay(name: string): number | null {
  const found = /^card_precision_at_(\d+)$/.exec(name)?.[1];
  return found === undefined ? null : Number(found);
}

export const betterOf = (name: string): Better => (cardsADay(name) === null ? (known(name)?.better ?? null) : "more");

/** The metric of a run; null when it has none that is a number. */
export function valueOf(run: Run, name: string): number | null {
  const value = Object.hasOwn(run.metrics, name) ? run.metrics[name] : undefined;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The metrics that any run has: the main ones, or all of them, known ones first and others by name. */
export function columnsOf(runs: readonly Run[], all: boolean): string[] {
  const names = new Set(runs.flatMap((run) => Object.keys(run.metrics).filter((name) => valueOf(run, name) !== null)));
  const shown = KNOWN_METRICS.filter((name) => names.has(name) && (all || KNOWN[name].main));
  const others = all ? [...names].filter((name) => known(name) === null).sort() : [];
  return [...shown, ...others];
}

/** The best value of a column; null when no direction is better, or nobody is ahead of anybody. */
export function bestOf(runs: readonly Run[], name: string): number | null {
  const better = betterOf(name);
  const values = runs.flatMap((run) => valueOf(run, name) ?? []);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (better === null || values.length < 2 || least === most) return null;
  return better === "more" ? most : least;
}

/** A column of the table: a metric's name, or one of what every run has, which begins with a colon. */
export interface Order {
  readonly column: string;
  readonly ascending: boolean;
}

const FIXED: Readonly<Record<string, (run: Run) => string | number | null>> = {
  ":name": (run) => run.name,
  ":review": (run) => run.thresholds.review,
  ":block": (run) => run.thresholds.block,
};

/** What a click on a head asks for: the best (or first) on top, and the other way round the second time. */
export function reordered(order: Order, column: string): Order {
  if (order.column === column) return { column, ascending: !order.ascending };
  return { column, ascending: column in FIXED ? true : betterOf(column) === "less" };
}

/** Runs in that order; those without a value come last either way, equal ones by name. */
export function sorted(runs: readonly Run[], { column, ascending }: Order): Run[] {
  const read = FIXED[column] ?? ((run: Run) => valueOf(run, column));
  return [...runs].sort((left, right) => {
    const [first, second] = [read(left), read(right)];
    if (first === null || second === null) return Number(first === null) - Number(second === null) || byName(left, right);
    const way = compare(first, second) * (ascending ? 1 : -1);
    return way || byName(left, right);
  });
}

const byName = (left: Run, right: Run): number => compare(left.name, right.name);

function compare(first: string | number, second: string | number): number {
  if (typeof first === "string") return first.localeCompare(String(second), undefined, { numeric: true });
  return first - Number(second);
}

/** Whether runs were measured on rows that are surely not the same. */
export function differentRows(runs: readonly Run[]): boolean {
  return ["rows", "positives"].some((name) => new Set(runs.flatMap((run) => valueOf(run, name) ?? [])).size > 1);
}
