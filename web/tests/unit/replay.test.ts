// A stored period, played again.
import { describe, expect, it, vi } from "vitest";
import { Refused } from "../../src/api";
import { SPEEDS, countUntil, speedFor } from "../../src/replay";
import { INITIAL, MAX_ALERTS, filteredAlerts, reduce, shownAlerts, timeOf, type Action, type Replay, type State } from "../../src/state";
import { MOST_PAGES, createReplayLoader, type Ask } from "../../src/time/loader";
import type { AlertEvent } from "../../src/wire";
import { en } from "../../src/words/en";
import { NOW, START, after, alert, alerts, hello, ids, play, pushed, storedAt } from "./events";

const FROM = START;
const TO = START + 100_000;
const PERIOD = { from: FROM, to: TO };

const loaded = (events: readonly AlertEvent[], more: Partial<Action & { type: "replay" }> = {}): State =>
  after(
    { ...INITIAL, now: NOW },
    { type: "replay", ...PERIOD, ...more },
    { type: "replayed", ...PERIOD, events, isLast: true },
  );
const replayOf = (state: State): Replay => {
  if (state.replay === null) throw new Error("no replay");
  return state.replay;
};
const seek = (state: State, second: number): State => reduce(state, { type: "seek", at: START + second * 1_000 });
/** Plays for so many quarters of a second. */
const run = (state: State, ticks: number): State =>
  Array.from({ length: ticks }).reduce<State>((now) => reduce(now, { type: "tick", now: now.now + 250 }), state);

describe("a replay", () => {
  const state = loaded(alerts(0, 60));

  it("shows what was decided until its moment, newest first", () => {
    expect(ids(shownAlerts(state))).toEqual(["0"]);
    expect(ids(shownAlerts(seek(state, 3)))).toEqual(["3", "2", "1", "0"]);
    expect(ids(shownAlerts(seek(state, 2.999)))).toEqual(["2", "1", "0"]);
    expect(shownAlerts(seek(state, 100))).toHaveLength(60);
    expect(timeOf(seek(state, 3))).toBe(START + 3_000);
  });

  it("shows at any moment what a live page showed then", () => {
    const stored = alerts(0, 2_500).map((event, at) => ({ ...event, decided: new Date(START + Math.floor(at / 25) * 1_000).toISOString() }));
    const replayed = loaded(stored);
    let live = play(hello([]));
    for (let second = 0; second < 100; second++) {
      const batch = stored.slice(second * 25, second * 25 + 25);
      live = reduce(live, { type: "frame", frame: pushed(batch), now: START + second * 1_000 });
      expect(ids(shownAlerts(seek(replayed, second)))).toEqual(ids(shownAlerts(live)));
    }
    expect(live.alerts).toHaveLength(MAX_ALERTS);
  });

  it("keeps the live alerts behind it, which go on arriving", () => {
    const open = after(play(hello([alert(1)])), { type: "pause" }, { type: "replay", ...PERIOD });
    expect([open.paused, shownAlerts(open)]).toEqual([null, []]);
    const later = reduce(open, { type: "frame", frame: pushed([alert(2)]), now: NOW });
    expect(shownAlerts(later)).toEqual([]);
    expect(ids(shownAlerts(reduce(later, { type: "live" })))).toEqual(["2", "1"]);
  });

  it("is filtered as live alerts are", () => {
    const wanted = after(loaded([alert(1, { country: "FR" }), alert(2)]), { type: "filter", patch: { country: "FR" } });
    expect(ids(filteredAlerts(seek(wanted, 50)))).toEqual(["1"]);
  });

  it("stays within its period", () => {
    expect(replayOf(seek(state, -5)).at).toBe(FROM);
    expect(replayOf(seek(state, 500)).at).toBe(TO);
    expect(replayOf(after(INITIAL, { type: "replay", from: TO, to: FROM }))).toMatchObject(PERIOD);
    expect(replayOf(after(INITIAL, { type: "replay", from: FROM, to: FROM })).to).toBe(FROM + 1_000);
    expect(replayOf(after(INITIAL, { type: "replay", ...PERIOD, at: 5, speed: 7 }))).toMatchObject({ at: FROM, speed: 60 });
  });

  it("gives the same list and the same records as long as the moment passes no alert", () => {
    const one = seek(state, 3.2);
    const other = run(after(one, { type: "speed", speed: 1 }, { type: "resume" }), 2);
    expect(replayOf(other).at).toBe(START + 3_700);
    expect(shownAlerts(other)).toBe(shownAlerts(one));
    const [next, ...rest] = shownAlerts(run(other, 2));
    expect(next?.event.id).toBe("4");
    rest.forEach((record, index) => expect(record).toBe(shownAlerts(one)[index]));
  });
});

describe("playing", () => {
  const state = loaded(alerts(0, 60), { speed: 10, playing: true });

  it("moves by the time that has gone by, times the speed", () => {
    expect(replayOf(run(state, 4)).at).toBe(FROM + 10_000);
    expect(replayOf(run(reduce(state, { type: "speed", speed: 60 }), 4)).at).toBe(FROM + 60_000);
    expect(replayOf(run(reduce(state, { type: "pause" }), 4)).at).toBe(FROM);
    expect(replayOf(reduce(state, { type: "tick", now: NOW - 5_000 })).at, "a clock that was set back").toBe(FROM);
  });

  it("lets alerts arrive as live ones do, and shows others at once", () => {
    const playing = run(after(seek(state, 2), { type: "resume" }), 1);
    expect(shownAlerts(playing).map(({ event, live }) => [event.id, live])).toEqual([
      ["4", true], ["3", true], ["2", false], ["1", false], ["0", false],
    ]);
    expect(shownAlerts(seek(playing, 4)).some(({ live }) => live)).toBe(false);
  });

  it("stops at the end, and starts again from the beginning", () => {
    const ended = run(state, 400);
    expect(replayOf(ended)).toMatchObject({ at: TO, playing: false });
    expect(shownAlerts(ended)).toHaveLength(60);
    const again = reduce(ended, { type: "resume" });
    expect(replayOf(again)).toMatchObject({ at: FROM, playing: true });
    expect(reduce(again, { type: "resume" }).replay).toBe(again.replay);
  });

  it("waits for what is not loaded yet", () => {
    const waiting = after({ ...INITIAL, now: NOW }, { type: "replay", ...PERIOD, speed: 600, playing: true });
    expect(replayOf(run(waiting, 8))).toMatchObject({ at: FROM, playing: true });
    const some = run(reduce(waiting, { type: "replayed", ...PERIOD, events: alerts(0, 20), isLast: false }), 8);
    expect(replayOf(some)).toMatchObject({ at: START + 19_000, playing: true });
    const all = run(reduce(some, { type: "replayed", ...PERIOD, events: alerts(20, 40), isLast: true }), 8);
    expect(replayOf(all)).toMatchObject({ at: TO, playing: false });
  });

  it("begins at a speed that plays the period in about two minutes", () => {
    expect([1_000, 3_600_000, 86_400_000, 7 * 86_400_000, 1e12].map((length) => speedFor(0, length))).toEqual([1, 60, 3_600, 3_600, 3_600]);
    expect(SPEEDS).toEqual([1, 10, 60, 600, 3_600]);
  });
});

describe("steps", () => {
  const state = loaded([alert(3), alert(5), alert(5.5, { decided: alert(5).decided }), alert(9)]);
  const step = (from: State, by: 1 | -1): State => reduce(from, { type: "step", by });
  const second = (at: State): number => (replayOf(at).at - START) / 1_000;

  it("go from alert to alert, and halt", () => {
    const [one, two, three, end] = [1, 2, 3, 4].map((count) => Array.from({ length: count }).reduce<State>((at) => step(at, 1), state));
    expect([one, two, three, end].map((at) => second(at as State))).toEqual([3, 5, 9, 100]);
    expect(second(step(end as State, -1))).toBe(9);
    expect(second(step(seek(state, 5), -1))).toBe(3);
    expect(second(step(seek(state, 4), -1))).toBe(3);
    expect(second(step(seek(state, 3), -1))).toBe(0);
    expect(replayOf(step(reduce(state, { type: "resume" }), 1)).playing).toBe(false);
  });

  it("need a replay", () => {
    expect(step(INITIAL, 1)).toBe(INITIAL);
    expect(countUntil([], 5)).toBe(0);
    expect(countUntil([1, 2, 2, 3], 2)).toBe(3);
  });
});

describe("loading a period", () => {
  /** A page that opens a period, and the questions its loader asks. */
  function opening(ask: Ask) {
    let state: State = { ...INITIAL, now: NOW };
    const asked: { from?: number; to?: number; since?: string }[] = [];
    const dispatch = (action: Action): void => {
      state = reduce(state, action);
    };
    const loader = createReplayLoader(dispatch, (wanted, signal) => {
      asked.push(wanted);
      return ask(wanted, signal);
    });
    const act = (action: Action): void => {
      dispatch(action);
      loader(state);
    };
    return { act, state: () => state, asked };
  }
  const LONG = { from: START, to: START + 10_000_000 };

  it("goes page by page, by the last id, until all is there", async () => {
    const stored = alerts(0, 2_300);
    const { act, state, asked } = opening(async (wanted) => storedAt(stored)(wanted));
    act({ type: "replay", ...LONG });
    act({ type: "tick", now: NOW + 250 });
    await vi.waitFor(() => expect(state().replay?.loading).toBe(false));
    expect(asked).toEqual([LONG, { ...LONG, since: "999" }, { ...LONG, since: "1999" }]);
    expect(replayOf(state()).events).toEqual(stored);
    act({ type: "tick", now: NOW + 500 });
    expect(asked).toHaveLength(3);
  });

  it("leaves out what lies outside of the period", async () => {
    const { act, state } = opening(async (wanted) => storedAt(alerts(0, 500))(wanted));
    act({ type: "replay", ...PERIOD });
    await vi.waitFor(() => expect(state().replay?.loading).toBe(false));
    expect(replayOf(state()).events).toEqual(alerts(0, 100));
  });

  it("puts into order what was stored out of order", () => {
    const state = loaded([alert(2), alert(1), alert(3)]);
    expect(replayOf(state).events.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  it("stops when the reader leaves, and takes no late answer", async () => {
    const answers: ((events: AlertEvent[]) => void)[] = [];
    const signals: AbortSignal[] = [];
    const { act, state } = opening((_, signal) => {
      signals.push(signal);
      return new Promise((ready) => answers.push(ready));
    });
    act({ type: "replay", ...LONG });
    act({ type: "replay", ...PERIOD });
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
    answers[0]?.(alerts(0, 5));
    answers[1]?.(alerts(0, 7));
    await vi.waitFor(() => expect(state().replay?.loading).toBe(false));
    expect(replayOf(state()).events).toHaveLength(7);
    act({ type: "replay", ...LONG });
    act({ type: "live" });
    expect(signals[2]?.aborted).toBe(true);
    expect(state().replay).toBeNull();
  });

  it("says why it failed, and tries again when the period is asked for again", async () => {
    const failures = [new TypeError("gone"), new Refused("no", "forbidden", 403), new Refused("no", "not_found", 404), new Refused("no", "no_database", 404), new Refused("too long", "bad", 400)];
    const said = [en.time.unreachable, en.time.signIn, en.time.missing, en.time.notStored, "too long"];
    for (const [index, failure] of failures.entries()) {
      let isThere = false;
      const { act, state } = opening(async (wanted) => {
        if (!isThere) throw failure;
        return storedAt(alerts(0, 5))(wanted);
      });
      act({ type: "replay", ...PERIOD });
      await vi.waitFor(() => expect(state().replay?.problem).toBe(en.time.failed(said[index] as string)));
      act({ type: "tick", now: NOW + 250 });
      isThere = true;
      act({ type: "replay", ...PERIOD });
      await vi.waitFor(() => expect(state().replay).toMatchObject({ problem: null, loading: false }));
      expect(replayOf(state()).events).toHaveLength(5);
    }
  });

  it("holds fifty pages, plays them, and says until when they reach", async () => {
    const page = (start: number): AlertEvent[] => alerts(start, start + 1_000);
    const { act, state, asked } = opening(async ({ since }) => page(since === undefined ? 0 : Number(since) + 1));
    act({ type: "replay", from: START, to: START + 1e9 });
    await vi.waitFor(() => expect(state().replay?.loading).toBe(false), 20_000);
    expect(asked).toHaveLength(MOST_PAGES);
    expect(replayOf(state()).events).toHaveLength(MOST_PAGES * 1_000);
    expect(replayOf(state()).problem).toContain("shorter period");
  });

  it("keeps what is loaded when the same period is asked for at another moment", () => {
    const state = loaded(alerts(0, 60));
    const again = reduce(state, { type: "replay", ...PERIOD, at: START + 5_000, speed: 1 });
    expect(replayOf(again)).toMatchObject({ at: START + 5_000, speed: 1, loading: false });
    expect(replayOf(again).events).toBe(replayOf(state).events);
  });
});
