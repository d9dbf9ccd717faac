// The bar below the map: live, pause, or a stored period played again.
import { make, setText } from "../elements";
import * as format from "../format";
import { speedFor } from "../replay";
import { timeOf, waiting, type Action, type State } from "../state";
import { t } from "../words";
import { wordButton } from "./buttons";
import { createPeriodForm } from "./period";
import { createPlayer } from "./player";

const HOUR_MS = 3_600_000;

/** Fills `element` once, and returns what brings it up to date. */
export function createTimebar(element: HTMLElement, act: (action: Action) => void): (state: State) => void {
  let state: State | undefined;
  const isRunning = (): boolean => (state?.replay ? state.replay.playing : state?.paused === null);
  const toggle = (): void => act({ type: isRunning() ? "pause" : "resume" });

  const live = wordButton(() => act({ type: "live" }));
  const pause = wordButton(toggle);
  const replay = wordButton(() => choose(form.element.hidden !== false));
  live.set("live", t.time.live);
  replay.set("replay", t.time.replay);
  const moment = make("p", "moment");
  const form = createPeriodForm((from, to) => {
    choose(false);
    act({ type: "replay", from, to, speed: speedFor(from, to), playing: true });
  });
  const player = createPlayer(act);

  function choose(isOpen: boolean): void {
    form.element.hidden = !isOpen;
    replay.element.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    const now = state?.now ?? 0;
    form.fill(state?.replay?.from ?? now - HOUR_MS, state?.replay?.to ?? now);
  }

  element.setAttribute("aria-label", t.time.label);
  const modes = make("div", "modes", live.element, pause.element, replay.element);
  element.append(modes, moment, player.element, form.element);
  choose(false);
  element.addEventListener("keydown", (event) => onKey(event, { act, toggle, choose, state: () => state }));

  return (now) => {
    state = now;
    const isLive = now.replay === null && now.paused === null;
    live.element.setAttribute("aria-pressed", String(isLive));
    replay.element.classList.toggle("chosen", now.replay !== null);
    if (isRunning()) pause.set("pause", t.time.pause);
    else pause.set("play", now.replay === null ? t.time.resume : t.time.play);
    element.dataset.mode = now.replay !== null ? "replay" : isLive ? "live" : "paused";
    setText(moment, momentOf(now));
    player.draw(now.replay);
  };
}

function momentOf(state: State): string {
  if (state.replay !== null) return format.instant(timeOf(state));
  if (state.pausedAt === null) return format.hour(state.now);
  const count = waiting(state);
  return `${t.time.pausedAt(format.hour(state.pausedAt))} · ${t.time.waiting(count, format.count(count))}`;
}

interface Keyed {
  readonly act: (action: Action) => void;
  readonly toggle: () => void;
  readonly choose: (isOpen: boolean) => void;
  readonly state: () => State | undefined;
}

/** Keys that work within the bar, beside what its fields and buttons know by themselves. */
function onKey(event: KeyboardEvent, { act, toggle, choose, state }: Keyed): void {
  const isScrubber = event.target instanceof HTMLInputElement && event.target.type === "range";
  const isField = !isScrubber && (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement);
  if (event.key === "Escape") {
    choose(false);
    if (!isField) act({ type: "live" });
  } else if (isScrubber && event.key === " ") {
    toggle();
  } else if (!isField && state()?.replay && (event.key === "," || event.key === ".")) {
    act({ type: "step", by: event.key === "." ? 1 : -1 });
  } else {
    return;
  }
  event.preventDefault();
}
