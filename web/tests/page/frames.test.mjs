// What the page makes of messages that a healthy server seldom sends; the server is played by the test.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import { preview } from "vite";
import { launch, mapReady, markers, openPage, status } from "./browser.mjs";

const STATS = {
  transactions: 5_000,
  alerts: 1,
  blocked: 0,
  transactions_per_second: 40,
  alerts_per_minute: 2,
  clients: 1,
  p50_us: 3,
  p99_us: 1_900,
};
const HELLO = { type: "hello", version: 1, model: "m", thresholds: { review: 0.5, block: 0.9 }, alerts: [], stats: STATS };
const alert = (id, more = {}) => ({
  id,
  time: "2025-03-01T10:00:00Z",
  amount: 12.5,
  score: 0.8,
  decision: "review",
  model: "m",
  title: "Paris",
  latitude: 48.85,
  longitude: 2.35,
  country: "FR",
  simulated: false,
  ...more,
});

describe("the page", () => {
  let site, browser, page, complaints, server;
  const push = (events, dropped = 0) => server.send(JSON.stringify({ type: "alerts", events, dropped }));
  const row = (id) => page.locator(`#feed [data-alert-id="${id}"]`);

  before(async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    site = await preview({ root, logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
    browser = await launch();
    const { port } = site.httpServer.address();
    ({ page, complaints } = await openPage(browser, `http://127.0.0.1:${port}`));
    await page.routeWebSocket(/\/ws$/, (socket) => {
      server = socket;
      socket.onMessage((text) => socket.send(JSON.stringify({ ...JSON.parse(text), type: "pong" })));
      socket.send(JSON.stringify(HELLO));
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    await mapReady(page);
    await status(page, "live");
  });

  after(async () => {
    await browser?.close();
    await site?.close();
  });

  it("keeps an alert without a place off the map and in the feed", async () => {
    push([alert("placed"), alert("nowhere", { latitude: undefined, longitude: undefined, country: undefined })]);
    await row("nowhere").waitFor();
    await markers(page, 1);
    assert.equal(await page.locator("#feed [data-alert-id]").count(), 2);
  });

  it("shows titles as they are, not as markup, and says when a place is made up", async () => {
    push([alert("odd", { title: "<img src=x> [bold]{id}", simulated: true })]);
    await row("odd").waitFor();
    const text = await row("odd").innerText();
    assert.ok(text.includes("<img src=x> [bold]{id}, FR"), text);
    assert.ok(text.includes("simulated"), text);
  });

  it("shows counters and measures the way to the server", async () => {
    const counters = page.locator("#counters");
    await counters.getByText(/^\d+(\.\d)?\sms$/).nth(1).waitFor();
    const text = (await counters.innerText()).replaceAll("\u00a0", " ");
    for (const shown of ["5,000", "40", "3 µs", "1.9 ms"]) assert.ok(text.includes(shown), text);
  });

  it("holds at most a thousand points and fifty rows, and says what it missed", async () => {
    for (let batch = 0; batch < 6; batch++) {
      push(Array.from({ length: 200 }, (_, at) => alert(`many-${batch}-${at}`, { longitude: at - 100 })), batch);
    }
    await row("many-5-199").waitFor();
    await markers(page, 1_000);
    assert.equal(await page.locator("#feed li").count(), 50);
    assert.match(await page.textContent("#feed-missed"), /^15 alerts/);
  });

  it("asks for a reload when the server speaks another version, and calls no more", async () => {
    server.send(JSON.stringify({ ...HELLO, version: 2 }));
    await status(page, "outdated");
    assert.match(await page.textContent("#status"), /reload the page/);
    assert.deepEqual(complaints, []);
  });
});
