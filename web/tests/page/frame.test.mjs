// The frame of the page as people use it: time, address, connection, words, colours. The server is played (frame-stub.mjs).
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { violations } from "./axe.mjs";
import { WAIT, launch, mapReady, markers, openPage, status } from "./browser.mjs";
import { serveDist } from "./dist.mjs";
import { START, alert, alerts, stubServer } from "./frame-stub.mjs";

const iso = (index) => new Date(START + index * 10_000).toISOString();
/** From the first alert to just before the hundredth. */
const PERIOD = `from=${iso(0)}&to=${iso(100)}`;

describe("the frame", () => {
  let pages, browser, page, server, foreign, complaints;

  before(async () => {
    pages = await serveDist();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await pages?.stop();
  });

  afterEach(async () => {
    assert.deepEqual(foreign, []);
    await page.close();
  });

  async function open(where = "", stored = []) {
    ({ page, foreign, complaints } = await openPage(browser, pages.address));
    server = await stubServer(page, pages.address, stored);
    await go(where);
  }

  async function go(where) {
    await page.goto(`${pages.address}/${where}`, WAIT);
    await mapReady(page);
    await status(page, "live");
  }

  const button = (name) => page.locator("#timebar").getByRole("button", { name, exact: true });
  const scrubber = () => page.getByRole("slider", { name: "Moment shown" });
  const shown = () => page.locator("#feed [data-alert-id]").evaluateAll((rows) => rows.map((row) => row.dataset.alertId));
  const row = (id) => page.locator(`#feed [data-alert-id="${id}"]`);
  const address = (wanted) => page.waitForURL((url) => wanted.test(url.hash), WAIT);
  const text = (selector, wanted) =>
    page.waitForFunction(([where, pattern]) => new RegExp(pattern).test(document.querySelector(where)?.textContent ?? ""), [selector, wanted.source], WAIT);

  it("opens the moment of a stored period that the address names", async () => {
    await open(`#${PERIOD}&at=${iso(30)}`, alerts(0, 150));
    await markers(page, 31);
    assert.equal((await shown())[0], "a30");
    await text("#timebar .note", /^100 alerts$/);
    await page.keyboard.press("Tab");
    await scrubber().focus();
    await page.keyboard.press("End");
    await markers(page, 100);
    await page.keyboard.press("Home");
    await markers(page, 1);
    await button("Next alert").click();
    await markers(page, 2);
    await page.keyboard.press(".");
    await markers(page, 3);
    await page.keyboard.press(",");
    await markers(page, 2);
    await address(new RegExp(`at=${iso(1)}`));
    await page.keyboard.press("Escape");
    await markers(page, 150);
    await address(/^$/);
  });

  it("shows in a replay what was live", async () => {
    await open();
    for (let index = 0; index < 20; index++) server.push(alert(index));
    await markers(page, 20);
    const live = await shown();
    assert.equal(live.length, 20);
    await page.goto(`${pages.address}/#${PERIOD}&at=${iso(100)}`, WAIT);
    await text("#timebar .note", /^20 alerts$/);
    assert.deepEqual(await shown(), live);
  });

  it("plays a period, and stops at its end", async () => {
    await open(`#${PERIOD}&speed=3600`, alerts(0, 100));
    await text("#timebar .note", /^100 alerts$/);
    await button("Play").click();
    await markers(page, 100);
    await button("Play").waitFor(WAIT);
    await button("Replay…").click();
    await page.locator("#timebar").getByRole("button", { name: "Last 24 hours" }).click();
    await text("#timebar .note", /^No alerts in this period$/);
    assert.match(server.asked.at(-1), /^alerts\?limit=1000&from=.*&to=/);
  });

  it("says when a period cannot be had, and that its end comes after its start", async () => {
    await open();
    await page.route(`${pages.address}/alerts?*`, (route) => route.fulfill({ status: 404, json: { error: "no", code: "not_found" } }));
    await button("Replay…").click();
    await page.getByLabel("From", { exact: true }).fill("2025-03-01T10:00");
    await page.getByLabel("To", { exact: true }).fill("2025-03-01T09:00");
    await button("Show").click();
    assert.equal(await page.getByLabel("To", { exact: true }).evaluate((field) => field.validationMessage), "The end has to be after the start.");
    await page.getByLabel("To", { exact: true }).fill("2025-03-01T11:00");
    await button("Show").click();
    await text("#timebar .note", /can't replay/);
  });

  it("pauses while alerts go on arriving, and says how many wait", async () => {
    await open("", alerts(0, 10));
    await markers(page, 10);
    await button("Pause").click();
    server.push(alert(10), alert(11));
    await text("#timebar .moment", /Paused at .* · 2 new alerts/);
    assert.equal((await shown())[0], "a9");
    await button("Resume").click();
    await markers(page, 12);
    assert.equal((await shown())[0], "a11");
  });

  it("goes back and forward through pages, alerts and periods", async () => {
    await open("", alerts(0, 10));
    await row("a3").locator("button").first().click();
    await address(/^#selected=a3/);
    await page.locator("#pages").getByText("Models").click();
    await address(/page=models/);
    assert.equal(await page.locator("#map-page").isVisible(), false);
    assert.match(await page.title(), /models/);
    await page.goBack();
    await page.locator("#map-page").waitFor(WAIT);
    await page.goBack();
    await page.waitForFunction(() => document.getElementById("panel").hidden, null, WAIT);
    await page.goForward();
    await page.waitForFunction(() => !document.getElementById("panel").hidden, null, WAIT);
  });

  it("catches up by the last id after the connection was lost, and says meanwhile that it is old", async () => {
    await open("", alerts(0, 50));
    await markers(page, 50);
    assert.equal(await page.locator("#stale").isVisible(), false);
    server.stop();
    await page.locator("#stale").waitFor(WAIT);
    assert.match(await page.textContent("#stale"), /last heard at \d\d:\d\d:\d\d/);
    server.stored.push(...alerts(50, 700));
    server.isDown = false;
    await status(page, "live");
    await markers(page, 700);
    assert.ok(server.asked.includes("alerts?limit=1000&since=a49"), server.asked.join(" "));
    await page.locator("#stale").waitFor({ ...WAIT, state: "hidden" });
    assert.equal(await page.locator("#feed-missed").isVisible(), false);
  });

  it("warns of a silent server", async () => {
    await open("", alerts(0, 3));
    server.isMute = true;
    await page.locator("#stale").waitFor(WAIT);
    server.send({ type: "stats", ...server.hello.stats });
    await page.locator("#stale").waitFor({ ...WAIT, state: "hidden" });
  });

  it("counts, and warns of drift", async () => {
    await open();
    await text("#counters", /Blocked of alerts25%/);
    await text("#counters", /Driftnone/);
    await text("#model-version", /version 1a2b/);
    server.send({ type: "stats", ...server.hello.stats, drifting: 3 });
    await page.getByRole("button", { name: "3 features" }).click();
    await address(/page=models/);
  });

  it("tells of alerts in words", async () => {
    await open();
    server.push(alert(0), alert(1, { score: 0.97 }));
    await text("#announcer", /^2 new alerts, highest 97\.0\s% in New York, US$/);
  });

  it("speaks French, and keeps what is looked at", async () => {
    await open("#country=FR", alerts(0, 8));
    await markers(page, 2);
    await page.getByLabel("Language").selectOption("fr");
    await text("#status", /^En direct$/);
    assert.equal(await page.getAttribute("html", "lang"), "fr");
    assert.match(page.url(), /\?lang=fr#country=FR$/);
    await markers(page, 2);
    await page.getByLabel("Langue").selectOption("en");
    await text("#status", /^Live$/);
  });

  it("is dark or light as the reader chooses, else as the system is", async () => {
    await open();
    const theme = () => page.getAttribute("html", "data-theme");
    const themed = (wanted) => page.waitForSelector(`html[data-theme="${wanted}"]`, { ...WAIT, state: "attached" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    assert.equal(await theme(), "dark");
    await page.emulateMedia({ colorScheme: "light" });
    await themed("light");
    const light = await ground();
    assert.notEqual(light, dark);
    await page.getByLabel("Colours").selectOption("dark");
    assert.deepEqual([await theme(), await ground()], ["dark", dark]);
    await page.reload(WAIT);
    await mapReady(page);
    assert.deepEqual([await theme(), await page.getByLabel("Colours").inputValue()], ["dark", "dark"]);
    await page.getByLabel("Colours").selectOption("auto");
    assert.deepEqual([await theme(), await ground()], ["light", light]);
  });

  it("fits a narrow phone", async () => {
    await open(`#${PERIOD}&at=${iso(5)}`, alerts(0, 20));
    await page.setViewportSize({ width: 360, height: 740 });
    await button("Replay…").click();
    const widest = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(widest <= 360, `${widest} px wide`);
  });

  it("has no serious fault of access, dark or light, live or replayed", async () => {
    await open(`#${PERIOD}&at=${iso(50)}`, alerts(0, 100));
    await button("Replay…").click();
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForSelector(`html[data-theme="${colorScheme}"]`, { ...WAIT, state: "attached" });
      assert.deepEqual(await violations(page), [], colorScheme);
    }
    assert.deepEqual(complaints, []);
  });
});
