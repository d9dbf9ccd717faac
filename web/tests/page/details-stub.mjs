// What a server would say to the feed, the panel and the histogram: alerts, what is stored of one, today's scores.

const MINUTE = 60_000;

/** The moment of the newest alert. */
export const NOW = Date.UTC(2026, 4, 3, 12);

const PLACES = [
  ["Paris", "FR", 48.857, 2.352],
  ["São Paulo", "BR", -23.55, -46.633],
  ["Tokyo", "JP", 35.69, 139.692],
  ["Nairobi", "KE", -1.286, 36.817],
];

/** 120 alerts, oldest first; alert-119 is the newest. */
export const ALERTS = Array.from({ length: 120 }, (_, index) => {
  const [title, country, latitude, longitude] = PLACES[index % PLACES.length];
  const time = new Date(NOW - (119 - index) * MINUTE).toISOString();
  const score = 0.4 + ((index * 37) % 60) / 100;
  const decision = score < 0.8 ? "review" : "block";
  const model = index % 10 === 0 ? "older" : "bank";
  return { id: `alert-${index}`, time, decided: time, amount: 10 + index, score, decision, model, title, country, latitude, longitude, simulated: false };
});

const contribution = (feature, value, adds, reason = null) => ({ feature, value, contribution: adds, reason });

const CONTRIBUTIONS = [
  contribution("TX_AMOUNT", 812.5, 2.4, "amount 812.5"),
  contribution("CUSTOMER_ID_NEW_TERMINAL", 1, -0.75),
  contribution("CUSTOMER_ID_KM_SINCE_LAST", 412.3, 1.9, "412.3 km from the customer's last payment"),
  contribution("TERMINAL_ID_RISK_7DAY_WINDOW", 0.042, 1.35, "frauds were 4.2 % of the terminal's transactions within 7 days before the label delay"),
  contribution("CUSTOMER_ID_SECONDS_SINCE_LAST", 340, 0.8, "5.67 minutes after the customer's last payment"),
  contribution("TX_DURING_NIGHT", 1, 0.35, "at night"),
  contribution("CUSTOMER_ID_NB_TX_1DAY_WINDOW", 9, -0.6),
  contribution("TX_HOUR", 2.55, 0.2, "at 02:33"),
  contribution("CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW", 54.2, 0.15, "the customer's 30-day mean amount is 54.2"),
  contribution("TERMINAL_ID_NB_TX_1DAY_WINDOW", 21, -0.12),
  contribution("house_rule", 0.0031, 0.05, "house_rule = 3.1e-3"),
  contribution("TX_DURING_WEEKEND", 0, -0.03),
];

/** Payments of the customer: two after, thirty before, each further away. */
const HISTORY = Array.from({ length: 32 }, (_, index) => ({
  id: `payment-${index}`,
  time: new Date(NOW + (2 - index - (index > 1 ? 1 : 0)) * 47 * MINUTE).toISOString(),
  amount: 20 + index * 3.5,
  terminal: `T${index % 5}`,
  latitude: 48.857 + index * 0.4,
  longitude: 2.352,
  ...(index % 3 === 2 ? {} : { score: index === 4 ? 0.91 : 0.04, decision: index === 4 ? "block" : "approve" }),
  ...(index === 4 ? { fraud: true } : index === 5 ? { fraud: false } : {}),
}));

/** What is stored of an alert. */
export const stored = (id) => {
  const alert = ALERTS.find((one) => one.id === id);
  if (alert === undefined && !id.startsWith("payment-")) return null;
  const base = alert ?? { ...ALERTS[0], id, title: "", country: null, score: 0.04, decision: "approve" };
  return {
    ...base,
    customer: "C17",
    terminal: "T3",
    threshold: 0.38,
    model_version: "5f2c91aa",
    suppressed: false,
    features: CONTRIBUTIONS.map(({ feature, value }) => ({ feature, value })),
    words: { channel: "<b>online</b>" },
    label: null,
    reasons: { base: -4.2, contributions: CONTRIBUTIONS, rest: 0.25 },
    unexplained: null,
    history: HISTORY,
  };
};

/** 10,000 decisions: most of them low; 100 from 0.4 to 0.5, 40 at 0.8, 10 at 0.95. */
const BINS = Array.from({ length: 1_000 }, (_, bin) => {
  if (bin < 99) return 99;
  if (bin === 99) return 49;
  if (bin >= 400 && bin < 500) return 1;
  return { 800: 40, 950: 10 }[bin] ?? 0;
});

const scores = (block) => ({
  model: "bank",
  model_version: "5f2c91aa",
  since: "2026-05-03T00:00:00Z",
  thresholds: { review: 0.4, block },
  bins: BINS,
});

const STATS = { transactions: 9_001, alerts: 120, blocked: 40, transactions_per_second: 3, alerts_per_minute: 1, clients: 1, p50_us: 80, p99_us: 210 };

const hello = (alerts) => ({ type: "hello", version: 1, model: "bank", model_version: "5f2c91aa", thresholds: { review: 0.4, block: 0.8 }, alerts, stats: STATS });

/**
 * Stands in for the server. `refusals` says by path which status answers, or "lost"; `told` holds what was posted or deleted;
 * `push` sends new alerts; `held` keeps the answers of a path until `release`.
 */
export async function stubServer(page, address, { scopes = ["read", "explain", "feedback"], alerts = ALERTS, block = 0.8, snoozed = [] } = {}) {
  const refusals = new Map();
  const told = [];
  const asked = [];
  const held = new Map();
  let socket;
  await page.routeWebSocket(/\/ws$/, (opened) => {
    socket = opened;
    opened.send(JSON.stringify(hello(alerts)));
    opened.onMessage((text) => opened.send(text.replace("ping", "pong")));
  });
  const answer = async (route, path, method) => {
    const refusal = refusals.get(path);
    if (refusal === "lost") return route.abort();
    if (refusal !== undefined) return route.fulfill({ status: refusal, json: { error: "not today", code: "refused" } });
    if (method !== "GET") return route.fulfill({ json: {} });
    if (path === "session") return route.fulfill({ json: { scopes } });
    if (path === "scores") return route.fulfill({ json: scores(block) });
    if (path === "alerts") return route.fulfill({ json: [] });
    if (path === "suppressions") return route.fulfill({ json: snoozed });
    const found = stored(path.replace("transactions/", ""));
    if (found !== null) return route.fulfill({ json: found });
    return route.fulfill({ status: 404, json: { error: "no decision is stored under it", code: "unknown_id" } });
  };
  await page.route(`${address}/**`, async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = decodeURIComponent(url.pathname.slice(1));
    if (!/^(session|scores|alerts|feedback|suppressions|transactions\/.+)$/.test(path)) return route.fallback();
    asked.push(path);
    if (request.method() !== "GET") {
      told.push({ method: request.method(), path: path + url.search, type: request.headers()["content-type"], body: request.postDataJSON() });
    }
    await held.get(path)?.promise;
    return answer(route, path, request.method());
  });
  return {
    refusals,
    told,
    count: (path) => asked.filter((one) => one === path).length,
    push: (events) => socket.send(JSON.stringify({ type: "alerts", events, dropped: 0 })),
    hold(path) {
      const gate = {};
      gate.promise = new Promise((resolve) => (gate.resolve = resolve));
      held.set(path, gate);
    },
    release(path) {
      held.get(path)?.resolve();
      held.delete(path);
    },
  };
}
