// The line of counters, the state of the connection, and what is served.
import { byId, make, setText } from "./elements";
import * as format from "./format";
import type { State, Status } from "./state";
import type { Stats } from "./wire";
import { t } from "./words";

interface Counter {
  readonly label: string;
  readonly read: (state: State) => string;
}

const NONE = "–";

const stat = (label: string, read: (stats: Stats) => string): Counter => ({
  label,
  read: ({ stats }) => (stats === null ? NONE : read(stats)),
});

const COUNTERS: readonly Counter[] = [
  stat(t.counters.transactions, (stats) => format.count(stats.transactions)),
  stat(t.counters.perSecond, (stats) => format.count(stats.transactions_per_second)),
  stat(t.counters.alerts, (stats) => format.count(stats.alerts)),
  stat(t.counters.perMinute, (stats) => format.count(stats.alerts_per_minute)),
  stat(t.counters.blocked, ({ alerts, blocked }) => (alerts === 0 ? NONE : format.percent(blocked / alerts))),
  stat(t.counters.p50, (stats) => format.micros(stats.p50_us)),
  stat(t.counters.p99, (stats) => format.micros(stats.p99_us)),
  stat(t.counters.clients, (stats) => format.count(stats.clients)),
  { label: t.counters.latency, read: ({ latencyMs }) => (latencyMs === null ? NONE : format.millis(latencyMs)) },
];

/** Fills the header once and returns what brings it up to date. */
export function createHeader(onModels: () => void): (state: State) => void {
  const counters = byId("counters");
  counters.setAttribute("aria-label", t.counters.label);
  const cells = COUNTERS.map(({ label, read }) => ({ read, value: cell(counters, label) }));
  const drawDrift = createDrift(cell(counters, t.counters.drift), onModels);
  const drawStatus = createStatus(byId("status"));
  const [model, version] = [byId("model"), byId("model-version")];

  return (state) => {
    for (const { read, value } of cells) setText(value, read(state));
    drawDrift(state.stats);
    setText(model, state.model ?? NONE);
    setText(version, state.modelVersion === null ? "" : t.frame.version(state.modelVersion));
    drawStatus(state.status);
  };
}

function cell(counters: HTMLElement, label: string): HTMLElement {
  const value = make("dd");
  counters.append(make("div", "", make("dt", "", label), value));
  return value;
}

/** A number that leads to the page of models when something has drifted. */
function createDrift(value: HTMLElement, onModels: () => void): (stats: Stats | null) => void {
  const warning = make("button", "warning");
  warning.type = "button";
  warning.title = t.counters.driftHelp;
  warning.addEventListener("click", onModels);
  const word = make("span");
  value.append(word, warning);
  return (stats) => {
    const drifting = stats?.drifting ?? null;
    const isWarning = drifting !== null && drifting > 0;
    word.hidden = isWarning;
    warning.hidden = !isWarning;
    setText(word, drifting === null ? NONE : t.counters.noDrift);
    setText(warning, isWarning ? t.counters.drifting(format.count(drifting), drifting === 1) : "");
  };
}

function createStatus(element: HTMLElement): (status: Status) => void {
  let spoken: Status | undefined;
  return (status) => {
    // A retry is not news: from lost to live again, the reader hears two messages.
    const shown = status === "connecting" && spoken === "disconnected" ? spoken : status;
    if (shown === spoken) return;
    spoken = shown;
    element.textContent = t.frame.status[shown];
    document.documentElement.dataset.status = shown;
  };
}
