// The page of a bank that the binary simulated, trained, loaded and serves: nothing of the server is played here.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { violations } from "./axe.mjs";
import { WAIT, launch, mapReady, openPage, status } from "./browser.mjs";
import { makeWorld } from "./world.mjs";

/** Where pictures of the page go, when they are wanted: those of the README are made with docs here. */
const PICTURES = process.env.FRAUDCTL_SCREENSHOTS;
/** Payments that come one by one, while somebody watches. */
const WATCHED = 400;

describe("the map of a bank", () => {
  let world, server, browser, page, foreign, complaints;

  before(async () => {
    world = makeWorld();
    server = await world.serve();
    browser = await launch();
    ({ page, foreign, complaints } = await openPage(browser, server.address));
    const lines = world.payments.slice(0, -WATCHED).map((one) => JSON.stringify(one)).join("\n");
    const answers = (await decide("/predict/batch?map=true", lines, "application/x-ndjson")).trimEnd().split("\n");
    assert.ok(answers.every((answer) => "decision" in JSON.parse(answer)), "all were decided");
    await page.goto(`${server.address}/?lang=en`, WAIT);
    await mapReady(page);
    await status(page, "live");
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    world?.remove();
  });

  async function decide(route, body, type = "application/json") {
    const answer = await fetch(server.address + route, { method: "POST", headers: { "content-type": type }, body });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  }

  const ask = async (route) => (await fetch(`${server.address}/${route}`)).json();
  const row = (id) => page.locator(`#feed [data-alert-id="${id}"]`);
  const says = (selector, text) =>
    page.waitForFunction(([where, wanted]) => document.querySelector(where)?.innerText.includes(wanted), [selector, text], WAIT);

  /** All rows of the feed without what changes by itself: how long ago. */
  async function listed() {
    const more = page.getByRole("button", { name: /^Show \d+ more$/ });
    while (await more.isVisible()) await more.click();
    const rows = await page.locator("#feed [data-alert-id]").evaluateAll((all) => all.map((one) => [one.dataset.alertId, one.innerText]));
    return rows.map(([id, text]) => [id, text.replace(/ · (now|\d+ (s|min|h|d) ago)/, "")]);
  }

  async function picture(name) {
    await page.mouse.move(0, 0);
    await page.waitForTimeout(PICTURES ? 5_000 : 0); // amCharts brings in its logo after a while
    const path = PICTURES && join(PICTURES, `${name}.jpg`);
    const jpeg = await page.screenshot({ type: "jpeg", quality: 88, ...(path ? { path } : {}) });
    assert.ok(jpeg.length > 20_000, `${name} shows something`);
  }
  if (PICTURES) mkdirSync(PICTURES, { recursive: true });

  it("shows what was decided before it was opened, and each alert as it is decided", async () => {
    const stored = await ask("alerts?limit=1000");
    assert.ok(stored.length > 20, `${stored.length} alerts`);
    await page.waitForFunction((count) => document.documentElement.dataset.markers === String(count), stored.length, WAIT);
    let seen = 0;
    for (const payment of world.payments.slice(-WATCHED)) {
      const { id, decision } = JSON.parse(await decide("/predict_map", JSON.stringify(payment)));
      if (decision === "approve") continue;
      await row(id).waitFor(WAIT);
      seen += 1;
    }
    assert.ok(seen > 0, "there was a fraud to be seen");
    const count = String(stored.length + seen);
    await page.waitForFunction((wanted) => document.documentElement.dataset.markers === wanted, count, WAIT);
    assert.equal(await page.textContent("#feed-count"), count);
  });

  it("joins an alert to the place where its customer paid before", async () => {
    const last = new Map(world.payments.map((payment) => [payment.customer, payment]));
    const end = Date.parse(world.payments.at(-1).time);
    const travelled = [];
    for (const [index, before] of [...last.values()].slice(0, 40).entries()) {
      const far = world.payments.find(({ longitude }) => Math.abs(longitude - before.longitude) > 60 + index);
      if (far === undefined) continue;
      const payment = { ...far, id: `far-${index}`, time: new Date(end + index * 1_000).toISOString(), customer: before.customer, amount: 900 + index };
      const { decision } = JSON.parse(await decide("/predict_map", JSON.stringify(payment)));
      if (decision !== "approve") travelled.push([payment.id, before]);
    }
    assert.ok(travelled.length > 5, `${travelled.length} alerts`);
    await row(travelled.at(-1)[0]).waitFor(WAIT);
    const stored = new Map((await ask("alerts?limit=1000")).map((alert) => [alert.id, alert]));
    for (const [id, { latitude, longitude }] of travelled) {
      const alert = stored.get(id);
      assert.deepEqual([alert.from_latitude, alert.from_longitude], [latitude, longitude], id);
    }
    await picture("map-dark");
  });

  it("tells of an alert why, with what, and after which payments", async () => {
    const [{ id }] = (await ask("alerts?limit=1000")).filter((one) => one.from_latitude !== undefined).slice(-1);
    const stored = await ask(`transactions/${id}`);
    assert.ok(stored.reasons.contributions.some(({ reason }) => reason !== null));
    const place = `${stored.latitude},${stored.longitude},2`;
    await page.goto(`${server.address}/?lang=en#selected=${id}&map=${place}`, WAIT);
    await page.reload(WAIT);
    await mapReady(page);
    await page.locator("#panel .waterfall li").nth(5).waitFor(WAIT);
    assert.ok((await page.locator("#panel .seen li").count()) > 3);
    assert.ok((await page.locator("#panel .past > li").count()) > 3);
    assert.deepEqual(await violations(page), [], "with the panel");
    await picture("panel");
  });

  it("writes what the analyst says into the database", async () => {
    const id = new URLSearchParams(new URL(page.url()).hash.slice(1)).get("selected");
    await page.getByRole("button", { name: "Confirm fraud" }).click();
    await says("#panel .known", "Confirmed as fraud");
    world.fraudctl("export", "--db", "fraud.db", "--out", "decided.csv", "--force");
    const [head, ...lines] = readFileSync(join(world.path, "decided.csv"), "utf8").trimEnd().split("\n").map((line) => line.split(","));
    const [ids, labels] = ["id", "fraud"].map((name) => head.indexOf(name));
    assert.deepEqual(lines.filter((line) => line[labels] !== "").map((line) => [line[ids], line[labels]]), [[id, "1"]]);
    await page.getByRole("button", { name: "Snooze…" }).click();
    await page.getByRole("button", { name: "Snooze", exact: true }).click();
    await says("#panel .snoozed", "No alerts of customer");
    const [suppressed] = await ask("suppressions");
    assert.equal(suppressed.id, (await ask(`transactions/${id}`)).customer);
    await page.getByRole("button", { name: "Undo" }).click();
    await says("#panel .snoozed", "shown again");
    assert.deepEqual(await ask("suppressions"), []);
    await page.keyboard.press("Escape");
  });

  it("counts today's scores, and what other thresholds would have alerted", async () => {
    const { bins, thresholds } = await ask("scores");
    const travelled = (await ask("alerts?limit=1000")).filter(({ id }) => id.startsWith("far-"));
    assert.ok(bins.reduce((sum, count) => sum + count, 0) >= world.payments.length + travelled.length);
    await page.getByRole("button", { name: "Scores today" }).click();
    const line = page.locator("#histogram .line.review");
    const now = async () => Number(await line.getAttribute("aria-valuenow"));
    await page.waitForFunction((wanted) => document.querySelector("#histogram .line.review")?.ariaValueNow === String(wanted), thresholds.review, WAIT);
    const outcome = await page.locator("#histogram").innerText();
    await line.focus();
    await page.keyboard.press("PageUp");
    assert.ok((await now()) > thresholds.review);
    assert.notEqual(await page.locator("#histogram").innerText(), outcome, "fewer would have been alerted");
    await picture("scores");
    await page.getByRole("button", { name: "Scores today" }).click();
  });

  it("shows in a replay what was live", async () => {
    await page.goto(`${server.address}/?lang=en`, WAIT);
    await mapReady(page);
    const count = String((await ask("alerts?limit=1000")).length);
    await page.waitForFunction((wanted) => document.documentElement.dataset.markers === wanted, count, WAIT);
    const live = await listed();
    assert.equal(String(live.length), count);
    const alerts = await ask("alerts?limit=1000");
    const times = alerts.map(({ decided }) => Date.parse(decided)).sort((one, other) => one - other);
    const iso = (time) => new Date(time).toISOString();
    const period = `from=${iso(times[0])}&to=${iso(times.at(-1) + 1)}`;
    await page.goto(`${server.address}/?lang=en#${period}&at=${iso(times.at(-1) + 1)}`, WAIT);
    await says("#timebar", `${count} alerts`);
    await page.waitForFunction((wanted) => document.documentElement.dataset.markers === wanted, count, WAIT);
    assert.deepEqual(await listed(), live);
    const half = times[Math.floor(times.length / 2)];
    await page.goto(`${server.address}/?lang=en#${period}&at=${iso(half)}`, WAIT);
    const until = String(times.filter((time) => time <= half).length);
    await page.waitForFunction((wanted) => document.documentElement.dataset.markers === wanted, until, WAIT);
    assert.deepEqual(await violations(page), [], "while it replays");
    await picture("replay");
  });

  it("compares the runs and tells how far payments have moved", async () => {
    await page.goto(`${server.address}/?lang=en#page=models`, WAIT);
    await says("#models", "bank-mlp");
    await says("#models", "bank-lightgbm");
    await page.locator("#models .chart svg").first().waitFor(WAIT);
    assert.deepEqual(await violations(page), [], "the page of models");
    await picture("models");
  });

  it("is the same page on a phone, by day, and in French", async () => {
    await page.goto(`${server.address}/?lang=fr`, WAIT);
    await mapReady(page);
    await page.emulateMedia({ colorScheme: "light" });
    assert.equal(await page.getAttribute("html", "lang"), "fr");
    assert.deepEqual(await violations(page), [], "light");
    await page.goto(`${server.address}/?lang=en`, WAIT);
    await mapReady(page);
    await picture("map-light");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload(WAIT);
    await mapReady(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    assert.deepEqual(await violations(page), [], "phone");
    await picture("map-phone");
  });

  it("asked no other host for anything, and had nothing to complain about", () => {
    assert.deepEqual(foreign, []);
    assert.deepEqual(complaints, []);
  });
});
