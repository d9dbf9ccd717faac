// The reducer: messages of the server, and what the reader does.
import { describe, expect, it } from "vitest";
import {
  INITIAL,
  MAX_ALERTS,
  STALE_AFTER_MS,
  filteredAlerts,
  isStale,
  reduce,
  severity,
  shownAlerts,
  timeOf,
  waiting,
} from "../../src/state";
import { NOW, after, alert, alerts, hello, ids, play, pushed, stats } from "./events";

describe("another model", () => {
  it("is named from the moment it takes over", () => {
    const thresholds = { review: 0.3, block: 0.8 };
    const now = play(hello([alert(1)]), { type: "model", model: "next", model_version: "2b", kind: "mlp", features: 30, thresholds });
    expect([now.model, now.modelVersion, now.thresholds, ids(now.alerts)]).toEqual(["next", "2b", thresholds, ["1"]]);
  });

  it("may have a version that nobody told", () => {
    const { model_version: _, ...old } = hello([]);
    expect(play(old).modelVersion).toBeNull();
    expect(play(hello([], { model_version: "" })).modelVersion).toBeNull();
    expect(play(hello([])).modelVersion).toBe("1a");
  });
});

describe("alerts", () => {
  it("stand newest first, whether they were stored or arrive live", () => {
    const now = play(hello([alert(1), alert(2)]), pushed([alert(3), alert(4)]));
    expect(ids(now.alerts)).toEqual(["4", "3", "2", "1"]);
    expect(now.alerts.map((record) => record.live)).toEqual([true, true, false, false]);
  });

  it("carry the moment of their decision", () => {
    const [record] = play(hello([alert(7)])).alerts;
    expect(record?.at).toBe(Date.parse(alert(7).decided));
    const older = { ...alert(7), decided: undefined as unknown as string };
    expect(play(hello([older])).alerts[0]?.at).toBe(Date.parse(alert(7).time));
    expect(play(hello([alert(7, { decided: "then" })])).alerts[0]?.at).toBe(0);
  });

  it("are caught up with after a reconnect, without duplicates and in the server's order", () => {
    const now = play(hello([alert(1), alert(2)]), pushed([alert(5)]), hello([alert(2), alert(3), alert(5), alert(6)]));
    expect(ids(now.alerts)).toEqual(["6", "5", "3", "2", "1"]);
  });

  it("that are known already stay the same object, so that nothing is drawn again", () => {
    const first = play(hello([alert(1), alert(2)]));
    const again = reduce(first, { type: "frame", frame: hello([alert(1), alert(2)]), now: NOW });
    expect(ids(again.alerts)).toEqual(["2", "1"]);
    again.alerts.forEach((record, index) => expect(record).toBe(first.alerts[index]));
    expect(reduce(first, { type: "frame", frame: pushed([]), now: NOW }).alerts).toBe(first.alerts);
  });

  it("that come twice keep their place and take the newer content", () => {
    const now = play(hello([alert(1), alert(2)]), pushed([alert(1, { score: 0.99 }), alert(3), alert(3)]));
    expect(ids(now.alerts)).toEqual(["3", "2", "1"]);
    expect(now.alerts[2]?.event.score).toBe(0.99);
  });

  it("are never more than a thousand; the oldest leave", () => {
    const many = alerts(0, 1_500);
    expect(play(hello(many)).alerts).toHaveLength(MAX_ALERTS);
    const now = play(hello(many), pushed([alert(1_500)]));
    expect(now.alerts).toHaveLength(MAX_ALERTS);
    expect(ids(now.alerts).slice(0, 2)).toEqual(["1500", "1499"]);
    expect(ids(now.alerts).at(-1)).toBe("501");
  });

  it("that the server had to drop are counted", () => {
    expect(play(hello([]), pushed([alert(1)], 3), pushed([], 4)).missed).toBe(7);
  });

  it("that a full snapshot leaves out after a lost connection are a gap", () => {
    expect(play(hello(alerts(0, 200))).gap, "the first snapshot may be full").toBe(false);
    expect(play(hello([]), hello(alerts(0, 199))).gap, "all there were").toBe(false);
    expect(play(hello([alert(0)]), hello(alerts(0, 200))).gap, "it reaches back to what is known").toBe(false);
    expect(play(hello([]), hello(alerts(0, 200))).gap).toBe(true);
    expect(play(hello([alert(0)]), hello(alerts(1, 201)), hello(alerts(2, 202))).gap).toBe(true);
  });
});

describe("connection", () => {
  it("goes from connecting to live, to disconnected and back, and keeps the alerts", () => {
    const lost = reduce(play(hello([alert(1)])), { type: "disconnected" });
    expect(INITIAL.status).toBe("connecting");
    expect(lost.status).toBe("disconnected");
    expect(lost.latencyMs).toBeNull();
    expect(ids(lost.alerts)).toEqual(["1"]);
    expect(reduce(lost, { type: "connecting" }).status).toBe("connecting");
    expect(reduce(lost, { type: "frame", frame: hello([]), now: NOW }).status).toBe("live");
  });

  it("ends for good when the server speaks another version", () => {
    const old = play(hello([alert(1)], { version: 2 }));
    expect(old.status).toBe("outdated");
    expect(old.alerts).toEqual([]);
    expect(after(old, { type: "disconnected" }, { type: "connecting" }).status).toBe("outdated");
  });

  it("measures latency and counts", () => {
    const now = play(hello([]), { type: "stats", ...stats(12), drifting: 2 });
    expect(now.stats).toEqual({ ...stats(12), drifting: 2 });
    const measured = reduce(now, { type: "latency", ms: 4.5, now: NOW + 1 });
    expect([measured.latencyMs, measured.heardAt]).toEqual([4.5, NOW + 1]);
    expect(reduce(now, { type: "frame", frame: { type: "pong", t: 1 }, now: NOW + 2 }).heardAt).toBe(NOW + 2);
  });

  it("is stale when it is lost, or silent for too long", () => {
    const heard = play(hello([]));
    const at = (late: number) => isStale(reduce(heard, { type: "tick", now: NOW + late }));
    expect([at(0), at(STALE_AFTER_MS), at(STALE_AFTER_MS + 1)]).toEqual([false, false, true]);
    expect(isStale(INITIAL), "nothing was shown yet").toBe(false);
    expect(isStale(reduce(INITIAL, { type: "disconnected" })), "nor then").toBe(false);
    expect(isStale(reduce(heard, { type: "disconnected" }))).toBe(true);
    expect(isStale(after(heard, { type: "disconnected" }, { type: "connecting" }))).toBe(true);
    expect(isStale(play(hello([]), hello([], { version: 2 }))), "the status says more").toBe(false);
  });
});

describe("pause", () => {
  const live = after(play(hello([alert(1), alert(2)])), { type: "tick", now: NOW });
  const paused = after(live, { type: "pause" }, { type: "frame", frame: pushed([alert(3), alert(4)]), now: NOW + 500 }, { type: "tick", now: NOW + 1_000 });

  it("keeps what is shown and its moment, while alerts go on arriving", () => {
    expect(ids(shownAlerts(paused))).toEqual(["2", "1"]);
    expect(shownAlerts(paused)).toBe(live.alerts);
    expect(timeOf(paused)).toBe(NOW);
    expect(ids(paused.alerts)).toEqual(["4", "3", "2", "1"]);
  });

  it("counts those that wait, and those only", () => {
    expect([waiting(live), waiting(reduce(live, { type: "pause" })), waiting(paused)]).toEqual([0, 0, 2]);
    const changed = after(live, { type: "pause" }, { type: "frame", frame: pushed([alert(1, { score: 0.99 })]), now: NOW });
    expect(waiting(changed)).toBe(0);
    const flood = after(live, { type: "pause" }, { type: "frame", frame: pushed(alerts(10, 1_500)), now: NOW });
    expect(waiting(flood)).toBe(MAX_ALERTS);
  });

  it("begins once, and ends with all alerts shown", () => {
    expect(reduce(paused, { type: "pause" })).toBe(paused);
    for (const type of ["resume", "live"] as const) {
      const resumed = reduce(paused, { type });
      expect(shownAlerts(resumed)).toBe(resumed.alerts);
      expect(timeOf(resumed)).toBe(NOW + 1_000);
    }
  });
});

describe("what the reader looks at", () => {
  const state = play(hello([alert(1, { country: "FR" }), alert(2, { country: "DE" }), alert(3, { country: "FR" })]));

  it("is filtered, and the list stays the same as long as nothing in it changes", () => {
    expect(filteredAlerts(state)).toBe(state.alerts);
    const french = reduce(state, { type: "filter", patch: { country: "FR" } });
    const list = filteredAlerts(french);
    expect(ids(list)).toEqual(["3", "1"]);
    expect(filteredAlerts(after(french, { type: "tick", now: NOW + 250 }))).toBe(list);
    const german = reduce(french, { type: "frame", frame: pushed([alert(4, { country: "DE" })]), now: NOW });
    expect(filteredAlerts(german), "another alert that is not wanted").toBe(list);
    const more = reduce(french, { type: "frame", frame: pushed([alert(5, { country: "FR" })]), now: NOW });
    expect(ids(filteredAlerts(more))).toEqual(["5", "3", "1"]);
  });

  it("changes by parts; saying the same again changes nothing", () => {
    const one = reduce(state, { type: "filter", patch: { country: "FR" } });
    const both = reduce(one, { type: "filter", patch: { minScore: 0.5 } });
    expect(both.filters).toMatchObject({ country: "FR", minScore: 0.5, text: "" });
    expect(reduce(both, { type: "filter", patch: { minScore: 0.5 } })).toBe(both);
    const chosen = reduce(state, { type: "select", id: "2" });
    expect(chosen.selected).toBe("2");
    expect(reduce(chosen, { type: "select", id: "2" })).toBe(chosen);
    expect(reduce(state, { type: "page", page: "models" }).page).toBe("models");
    expect(reduce(state, { type: "scopes", scopes: ["read"] }).scopes).toEqual(["read"]);
  });
});

describe("severity", () => {
  it("places a score between the limit and certainty", () => {
    expect([severity(0.5, 0.5), severity(0.75, 0.5), severity(0.2, 0.5), severity(1, 1)]).toEqual([0, 0.5, 0, 1]);
  });
});
