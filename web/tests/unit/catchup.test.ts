// What is asked of the server after a lost connection, and how the answers are put together.
import { describe, expect, it } from "vitest";
import { createCatchUp, type Ask } from "../../src/catchup";
import { withMissing } from "../../src/records";
import { INITIAL, reduce, type Action, type State } from "../../src/state";
import type { AlertEvent } from "../../src/wire";
import { NOW, alert, alerts, hello, ids, play, pushed, storedAt } from "./events";

/** A page with this ask, and what it was asked. */
function watching(answer: Ask) {
  let state: State = INITIAL;
  const asked: (string | undefined)[] = [];
  const dispatch = (action: Action): void => {
    state = reduce(state, action);
  };
  const ask: Ask = (wanted) => {
    asked.push(wanted.since);
    return answer(wanted);
  };
  return { dispatch, take: createCatchUp(dispatch, () => state, ask), state: () => state, asked };
}

const server = (events: readonly AlertEvent[]): Ask => async (asked) => storedAt(events)(asked);
const snapshot = (events: readonly AlertEvent[]) => hello(events.slice(-200));
const newestFirst = (from: number, to: number): string[] => ids(alerts(from, to).map((event) => ({ event }))).reverse();

describe("catching up", () => {
  it("asks for nothing when the server shows all there is", async () => {
    const { take, state, asked } = watching(server([]));
    await take(hello(alerts(0, 200)), NOW);
    await take(hello(alerts(150, 350)), NOW);
    expect(asked).toEqual([]);
    expect(ids(state().alerts)).toEqual(newestFirst(0, 350));
  });

  it("asks for those after the last one that is known, and closes the gap", async () => {
    const stored = alerts(0, 700);
    const { take, state, asked } = watching(server(stored));
    await take(snapshot(stored.slice(0, 100)), NOW);
    await take(snapshot(stored), NOW);
    expect(asked).toEqual(["99"]);
    expect(ids(state().alerts)).toEqual(newestFirst(0, 700));
    expect(state().gap).toBe(false);
    expect(state().alerts.some((record) => record.live), "none arrived before the reader's eyes").toBe(false);
  });

  it("takes the newest thousand when more than that is missing", async () => {
    const stored = alerts(0, 3_500);
    const { take, state, asked } = watching(server(stored));
    await take(snapshot(stored.slice(0, 100)), NOW);
    await take(snapshot(stored), NOW);
    expect(asked).toEqual(["99", undefined]);
    expect(ids(state().alerts)).toEqual(newestFirst(2_500, 3_500));
    expect(state().gap).toBe(false);
  });

  it("takes the newest there are when none was known", async () => {
    const stored = alerts(0, 300);
    const { take, state, asked } = watching(server(stored));
    await take(hello([]), NOW);
    await take(snapshot(stored), NOW);
    expect(asked).toEqual([undefined]);
    expect(ids(state().alerts)).toEqual(newestFirst(0, 300));
    expect(state().gap).toBe(false);
  });

  it("takes the newest from a server that has forgotten the last one, and says that some may be missing", async () => {
    const { take, state, asked } = watching(server(alerts(100, 400)));
    await take(snapshot(alerts(0, 50)), NOW);
    await take(snapshot(alerts(100, 400)), NOW);
    expect(asked).toEqual(["49", undefined]);
    expect(ids(state().alerts)).toEqual([...newestFirst(100, 400), ...newestFirst(0, 50)]);
    expect(state().gap).toBe(true);
  });

  it("keeps those that arrive meanwhile in front", async () => {
    const stored = alerts(0, 700);
    const { take, state, dispatch } = watching(async (asked) => {
      dispatch({ type: "frame", frame: pushed([alert(700)]), now: NOW });
      return storedAt(stored)(asked);
    });
    await take(snapshot(stored.slice(0, 100)), NOW);
    await take(snapshot(stored), NOW);
    expect(ids(state().alerts)).toEqual(newestFirst(0, 701));
    expect(state().alerts[0]?.live).toBe(true);
  });

  it("leaves the gap open when the server is gone again, and closes it at the next hello", async () => {
    const stored = alerts(0, 1_200);
    let isThere = false;
    const { take, state, asked } = watching(async (wanted) => {
      if (!isThere) throw new TypeError("unreachable");
      return storedAt(stored)(wanted);
    });
    await take(snapshot(stored.slice(0, 100)), NOW);
    await take(snapshot(stored.slice(0, 600)), NOW);
    expect(state().gap).toBe(true);
    isThere = true;
    await take(snapshot(stored), NOW);
    expect(asked, "from the first hole on, not from the second").toEqual(["99", "99", undefined]);
    expect(state().gap).toBe(false);
    expect(ids(state().alerts)).toEqual(newestFirst(200, 1_200));
  });

  it("drops the answer to a question of an earlier connection", async () => {
    const stored = alerts(0, 900);
    const answers: (() => void)[] = [];
    const { take, state } = watching((wanted) => new Promise((ready) => answers.push(() => ready(storedAt(stored)(wanted)))));
    await take(snapshot(stored.slice(0, 100)), NOW);
    const first = take(snapshot(stored.slice(0, 500)), NOW);
    const second = take(snapshot(stored), NOW);
    answers[1]?.();
    await second;
    expect(state().gap).toBe(false);
    const before = state();
    answers[0]?.();
    await first;
    expect(state()).toBe(before);
    expect(ids(state().alerts)).toEqual(newestFirst(0, 900));
  });
});

describe("alerts that were missing", () => {
  const known = play(hello([alert(1), alert(2)]), hello([alert(7), alert(8)])).alerts;

  it("stand between what came before and what came later", () => {
    const whole = withMissing(known, "2", [alert(3), alert(5), alert(7)]);
    expect(ids(whole)).toEqual(["8", "7", "5", "3", "2", "1"]);
    expect(whole[1]).toBe(known[1]);
  });

  it("stand behind all others when what came before has left already", () => {
    expect(ids(withMissing(known, "0", [alert(0.5)]))).toEqual(["8", "7", "2", "1", "0.5"]);
  });

  it("that are the newest stand before all but those that came later", () => {
    expect(ids(withMissing(known, null, [alert(6), alert(7)]))).toEqual(["8", "7", "6", "2", "1"]);
    expect(ids(withMissing(known, null, [alert(20), alert(21)]))).toEqual(["21", "20", "8", "7", "2", "1"]);
  });

  it("change nothing when there are none", () => expect(withMissing(known, "2", [])).toBe(known));
});
