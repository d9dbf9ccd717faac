// A server that the tests of the frame play: a stream they write to, and stored alerts.

/** When the first stored alert was decided; each next one is ten seconds later. */
export const START = Date.UTC(2025, 2, 1, 10);

const PLACES = [
  ["Paris", "FR", 48.86, 2.35],
  ["New York", "US", 40.71, -74.01],
  ["Tokyo", "JP", 35.68, 139.69],
  ["Lagos", "NG", 6.52, 3.38],
];

export const stats = {
  transactions: 5_000,
  alerts: 80,
  blocked: 20,
  transactions_per_second: 40,
  alerts_per_minute: 2,
  clients: 1,
  p50_us: 3,
  p99_us: 1_900,
  drifting: 0,
};

export const alert = (index, more = {}) => {
  const [title, country, latitude, longitude] = PLACES[index % PLACES.length];
  const at = new Date(START + index * 10_000).toISOString();
  const score = 0.5 + ((index * 7) % 50) / 100;
  return { id: `a${index}`, time: at, decided: at, amount: 10 + index, score, decision: score < 0.9 ? "review" : "block", model: "m", title, country, latitude, longitude, simulated: false, ...more };
};

export const alerts = (from, to) => Array.from({ length: to - from }, (_, index) => alert(from + index));

const asked = (url, stored) => {
  const query = new URL(url).searchParams;
  const since = stored.findIndex(({ id }) => id === query.get("since")) + 1;
  const [from, to] = [query.get("from"), query.get("to")].map((text) => (text === null ? null : Date.parse(text)));
  return stored
    .slice(since)
    .filter(({ decided }) => (from === null || Date.parse(decided) >= from) && (to === null || Date.parse(decided) < to))
    .slice(0, Number(query.get("limit")));
};

/** Answers for the server at `address`; `stored` may grow. */
export async function stubServer(page, address, stored) {
  const server = {
    stored,
    socket: undefined,
    isDown: false,
    /** Answers no pings. */
    isMute: false,
    asked: [],
    hello: { type: "hello", version: 1, model: "m", model_version: "1a2b", thresholds: { review: 0.5, block: 0.9 }, stats },
    send: (frame) => server.socket.send(JSON.stringify(frame)),
    /** Raises alerts. */
    push: (...events) => {
      stored.push(...events);
      server.send({ type: "alerts", events, dropped: 0 });
    },
    stop: () => {
      server.isDown = true;
      server.socket.close();
    },
  };
  await page.routeWebSocket(/\/ws$/, (socket) => {
    if (server.isDown) return socket.close();
    server.socket = socket;
    socket.onMessage((text) => server.isMute || socket.send(text.replace("ping", "pong")));
    server.send({ ...server.hello, alerts: stored.slice(-200) });
  });
  await page.route(`${address}/**`, (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    if (!["alerts", "session"].includes(path)) return route.fallback();
    server.asked.push(path + new URL(route.request().url()).search);
    return route.fulfill({ json: path === "session" ? { scopes: ["read"] } : asked(route.request().url(), stored) });
  });
  return server;
}
