// The page as people see it: the real binary, a real browser, every other host out of reach.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { WAIT, coloursDrawn, launch, mapReady, markers, openPage, picture, pictureChanges, status } from "./browser.mjs";
import { RUN, makeToken, startServer } from "./server.mjs";

describe("the live map", () => {
  let server, browser, page, foreign, complaints;

  before(async () => {
    server = await startServer();
    browser = await launch();
    ({ page, foreign, complaints } = await openPage(browser, server.address));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Sends the clear fraud that lies beside the served run, under an id of its own. */
  async function postFraud(id) {
    const fraud = JSON.parse(readFileSync(join(RUN, "fraud.json"), "utf8"));
    const answer = await fetch(`${server.address}/predict_map`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...fraud, id, latitude: 48.8566, longitude: 2.3522 }),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.notEqual(JSON.parse(text).decision, "approve", text);
  }

  it("draws the world at / and at /map, and is empty before the first alert", async () => {
    for (const path of ["/", "/map"]) {
      await page.goto(server.address + path, WAIT);
      await mapReady(page);
      await markers(page, 0);
      assert.ok((await coloursDrawn(page)) > 10, `nothing is drawn at ${path}`);
      assert.ok(await page.isVisible("#feed-empty"));
    }
    await status(page, "live");
    assert.notEqual(await page.textContent("#model"), "–");
  });

  it("shows a fraud the moment it is decided, without a reload", async () => {
    const empty = await picture(page);
    await page.evaluate(() => (window.sameDocument = true));
    await postFraud("page-test-1");
    await markers(page, 1);
    const row = page.locator('#feed [data-alert-id="page-test-1"]');
    await row.waitFor(WAIT);
    assert.match(await row.innerText(), /\d\d\.\d %/);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    await pictureChanges(page, empty);
    assert.ok(await page.isHidden("#feed-empty"));
  });

  it("has the stored alerts after a reload, and goes to one from the feed", async () => {
    await postFraud("page-test-2");
    await markers(page, 2);
    await page.emulateMedia({ reducedMotion: "reduce" }); // no ring and no flight: only a moved map is another picture
    await page.reload(WAIT);
    await mapReady(page);
    await markers(page, 2);
    assert.equal(await page.locator("#feed li").count(), 2);
    const world = await picture(page);
    await page.click('#feed [data-alert-id="page-test-1"] button');
    await pictureChanges(page, world);
  });

  it("has nothing to complain about", async () => {
    if (process.env.FRAUDCTL_SCREENSHOT) {
      await page.reload(WAIT);
      await markers(page, 2);
      await page.waitForTimeout(5_000); // amCharts brings in its logo after a while
      await page.screenshot({ path: process.env.FRAUDCTL_SCREENSHOT });
    }
    assert.deepEqual(complaints, []);
  });

  it("says that the server is gone, and comes back with it by itself", async () => {
    await page.evaluate(() => (window.sameDocument = true));
    await server.stop();
    await status(page, "disconnected");
    server = await startServer(new URL(server.address).host);
    await status(page, "live");
    await postFraud("page-test-3");
    await markers(page, 3);
    assert.equal(await page.locator('#feed [data-alert-id="page-test-3"]').count(), 1);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
  });

  it("asked no other host for anything", () => assert.deepEqual(foreign, []));
});

describe("a server that takes tokens", () => {
  it("is shown one, refuses another, and is watched after a reload too", async () => {
    const known = makeToken("read");
    const other = makeToken("read");
    const server = await startServer("127.0.0.1:0", ["--tokens", known.file]);
    const browser = await launch();
    try {
      const { page } = await openPage(browser, server.address);
      await page.goto(server.address, WAIT);
      await page.waitForSelector("#signin[open]", WAIT);
      await page.fill("#signin input", other.token);
      await page.click("#signin button");
      await page.getByText("The server doesn't know this token.").waitFor(WAIT);
      await page.fill("#signin input", known.token);
      await page.click("#signin button");
      await status(page, "live");
      assert.equal(await page.isVisible("#signin"), false);
      assert.equal(await page.evaluate(() => document.cookie), "", "no script can read it");
      await page.reload(WAIT);
      await status(page, "live");
    } finally {
      await browser.close();
      await server.stop();
      known.remove();
      other.remove();
    }
  });
});
