// The words of the models page, in English.
import type { KnownMetric } from "../models/metrics";

interface MetricWords {
  /** In the head of a column. */
  readonly name: string;
  readonly help: string;
}

export interface ModelsWords {
  readonly title: string;
  readonly loading: string;
  readonly retry: string;
  readonly problems: {
    readonly signIn: string;
    readonly forbidden: string;
    readonly missing: string;
    readonly unreachable: string;
    readonly refused: (message: string) => string;
    readonly old: (problem: string) => string;
  };
  readonly kinds: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly served: Readonly<
    Record<
      | "title" | "serving" | "shadow" | "previous" | "version" | "kind" | "review" | "block" | "never" | "features"
      | "share" | "compared" | "agreed" | "nothingCompared" | "noShadow" | "noShadowHelp" | "noPrevious" | "noPreviousHelp",
      string
    >
  >;
  readonly runs: Readonly<Record<"title" | "caption" | "choose" | "run" | "review" | "block" | "best" | "more" | "fewer" | "glossary" | "none" | "full", string>> & {
    readonly chosen: (count: number, most: number) => string;
    readonly choice: (name: string) => string;
    readonly sortedBy: (column: string, ascending: boolean) => string;
    readonly moreIsBetter: string;
    readonly lessIsBetter: string;
  };
  readonly metrics: Readonly<Record<KnownMetric, MetricWords>>;
  readonly cards: (count: number) => MetricWords;
  readonly curves: Readonly<
    Record<"title" | "nothing" | "stretch" | "stretchHelp" | "ring" | "chance" | "precision" | "recall" | "falsePositives" | "truePositives" | "share" | "none" | "keys", string>
  > & {
    readonly charts: Readonly<Record<"precision_recall" | "roc" | "gains", { readonly title: string; readonly help: string }>>;
    readonly describe: (names: readonly string[]) => string;
    readonly at: (axis: string, value: string) => string;
    readonly problem: (name: string, problem: string) => string;
  };
  readonly difference: Readonly<Record<"title" | "metric" | "meaning" | "better" | "worse" | "same" | "one" | "differentRows", string>> & {
    readonly against: (name: string) => string;
  };
  readonly drift: Readonly<
    Record<
      | "title" | "score" | "greatest" | "scoreLimit" | "greatestLimit" | "bothLimits" | "scoreMoved" | "scoreSteady" | "index" | "limit" | "feature" | "distance" | "state" | "moved" | "steady"
      | "chart" | "time" | "none" | "noCourse" | "theScore" | "all" | "fewer" | "what" | "whatHelp" | "limitHelp" | "todo",
      string
    >
  > & {
    readonly todos: readonly string[];
    readonly count: (moved: number, all: number) => string;
    readonly rows: (rows: string, time: string) => string;
    readonly movedThen: (moved: number, rows: string) => string;
    readonly times: (value: string) => string;
    readonly showAll: (count: number) => string;
    readonly describe: (from: string, to: string) => string;
  };
}

export const models: ModelsWords = {
  title: "Models",
  loading: "Loading…",
  retry: "Try again",
  problems: {
    signIn: "Sign in first: the server shows this to those with a token of scope read.",
    forbidden: "Your token may not see this: it needs the scope read.",
    missing: "This server doesn't offer it. A newer one does.",
    unreachable: "The server can't be reached.",
    refused: (message) => `The server refused: ${message}`,
    old: (problem) => `What you see is not up to date. ${problem}`,
  },
  kinds: { lightgbm: "Gradient-boosted trees", mlp: "Neural network", blend: "Blend of trees and network" },
  roles: { serving: "in service", shadow: "shadow", previous: "before" },
  served: {
    title: "In service",
    serving: "Decides",
    shadow: "Shadow: scores along, decides nothing",
    previous: "Decided before",
    version: "Version",
    kind: "Kind",
    review: "Review from",
    block: "Block from",
    never: "never",
    features: "Features",
    share: "Share scored",
    compared: "Compared",
    agreed: "Decided alike",
    nothingCompared: "nothing yet",
    noShadow: "No shadow",
    noShadowHelp: "A model that is to be tried can score along: fraudctl serve --shadow RUN:SHARE.",
    noPrevious: "No other model before",
    noPreviousHelp: "After an exchange, the model that decided before stands here until the next one.",
  },
  runs: {
    title: "Runs",
    caption: "All runs and their metrics on the rows they were validated on",
    choose: "Compare",
    run: "Run",
    review: "Review from",
    block: "Block from",
    best: "best",
    more: "More columns",
    fewer: "Fewer columns",
    glossary: "What the metrics mean",
    none: "There is no run yet: fraudctl train makes one.",
    full: "That is as many as can be compared: take one out to take another in.",
    chosen: (count, most) => `${count} of ${most} chosen to compare`,
    choice: (name) => `Compare ${name}`,
    sortedBy: (column, ascending) => `Sorted by ${column}, ${ascending ? "lowest" : "highest"} first`,
    moreIsBetter: "higher is better",
    lessIsBetter: "lower is better",
  },
  metrics: {
    average_precision: { name: "Average precision", help: "Area under the precision–recall curve: how pure the alerts stay while more and more frauds are found. The one to look at first when frauds are rare." },
    roc_auc: { name: "ROC AUC", help: "The probability that a fraud scores higher than a genuine payment. Close to 1 for most models when frauds are rare." },
    recall_at_fpr_001: { name: "Recall at 1 % FPR", help: "Share of the frauds that are found when 1 % of the genuine payments raise a false alarm." },
    precision: { name: "Precision", help: "Share of the alerts that are frauds, at the run's threshold." },
    recall: { name: "Recall", help: "Share of the frauds that raise an alert, at the run's threshold." },
    f1: { name: "F1", help: "Harmonic mean of precision and recall." },
    mcc: { name: "MCC", help: "Matthews correlation between what was decided and what was true: 1 is perfect, 0 is a guess." },
    log_loss: { name: "Log loss", help: "How far the probabilities lie from what happened; sure and wrong costs most." },
    brier: { name: "Brier score", help: "Mean squared distance between the probability and what happened." },
    amount_recall: { name: "Money found", help: "Share of the frauds' money that raises an alert." },
    amount_precision: { name: "Fraud in alerted money", help: "Share of the alerted money that is fraud." },
    balanced_accuracy: { name: "Balanced accuracy", help: "Mean of the shares that are right among frauds and among genuine payments." },
    g_mean: { name: "G-mean", help: "Geometric mean of the same two shares." },
    specificity: { name: "Specificity", help: "Share of the genuine payments that raise no alert." },
    accuracy: { name: "Accuracy", help: "Share of the decisions that are right. High for every model when frauds are rare." },
    expected_calibration_error: { name: "Calibration error", help: "How far the probabilities lie from the share of frauds among payments with such a score." },
    amount_caught: { name: "Fraud found, money", help: "Sum of the frauds that raise an alert." },
    amount_alerts: { name: "Alerted money", help: "Sum of all payments that raise an alert." },
    amount_frauds: { name: "Fraud, money", help: "Sum of all frauds among the rows." },
    threshold: { name: "Threshold of the metrics", help: "The score from which on a payment counted as an alert when it was measured." },
    rows: { name: "Rows", help: "Payments that it was measured on." },
    positives: { name: "Frauds", help: "Frauds among them." },
  },
  cards: (count) => ({ name: `Card precision, ${count} a day`, help: `Share of compromised cards among the ${count} that are looked at each day.` }),
  curves: {
    title: "Curves beside each other",
    nothing: "Choose runs in the table above to see their curves.",
    stretch: "Stretch the low end",
    stretchHelp: "Alerts are decided among the few highest scores; the stretched axis gives them the room.",
    ring: "Ring: where the run's threshold stands",
    chance: "Dotted: a guess",
    precision: "Precision",
    recall: "Recall",
    falsePositives: "False positive rate",
    truePositives: "True positive rate",
    share: "Share of payments looked at",
    none: "this run keeps no curves.",
    keys: "Point at a chart, or step through it with the arrow keys, to read its values.",
    charts: {
      precision_recall: { title: "Precision and recall", help: "Of all frauds, how many are found, and how pure the alerts are then. Further up and to the right is better." },
      roc: { title: "ROC", help: "Frauds found for each share of false alarms. Further up and to the left is better." },
      gains: { title: "Gains", help: "Frauds found when only so many payments, the highest scores first, can be looked at." },
    },
    describe: (names) => `Lines of ${names.join(", ")}.`,
    at: (axis, value) => `${axis} ${value}`,
    problem: (name, problem) => `${name}: ${problem}`,
  },
  difference: {
    title: "Differences",
    metric: "Metric",
    meaning: "What it means",
    better: "better",
    worse: "worse",
    same: "the same",
    one: "Choose a second run to see how they differ.",
    differentRows: "These runs were measured on different rows: small differences say nothing.",
    against: (name) => `against ${name}`,
  },
  drift: {
    title: "Drift",
    score: "Score",
    greatest: "Feature that moved most",
    scoreLimit: "limit of the score",
    greatestLimit: "limit of that feature",
    bothLimits: "limit of both",
    scoreMoved: "The score has moved",
    scoreSteady: "The score is steady",
    index: "PSI",
    limit: "Limit",
    feature: "Feature",
    distance: "Times its limit",
    state: "State",
    moved: "moved",
    steady: "steady",
    chart: "Drift over the last day",
    time: "Time",
    none: "This model doesn't know what its validation rows looked like, or too little was scored so far to tell drift.",
    noCourse: "Nothing was sampled yet: the server looks once a minute while payments are scored.",
    theScore: "Score (what the model answers)",
    all: "All features",
    fewer: "Show fewer",
    what: "What this says",
    whatHelp:
      "The population stability index (PSI) compares the payments of now with those the model was validated on: how much of them has moved into other ranges of values. 0 is no change, below 0.1 is usual noise, above 0.25 is a lot.",
    limitHelp:
      "The limit is what the index stays below while nothing has changed, in all but one of 100,000 cases. It is higher as long as few payments were compared.",
    todo: "What to do when something has moved",
    todos: [
      "Look at the feature first: a new terminal, another currency, a field that arrives empty are changes of the data, not of the fraud.",
      "The features have moved, the score has not: watch, the model copes.",
      "The score has moved too: the thresholds now let through or stop other shares. Look at alerts and false alarms, and move the thresholds if need be.",
      "It stays: train on newer payments, let the new run score along as a shadow, and exchange it when it is better.",
    ],
    count: (moved, all) => (moved === 0 ? `None of ${all} features has moved` : `${moved} of ${all} features ${moved === 1 ? "has" : "have"} moved`),
    rows: (rows, time) => `${rows} payments compared, ${time}`,
    movedThen: (moved, rows) => `${moved} moved, ${rows} payments`,
    times: (value) => `${value} ×`,
    showAll: (count) => `Show all ${count}`,
    describe: (from, to) => `Index of the score and of the feature that moved most, with their limits, from ${from} to ${to}.`,
  },
};
