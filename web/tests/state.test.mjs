// The reducer, the messages and the small rules, without a browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

let api, format, grouping, live, state;

before(async () => {
  const load = async (name) => {
    const path = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
    return (await runnerImport(path, { configFile: false, logLevel: "error" })).module;
  };
  [api, format, grouping, live, state] = await Promise.all(["api", "format", "grouping", "live", "state"].map(load));
});

const alert = (id, more = {}) => ({
  id: String(id),
  time: "2025-03-01T10:00:00Z",
  score: 0.9,
  decision: "review",
  model: "m",
  title: "Paris",
  simulated: false,
  ...more,
});
const stats = (transactions) => ({
  transactions,
  alerts: 0,
  blocked: 0,
  transactions_per_second: 0,
  alerts_per_minute: 0,
  clients: 1,
  p50_us: 3,
  p99_us: 9,
});
const hello = (alerts, more = {}) => ({
  type: "hello",
  version: 1,
  model: "m",
  thresholds: { review: 0.5, block: null },
  alerts,
  stats: stats(0),
  ...more,
});
const play = (...frames) => frames.reduce((now, frame) => state.reduce(now, { type: "frame", frame }), state.INITIAL);
const pushed = (events, dropped = 0) => ({ type: "alerts", events, dropped });
const ids = ({ alerts }) => alerts.map((record) => record.event.id);

describe("another model", () => {
  it("is named from the moment it takes over", () => {
    const thresholds = { review: 0.3, block: 0.8 };
    const now = play(hello([alert(1)]), { type: "model", model: "next", model_version: "1a", kind: "mlp", thresholds });
    assert.deepEqual([now.model, now.thresholds, ids(now)], ["next", thresholds, ["1"]]);
  });
});

describe("alerts", () => {
  it("stand newest first, whether they were stored or arrive live", () => {
    const now = play(hello([alert(1), alert(2)]), pushed([alert(3), alert(4)]));
    assert.deepEqual(ids(now), ["4", "3", "2", "1"]);
    assert.deepEqual(
      now.alerts.map((record) => record.live),
      [true, true, false, false],
    );
  });

  it("are caught up with after a reconnect, without duplicates and in the server's order", () => {
    const now = play(hello([alert(1), alert(2)]), pushed([alert(5)]), hello([alert(2), alert(3), alert(5), alert(6)]));
    assert.deepEqual(ids(now), ["6", "5", "3", "2", "1"]);
  });

  it("that are known already stay the same object, so that nothing is drawn again", () => {
    const first = play(hello([alert(1), alert(2)]));
    const again = state.reduce(first, { type: "frame", frame: hello([alert(1), alert(2)]) });
    assert.deepEqual(ids(again), ["2", "1"]);
    again.alerts.forEach((record, index) => assert.equal(record, first.alerts[index]));
  });

  it("that come twice keep their place and take the newer content", () => {
    const now = play(hello([alert(1), alert(2)]), pushed([alert(1, { score: 0.99 }), alert(3), alert(3)]));
    assert.deepEqual(ids(now), ["3", "2", "1"]);
    assert.equal(now.alerts[2].event.score, 0.99);
  });

  it("are never more than a thousand; the oldest leave", () => {
    const many = Array.from({ length: 1_500 }, (_, index) => alert(index));
    assert.equal(play(hello(many)).alerts.length, state.MAX_ALERTS);
    const now = play(hello(many), pushed([alert("new")]));
    assert.equal(now.alerts.length, state.MAX_ALERTS);
    assert.deepEqual(ids(now).slice(0, 2), ["new", "1499"]);
    assert.equal(ids(now).at(-1), "501");
  });

  it("that the server had to drop are counted", () => {
    assert.equal(play(hello([]), pushed([alert(1)], 3), pushed([], 4)).missed, 7);
  });

  it("that a full snapshot leaves out after a lost connection are a gap", () => {
    const alerts = (from, to) => Array.from({ length: to - from }, (_, index) => alert(from + index));
    assert.equal(play(hello(alerts(0, 200))).gap, false, "the first snapshot may be full");
    assert.equal(play(hello([]), hello(alerts(0, 199))).gap, false, "all there were");
    assert.equal(play(hello([alert(0)]), hello(alerts(0, 200))).gap, false, "it reaches back to what is known");
    assert.equal(play(hello([]), hello(alerts(0, 200))).gap, true);
    assert.equal(play(hello([alert(0)]), hello(alerts(1, 201)), hello(alerts(2, 202))).gap, true);
  });
});

describe("connection", () => {
  it("goes from connecting to live, to disconnected and back, and keeps the alerts", () => {
    const lost = state.reduce(play(hello([alert(1)])), { type: "disconnected" });
    assert.equal(state.INITIAL.status, "connecting");
    assert.equal(lost.status, "disconnected");
    assert.equal(lost.latencyMs, null);
    assert.deepEqual(ids(lost), ["1"]);
    assert.equal(state.reduce(lost, { type: "frame", frame: hello([]) }).status, "live");
  });

  it("ends for good when the server speaks another version", () => {
    const old = play(hello([alert(1)], { version: 2 }));
    assert.equal(old.status, "outdated");
    assert.deepEqual(ids(old), []);
    assert.equal(state.reduce(old, { type: "disconnected" }).status, "outdated");
  });

  it("is retried at growing intervals with a drawn part, at most a quarter of a minute apart", () => {
    assert.equal(live.retryDelay(0, 0), 250);
    assert.equal(live.retryDelay(0, 1), 500);
    assert.equal(live.retryDelay(3, 1), 4_000);
    assert.equal(live.retryDelay(50, 1), 15_000);
  });

  it("measures latency and counts", () => {
    const now = play(hello([]), { type: "stats", ...stats(12) });
    assert.deepEqual(now.stats, stats(12));
    assert.equal(state.reduce(now, { type: "latency", ms: 4.5 }).latencyMs, 4.5);
  });
});

describe("messages", () => {
  it("of unknown kinds and broken ones are ignored", () => {
    assert.equal(api.parseFrame('{"type":"pong","t":1}').t, 1);
    for (const text of ['{"type":"drift"}', "{", "null", "[]", "1"]) assert.equal(api.parseFrame(text), null);
  });

  it("give a place only when both coordinates lie on Earth", () => {
    assert.deepEqual(api.placeOf(alert(1, { latitude: 48.9, longitude: 2.4 })), { latitude: 48.9, longitude: 2.4 });
    assert.deepEqual(api.placeOf(alert(1, { latitude: 0, longitude: 0 })), { latitude: 0, longitude: 0 });
    for (const place of [{}, { latitude: 1 }, { latitude: 91, longitude: 0 }, { latitude: 0, longitude: NaN }]) {
      assert.equal(api.placeOf(alert(1, place)), null);
    }
  });
});

describe("groups", () => {
  const names = (spots, reach) =>
    grouping
      .group(spots.map(([x, y], name) => ({ name, position: { x, y } })), reach)
      .map((members) => members.map((item) => item.name));

  it("hold what lies within reach of their first alert, and do not chain", () => {
    const row = Array.from({ length: 6 }, (_, at) => [at * 0.6, 0]);
    assert.deepEqual(names(row, 1), [[0, 1], [2, 3], [4, 5]]);
  });

  it("take each alert to the nearest, across the lines of the grid", () => {
    assert.deepEqual(names([[-0.1, -0.1], [1.4, 0], [0.7, 0], [0.1, 0.1]], 1), [[0, 3], [1, 2]]);
    assert.deepEqual(names([], 1), []);
  });

  it("work in the projection of the map", () => {
    assert.deepEqual(grouping.mercator(0, 180), { x: Math.PI, y: Math.log(Math.tan(Math.PI / 4)) });
    assert.ok(Number.isFinite(grouping.mercator(90, 0).y));
    assert.ok(grouping.mercator(60, 0).y - grouping.mercator(50, 0).y > grouping.mercator(10, 0).y);
  });
});

describe("words", () => {
  it("never round a score up", () => {
    assert.equal(format.score(0.57), "57.0 %");
    assert.equal(format.score(0.99996), "99.9 %");
    assert.equal(format.score(1), "100.0 %");
  });

  it("write amounts, durations and times that may be missing or odd", () => {
    assert.equal(format.amount(1234.5), "1,234.50");
    assert.equal(format.amount(undefined), "–");
    assert.equal(format.micros(0), "–");
    assert.equal(format.micros(38), "38 µs");
    assert.equal(format.micros(3_400), "3.4 ms");
    assert.equal(format.time("yesterday"), "yesterday");
    assert.match(format.time("2025-03-01T10:00:00Z"), /^\d\d (Feb|Mar), \d\d:\d\d:\d\d$/);
  });

  it("place a score between the limit and certainty", () => {
    assert.equal(state.severity(0.5, 0.5), 0);
    assert.equal(state.severity(0.75, 0.5), 0.5);
    assert.equal(state.severity(0.2, 0.5), 0);
    assert.equal(state.severity(1, 1), 1);
  });
});

describe("the mirror of src/wire.rs", () => {
  const text = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
  const fields = (source, start, field) => {
    const body = source.slice(source.indexOf(start));
    return [...body.slice(0, body.indexOf("\n}")).matchAll(field)].map((match) => match[1]).sort();
  };
  for (const name of ["AlertEvent", "Stats"]) {
    it(`has the same fields in ${name}`, () => {
      const rust = fields(text("../../src/wire.rs"), `pub struct ${name} {`, /^ {4}pub (\w+):/gm);
      const page = fields(text("../src/api.ts"), `export interface ${name} {`, /^ {2}readonly (\w+)\??:/gm);
      assert.ok(rust.length > 5);
      assert.deepEqual(page, rust);
    });
  }

  it("speaks the same version", () => {
    assert.match(text("../../src/wire.rs"), new RegExp(`pub const VERSION: u32 = ${api.VERSION};`));
    assert.match(text("../../src/wire.rs"), new RegExp(`SNAPSHOT_ALERTS: usize = ${api.SNAPSHOT_ALERTS};`));
  });
});
