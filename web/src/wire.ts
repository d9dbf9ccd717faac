// What travels between this page and its server. Made of the server's own description of itself by `npm run wire`;
// a test holds the two together. Not to be edited.

/**
 * All that travels.
 */
export type Wire =
  | Frame
  | ClientFrame
  | StoredTransaction
  | Scores
  | Drift
  | Run
  | Curves
  | Models
  | Session
  | Suppressed
  | Label
  | Noted
  | Problem;
/**
 * A message from the server over the WebSocket.
 */
export type Frame =
  | {
      /**
       * Newest stored alerts, oldest first.
       */
      alerts: AlertEvent[];
      /**
       * Name of the run that scores.
       */
      model: string;
      /**
       * Tells it from other models that were trained under the name; empty from servers that did not say it.
       */
      model_version?: string;
      stats: Stats;
      thresholds: Thresholds;
      type: "hello";
      /**
       * [`VERSION`].
       */
      version: number;
    }
  | {
      /**
       * How many this client missed because it read too slowly, since the frame before.
       */
      dropped: number;
      /**
       * The alerts.
       */
      events: AlertEvent[];
      type: "alerts";
    }
  | (Stats & {
      type: "stats";
    })
  | (ServedModel & {
      type: "model";
    })
  | {
      /**
       * As the client sent it.
       */
      t: number;
      type: "pong";
    }
  | {
      type: "other";
    };
/**
 * What is done with a transaction.
 */
export type Decision = "approve" | "review" | "block";
/**
 * A message from a client over the WebSocket.
 */
export type ClientFrame = {
  /**
   * Anything; comes back in [`Frame::Pong`].
   */
  t: number;
  type: "ping";
};

/**
 * An alert, as it is stored, pushed and shown on the map.
 */
export interface AlertEvent {
  /**
   * How much; absent when a feature object names no amount.
   */
  amount?: number | null;
  /**
   * ISO 3166 alpha-2 code.
   */
  country?: string | null;
  /**
   * When it was decided, RFC 3339.
   */
  decided: string;
  decision: Decision;
  /**
   * Where the customer paid last before, when both places are known: degrees north.
   */
  from_latitude?: number | null;
  /**
   * Degrees east.
   */
  from_longitude?: number | null;
  /**
   * The transaction's id.
   */
  id: string;
  /**
   * Degrees north; absent when no place is known.
   */
  latitude?: number | null;
  /**
   * Degrees east; absent when no place is known.
   */
  longitude?: number | null;
  /**
   * Name of the run that scored.
   */
  model: string;
  /**
   * Probability of fraud, 0 to 1.
   */
  score: number;
  /**
   * True when the place was drawn from the table of cities, not known.
   */
  simulated: boolean;
  /**
   * When the transaction happened, RFC 3339.
   */
  time: string;
  /**
   * A line for the marker's tooltip: the city, or the terminal.
   */
  title: string;
}
/**
 * What the server counts; rates are over the last full second or minute.
 */
export interface Stats {
  /**
   * Alerts since start.
   */
  alerts: number;
  /**
   * Alerts in the last 60 seconds.
   */
  alerts_per_minute: number;
  /**
   * Of those, blocked.
   */
  blocked: number;
  /**
   * Connected WebSocket clients.
   */
  clients: number;
  /**
   * Features that have moved away from the validation rows, the score counting as one; absent when nobody can tell.
   */
  drifting?: number | null;
  /**
   * Median time of a decision in microseconds over the last seconds.
   */
  p50_us: number;
  /**
   * 99th percentile of the same.
   */
  p99_us: number;
  /**
   * Transactions scored since start.
   */
  transactions: number;
  /**
   * Transactions scored in the last full second.
   */
  transactions_per_second: number;
}
/**
 * The two limits on the score; a score equal to a limit has reached it, everywhere.
 */
export interface Thresholds {
  /**
   * From this score on, the payment is refused; `None` refuses nothing.
   */
  block: number | null;
  /**
   * From this score on, an analyst is asked.
   */
  review: number;
}
/**
 * A model that is served.
 */
export interface ServedModel {
  /**
   * Values in a row.
   */
  features: number;
  /**
   * `lightgbm`, `mlp` or `blend`.
   */
  kind: string;
  /**
   * Name of its run.
   */
  model: string;
  /**
   * Tells it from other models that were trained under the name.
   */
  model_version: string;
  thresholds: Thresholds;
}
/**
 * The answer to `GET /transactions/{id}`: a decision as it is stored.
 */
export interface StoredTransaction {
  /**
   * How much; absent when a feature object names no amount.
   */
  amount?: number | null;
  /**
   * ISO 3166 alpha-2 code.
   */
  country?: string | null;
  /**
   * Who paid, when a raw transaction was scored.
   */
  customer?: string | null;
  /**
   * When it was decided, RFC 3339.
   */
  decided: string;
  decision: Decision;
  /**
   * What was scored, in the order of the model's features.
   */
  features: FeatureValue[];
  /**
   * Other transactions of the same customer, the newest first: up to 40 before it and 10 after.
   */
  history: Before[];
  /**
   * Its id.
   */
  id: string;
  label?: Verdict | null;
  /**
   * Degrees north; absent when no place is known.
   */
  latitude?: number | null;
  /**
   * Degrees east; absent when no place is known.
   */
  longitude?: number | null;
  /**
   * Name of the run that scored.
   */
  model: string;
  /**
   * Tells it from other models that were trained under the name.
   */
  model_version: string;
  reasons?: Reasons | null;
  /**
   * Probability of fraud, 0 to 1.
   */
  score: number;
  /**
   * True when the place was drawn from the table of cities, not known.
   */
  simulated: boolean;
  /**
   * True when it is an alert that is not shown, because its customer or terminal was suppressed.
   */
  suppressed: boolean;
  /**
   * Where it was paid, when a raw transaction was scored.
   */
  terminal?: string | null;
  /**
   * The score from which on `decision` was not `approve`.
   */
  threshold: number;
  /**
   * When it happened, RFC 3339.
   */
  time: string;
  /**
   * A line for people: the city, or the terminal; empty for what was no alert.
   */
  title: string;
  /**
   * Why there are no reasons.
   */
  unexplained?: string | null;
  /**
   * What was said for inputs that are words, by their names.
   */
  words: {};
}
/**
 * One value of a row.
 */
export interface FeatureValue {
  /**
   * Name of the feature.
   */
  feature: string;
  /**
   * Its value; `null` when it is missing.
   */
  value: number | null;
}
/**
 * A transaction of the same customer.
 */
export interface Before {
  /**
   * How much.
   */
  amount: number;
  decision?: Decision | null;
  /**
   * Whether it was a fraud; absent while nobody knows.
   */
  fraud?: boolean | null;
  /**
   * Its id.
   */
  id: string;
  /**
   * Degrees north; absent when no place is known.
   */
  latitude?: number | null;
  /**
   * Degrees east; absent when no place is known.
   */
  longitude?: number | null;
  /**
   * Probability of fraud; absent when it was loaded and not decided.
   */
  score?: number | null;
  /**
   * Where it was paid.
   */
  terminal: string;
  /**
   * When it happened, RFC 3339.
   */
  time: string;
}
/**
 * What became known of a transaction.
 */
export interface Verdict {
  /**
   * Whether it was a fraud.
   */
  fraud: boolean;
  /**
   * When it was told, RFC 3339; `null` when a loaded file says it.
   */
  told: string | null;
}
/**
 * What moved a score: base, contributions and rest make the raw score, the logit of the score before any calibration.
 */
export interface Reasons {
  /**
   * The raw score that is expected of any row.
   */
  base: number;
  /**
   * What moved it most, by amount.
   */
  contributions: Contribution[];
  /**
   * The sum of all others.
   */
  rest: number;
}
/**
 * How a feature moves a score.
 */
export interface Contribution {
  /**
   * What it adds to the raw score.
   */
  contribution: number;
  /**
   * Its name.
   */
  feature: string;
  /**
   * What its value means, when it raises the score; else `null`.
   */
  reason: string | null;
  /**
   * Its value; `null` when it is missing.
   */
  value: number | null;
}
/**
 * The answer to `GET /scores`: how the scores of the served model are distributed since midnight UTC.
 */
export interface Scores {
  /**
   * Decisions by score: 1,000 bins of equal width from 0 to 1; the last one holds 1 too.
   */
  bins: number[];
  /**
   * Name of the run.
   */
  model: string;
  /**
   * Tells it from other models that were trained under the name.
   */
  model_version: string;
  /**
   * RFC 3339: midnight, or later when nobody knows what was before.
   */
  since: string;
  thresholds: Thresholds;
}
/**
 * The answer to `GET /drift`, of the served model.
 */
export interface Drift {
  /**
   * As they stand now, those that moved most first; empty when the run does not tell what rows are to be compared to.
   */
  features: Moved[];
  /**
   * Name of the run.
   */
  model: string;
  /**
   * Tells it from other models that were trained under the name.
   */
  model_version: string;
  /**
   * Once a minute while something was scored, the last day of it at most, oldest first.
   */
  points: DriftPoint[];
}
/**
 * How far a feature has moved.
 */
export interface Moved {
  /**
   * Its name; `score` for the score.
   */
  feature: string;
  /**
   * Its population stability index.
   */
  index: number;
  /**
   * Above this it has moved.
   */
  limit: number;
}
/**
 * Drift at one moment.
 */
export interface DriftPoint {
  /**
   * The greatest index of a feature.
   */
  greatest: number;
  /**
   * Features above their limit, the score counting as one.
   */
  moved: number;
  /**
   * Rows that were compared.
   */
  rows: number;
  /**
   * The score's index.
   */
  score: number;
  /**
   * RFC 3339.
   */
  time: string;
}
/**
 * One of the answer to `GET /runs`.
 */
export interface Run {
  /**
   * `lightgbm`, `mlp` or `blend`.
   */
  kind: string;
  /**
   * Of the validation rows.
   */
  metrics: {
    [k: string]: number;
  };
  /**
   * Its name.
   */
  name: string;
  /**
   * `serving`, `previous` or `shadow`; absent when it is none of them.
   */
  role?: string | null;
  thresholds: Thresholds;
  /**
   * Tells it from other models that were trained under the name.
   */
  version: string;
}
/**
 * The answer to `GET /runs/{name}/curves`, of the validation rows.
 */
export interface Curves {
  gains: [number, number][];
  /**
   * Name of the run.
   */
  name: string;
  precision_recall: [number, number][];
  roc: [number, number][];
}
/**
 * The answer to `GET /models`.
 */
export interface Models {
  drift: DriftedFeatures | null;
  previous: ServedModel | null;
  serving: ServedModel;
  shadow: Shadowing | null;
}
/**
 * Which features have moved.
 */
export interface DriftedFeatures {
  /**
   * Names of those above their limit.
   */
  features: string[];
  /**
   * Rows that were compared.
   */
  rows: number;
  /**
   * Whether the score has moved.
   */
  score: boolean;
}
/**
 * A model that scores along.
 */
export interface Shadowing {
  /**
   * Of those, decided alike.
   */
  agreed: number;
  /**
   * Rows that it has scored.
   */
  compared: number;
  serving: ServedModel;
  /**
   * Share of the rows that it scores, 0 to 1.
   */
  share: number;
}
/**
 * The answer to `GET /session`.
 */
export interface Session {
  /**
   * What this browser may do: `read`, `predict`, `explain`, `feedback`, `admin`.
   */
  scopes: string[];
}
/**
 * Whose alerts are not shown; its transactions are scored and stored as ever.
 */
export interface Suppressed {
  /**
   * Its id.
   */
  id: string;
  /**
   * `customer` or `terminal`.
   */
  kind: string;
  /**
   * Why, for people.
   */
  reason?: string | null;
  /**
   * RFC 3339: from then on they are shown again; absent for never.
   */
  until?: string | null;
}
/**
 * A label, as `POST /feedback` takes it: alone, in an array, or one a line.
 */
export interface Label {
  /**
   * Whether it was a fraud.
   */
  fraud: boolean;
  /**
   * The transaction's id: text, or a whole number as some systems have it.
   */
  id: string;
}
/**
 * The answer to a [`Label`].
 */
export interface Noted {
  /**
   * What was known before, when it was labelled before.
   */
  before?: boolean | null;
  decision?: Decision | null;
  /**
   * What is known of it now.
   */
  fraud: boolean;
  /**
   * The transaction's id.
   */
  id: string;
}
/**
 * A refused request.
 */
export interface Problem {
  /**
   * For programs: a stable word such as `missing_field`.
   */
  code: string;
  /**
   * For people: what was wrong and what to do.
   */
  error: string;
  /**
   * The field it is about, when it is about one.
   */
  field?: string | null;
  /**
   * Which row of a batch, counted from 1.
   */
  row?: number | null;
}
