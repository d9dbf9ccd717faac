// The two thresholds as lines that can be moved, by pointer and by keyboard.
import { make, setText } from "../elements";
import { threshold } from "../figures";
import { t } from "../words";
import { afterKey, moved, type Limits } from "./bins";

type Which = keyof Limits;

export interface Lines {
  readonly elements: readonly HTMLElement[];
  /** `said` tells a screen reader what a line would do. */
  readonly draw: (limits: Limits, said: (which: Which) => string) => void;
}

/** `area` is as wide as the score axis. */
export function createLines(area: HTMLElement, onMove: (limits: Limits) => void): Lines {
  let limits: Limits = { review: 0, block: null };
  const move = (which: Which, value: number): void => onMove(moved(limits, which, value));
  const lines = ([["review", t.histogram.reviewSlider, t.histogram.review], ["block", t.histogram.blockSlider, t.histogram.block]] as const).map(
    ([which, name, label]) => {
      const before = make("span");
      const value = make("b");
      const line = make("div", `line ${which}`, make("span", "flag", before, value));
      line.setAttribute("role", "slider");
      line.setAttribute("aria-label", name);
      line.tabIndex = 0;
      listen(line, area, (to) => move(which, to), () => limits[which] ?? 1);
      return { which, line, label, before, value };
    },
  );

  return {
    elements: lines.map(({ line }) => line),
    draw(wanted, said) {
      limits = wanted;
      for (const { which, line, label, before, value } of lines) {
        const at = limits[which] ?? 1;
        line.style.left = `${at * 100}%`;
        line.classList.toggle("flip", at > 0.5);
        setText(before, limits[which] === null ? "" : `${label} `);
        setText(value, limits[which] === null ? t.histogram.nothingBlocked : threshold(at));
        line.setAttribute("aria-valuemin", String(which === "review" ? 0 : limits.review));
        line.setAttribute("aria-valuemax", String(which === "review" ? (limits.block ?? 1) : 1));
        line.setAttribute("aria-valuenow", String(at));
        line.setAttribute("aria-valuetext", said(which));
      }
    },
  };
}

/** Calls back with where the line is moved to, 0 to 1. */
function listen(line: HTMLElement, area: HTMLElement, onMove: (value: number) => void, value: () => number): void {
  line.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    line.setPointerCapture(event.pointerId);
    line.focus();
    event.preventDefault();
  });
  line.addEventListener("pointermove", (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    const { left, width } = area.getBoundingClientRect();
    if (width > 0) onMove((event.clientX - left) / width);
  });
  line.addEventListener("keydown", (event) => {
    const wanted = event.altKey || event.ctrlKey || event.metaKey ? null : afterKey(event.key, value());
    if (wanted === null) return;
    event.preventDefault();
    onMove(wanted);
  });
}
