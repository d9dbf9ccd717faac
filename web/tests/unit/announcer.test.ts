// What is told to those who listen.
import { describe, expect, it } from "vitest";
import { createAnnouncer } from "../../src/announcer";
import { INITIAL, reduce, type Action, type State } from "../../src/state";
import { NOW, START, alert, alerts, hello, pushed } from "./events";

function listening() {
  const said: string[] = [];
  let state: State = { ...INITIAL, now: NOW };
  const announce = createAnnouncer((text) => said.push(text.replace(/\u00a0/g, " ")));
  announce(state);
  const act = (action: Action): void => {
    state = reduce(state, action);
    announce(state);
  };
  const wait = (ms: number): void => act({ type: "tick", now: state.now + ms });
  const push = (...events: Parameters<typeof pushed>[0]): void => act({ type: "frame", frame: pushed(events), now: state.now });
  return { said, act, wait, push };
}

describe("the announcer", () => {
  it("tells of an alert that arrives, not of those that were there", () => {
    const { said, act, push } = listening();
    act({ type: "frame", frame: hello([alert(1), alert(2)]), now: NOW });
    expect(said).toEqual([]);
    push(alert(3, { score: 0.97, country: "FR" }));
    expect(said).toEqual(["1 new alert, 97.0 % in Paris, FR"]);
  });

  it("gathers what comes within a few seconds, and names the highest", () => {
    const { said, push, wait } = listening();
    push(alert(1, { score: 0.6 }));
    push(alert(2, { score: 0.7 }));
    wait(1_000);
    push(alert(3, { score: 0.95, title: "Lyon" }), alert(4, { score: 0.8 }));
    expect(said).toHaveLength(1);
    wait(3_000);
    expect(said.slice(1)).toEqual(["3 new alerts, highest 95.0 % in Lyon"]);
    wait(10_000);
    expect(said).toHaveLength(2);
  });

  it("is silent while the reader has paused, and about what he calls up", () => {
    const { said, act, push, wait } = listening();
    act({ type: "pause" });
    push(alert(1));
    wait(5_000);
    act({ type: "resume" });
    wait(5_000);
    act({ type: "filter", patch: { country: "FR" } });
    wait(5_000);
    act({ type: "filter", patch: { country: null } });
    wait(5_000);
    expect(said).toEqual([]);
    push(alert(2));
    expect(said).toHaveLength(1);
  });

  it("tells only of what the filters let through", () => {
    const { said, act, push } = listening();
    act({ type: "filter", patch: { country: "FR" } });
    push(alert(1, { country: "DE" }), alert(2, { country: "FR" }), alert(3, { country: "DE" }));
    expect(said).toEqual(["1 new alert, 90.0 % in Paris, FR"]);
  });

  it("tells of a replay what plays, not what it is set to", () => {
    const { said, act, wait } = listening();
    const period = { from: START, to: START + 60_000 };
    act({ type: "replay", ...period, speed: 1 });
    act({ type: "replayed", ...period, events: alerts(0, 60), isLast: true });
    act({ type: "seek", at: START + 10_000 });
    wait(5_000);
    expect(said).toEqual([]);
    act({ type: "resume" });
    wait(2_000);
    expect(said).toEqual(["2 new alerts, highest 90.0 % in Paris"]);
  });
});
