// The histogram as people see it; the server's answers are stubs (details-stub.mjs).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WAIT } from "./browser.mjs";
import { detailsPage } from "./details-page.mjs";

const at = detailsPage();
const { says } = at;
let page, server;

async function open(options) {
  await at.open(options);
  ({ page, server } = at);
}

describe("the histogram", () => {
  const slider = (name) => page.getByRole("slider", { name });
  const cells = () => page.locator("#histogram tbody td").allInnerTexts();
  const plain = (texts) => texts.map((text) => text.replace(/\s+/g, " "));

  it("asks for scores only while it is open", async () => {
    await open();
    assert.equal(server.count("scores"), 0);
    await page.getByRole("button", { name: "Scores today" }).click();
    await says("#histogram", "10,000 decisions");
    const again = page.waitForResponse(/\/scores$/, WAIT);
    await page.clock.runFor(10_500);
    await again;
    assert.equal(server.count("scores"), 2);
    assert.deepEqual(plain(await cells()), ["150 1.5 %", "150 1.5 %", "0", "50 0.5 %", "50 0.5 %", "0"]);
    assert.match(await page.locator("#histogram svg").getAttribute("aria-label"), /10,000 decisions/);
  });

  it("has thresholds that are moved with the keyboard, and tells what they would have done", async () => {
    const review = slider("Threshold of alerts");
    await review.focus();
    assert.match(await review.getAttribute("aria-valuetext"), /0\.40: 150 alerts, 1\.5\s%/);
    await page.keyboard.press("ArrowRight");
    assert.equal(await review.getAttribute("aria-valuenow"), "0.401");
    for (let press = 0; press < 2; press++) await page.keyboard.press("PageUp");
    assert.equal(await review.getAttribute("aria-valuenow"), "0.421");
    assert.match(await review.getAttribute("aria-valuetext"), /0\.421: 129 alerts, 1\.29\s%.*−21/);
    assert.deepEqual(plain(await cells()).slice(0, 3), ["150 1.5 %", "129 1.29 %", "−21"]);
    await page.keyboard.press("End");
    assert.equal(await review.getAttribute("aria-valuenow"), "0.8", "as far as the other");
    await page.keyboard.press("Home");
    assert.equal(await review.getAttribute("aria-valuenow"), "0");
    assert.match(await page.locator("#histogram code").innerText(), /^fraudctl serve --review 0 --block 0\.8$/);
    await slider("Threshold of blocking").focus();
    await page.keyboard.press("End");
    assert.match(await slider("Threshold of blocking").getAttribute("aria-valuetext"), /nothing is blocked: 0/);
    assert.deepEqual(plain(await cells()).slice(3), ["50 0.5 %", "0 0 %", "−50"]);
  });

  it("goes back to what is in force, and never told the server anything", async () => {
    await page.getByRole("button", { name: "Reset" }).click();
    assert.equal(await slider("Threshold of alerts").getAttribute("aria-valuenow"), "0.4");
    assert.ok(await page.locator("#histogram code").isHidden());
    assert.deepEqual(server.told, []);
  });

  it("has thresholds that are dragged, also in from the right edge where nothing is blocked", async () => {
    await open({ block: null });
    await page.getByRole("button", { name: "Scores today" }).click();
    await says("#histogram .block .flag", "nothing is blocked");
    const area = await page.locator("#histogram .bars").boundingBox();
    const grip = await page.locator("#histogram .line.block").boundingBox();
    await page.mouse.move(grip.x + grip.width / 2, grip.y + 10);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.7, grip.y + 40, { steps: 4 });
    await page.mouse.up();
    const at = Number(await slider("Threshold of blocking").getAttribute("aria-valuenow"));
    assert.ok(Math.abs(at - 0.7) < 0.01, String(at));
    assert.deepEqual(plain(await cells()).slice(3), ["0 0 %", "50 0.5 %", "+50"]);
    await page.mouse.move(area.x + area.width * 0.2, grip.y + 40);
    assert.equal(Number(await slider("Threshold of blocking").getAttribute("aria-valuenow")), at, "let go");
  });

  it("says when its scores can't be had, and goes on with those before", async () => {
    server.refusals.set("scores", "lost");
    await page.clock.runFor(10_500);
    await says("#histogram .since", "Not up to date. The server can’t be reached.");
    assert.equal(await page.locator("#histogram tbody tr").count(), 2);
    server.refusals.clear();
    await page.clock.runFor(10_500);
    await says("#histogram .since", "10,000 decisions");
  });
});
