// The page as people see it: the real binary, a real browser, every other host out of reach.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { WAIT, coloursDrawn, launch, mapReady, markers, openPage, picture, pictureChanges, status } from "./browser.mjs";
import { RUN, makeFolder, makeToken, startServer } from "./server.mjs";

/** Sends the clear fraud that lies beside the served run, under an id of its own. */
async function postFraud(server, id) {
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

describe("the live map", () => {
  let server, browser, page, foreign, complaints;

  before(async () => {
    server = await startServer({ more: ["--db", "fraud.db"] });
    browser = await launch();
    ({ page, foreign, complaints } = await openPage(browser, server.address));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

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
    await postFraud(server, "page-test-1");
    await markers(page, 1);
    const row = page.locator('#feed [data-alert-id="page-test-1"]');
    await row.waitFor(WAIT);
    assert.match(await row.innerText(), /\d\d\.\d\s%/);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    await pictureChanges(page, empty);
    assert.ok(await page.isHidden("#feed-empty"));
  });

  it("has the stored alerts after a reload, and goes to one from the feed", async () => {
    await postFraud(server, "page-test-2");
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

  it("has nothing to complain about", () => assert.deepEqual(complaints, []));

  it("says that the server is gone, and comes back with it by itself", async () => {
    await page.evaluate(() => (window.sameDocument = true));
    await server.stop();
    await status(page, "disconnected");
    server = await startServer({ bind: new URL(server.address).host });
    await status(page, "live");
    await postFraud(server, "page-test-3");
    await markers(page, 3);
    assert.equal(await page.locator('#feed [data-alert-id="page-test-3"]').count(), 1);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
  });

  it("asked no other host for anything", () => assert.deepEqual(foreign, []));
});

describe("a server that is started anew while the page is away", () => {
  it("loses no alert, however many there were", async () => {
    const folder = makeFolder();
    const browser = await launch();
    const start = (bind) => startServer({ folder: folder.path, bind, more: ["--db", "fraud.db"] });
    let server = await start();
    try {
      const { page } = await openPage(browser, server.address);
      await page.goto(server.address, WAIT);
      await status(page, "live");
      await postFraud(server, "before-1");
      await page.locator('#feed [data-alert-id="before-1"]').waitFor(WAIT);

      await page.context().setOffline(true);
      await postFraud(server, "unseen-1");
      await server.stop();
      server = await start(new URL(server.address).host);
      // More than the server shows at once to who connects.
      for (let number = 2; number <= 321; number++) await postFraud(server, `unseen-${number}`);
      await page.context().setOffline(false);

      await page.waitForFunction(() => document.querySelector("#feed-count")?.textContent === "322", null, WAIT);
      await markers(page, 322);
      while (await page.getByRole("button", { name: "Show 50 more" }).isVisible()) await page.getByRole("button", { name: "Show 50 more" }).click();
      const listed = await page.locator("#feed [data-alert-id]").evaluateAll((rows) => rows.map((row) => row.dataset.alertId));
      const newestFirst = [...Array.from({ length: 321 }, (_, index) => `unseen-${321 - index}`), "before-1"];
      assert.deepEqual(listed, newestFirst.slice(0, listed.length));
    } finally {
      await browser.close();
      await server.stop();
      folder.remove();
    }
  });
});

describe("a server that takes tokens", () => {
  it("is shown one, refuses another, and is watched after a reload too", async () => {
    const known = makeToken("read");
    const other = makeToken("read");
    const server = await startServer({ more: ["--tokens", known.file] });
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
