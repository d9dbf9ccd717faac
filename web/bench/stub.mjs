// Serves the built page and speaks its protocol, without a model behind it: alerts at any rate, for as long as wanted.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { THRESHOLDS, alertSource } from "./alerts.mjs";
import { accept } from "./websocket.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const EVERY_MS = 100;
/** As the server does: a page that reads too slowly loses alerts and is told how many. */
const MOST_WAITING = 4_000_000;

/** Listens on a free port; sends `rate` alerts a second, in a frame each 100 ms, to the page that connects. */
export async function startStub({ dist, rate }) {
  const next = alertSource();
  const count = { sent: 0, dropped: 0 };
  const stats = () => ({
    transactions: count.sent * 100,
    alerts: count.sent,
    blocked: Math.round(count.sent / 4),
    transactions_per_second: rate * 100,
    alerts_per_minute: rate * 60,
    clients: 1,
    p50_us: 12,
    p99_us: 41,
    drifting: 0,
  });
  const routes = routesOf(stats);
  const files = pathToFileURL(`${dist}/`);

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const answer = routes[pathname];
    if (answer) return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer()));
    try {
      const file = new URL(pathname === "/" ? "index.html" : `.${pathname}`, files);
      if (!file.href.startsWith(files.href)) throw new Error("outside");
      response.writeHead(200, { "content-type": TYPES[extname(file.pathname)] ?? "text/plain" }).end(await readFile(file));
    } catch {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found","code":"not_found"}');
    }
  });

  server.on("upgrade", (request, socket) => {
    const page = accept(request, socket, (text) => {
      const { type, t } = JSON.parse(text);
      if (type === "ping") page.send(JSON.stringify({ type: "pong", t }));
    });
    const hello = { type: "hello", version: 1, model: "soak", model_version: "1", thresholds: THRESHOLDS };
    page.send(JSON.stringify({ ...hello, alerts: [], stats: stats() }));
    socket.on("close", sendAlerts(page, rate, next, count, stats));
  });

  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    count,
    stop: () => new Promise((stopped) => (server.close(stopped), server.closeAllConnections())),
  };
}

/** Begins to send; returns what ends it. A timer that comes late sends what is due. */
function sendAlerts(page, rate, next, count, stats) {
  const began = Date.now();
  const before = count.sent + count.dropped;
  const alerts = setInterval(() => {
    const due = Math.round(((Date.now() - began) / 1_000) * rate) - (count.sent + count.dropped - before);
    if (due <= 0) return;
    const isFull = page.waiting() > MOST_WAITING;
    const events = isFull ? [] : Array.from({ length: due }, () => next(Date.now()));
    const dropped = isFull ? due : 0;
    page.send(JSON.stringify({ type: "alerts", events, dropped }));
    count.sent += events.length;
    count.dropped += dropped;
  }, EVERY_MS);
  const seconds = setInterval(() => page.send(JSON.stringify({ type: "stats", ...stats() })), 1_000);
  return () => {
    clearInterval(alerts);
    clearInterval(seconds);
  };
}

/** What the page asks for while it shows the map. */
function routesOf(stats) {
  const served = { model: "soak", model_version: "1" };
  return {
    "/session": () => ({ scopes: ["read", "explain", "feedback"] }),
    "/alerts": () => [],
    "/scores": () => ({
      ...served,
      since: new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000).toISOString(),
      thresholds: THRESHOLDS,
      bins: Array.from({ length: 1_000 }, (_, bin) => Math.round((stats().transactions / 200) * Math.exp(-bin / 120))),
    }),
    "/drift": () => ({ ...served, points: [], features: [] }),
  };
}
