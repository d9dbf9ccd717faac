// What a server would say to the models page: three runs and one too many, curves, a day of drift.

const NOW = Date.UTC(2026, 4, 3, 12);
const MINUTE = 60_000;

const run = (name, kind, role, metrics, block = 0.9) => ({ name, version: `${name}-v1`, kind, role, thresholds: { review: 0.25, block }, metrics });

const metrics = (quality) => ({
  average_precision: quality,
  roc_auc: 0.9 + quality / 20,
  recall_at_fpr_001: quality,
  precision: 0.8,
  recall: 0.7,
  specificity: 0.99,
  log_loss: 0.1 - quality / 20,
  brier: 0.05,
  rows: 5_000,
  positives: 50,
});

const RUNS = [
  run("trees", "lightgbm", "serving", metrics(0.7)),
  run("mix", "blend", "shadow", metrics(0.8)),
  run("net", "mlp", null, { ...metrics(0.6), house_index: 0.5 }, null),
  run("old", "lightgbm", "previous", metrics(0.5)),
  // A name is never more than text.
  run("<b>bold</b>", "lightgbm", null, { average_precision: 0.9, rows: 70 }),
];

const served = ({ name, version, kind, thresholds }) => ({ model: name, model_version: version, kind, thresholds, features: 30 });

const MODELS = {
  serving: served(RUNS[0]),
  previous: served(RUNS[3]),
  shadow: { serving: served(RUNS[1]), share: 0.25, compared: 20_000, agreed: 19_999 },
  drift: null,
};

const curves = (name) => ({
  name,
  precision_recall: [[1, 0.1], [0.5, 0.8], [0, 1]],
  roc: [[0, 0], [0, 0.4], [0.01, 0.6], [1, 1]],
  gains: [[0, 0], [0.01, 0.5], [1, 1]],
});

const FEATURES = [
  { feature: "amount", index: 0.3, limit: 0.1 },
  { feature: "hour", index: 0.15, limit: 0.2 },
  { feature: "score", index: 0.05, limit: 0.1 },
  ...Array.from({ length: 12 }, (_, place) => ({ feature: `count_${place}d`, index: 0.001 * place, limit: 0.1 })),
];

const POINTS = Array.from({ length: 600 }, (_, minute) => ({
  time: new Date(NOW - (599 - minute) * MINUTE).toISOString(),
  rows: 8_000,
  score: 0.02 + minute / 20_000,
  moved: minute > 300 ? 1 : 0,
  greatest: minute / 2_000,
}));

const DRIFT = { model: "trees", model_version: "trees-v1", points: POINTS, features: FEATURES };

const HELLO = {
  type: "hello",
  version: 1,
  model: "trees",
  model_version: "trees-v1",
  thresholds: { review: 0.25, block: 0.9 },
  alerts: [],
  stats: { transactions: 0, alerts: 0, blocked: 0, transactions_per_second: 0, alerts_per_minute: 0, clients: 1, p50_us: 0, p99_us: 0, drifting: 1 },
};

/** The routes of the models page, how each is answered, and how often it was asked. */
export async function stubServer(page, address) {
  const refusals = new Map();
  const asked = [];
  const answers = { models: MODELS, runs: RUNS, drift: DRIFT, session: { scopes: ["read"] }, alerts: [], scores: null };
  await page.routeWebSocket(/\/ws$/, (socket) => {
    socket.send(JSON.stringify(HELLO));
    socket.onMessage((text) => socket.send(text.replace("ping", "pong")));
  });
  await page.route(`${address}/**`, (route) => {
    const path = decodeURIComponent(new URL(route.request().url()).pathname.slice(1));
    const name = /^runs\/(.+)\/curves$/.exec(path)?.[1];
    if (!(path in answers) && name === undefined) return route.fallback();
    asked.push(path);
    const refusal = refusals.get(path);
    if (refusal === "lost") return route.abort();
    if (refusal !== undefined) return route.fulfill({ status: refusal, json: { error: "no", code: "refused" } });
    return route.fulfill({ json: name === undefined ? answers[path] : curves(name) });
  });
  const count = (path) => asked.filter((one) => one === path).length;
  return { refusals, asked, count };
}
