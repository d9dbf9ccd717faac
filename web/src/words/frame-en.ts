// The words of the frame, in English: header, connection, time bar, sign-in, screen reader.

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

export const frame = {
  title: "fraudctl · live map",
  modelsTitle: "fraudctl · models",
  pages: { label: "Pages", map: "Live map", models: "Models" },
  model: "Model",
  version: (version: string) => `version ${version}`,
  stage: "World map of alerts",
  legend: { score: "score", amount: "amount" },
  licences: "Licences",
  status: {
    connecting: "Connecting…",
    live: "Live",
    disconnected: "Disconnected, trying again",
    outdated: "The server was updated: reload the page",
  },
  stale: (time: string) => `What you see is not up to date: the server was last heard at ${time}.`,
  settings: {
    theme: "Colours",
    language: "Language",
    themes: { auto: "Auto", dark: "Dark", light: "Light" },
  },
};

export const counters = {
  label: "Counters",
  transactions: "Transactions",
  perSecond: "Transactions/s",
  alerts: "Alerts",
  perMinute: "Alerts/min",
  blocked: "Blocked of alerts",
  p50: "Scoring p50",
  p99: "Scoring p99",
  clients: "Clients",
  latency: "Latency",
  drift: "Drift",
  noDrift: "none",
  drifting: (count: string, isOne: boolean) => `${count} ${isOne ? "feature" : "features"}`,
  driftHelp: "Payments have moved away from those the model was validated with: see the page of models",
};

export const time = {
  label: "Time",
  live: "Live",
  pause: "Pause",
  resume: "Resume",
  play: "Play",
  replay: "Replay…",
  pausedAt: (time: string) => `Paused at ${time}`,
  waiting: (count: number, shown: string) => (count === 0 ? "no new alerts" : `${shown} new ${plural(count, "alert", "alerts")}`),
  from: "From",
  to: "To",
  show: "Show",
  hour: "Last hour",
  day: "Last 24 hours",
  week: "Last 7 days",
  scrubber: "Moment shown",
  speed: "Speed",
  times: (speed: string) => `${speed}×`,
  previous: "Previous alert",
  next: "Next alert",
  loading: "Loading…",
  loaded: (count: number, shown: string) => (count === 0 ? "No alerts in this period" : `${shown} ${plural(count, "alert", "alerts")}`),
  tooMany: (until: string) => `More alerts than can be held here: all until ${until} are loaded. Choose a shorter period.`,
  failed: (why: string) => `The period could not be loaded. ${why}`,
  unreachable: "The server can't be reached.",
  signIn: "Sign in first: the server shows alerts to those with a token of scope read.",
  missing: "This server can't replay. A newer one does.",
  notStored: "This server stores nothing: start it with --db, and it can replay.",
  wrong: "The end has to be after the start.",
  keys: "Space plays and stops; comma and full stop go to the alert before and after; Escape goes back to live.",
};

export const signin = {
  title: "A token, please",
  why: "This server shows its alerts to those with a token of scope read.",
  token: "Token",
  watch: "Watch",
  lacks: "This token may not watch: it lacks the scope read.",
  unknown: "The server doesn't know this token.",
  unreachable: "The server can't be reached.",
};

export const announcer = {
  one: (score: string, place: string) => `1 new alert, ${score} in ${place}`,
  many: (count: string, score: string, place: string) => `${count} new alerts, highest ${score} in ${place}`,
};
