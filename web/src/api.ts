// The server's routes. No other file knows them, and no other file asks the server for anything.
import type {
  AlertEvent,
  ClientFrame,
  Curves,
  Drift,
  Label,
  Models,
  Problem,
  Run,
  Scores,
  Session,
  StoredTransaction,
  Suppressed,
} from "./wire";

export type { AlertEvent, Decision, Stats, Thresholds } from "./wire";

/** Where the server answers, relative to the page. */
export const ROUTES = {
  live: "ws",
  session: "session",
  alerts: "alerts",
  transactions: "transactions",
  scores: "scores",
  drift: "drift",
  models: "models",
  runs: "runs",
  feedback: "feedback",
  suppressions: "suppressions",
  predictMap: "predict_map",
} as const;

/** Alerts in one page of an answer, at most. */
export const PAGE_ALERTS = 1_000;

/** The server said no; `message` is for people. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
  ) {
    super(message);
    this.name = "Refused";
  }
}

/** Which alerts: those decided in [from, to), those after an id, or both. */
export interface AlertsAsked {
  /** Milliseconds since 1970, as `to`. */
  readonly from?: number;
  readonly to?: number;
  /** The id of an alert: only later ones. */
  readonly since?: string;
}

/** Stored alerts, oldest first; the next page is had with the last one's id as `since`. */
export function fetchAlerts(asked: AlertsAsked, signal?: AbortSignal): Promise<AlertEvent[]> {
  const query = new URLSearchParams({ limit: String(PAGE_ALERTS) });
  if (asked.from !== undefined) query.set("from", new Date(asked.from).toISOString());
  if (asked.to !== undefined) query.set("to", new Date(asked.to).toISOString());
  if (asked.since !== undefined) query.set("since", asked.since);
  return ask(`${ROUTES.alerts}?${query}`, signal === undefined ? {} : { signal });
}

export const fetchTransaction = (id: string): Promise<StoredTransaction> =>
  ask(`${ROUTES.transactions}/${encodeURIComponent(id)}`);
export const fetchScores = (): Promise<Scores> => ask(ROUTES.scores);
export const fetchDrift = (): Promise<Drift> => ask(ROUTES.drift);
export const fetchModels = (): Promise<Models> => ask(ROUTES.models);
export const fetchRuns = (): Promise<Run[]> => ask(ROUTES.runs);
export const fetchCurves = (run: string): Promise<Curves> => ask(`${ROUTES.runs}/${encodeURIComponent(run)}/curves`);

/** What this browser may do; null from a server that doesn't tell. */
export const fetchSession = (): Promise<Session | null> => ask(ROUTES.session);

/** Exchanges a token for a cookie that this page can't read. */
export const beginSession = (token: string): Promise<unknown> =>
  ask(ROUTES.session, { method: "POST", headers: { authorization: `Bearer ${token}` } });

/** Says what a transaction was. */
export const tellLabel = (label: Label): Promise<unknown> => post(ROUTES.feedback, label);

/** Of whom no alerts are shown. */
export const fetchSuppressions = (): Promise<Suppressed[]> => ask(ROUTES.suppressions);

/** Raises no alerts of a customer or terminal for a while. */
export const suppress = (suppressed: Suppressed): Promise<unknown> => post(ROUTES.suppressions, suppressed);

/** Raises them again. */
export const unsuppress = (kind: string, id: string): Promise<unknown> =>
  ask(`${ROUTES.suppressions}?${new URLSearchParams({ kind, id })}`, { method: "DELETE" });

/** The place of an alert, when it has one that lies on Earth. */
export function placeOf(event: Pick<AlertEvent, "latitude" | "longitude">): { latitude: number; longitude: number } | null {
  const { latitude, longitude } = event;
  if (typeof latitude !== "number" || typeof longitude !== "number") return null;
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

/** Opens the stream of frames on the page's own host. */
export function openLive(): WebSocket {
  const address = new URL(ROUTES.live, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(address);
}

/** Writes one message. */
export function send(socket: WebSocket, frame: ClientFrame): void {
  socket.send(JSON.stringify(frame));
}

function post(route: string, body: unknown): Promise<unknown> {
  return ask(route, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/** What the server answers, null when it has nothing to say; `Refused` when it says no. */
async function ask<Answer>(address: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(address, init);
  if (!answer.ok) throw await refusal(answer);
  if (answer.status === 204) return null as Answer;
  const text = await answer.text();
  return (text === "" ? null : JSON.parse(text)) as Answer;
}

async function refusal(answer: Response): Promise<Refused> {
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  const message = problem.error ?? (answer.statusText || String(answer.status));
  return new Refused(message, problem.code ?? "", answer.status);
}
