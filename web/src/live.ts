// Keeps the connection: opens it, measures the way there and back, notices silence, comes back with growing pauses.
import { openLive, send } from "./api";
import { createCatchUp } from "./catchup";
import { parseFrame } from "./frames";
import { mayWatch } from "./signin";
import type { Action, State } from "./state";

const PING_EVERY_MS = 5_000;
/** Not while the page is still busy with loading its map, which would be measured too. */
const FIRST_PING_MS = 1_000;
/** The server speaks each second; after so long a silence the connection is taken for dead. */
const SILENCE_MS = 15_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** How long to wait before attempt number `attempt` (from 0): doubling, with half of it drawn, so that the
 * pages of a whole office don't come back in the same instant. */
export function retryDelay(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random;
}

/** What the connection needs of the page. */
export interface Watching {
  readonly dispatch: (action: Action) => void;
  readonly state: () => State;
  /** Asks for a token until the server takes one. */
  readonly signIn: () => Promise<void>;
  /** The server has let this page in. */
  readonly onConnected: () => void;
}

/** Connects now, and again whenever the connection is lost; a server that does not let it in is asked whether it wants a token. */
export function keepConnected({ dispatch, state, signIn, onConnected }: Watching): void {
  const catchUp = createCatchUp(dispatch, state);
  const isWanted = (): boolean => state().status !== "outdated";
  let attempt = 0;

  const connect = (): void => {
    dispatch({ type: "connecting" });
    const socket = openLive();
    let heardAt = performance.now();
    let opened = false;

    const beat = (): void => {
      if (performance.now() - heardAt > SILENCE_MS) socket.close();
      else if (socket.readyState === WebSocket.OPEN) ping(socket);
      timer = setTimeout(beat, PING_EVERY_MS);
    };
    let timer = setTimeout(beat, FIRST_PING_MS);

    socket.addEventListener("open", () => (opened = true));
    socket.addEventListener("message", ({ data }) => {
      heardAt = performance.now();
      const frame = typeof data === "string" ? parseFrame(data) : null;
      if (frame === null) return;
      const now = Date.now();
      if (frame.type === "pong") dispatch({ type: "latency", ms: heardAt - frame.t, now });
      else if (frame.type === "hello") catchUp(frame, now);
      else dispatch({ type: "frame", frame, now });
      if (!isWanted()) return socket.close();
      if (frame.type !== "hello") return;
      attempt = 0;
      onConnected();
    });
    socket.addEventListener("close", () => {
      clearTimeout(timer);
      dispatch({ type: "disconnected" });
      if (!isWanted()) return;
      if (opened) setTimeout(connect, retryDelay(attempt++, Math.random()));
      else void comeBack();
    });
  };

  const comeBack = async (): Promise<void> => {
    if (await mayWatch()) setTimeout(connect, retryDelay(attempt++, Math.random()));
    else await signIn().then(connect);
  };

  connect();
}

function ping(socket: WebSocket): void {
  send(socket, { type: "ping", t: performance.now() });
}
