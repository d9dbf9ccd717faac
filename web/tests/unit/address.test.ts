// What the address holds, there and back.
import { describe, expect, it } from "vitest";
import { addressOf, isStep, positionOf, viewOf, type Shared } from "../../src/address";
import { NO_FILTERS } from "../../src/filters";
import { INITIAL, reduce, type View } from "../../src/state";
import { START, after, alerts } from "./events";

const NOTHING: View = { page: "map", filters: NO_FILTERS, selected: null, replay: null };
const EVERYTHING: View = {
  page: "models",
  filters: { text: "a&b=c #d é", minScore: 0.75, minAmount: 120.5, country: "FR", model: "bank 2", decision: "block" },
  selected: "tx/1?2",
  replay: { from: START, to: START + 3_600_000, at: START + 61_500, speed: 600 },
};

describe("the address", () => {
  it("is empty when the page is looked at as it opens", () => {
    expect(addressOf(NOTHING)).toBe("");
    expect(addressOf(INITIAL)).toBe("");
    expect(viewOf("")).toEqual(NOTHING);
    expect(viewOf("#")).toEqual(NOTHING);
  });

  it("opens the same view wherever it is sent", () => {
    expect(viewOf(addressOf(EVERYTHING))).toEqual(EVERYTHING);
    const url = new URL(`http://server/map${addressOf(EVERYTHING)}`);
    expect(url.hash, "as the browser writes it").toBe(addressOf(EVERYTHING));
    expect(viewOf(url.hash)).toEqual(EVERYTHING);
  });

  it("says only what is not usual, and moments in UTC", () => {
    expect(addressOf({ ...NOTHING, filters: { ...NO_FILTERS, country: "FR" } })).toBe("#country=FR");
    const replay = { from: START, to: START + 1_000, at: START + 250.4, speed: 60 };
    expect(addressOf({ ...NOTHING, replay })).toBe(
      "#from=2025-03-01T10:00:00.000Z&to=2025-03-01T10:00:01.000Z&at=2025-03-01T10:00:00.250Z",
    );
  });

  it("passes over what is wrong", () => {
    const wrong = "#page=secret&country=France&score=many&amount=-5&decision=maybe&from=then&to=now&speed=7&selected=&model=&x=1";
    expect(viewOf(wrong)).toEqual(NOTHING);
    expect(viewOf("#score=7").filters.minScore).toBe(1);
    expect(viewOf("#country=fr").filters.country).toBe("FR");
    const [from, to] = ["2025-03-01T10:00:00Z", "2025-03-01T11:00:00Z"];
    expect(viewOf(`#from=${to}&to=${from}`).replay).toBeNull();
    expect(viewOf(`#from=${from}`).replay).toBeNull();
    expect(viewOf(`#from=${from}&to=${to}&at=2026-01-01&speed=7`).replay).toEqual({ from: START, to: START + 3_600_000, at: START, speed: 60 });
  });

  it("holds where the map is", () => {
    const address = addressOf(NOTHING, { latitude: 48.85661, longitude: -2.35, zoom: 6.123 });
    expect(address).toBe("#map=48.857,-2.35,6.12");
    expect(positionOf(address)).toEqual({ latitude: 48.857, longitude: -2.35, zoom: 6.12 });
    for (const map of ["", "1,2", "1,2,3,4", "91,0,1", "0,181,1", "0,0,0", "a,b,c"]) expect(positionOf(`#map=${map}`)).toBeNull();
    expect(positionOf("")).toBeNull();
  });
});

describe("a step that back undoes", () => {
  const changed = (part: Partial<Shared>): boolean => isStep(EVERYTHING, { ...EVERYTHING, ...part });

  it("is another page, alert, country or period", () => {
    expect(changed({ page: "map" })).toBe(true);
    expect(changed({ selected: null })).toBe(true);
    expect(changed({ filters: { ...EVERYTHING.filters, country: null } })).toBe(true);
    expect(changed({ replay: null })).toBe(true);
  });

  it("is not another word, limit or moment", () => {
    expect(changed({})).toBe(false);
    expect(changed({ filters: { ...EVERYTHING.filters, text: "b", minScore: 0 } })).toBe(false);
    expect(changed({ replay: EVERYTHING.replay && { ...EVERYTHING.replay, at: START, speed: 1 } })).toBe(false);
  });
});

describe("a view that is asked for", () => {
  it("is shown, and written as it was asked for", () => {
    const state = reduce(INITIAL, { type: "view", view: EVERYTHING });
    expect(addressOf(state)).toBe(addressOf(EVERYTHING));
    expect(state.replay).toMatchObject({ playing: false, loading: true });
    expect(reduce(state, { type: "view", view: NOTHING })).toMatchObject({ ...NOTHING });
  });

  it("keeps what is loaded of its period", () => {
    const { from, to } = EVERYTHING.replay ?? { from: 0, to: 0 };
    const loaded = after(INITIAL, { type: "replay", from, to }, { type: "replayed", from, to, events: alerts(0, 9), isLast: true });
    const moved = reduce(loaded, { type: "view", view: EVERYTHING });
    expect(moved.replay).toMatchObject({ at: START + 61_500, speed: 600, loading: false });
    expect(moved.replay?.events).toBe(loaded.replay?.events);
  });

  it("keeps a pause, and the filters when they are the same", () => {
    const paused = after(INITIAL, { type: "pause" }, { type: "view", view: NOTHING });
    expect(paused.paused).toEqual([]);
    expect(paused.filters).toBe(INITIAL.filters);
  });
});
