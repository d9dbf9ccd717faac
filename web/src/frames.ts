// What travels over the WebSocket, and how a message is read.
import type { Frame as Sent } from "./wire";

/** The messages this page understands; a server that speaks another version needs another page. */
export const VERSION = 1;

/** Alerts that a hello shows at most; one that shows as many may leave out older ones. */
export const SNAPSHOT_ALERTS = 200;

/** A message from the server; "other" stands for what a newer one may say, and never travels. */
export type Frame = Exclude<Sent, { type: "other" }>;

/** The first message. */
export type Hello = Extract<Frame, { type: "hello" }>;

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
