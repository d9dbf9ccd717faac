// The server's routes and what travels over them: the mirror of `src/wire.rs`. No other file knows either.

/** The messages this page understands; a server that speaks another version needs another page. */
export const VERSION = 1;

/** Alerts that a hello shows at most; one that shows as many may leave out older ones. */
export const SNAPSHOT_ALERTS = 200;

/** Where the server answers, relative to the page. */
export const ROUTES = { live: "ws", session: "session", predictMap: "predict_map" } as const;

export type Decision = "approve" | "review" | "block";

/** An alert as it is stored, pushed and shown. */
export interface AlertEvent {
  readonly id: string;
  /** When the transaction happened, RFC 3339. */
  readonly time: string;
  readonly amount?: number;
  /** Probability of fraud, 0 to 1. */
  readonly score: number;
  readonly decision: Decision;
  readonly model: string;
  /** The city, or the terminal. */
  readonly title: string;
  /** Degrees north; absent when no place is known. */
  readonly latitude?: number;
  /** Degrees east; absent when no place is known. */
  readonly longitude?: number;
  /** ISO 3166 alpha-2 code. */
  readonly country?: string;
  /** True when the place was drawn from the table of cities, not known. */
  readonly simulated: boolean;
}

/** What the server counts; rates are over the last full second or minute. */
export interface Stats {
  readonly transactions: number;
  readonly alerts: number;
  readonly blocked: number;
  readonly transactions_per_second: number;
  readonly alerts_per_minute: number;
  readonly clients: number;
  readonly p50_us: number;
  readonly p99_us: number;
}

/** From which score on a payment is looked at, and refused; no `block` refuses nothing. */
export interface Thresholds {
  readonly review: number;
  readonly block: number | null;
}

/** The first message: what is served, and the newest alerts, oldest first. */
export interface Hello {
  readonly type: "hello";
  readonly version: number;
  readonly model: string;
  readonly thresholds: Thresholds;
  readonly alerts: readonly AlertEvent[];
  readonly stats: Stats;
}

/** New alerts, oldest first; `dropped` of them were lost because this page read too slowly. */
export interface Alerts {
  readonly type: "alerts";
  readonly events: readonly AlertEvent[];
  readonly dropped: number;
}

/** A message from the server. */
export type Frame = Hello | Alerts | ({ readonly type: "model" } & Pick<Hello, "model" | "thresholds">) | ({ readonly type: "stats" } & Stats) | { readonly type: "pong"; readonly t: number };

/** A message to the server. */
export type ClientFrame = { readonly type: "ping"; readonly t: number };

const KNOWN = new Set(["hello", "alerts", "stats", "model", "pong"]);

/** Reads one message; `null` for what this page doesn't know, so that the server can grow. */
export function parseFrame(text: string): Frame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const type = (value as { type?: unknown } | null)?.type;
  return typeof type === "string" && KNOWN.has(type) ? (value as Frame) : null;
}

/** The place of an alert, when it has one that lies on Earth. */
export function placeOf(event: AlertEvent): { latitude: number; longitude: number } | null {
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
