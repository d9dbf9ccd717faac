// How the page bears many alerts for long: is its heap flat, how busy is its main thread, how many points are drawn?
//
//   npm run build && node bench/soak.mjs                     200 alerts/s for two minutes
//   RATE=200 SECONDS=3600 node bench/soak.mjs                an hour of it
//   RATE=2400 ALERTS=720000 node bench/soak.mjs              as many alerts in five minutes
//
// Variables: RATE (alerts a second), SECONDS or ALERTS (of them), WARM (seconds before it counts), PARTS (how often the
// heap is looked at), DIST (the built page), CHROMIUM, PICTURE (a file for a picture of the end). Prints JSON; its exit
// code says whether all held. How busy the main thread may be is judged at 200 alerts/s or fewer, by the processor's time
// (`cpu`); by the clock (`busy`) it is the same on a machine that does nothing else.
import { fileURLToPath } from "node:url";
import { launch, mapReady, openPage } from "../tests/page/browser.mjs";
import { startStub } from "./stub.mjs";

const number = (name, usual) => Number(process.env[name] ?? usual);
const rate = number("RATE", 200);
const seconds = process.env.ALERTS ? number("ALERTS") / rate : number("SECONDS", 120);
const warm = number("WARM", 10);
const parts = number("PARTS", 6);
const dist = process.env.DIST ?? fileURLToPath(new URL("../dist", import.meta.url));

const MOST_POINTS = 1_000;
const JUDGED_RATE = 200;
const MOST_BUSY = 0.5;
/** Of the heap and of the elements between the first look and the last: what a full map breathes. */
const MOST_GROWTH = 0.1;

const pause = (time) => new Promise((over) => setTimeout(over, time * 1_000));
const round = (value, digits = 3) => Number(value.toFixed(digits));

const stub = await startStub({ dist, rate });
const browser = await launch();
const { page, foreign, complaints } = await openPage(browser, stub.address);
const began = performance.now();
await page.goto(stub.address);
await mapReady(page);
await page.waitForFunction(() => Number(document.documentElement.dataset.markers) > 0);
const firstMarker = performance.now() - began;

// Twice the same counters: by the clock, and by the processor's time, which other programs on this machine can't blur.
const byClock = await page.context().newCDPSession(page);
await byClock.send("Performance.enable", { timeDomain: "timeTicks" });
const byProcessor = await page.context().newCDPSession(page);
await byProcessor.send("Performance.enable", { timeDomain: "threadTicks" });
await byClock.send("HeapProfiler.enable");

async function read(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

async function times() {
  const [clock, processor] = [await read(byClock), await read(byProcessor)];
  return {
    wall: clock.Timestamp,
    busy: clock.TaskDuration,
    cpu: processor.TaskDuration,
    script: processor.ScriptDuration,
    layout: processor.LayoutDuration + processor.RecalcStyleDuration,
  };
}

/** What is left after rubbish is collected; two rounds, since what ends in the first is freed in the second. */
async function look() {
  for (let round = 0; round < 2; round++) await byClock.send("HeapProfiler.collectGarbage");
  const { JSHeapUsedSize } = await read(byClock);
  const { nodes, jsEventListeners } = await byClock.send("Memory.getDOMCounters");
  const points = await page.evaluate(() => Number(document.documentElement.dataset.markers));
  return { heap: JSHeapUsedSize, nodes, listeners: jsEventListeners, points };
}

await pause(warm);
const looks = [await look()];
const sums = { wall: 0, busy: 0, cpu: 0, script: 0, layout: 0 };
for (let part = 0; part < parts; part++) {
  const before = await times();
  await pause(seconds / parts);
  const after = await times();
  for (const name of Object.keys(sums)) sums[name] += after[name] - before[name];
  looks.push(await look());
}
if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });
await browser.close();
await stub.stop();

const [first, last] = [looks[0], looks.at(-1)];
const heapGrowth = last.heap / first.heap - 1;
const nodeGrowth = last.nodes / first.nodes - 1;
const points = Math.max(...looks.map((look) => look.points));
const share = (name) => round(sums[name] / sums.wall);
const verdict = {
  heapFlat: heapGrowth <= MOST_GROWTH,
  nodesFlat: nodeGrowth <= MOST_GROWTH,
  pointsBounded: points > 0 && points <= MOST_POINTS,
  idleEnough: rate > JUDGED_RATE ? null : share("cpu") < MOST_BUSY,
  nothingElse: foreign.length === 0 && complaints.length === 0,
};
const report = {
  rate,
  seconds: round(sums.wall, 1),
  alerts: stub.count,
  firstMarkerMs: Math.round(firstMarker),
  heapMB: looks.map((look) => round(look.heap / 1e6, 2)),
  heapGrowth: round(heapGrowth),
  nodes: [first.nodes, last.nodes],
  listeners: [first.listeners, last.listeners],
  points,
  busy: share("busy"),
  cpu: { all: share("cpu"), script: share("script"), layout: share("layout") },
  complaints: [...foreign, ...complaints].slice(0, 5),
  verdict,
  held: Object.values(verdict).every((held) => held !== false),
};
console.log(JSON.stringify(report, null, 2));
process.exitCode = report.held ? 0 : 1;
