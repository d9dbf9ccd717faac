// The line of counters and the state of the connection.
import type { Stats } from "./api";
import * as format from "./format";
import type { State, Status } from "./state";

type Counter = readonly [label: string, value: (state: State) => string];

const stat = (read: (stats: Stats) => string) => (state: State) => (state.stats === null ? "–" : read(state.stats));

const COUNTERS: readonly Counter[] = [
  ["Transactions", stat((stats) => format.count(stats.transactions))],
  ["Transactions/s", stat((stats) => format.count(stats.transactions_per_second))],
  ["Alerts", stat((stats) => format.count(stats.alerts))],
  ["Alerts/min", stat((stats) => format.count(stats.alerts_per_minute))],
  ["Blocked", stat((stats) => format.count(stats.blocked))],
  ["Scoring p50", stat((stats) => format.micros(stats.p50_us))],
  ["Scoring p99", stat((stats) => format.micros(stats.p99_us))],
  ["Clients", stat((stats) => format.count(stats.clients))],
  ["Latency", (state) => (state.latencyMs === null ? "–" : format.millis(state.latencyMs))],
];

const STATUS: Record<Status, string> = {
  connecting: "Connecting…",
  live: "Live",
  disconnected: "Disconnected, trying again",
  outdated: "The server was updated: reload the page",
};

/** Fills the header once and returns what brings it up to date. */
export function createHeader(counters: HTMLElement, status: HTMLElement, model: HTMLElement): (state: State) => void {
  const values = COUNTERS.map(([label]) => {
    const cell = document.createElement("div");
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = label;
    cell.append(term, value);
    counters.append(cell);
    return value;
  });
  let spoken: Status | undefined;
  return (state) => {
    COUNTERS.forEach(([, read], index) => setText(values[index], read(state)));
    setText(model, state.model ?? "–");
    // A retry is not news: from lost to live again, the reader hears two messages.
    const shown = state.status === "connecting" && spoken === "disconnected" ? spoken : state.status;
    if (shown === spoken) return;
    spoken = shown;
    status.textContent = STATUS[shown];
    document.documentElement.dataset.status = shown;
  };
}

function setText(element: HTMLElement | undefined, text: string): void {
  if (element !== undefined && element.textContent !== text) element.textContent = text;
}
