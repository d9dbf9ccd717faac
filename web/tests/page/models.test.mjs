// The models page as people see it; the server's answers are stubs (models-stub.mjs).
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { violations } from "./axe.mjs";
import { WAIT, launch, openPage } from "./browser.mjs";
import { serveDist } from "./dist.mjs";
import { stubServer } from "./models-stub.mjs";

const LINES = "#models .charts .chart path.line:not(.chance)";

describe("the models page", () => {
  let pages, browser, page, server, foreign, complaints;

  before(async () => {
    pages = await serveDist();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await pages?.stop();
  });

  /** Opens the map in a new page that stands in for the one before. */
  async function open(query = "?lang=en", refusals = []) {
    await page?.close();
    ({ page, foreign, complaints } = await openPage(browser, pages.address));
    server = await stubServer(page, pages.address);
    for (const [path, refusal] of refusals) server.refusals.set(path, refusal);
    await page.clock.install();
    await page.goto(pages.address + "/" + query, WAIT);
  }

  const turnTo = (name) => page.locator("header nav a", { hasText: name }).click();
  const drawn = (count) => page.waitForFunction(([lines, wanted]) => document.querySelectorAll(lines).length === wanted, [LINES, count], WAIT);
  const row = (name) => page.locator("#models .runs tbody tr", { has: page.locator(`input[value="${name}"]`) });
  const names = () => page.locator("#models .runs tbody input").evaluateAll((boxes) => boxes.map((box) => box.value));
  const text = (selector) => page.locator(`#models ${selector}`).first().innerText();

  it("asks for nothing before it is turned to, then shows what is in service", async () => {
    await open();
    await page.locator("header nav a", { hasText: "Models" }).waitFor(WAIT);
    assert.equal(server.count("runs"), 0);
    await turnTo("Models");
    await drawn(6);
    assert.equal(server.count("models") + server.count("runs") + server.count("drift"), 3);
    assert.match(await text(".served-card.serving"), /trees[^]*trees-v1[^]*0\.25[^]*0\.9/);
    const shadow = await text(".served-card.shadow");
    assert.match(shadow, /mix[^]*25\s?%[^]*20,000[^]*99\.9\s?%/, "nearly all alike is not all");
    assert.match(await text(".served-card.previous"), /old/);
  });

  it("sorts the runs, marks the best of each metric, and writes names as text", async () => {
    assert.deepEqual(await names(), ["<b>bold</b>", "mix", "trees", "net", "old"]);
    assert.equal(await page.locator("#models .runs b").count(), 0);
    assert.match(await row("<b>bold</b>").locator(".best").innerText(), /0\.9000/);
    assert.match((await row("mix").locator(".best").allInnerTexts()).join(), /0\.0600/, "the lowest loss");
    const head = page.locator('#models th[data-column="average_precision"]');
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    await head.locator("button").focus();
    await page.keyboard.press("Enter");
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    assert.deepEqual(await names(), ["old", "net", "trees", "mix", "<b>bold</b>"]);
    assert.equal(await page.evaluate(() => document.activeElement.closest("th")?.dataset.column), "average_precision");
    await page.locator('#models th[data-column="log_loss"] button').click();
    assert.equal((await names()).at(-1), "<b>bold</b>", "what has no value comes last");
  });

  it("keeps metrics that it doesn't know behind a button", async () => {
    assert.equal(await page.locator('#models th[data-column="house_index"]').count(), 0);
    await page.getByRole("button", { name: "More columns" }).click();
    assert.match(await page.locator('#models th[data-column="house_index"]').innerText(), /house_index/);
    await page.getByRole("button", { name: "Fewer columns" }).click();
    assert.equal(await page.locator('#models th[data-column="house_index"]').count(), 0);
  });

  it("compares up to four runs, the served one and its shadow at first", async () => {
    const checked = () => page.locator("#models .runs input:checked").evaluateAll((boxes) => boxes.map((box) => box.value).sort());
    assert.deepEqual(await checked(), ["mix", "trees"]);
    await row("net").locator("input").check();
    await row("<b>bold</b>").locator("input").check();
    await drawn(12);
    assert.ok(await row("old").locator("input").isDisabled());
    assert.equal(server.count("runs/<b>bold</b>/curves"), 1);
    assert.match(await text(".difference"), /different rows/);
    await row("<b>bold</b>").locator("input").uncheck();
    await row("net").locator("input").uncheck();
    await drawn(6);
    assert.ok(await row("old").locator("input").isEnabled());
    const cells = await page.locator("#models .differences tbody tr", { hasText: "Log loss" }).innerText();
    assert.match(cells, /0\.0650[^]*0\.0600[^]*−0\.0050[^]*better/, "less is better here");
  });

  it("has charts that tell their values to the mouse, the keyboard and the screen reader", async () => {
    const [chart] = await page.locator("#models .chart").all();
    const svg = chart.locator("svg[role=img]");
    const [title, words] = await svg.evaluate((element) => ["labelledby", "describedby"].map((name) => document.getElementById(element.getAttribute(`aria-${name}`)).textContent));
    assert.equal(title, "Precision and recall");
    assert.match(words, /trees, mix/);
    const slider = chart.getByRole("slider");
    assert.match(await slider.getAttribute("aria-valuetext"), /Recall 50\s?%; trees: 80\s?%; mix: 80\s?%/);
    assert.ok(await chart.locator(".reading").isHidden());
    await slider.focus();
    await page.keyboard.press("End");
    assert.match(await slider.getAttribute("aria-valuetext"), /Recall 100\s?%; trees: 10\s?%/);
    assert.match(await chart.locator(".reading").innerText(), /Recall 100\s?%[^]*mix[^]*10\s?%/);
    await page.keyboard.press("Escape");
    assert.ok(await chart.locator(".reading").isHidden());
    await slider.hover({ position: { x: 1, y: 50 } });
    assert.match(await chart.locator(".reading").innerText(), /Recall 0[^]*trees[^]*mix/);
    const looks = await page.locator(LINES).evaluateAll((lines) => lines.map((line) => getComputedStyle(line).strokeDasharray));
    assert.notEqual(looks[0], looks[1], "not only the colours differ");
  });

  it("says how far the features have moved, and looks again each minute while it is seen", async () => {
    assert.match(await text(".headline"), /1 of 14 features has moved[^]*The score is steady[^]*8,000/);
    const first = page.locator("#models .moved tbody tr").first();
    assert.match(await first.innerText(), /amount[^]*3\.00[^]*0\.300[^]*0\.100[^]*moved/);
    assert.equal(await page.locator("#models .moved tbody tr").count(), 10);
    await page.getByRole("button", { name: "Show all 15" }).click();
    assert.equal(await page.locator("#models .moved tbody tr").count(), 15);
    assert.match(await page.locator("#models .drift").getByRole("slider").getAttribute("aria-valuetext"), /Score: 0\.050; .*1 moved/);
    const before = server.count("drift");
    const again = page.waitForResponse(`${pages.address}/drift`, WAIT);
    await page.clock.runFor(61_000);
    await again;
    await turnTo("Map");
    await page.locator("#models").waitFor({ ...WAIT, state: "hidden" });
    const arrived = () => page.evaluate(() => fetch("session")); // comes after all that went out before it
    await arrived();
    const asked = server.count("drift");
    assert.ok(asked > before);
    await page.clock.runFor(180_000);
    await arrived();
    assert.equal(server.count("drift"), asked);
    assert.deepEqual(complaints, []);
    assert.deepEqual(foreign, []);
  });

  it("says what is wrong when something can not be loaded, and tries again", async () => {
    await open("?lang=en", [["models", 401], ["runs", 403], ["drift", "lost"]]);
    await turnTo("Models");
    await page.getByText("Sign in first").waitFor(WAIT);
    await page.getByText("Your token may not see this").waitFor(WAIT);
    await page.getByText("The server can't be reached").waitFor(WAIT);
    server.refusals.clear();
    server.refusals.set("drift", 404).set("runs/mix/curves", 404);
    for (const section of [".served", ".all-runs", ".all-drift"]) {
      await page.locator(`#models ${section}`).getByRole("button", { name: "Try again" }).click();
    }
    await page.getByText("This server doesn't offer it").waitFor(WAIT);
    await page.getByText("mix: this run keeps no curves").waitFor(WAIT);
    await drawn(3);
  });

  it("fits a phone of 360 pixels, and speaks French", async () => {
    await open("?lang=fr");
    await page.setViewportSize({ width: 360, height: 740 });
    await turnTo("Modèles");
    await drawn(6);
    assert.match(await text(".served-card.shadow"), /99,9\s%/);
    assert.match(await text(".headline"), /1 variable sur 14 a dérivé/);
    const sideways = await page.evaluate(() => [document.documentElement, document.getElementById("models")].map((box) => box.scrollWidth - box.clientWidth));
    assert.deepEqual(sideways, [0, 0], "only tables scroll sideways, inside their boxes");
  });

  for (const colorScheme of ["dark", "light"]) {
    it(`has no serious flaw that axe finds in the ${colorScheme}`, async () => {
      await open();
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await turnTo("Models");
      await drawn(6);
      await row("net").locator("input").check();
      await drawn(9);
      assert.deepEqual(await violations(page, "#models"), []);
      await contrastOfLines();
    });
  }

  /** Lines are graphics: 3:1 against what they are drawn on (WCAG 1.4.11). */
  async function contrastOfLines() {
    const ratios = await page.evaluate(() => {
      const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const luminance = (colour) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
        const [red, green, blue] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const style = getComputedStyle(document.documentElement);
      const ground = luminance(style.getPropertyValue("--panel"));
      return [1, 2, 3, 4].map((place) => {
        const line = luminance(style.getPropertyValue(`--series-${place}`));
        return (Math.max(line, ground) + 0.05) / (Math.min(line, ground) + 0.05);
      });
    });
    for (const ratio of ratios) assert.ok(ratio >= 3, `a line's contrast is ${ratio}`);
  }
});
