// How long until somebody sees it: from the answer of /predict_map to the alert on the map and in the feed, and from opening the
// page on a cold cache to its first marker. A real server with a database, a real browser, both on this machine.
//
//   FRAUDCTL_BIN=target/release/fraudctl node bench/visible.mjs      after `npm run build` and a build of the binary
//
// Variables: ALERTS (how many, 100), LOADS (cold loads, 10), CHROMIUM. Prints JSON in milliseconds.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { launch, mapReady, openPage, status } from "../tests/page/browser.mjs";
import { RUN, makeFolder, startServer } from "../tests/page/server.mjs";

const ALERTS = Number(process.env.ALERTS ?? 100);
const LOADS = Number(process.env.LOADS ?? 10);
/** Between two alerts; no multiple of the page's own rhythm. */
const PAUSE_MS = 337;

const folder = makeFolder();
const server = await startServer({ folder: folder.path, more: ["--db", "fraud.db"] });
const browser = await launch();
const fraud = JSON.parse(readFileSync(join(RUN, "fraud.json"), "utf8"));

async function post(id) {
  const body = JSON.stringify({ ...fraud, id, latitude: 48.8566, longitude: 2.3522 });
  const answer = await fetch(`${server.address}/predict_map`, { method: "POST", headers: { "content-type": "application/json" }, body });
  await answer.arrayBuffer();
  return Date.now();
}

/** When the page shows so many alerts, on the map and in the feed, as its own clock says after the frame that shows them. */
const shown = (page, count) =>
  page.evaluate(
    (wanted) =>
      new Promise((seen) => {
        const look = () => {
          const isDrawn = document.documentElement.dataset.markers === wanted && document.querySelector("#feed-count").textContent === wanted;
          if (isDrawn) requestAnimationFrame(() => seen(Date.now()));
          else requestAnimationFrame(look);
        };
        look();
      }),
    String(count),
  );

const delays = [];
{
  const { page } = await openPage(browser, server.address);
  await page.goto(server.address);
  await mapReady(page);
  await status(page, "live");
  for (let number = 1; number <= ALERTS; number++) {
    const seen = shown(page, number);
    const answered = await post(`alert-${number}`);
    delays.push((await seen) - answered);
    await new Promise((over) => setTimeout(over, PAUSE_MS));
  }
  await page.close();
}

const loads = [];
for (let load = 0; load < LOADS; load++) {
  // A browser of its own has nothing in its cache.
  const cold = await launch();
  const { page } = await openPage(cold, server.address);
  await page.goto(server.address, { waitUntil: "commit" });
  const began = await page.evaluate(() => performance.timeOrigin);
  const feed = page.evaluate(
    () => new Promise((seen) => {
      const look = () => (document.querySelector("#feed [data-alert-id]") ? requestAnimationFrame(() => seen(Date.now())) : requestAnimationFrame(look));
      look();
    }),
  );
  const marker = await shown(page, ALERTS);
  loads.push({ row: (await feed) - began, marker: marker - began });
  await cold.close();
}
await browser.close();
await server.stop();
folder.remove();

const at = (values, share) => Math.round([...values].sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(share * values.length))]);
const figures = (values) => ({ median: at(values, 0.5), p99: at(values, 0.99), most: at(values, 1) });
console.log(
  JSON.stringify({
    answerToMarkerMs: figures(delays),
    coldLoadToFirstRowMs: figures(loads.map(({ row }) => row)),
    coldLoadToFirstMarkerMs: figures(loads.map(({ marker }) => marker)),
  }, null, 2),
);
