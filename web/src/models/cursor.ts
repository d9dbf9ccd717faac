// What a chart says about the place under the pointer, or under a cursor that the arrow keys move: a slider over the plot.
import { make, shape } from "../elements";
import type { ChartData } from "./chart";
import { swatch } from "./dom";
import { nearest, ordered, valueAt, type Point } from "./points";
import type { Scale } from "./scale";

/** Where the plot lies inside the chart, in pixels. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  readonly x: Scale;
  readonly y: Scale;
}

interface Shown {
  readonly data: ChartData;
  readonly plot: Plot;
  readonly lines: readonly (readonly Point[])[];
}

const STRIDE = 10;

/** Lays a cursor over the chart in `frame`. */
export function createCursor(frame: HTMLElement): { show: (data: ChartData, plot: Plot) => void } {
  const handle = make("div", "cursor");
  handle.tabIndex = 0;
  handle.setAttribute("role", "slider");
  handle.setAttribute("aria-valuemin", "0");
  const marks = shape("svg", { class: "marks", "aria-hidden": "true" });
  const reading = make("div", "reading");
  reading.setAttribute("aria-hidden", "true");
  frame.append(marks, handle, reading);
  let shown: Shown | null = null;
  let index = -1;
  let title = "";

  const paint = (visible: boolean): void => {
    marks.toggleAttribute("hidden", !visible);
    reading.hidden = !visible;
    if (shown === null) return;
    describe(handle, shown, index);
    if (visible) drawMarks(marks, reading, shown, index);
  };
  const move = (to: number): void => {
    if (shown === null || to === index) return;
    index = Math.min(shown.data.stops.length - 1, Math.max(0, to));
    paint(true);
  };
  const point = (event: PointerEvent): void => {
    if (shown === null) return;
    const { data, plot } = shown;
    const place = plot.left + event.offsetX;
    const to = nearest(data.stops, plot.x.from(place));
    if (to === index) paint(true);
    else move(to);
  };
  handle.addEventListener("pointermove", point);
  handle.addEventListener("pointerdown", point);
  handle.addEventListener("pointerleave", () => document.activeElement !== handle && paint(false));
  handle.addEventListener("focus", () => paint(true));
  handle.addEventListener("blur", () => paint(false));
  handle.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return paint(false);
    const to = target(event.key, index, (shown?.data.stops.length ?? 0) - 1);
    if (to === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(to);
    paint(true);
  });

  return {
    show(data, plot) {
      // Other data of the same chart: the cursor stays where it was, but at the end it stays at the end.
      const wasLast = shown === null || index === shown.data.stops.length - 1;
      const before = shown?.data.stops[index];
      if (title !== data.title || before === undefined) index = data.start;
      else index = wasLast ? data.stops.length - 1 : nearest(data.stops, before);
      title = data.title;
      shown = { data, plot, lines: data.lines.map((line) => ordered(line.points)) };
      Object.assign(handle.style, {
        left: `${plot.left}px`,
        top: `${plot.top}px`,
        width: `${plot.right - plot.left}px`,
        height: `${plot.bottom - plot.top}px`,
      });
      paint(document.activeElement === handle || handle.matches(":hover"));
    },
  };
}

function target(key: string, index: number, last: number): number | null {
  const steps: Record<string, number> = {
    ArrowRight: index + 1,
    ArrowUp: index + 1,
    ArrowLeft: index - 1,
    ArrowDown: index - 1,
    PageUp: index + STRIDE,
    PageDown: index - STRIDE,
    Home: 0,
    End: last,
  };
  return steps[key] ?? null;
}

/** The values at a stop, in the order of the lines. */
function read({ data, lines }: Shown, stop: number): (number | null)[] {
  return lines.map((points, line) => valueAt(points, stop, data.lines[line]?.gap));
}

function describe(handle: HTMLElement, shown: Shown, index: number): void {
  const { data } = shown;
  const stop = data.stops[index];
  handle.setAttribute("aria-label", data.title);
  handle.setAttribute("aria-valuemax", String(Math.max(0, data.stops.length - 1)));
  handle.setAttribute("aria-valuenow", String(Math.max(0, index)));
  if (stop === undefined) return;
  const values = read(shown, stop).map((value, line) => `${data.lines[line]?.label}: ${value === null ? "–" : data.valueText(value)}`);
  const more = data.more(stop);
  handle.setAttribute("aria-valuetext", [data.stopText(stop), ...values, ...(more === null ? [] : [more])].join("; "));
}

function drawMarks(marks: SVGElement, reading: HTMLElement, shown: Shown, index: number): void {
  const { data, plot } = shown;
  const stop = data.stops[index];
  if (stop === undefined) return;
  const x = plot.x.at(stop);
  const values = read(shown, stop);
  const dots = values.flatMap((value, line) =>
    value === null ? [] : shape("circle", { class: `dot ${data.lines[line]?.place}`, cx: x, cy: plot.y.at(value), r: 4.5 }),
  );
  marks.setAttribute("width", String(plot.width));
  marks.setAttribute("height", String(plot.height));
  marks.replaceChildren(shape("line", { class: "hair", x1: x, y1: plot.top, x2: x, y2: plot.bottom }), ...dots);
  const rows = values.map((value, line) => row(data, line, value));
  const more = data.more(stop);
  reading.replaceChildren(make("strong", "", data.stopText(stop)), ...rows, ...(more === null ? [] : [make("small", "", more)]));
  // On the side of the cursor that has room, and not where the lines are.
  const isRight = x > (plot.left + plot.right) / 2;
  const heights = values.flatMap((value) => (value === null ? [] : plot.y.at(value)));
  const mean = heights.reduce((sum, height) => sum + height, 0) / Math.max(1, heights.length);
  reading.classList.toggle("low", mean < (plot.top + plot.bottom) / 2);
  reading.style.left = isRight ? "" : `${x + 12}px`;
  reading.style.right = isRight ? `${plot.width - x + 12}px` : "";
}

function row(data: ChartData, line: number, value: number | null): HTMLElement {
  const { place = "", label = "" } = data.lines[line] ?? {};
  return make("span", "", swatch(place), make("em", "", label), make("b", "", value === null ? "–" : data.valueText(value)));
}
