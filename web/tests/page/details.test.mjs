// Feed and panel as people see them; the server's answers are stubs (details-stub.mjs).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { violations } from "./axe.mjs";
import { WAIT } from "./browser.mjs";
import { detailsPage } from "./details-page.mjs";
import { ALERTS, NOW } from "./details-stub.mjs";


const at = detailsPage();
const { row, says, focused, panel, openPanel, isClosed } = at;
let page, server;

async function open(options) {
  await at.open(options);
  ({ page, server } = at);
}

const rows = (count) => page.waitForFunction((wanted) => document.querySelectorAll("#feed li").length === wanted, count, WAIT);

// The map's canvas has a test of its own.
const BESIDE_THE_MAP = { exclude: ["#map"] };

describe("the feed", () => {
  it("lists fifty alerts, and fifty more when it is asked", async () => {
    await open();
    await rows(50);
    assert.equal(await page.textContent("#feed-count"), "120");
    assert.match(await row("alert-119").innerText(), /Nairobi, KE[^]*129\.00[^]*\d\d s ago[^]*review[^]*63\.0/);
    await page.getByRole("button", { name: "Show 50 more" }).click();
    await rows(100);
    assert.equal(await focused(), "alert-69", "the first of them");
    await page.getByText("The newest 100 are listed").waitFor(WAIT);
  });

  it("goes from row to row with the arrow keys, and has one row that the tab key reaches", async () => {
    await page.locator("#feed-search").focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "alert-119");
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), "alert-119");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "alert-117");
    assert.equal(await page.locator('#feed button[tabindex="0"]').count(), 1);
    await page.keyboard.press("End");
    assert.equal(await focused(), "alert-20");
    await page.keyboard.press("Home");
    assert.equal(await focused(), "alert-119");
  });

  it("keeps the elements of its rows and the focus when others arrive", async () => {
    await row("alert-119").focus();
    await page.evaluate(() => (window.kept = document.activeElement));
    server.push(Array.from({ length: 150 }, (_, index) => ({ ...ALERTS[0], id: `new-${index}`, time: new Date(NOW).toISOString(), decided: new Date(NOW).toISOString() })));
    await row("new-149").waitFor(WAIT);
    assert.equal(await page.evaluate(() => document.activeElement === window.kept && window.kept.isConnected), true);
    assert.ok((await page.locator("#feed li").count()) <= 101);
  });

  it("searches, filters, and says what is in force", async () => {
    await open();
    await page.fill("#feed-search", "sao");
    await rows(30);
    assert.equal(await page.textContent("#feed-count"), "30 of 120");
    await page.getByRole("button", { name: /^Filters/ }).click();
    await page.getByLabel("Score from").fill("80");
    await page.getByLabel("Amount from").fill("50");
    await page.getByLabel("Decision").selectOption("block");
    await page.getByLabel("Country").selectOption({ label: "Brazil" });
    await page.locator(".choices").getByLabel("Model").selectOption("bank");
    const chips = await page.locator(".chips .chip").allInnerTexts();
    assert.deepEqual(chips.map((text) => text.replaceAll("\u00a0", " ")), ["“sao”", "blocked", "score ≥ 80.0 %", "amount ≥ 50.00", "Brazil", "bank"]);
    const wanted = ALERTS.filter(({ country, score, amount, model }) => country === "BR" && score >= 0.8 && amount >= 50 && model === "bank");
    await rows(wanted.length);
    assert.ok(wanted.length > 0 && wanted.length < 30);
  });

  it("takes filters back one by one, by keyboard too, and all at once", async () => {
    await page.getByRole("button", { name: "Remove filter: bank" }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".chips .chip").count(), 5);
    assert.equal(await page.evaluate(() => document.activeElement.closest(".chips") !== null), true);
    await page.getByRole("button", { name: "Remove filter: “sao”" }).click();
    assert.equal(await page.inputValue("#feed-search"), "");
    await page.getByRole("button", { name: "Clear all" }).click();
    await rows(50);
    assert.ok(await page.locator(".chips").isHidden());
    assert.equal(await page.getByLabel("Decision").inputValue(), "");
    assert.equal(await page.getByLabel("Score from").inputValue(), "0");
    assert.equal(await focused(), "feed-search");
  });

  it("says so when nothing matches, and when there is nothing at all", async () => {
    await page.fill("#feed-search", "<i>nowhere</i>");
    await page.locator("#feed-empty").getByRole("button", { name: "Clear all" }).click();
    await rows(50);
    await open({ alerts: [], ready: "#feed-empty" });
    await says("#feed-empty", "predict_map");
  });
});

describe("the panel", () => {
  it("shows the alert at once, and what is stored of it when it is loaded", async () => {
    await open();
    server.hold("transactions/alert-119");
    await row("alert-119").click();
    await says("#panel", "Nairobi, Kenya");
    await says("#panel", "Loading…");
    assert.equal(await page.locator("#panel .waterfall").count(), 0);
    server.release("transactions/alert-119");
    await page.locator("#panel .waterfall").waitFor(WAIT);
    const text = (await panel().innerText()).replaceAll("\u00a0", " ");
    for (const part of ["63.0 %", "alert from 38 %", "129.00", "C17", "T3", "version 5f2c91aa", "alert-119"]) assert.ok(text.includes(part), part);
    assert.equal(await row("alert-119").getAttribute("aria-current"), "true");
    assert.equal(await page.getByRole("complementary", { name: "Nairobi, Kenya" }).count(), 1);
  });

  it("tells the reasons as bars and as a table, those that move most first", async () => {
    const bars = await page.locator("#panel .waterfall li").allInnerTexts();
    assert.match(bars[0], /starts[^]*−4\.20/);
    assert.match(bars[1], /amount 812\.5[^]*\+2\.40/);
    assert.match(bars[5], /the customer is new at this terminal[^]*−0\.75/);
    assert.match(bars.at(-1), /Raw score[^]*1\.75 → 63\.0/);
    const table = page.locator("#panel .why table");
    assert.equal(await table.locator("tbody tr").count(), bars.length);
    assert.match(await table.innerText(), /night[^]*\+0\.35[^]*All other features/);
    assert.equal(await page.locator("#panel .waterfall").getAttribute("aria-hidden"), "true");
  });

  it("shows the features in words, and finds them", async () => {
    const seen = page.locator("#panel .seen li");
    assert.equal(await seen.count(), 6);
    await page.getByRole("button", { name: "Show all 13" }).click();
    assert.equal(await seen.count(), 13);
    assert.match(await seen.last().innerText(), /channel = <b>online<\/b>/, "words are only words");
    await page.getByLabel("Search features").fill("terminal");
    assert.equal(await seen.count(), 3);
    await page.getByLabel("Search features").fill("");
  });

  it("shows the customer's other payments, and goes to one that is stored", async () => {
    const past = page.locator("#panel .past > li");
    assert.equal(await past.count(), 9);
    assert.equal(await past.nth(2).innerText(), "this payment");
    assert.match(await past.nth(3).innerText(), /km away · terminal T2[^]*not scored/);
    assert.equal(await past.nth(3).locator("button").count(), 0);
    assert.match(await past.nth(5).innerText(), /fraud[^]*34\.00[^]*blocked 91\.0/);
    await page.getByRole("button", { name: "Show all 32" }).click();
    assert.equal(await past.count(), 33);
    await past.nth(5).locator("button").click();
    await says("#panel h2", "Terminal T3");
    assert.equal(await focused(), "panel-title");
  });

  it("closes with Escape and with its button, and gives the focus back to the row", async () => {
    await open();
    await row("alert-118").focus();
    await page.keyboard.press("Enter");
    await page.locator("#panel .waterfall").waitFor(WAIT);
    assert.equal(await focused(), "panel-title");
    await page.keyboard.press("Escape");
    await isClosed();
    assert.equal(await focused(), "alert-118");
    assert.equal(await row("alert-118").getAttribute("aria-current"), null);
    await openPanel("alert-117");
    await panel().getByRole("button", { name: "Close" }).click();
    await isClosed();
    assert.equal(await focused(), "alert-117");
  });

  it("tells what was a fraud once the server has noted it, and takes it back", async () => {
    await openPanel();
    await says("#panel .known", "Nobody has said");
    const fraud = panel().getByRole("button", { name: "Confirm fraud" });
    const genuine = panel().getByRole("button", { name: "False alarm" });
    server.hold("feedback");
    await fraud.click();
    await says("#panel .known", "Sending…");
    assert.equal(await fraud.getAttribute("aria-pressed"), "false", "not before it is noted");
    await fraud.click({ force: true });
    server.release("feedback");
    await says("#panel .known", "Confirmed as fraud");
    assert.equal(await fraud.getAttribute("aria-pressed"), "true");
    await genuine.click();
    await says("#panel .known", "Marked as false alarm");
    assert.deepEqual([await fraud.getAttribute("aria-pressed"), await genuine.getAttribute("aria-pressed")], ["false", "true"]);
    const sent = { method: "POST", path: "feedback", type: "application/json" };
    assert.deepEqual(server.told, [
      { ...sent, body: { id: "alert-119", fraud: true } },
      { ...sent, body: { id: "alert-119", fraud: false } },
    ]);
  });

  it("says why something is not noted, and what was known stays", async () => {
    for (const [refusal, words] of [[404, "no transaction of this id"], [403, "may not"], [503, "not today"], ["lost", "can’t be reached"]]) {
      server.refusals.set("feedback", refusal);
      await panel().getByRole("button", { name: "Confirm fraud" }).click();
      await says("#panel .judging .error", words);
      assert.match(await page.locator("#panel .known").innerText(), /false alarm/);
    }
  });

  it("snoozes a terminal for a while, and takes it back", async () => {
    await open();
    await openPanel();
    await panel().getByRole("button", { name: "Snooze…" }).click();
    assert.equal(await page.evaluate(() => document.activeElement.type), "radio");
    await page.keyboard.press("Escape");
    assert.ok(await page.locator(".snooze-form").isHidden());
    assert.ok(await panel().isVisible(), "only the form is closed");
    await panel().getByRole("button", { name: "Snooze…" }).click();
    await panel().getByLabel("terminal T3").check();
    await panel().getByLabel("For").selectOption({ label: "24 hours" });
    await panel().getByLabel("Reason").fill(" a test ");
    await page.keyboard.press("Enter");
    await says("#panel .snoozed", "No alerts of terminal T3 are shown until");
    const [posted] = server.told;
    const { until, ...body } = posted.body;
    assert.deepEqual([posted.method, posted.path, posted.type, body], ["POST", "suppressions", "application/json", { kind: "terminal", id: "T3", reason: "a test" }]);
    const hours = (Date.parse(until) - NOW) / 3_600_000;
    assert.ok(hours > 23.9 && hours < 24.2, until);
    await panel().getByRole("button", { name: "Undo" }).click();
    await says("#panel .snoozed", "shown again");
    assert.deepEqual([server.told[1].method, server.told[1].path], ["DELETE", "suppressions?kind=terminal&id=T3"]);
  });

  it("knows what was snoozed before, and lets only those lift it who may", async () => {
    const snoozed = [{ kind: "customer", id: "C17" }, { kind: "customer", id: "C18" }];
    for (const [scopes, buttons] of [[["read"], 0], [["read", "feedback"], 1]]) {
      await open({ snoozed, scopes });
      await row("alert-119").click();
      await says("#panel .snoozed", "customer C17 are shown until it is lifted");
      assert.equal(await panel().getByRole("button", { name: "Undo" }).count(), buttons);
      assert.doesNotMatch(await page.locator("#panel .snoozed").innerText(), /C18/);
    }
    await open();
    await openPanel();
  });

  it("snoozes until it is lifted, and says when it can't", async () => {
    await panel().getByRole("button", { name: "Snooze…" }).click();
    await panel().getByLabel("For").selectOption({ label: "until lifted" });
    server.refusals.set("suppressions", 409);
    await panel().getByRole("button", { name: "Snooze", exact: true }).click();
    await says("#panel .snoozing .error", "Not snoozed. The server refused: not today");
    server.refusals.clear();
    await panel().getByRole("button", { name: "Snooze", exact: true }).click();
    await says("#panel .snoozed", "customer C17 are shown until it is lifted");
    assert.deepEqual(server.told.at(-1).body, { kind: "customer", id: "C17" });
  });

  it("shows what the alert knows of what is not stored, and tries again what failed", async () => {
    await open();
    server.refusals.set("transactions/alert-119", 404);
    await row("alert-119").click();
    await says("#panel .notice", "what you see is what the alert says");
    assert.match(await panel().innerText(), /129\.00/);
    assert.ok(await panel().getByRole("button", { name: "Snooze…" }).isDisabled());
    await page.keyboard.press("Escape");
    server.refusals.set("transactions/alert-118", "lost");
    await row("alert-118").click();
    await says("#panel .notice", "can’t be reached");
    server.refusals.clear();
    await panel().getByRole("button", { name: "Try again" }).click();
    await page.locator("#panel .waterfall").waitFor(WAIT);
  });

  it("may be looked at without the scope to judge", async () => {
    await open({ scopes: ["read"] });
    await openPanel();
    await says("#panel footer", "lacks the scope “feedback”");
    for (const name of ["Confirm fraud", "False alarm", "Snooze…"]) assert.ok(await panel().getByRole("button", { name }).isDisabled(), name);
  });

  it("covers a phone's window, and nothing beneath it can be reached", async () => {
    await open();
    await page.setViewportSize({ width: 360, height: 740 });
    await openPanel();
    const { x, y, width, height } = await panel().boundingBox();
    assert.deepEqual([x, y, width, height], [0, 0, 360, 740]);
    const outside = () => page.evaluate(() => document.activeElement !== document.body && document.activeElement.closest("#panel") === null);
    for (let press = 0; press < 30; press++) {
      await page.keyboard.press("Tab");
      assert.equal(await outside(), false);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await page.keyboard.press("Escape");
    await isClosed();
    assert.equal(await page.locator("[inert]").count(), 0);
    assert.equal(await focused(), "alert-119");
  });
});

describe("all of it", () => {
  it("has nothing that axe-core calls serious, dark and light, wide and narrow", async () => {
    await open();
    await page.getByRole("button", { name: "Scores today" }).click();
    await page.locator("#histogram .line.review").focus();
    await page.keyboard.press("PageUp");
    await page.getByRole("button", { name: /^Filters/ }).click();
    await page.fill("#feed-search", "a");
    for (const scheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await violations(page, BESIDE_THE_MAP), [], `${scheme}, feed`);
    }
    await openPanel();
    await panel().getByRole("button", { name: "Confirm fraud" }).click();
    await says("#panel .known", "Confirmed");
    await panel().getByRole("button", { name: "Snooze…" }).click();
    for (const [scheme, width] of [["light", 1440], ["dark", 1440], ["dark", 390], ["light", 390]]) {
      await page.setViewportSize({ width, height: 860 });
      await page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await violations(page, BESIDE_THE_MAP), [], `${scheme} ${width}, panel`);
    }
    assert.deepEqual(at.complaints, []);
    assert.deepEqual(at.foreign, []);
  });

  it("speaks French", async () => {
    await open({ query: "?lang=fr" });
    await openPanel();
    assert.match(await panel().innerText(), /Pourquoi ce score[^]*montant 812,5[^]*Confirmer la fraude/);
    assert.doesNotMatch(await panel().innerText(), /the customer|amount/);
  });

  it("opens with the alert that its address names, and leaves the focus alone", async () => {
    await open();
    await openPanel("alert-110");
    const address = page.url();
    assert.notEqual(new URL(address).hash, "", "the address holds it");
    await open({ query: address.slice(at.pages.address.length + 1), ready: "#panel .waterfall" });
    assert.match(await page.locator("#panel h2").innerText(), /Tokyo|Paris|São Paulo|Nairobi/);
    assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
    await page.keyboard.press("Escape");
    await isClosed();
    assert.equal(await focused(), "alert-110");
  });
});
