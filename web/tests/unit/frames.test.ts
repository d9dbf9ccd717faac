// Messages of the server, and when to call it again.
import { describe, expect, it } from "vitest";
import wire from "../../../src/wire/mod.rs?raw";
import { placeOf } from "../../src/api";
import { SNAPSHOT_ALERTS, VERSION, parseFrame } from "../../src/frames";
import { retryDelay } from "../../src/live";
import { alert } from "./events";

describe("messages", () => {
  it("of unknown kinds and broken ones are ignored", () => {
    expect(parseFrame('{"type":"pong","t":1}')).toEqual({ type: "pong", t: 1 });
    for (const text of ['{"type":"weather"}', "{", "null", "[]", "1"]) expect(parseFrame(text)).toBeNull();
  });

  it("are of the version that the server speaks, and of its size", () => {
    expect(wire).toContain(`pub const VERSION: u32 = ${VERSION};`);
    expect(wire).toContain(`pub const SNAPSHOT_ALERTS: usize = ${SNAPSHOT_ALERTS};`);
  });

  it("give a place only when both coordinates lie on Earth", () => {
    expect(placeOf(alert(1, { latitude: 48.9, longitude: 2.4 }))).toEqual({ latitude: 48.9, longitude: 2.4 });
    expect(placeOf(alert(1, { latitude: 0, longitude: 0 }))).toEqual({ latitude: 0, longitude: 0 });
    for (const place of [{}, { latitude: 1 }, { latitude: null, longitude: 0 }, { latitude: 91, longitude: 0 }, { latitude: 0, longitude: NaN }]) {
      expect(placeOf(alert(1, place))).toBeNull();
    }
  });
});

describe("a lost connection", () => {
  it("is retried at growing intervals with a drawn part, at most a quarter of a minute apart", () => {
    expect([retryDelay(0, 0), retryDelay(0, 1), retryDelay(3, 1), retryDelay(50, 1)]).toEqual([250, 500, 4_000, 15_000]);
  });
});
