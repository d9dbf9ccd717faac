// Plays a period: the scrubber above the shape of its alerts, steps, and speed.
import { drawing, make, setText } from "../elements";
import * as format from "../format";
import { SPEEDS, timesOf, type Replay } from "../replay";
import type { Action } from "../state";
import type { AlertEvent } from "../wire";
import { t } from "../words";
import { iconButton } from "./buttons";
import { countsOf, pathOf } from "./density";

const BINS = 240;
const HEIGHT = 24;

export interface Player {
  readonly element: HTMLElement;
  readonly draw: (replay: Replay | null) => void;
}

/** The controls of a replay; hidden while there is none. */
export function createPlayer(act: (action: Action) => void): Player {
  const previous = iconButton("previous", t.time.previous, () => act({ type: "step", by: -1 }));
  const next = iconButton("next", t.time.next, () => act({ type: "step", by: 1 }));
  const scrubber = createScrubber((at) => act({ type: "seek", at }));
  const speed = createSpeed((value) => act({ type: "speed", speed: value }));
  const note = make("p", "note");
  note.setAttribute("role", "status");
  scrubber.ends.insertBefore(note, scrubber.ends.lastChild);
  const element = make("div", "player", previous, next, scrubber.element, speed.element);
  return {
    element,
    draw(replay) {
      element.hidden = replay === null;
      if (replay === null) return;
      scrubber.draw(replay);
      speed.draw(replay);
      setText(note, noteOf(replay));
      note.classList.toggle("bad", replay.problem !== null);
    },
  };
}

function noteOf({ events, loading, problem }: Replay): string {
  if (problem !== null) return problem;
  return loading ? t.time.loading : t.time.loaded(events.length, format.count(events.length));
}

interface Scrubber {
  readonly element: HTMLElement;
  /** Below it: where the period begins and ends. */
  readonly ends: HTMLElement;
  readonly draw: (replay: Replay) => void;
}

function createScrubber(onSeek: (at: number) => void): Scrubber {
  const input = make("input");
  input.type = "range";
  input.step = "any";
  input.title = t.time.keys;
  input.setAttribute("aria-label", t.time.scrubber);
  input.setAttribute("aria-description", t.time.keys);
  input.addEventListener("input", () => onSeek(input.valueAsNumber));
  const shape = drawing("", `0 0 ${BINS} ${HEIGHT}`, "density");
  shape.setAttribute("preserveAspectRatio", "none");
  const [start, end] = [make("span"), make("span")];
  const ends = make("div", "ends", start, end);
  const element = make("div", "scrubber", shape, input, ends);
  let drawn: readonly AlertEvent[] | undefined;
  return {
    element,
    ends,
    draw({ from, to, at, events }) {
      // The limits first: a value outside of them would be moved.
      if (input.min !== String(from) || input.max !== String(to)) {
        [input.min, input.max] = [String(from), String(to)];
        drawn = undefined;
        setText(start, format.instant(from));
        setText(end, format.instant(to));
      }
      if (input.value !== String(at)) {
        input.value = String(at);
        input.setAttribute("aria-valuetext", format.instant(at));
      }
      if (events === drawn) return;
      drawn = events;
      shape.firstElementChild?.setAttribute("d", pathOf(countsOf(timesOf(events), from, to, BINS), HEIGHT));
    },
  };
}

function createSpeed(onSpeed: (speed: number) => void): { element: HTMLElement; draw: (replay: Replay) => void } {
  const element = make("select", "speed");
  element.setAttribute("aria-label", t.time.speed);
  element.title = t.time.speed;
  element.append(...SPEEDS.map((speed) => new Option(t.time.times(format.count(speed)), String(speed))));
  element.addEventListener("change", () => onSpeed(Number(element.value)));
  return {
    element,
    draw({ speed }) {
      if (element.value !== String(speed)) element.value = String(speed);
    },
  };
}
