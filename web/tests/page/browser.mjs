// The system's Chromium, quiet, and what the page tests ask of a page.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const CANDIDATES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long the page may take for anything; generous, since no test is about speed. */
export const WAIT = { timeout: 30_000 };

export function launch() {
  const executablePath = CANDIDATES.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium: install it, or set CHROMIUM to its path");
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Opens a page that reaches only the host of `address`; what it tried elsewhere is in `foreign`. */
export async function openPage(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 860 }, colorScheme: "dark" });
  const foreign = [];
  const complaints = [];
  const own = new URL(address).host;
  const isOwn = (text) => ["data:", "blob:"].includes(new URL(text).protocol) || new URL(text).host === own;
  page.on("request", (request) => isOwn(request.url()) || foreign.push(request.url()));
  page.on("websocket", (socket) => isOwn(socket.url()) || foreign.push(socket.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  await page.route("**", (route) => (isOwn(route.request().url()) ? route.continue() : route.abort()));
  return { page, foreign, complaints };
}

export const mapReady = (page) => page.waitForSelector('[data-map-ready="true"]', { ...WAIT, state: "attached" });

export const status = (page, wanted) =>
  page.waitForSelector(`[data-status="${wanted}"]`, { ...WAIT, state: "attached" });

export const markers = (page, count) =>
  page.waitForFunction((wanted) => document.documentElement.dataset.markers === wanted, String(count), WAIT);

/** A picture of the map without its legend, its buttons and the logo, which comes in late. */
export async function picture(page) {
  const { x, y, width, height } = await page.locator("#map").boundingBox();
  return page.screenshot({ clip: { x, y: y + 40, width, height: height - 120 } });
}

/** Waits until the picture of the map is another one than `before`. */
export async function pictureChanges(page, before) {
  const end = Date.now() + WAIT.timeout;
  while (before.equals(await picture(page))) {
    if (Date.now() > end) throw new Error("the picture of the map did not change");
    await page.waitForTimeout(100);
  }
}

/** How many different colours are drawn: an empty canvas has none. */
export const coloursDrawn = (page) =>
  page.evaluate(() => {
    const colours = new Set();
    for (const canvas of document.querySelectorAll("#map canvas")) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] > 0) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      }
    }
    return colours.size;
  });
