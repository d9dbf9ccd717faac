// A line chart as SVG, drawn anew whenever its data or its width change; what is under the cursor is written by cursor.ts.
import { make, shape } from "../elements";
import { createCursor, type Plot } from "./cursor";
import { dense, ordered, path, pieces, thinned, type Point } from "./points";
import { createScale, spaced, type Scale } from "./scale";

export interface Axis {
  readonly label: string;
  readonly domain: readonly [number, number];
  /** Below 1 the lower end is stretched. */
  readonly power?: number;
  /** Which values are written, when there is room for so many. */
  readonly ticks: (most: number) => readonly number[];
  readonly text: (value: number) => string;
}

export interface Line {
  readonly label: string;
  /** The CSS class of its colour and dashes. */
  readonly place: string;
  readonly points: readonly Point[];
  /** A pause longer than this cuts it. */
  readonly gap?: number;
}

/** A ring on a line: where a threshold stands. */
export interface Mark {
  readonly place: string;
  readonly at: Point;
}

/** A level that is held against the lines. */
export interface Level {
  readonly place: string;
  readonly value: number;
}

export interface ChartData {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  readonly levels: readonly Level[];
  /** What guessing would reach. */
  readonly chance: readonly Point[] | null;
  /** Where the cursor may stand, from left to right, and where it stands at first. */
  readonly stops: readonly number[];
  readonly start: number;
  /** A stop in words. */
  readonly stopText: (stop: number) => string;
  /** A value of a line in words. */
  readonly valueText: (value: number) => string;
  /** One more line under the values, such as what else is known of this moment. */
  readonly more: (stop: number) => string | null;
}

const MARGIN = { top: 12, right: 14, bottom: 42, left: 64 };
const TICK_GAP = { across: 34, up: 30 };
let charts = 0;

/** Makes a chart in `element` and returns what draws its data. */
export function createChart(element: HTMLElement): (data: ChartData) => void {
  const id = `chart-${(charts += 1)}`;
  const frame = make("div", "chart");
  element.append(frame);
  const cursor = createCursor(frame);
  let data: ChartData | null = null;
  let width = 0;
  let picture: SVGElement | null = null;
  const redraw = (): void => {
    if (data === null || width === 0) return;
    const plot = plotOf(data, width, frame.clientHeight);
    const next = draw(data, plot, id);
    if (picture === null) frame.prepend(next);
    else picture.replaceWith(next);
    picture = next;
    cursor.show(data, plot);
  };
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry?.contentRect.width ?? 0);
    if (now === width) return;
    width = now;
    redraw();
  }).observe(frame);
  return (next) => {
    data = next;
    redraw();
  };
}

function plotOf(data: ChartData, width: number, height: number): Plot {
  const [left, right] = [MARGIN.left, Math.max(MARGIN.left + 40, width - MARGIN.right)];
  const [top, bottom] = [MARGIN.top, Math.max(MARGIN.top + 40, height - MARGIN.bottom)];
  const x = createScale(data.x.domain, [left, right], data.x.power);
  const y = createScale(data.y.domain, [bottom, top], data.y.power);
  return { left, right, top, bottom, width, height, x, y };
}

function draw(data: ChartData, plot: Plot, id: string): SVGElement {
  const { width, height, x, y } = plot;
  const labels = { role: "img", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-words` };
  const rings = data.marks.map(({ place, at }) =>
    shape("circle", { class: `ring ${place}`, cx: x.at(at[0]), cy: y.at(at[1]), r: 5 }),
  );
  return shape(
    "svg",
    { ...labels, width, height, viewBox: `0 0 ${width} ${height}` },
    shape("title", { id: `${id}-title` }, data.title),
    shape("desc", { id: `${id}-words` }, data.description),
    ...axes(data, plot),
    ...data.levels.map(({ place, value }) => straight(`level ${place}`, plot.left, y.at(value), plot.right, y.at(value))),
    ...(data.chance === null ? [] : [curve(data, plot, { label: "", place: "chance", points: data.chance })]),
    ...data.lines.map((line) => curve(data, plot, line)),
    ...rings,
  );
}

function axes(data: ChartData, plot: Plot): SVGElement[] {
  const { left, right, top, bottom, x, y } = plot;
  const across = spaced(data.x.ticks(Math.floor((right - left) / (TICK_GAP.across * 2))), x, TICK_GAP.across);
  const up = spaced(data.y.ticks(Math.floor((bottom - top) / TICK_GAP.up)), y, 18);
  const middle = (top + bottom) / 2;
  return [
    ...up.map((value) => straight("grid", left, y.at(value), right, y.at(value))),
    ...across.map((value) => straight("grid", x.at(value), top, x.at(value), bottom)),
    straight("axis", left, bottom, right, bottom),
    ...up.map((value) => shape("text", { x: left - 8, y: y.at(value) + 4, class: "end" }, data.y.text(value))),
    ...across.map((value) => tick(data.x, value, x, bottom + 17, right)),
    shape("text", { x: (left + right) / 2, y: bottom + 36, class: "middle name" }, data.x.label),
    shape("text", { x: 12, y: middle, class: "middle name", transform: `rotate(-90 12 ${middle})` }, data.y.label),
  ];
}

/** A label under the axis; near its right end it ends there, so that nothing is cut off. */
function tick(axis: Axis, value: number, scale: Scale, y: number, right: number): SVGElement {
  const at = scale.at(value);
  const isLast = right - at < 12;
  return shape("text", { x: isLast ? right + MARGIN.right - 2 : at, y, class: isLast ? "end" : "middle" }, axis.text(value));
}

function straight(className: string, x1: number, y1: number, x2: number, y2: number): SVGElement {
  return shape("line", { class: className, x1, y1, x2, y2 });
}

/** A line with its points; one that has a single point is a dot. */
function curve(data: ChartData, { x, y }: Plot, line: Line): SVGElement {
  const known = ordered(line.points);
  const full = (data.x.power ?? 1) === 1 ? known : dense(known, data.stops);
  const drawn = pieces(full, line.gap ?? Infinity).map((piece) => thinned(piece.map(([across, up]): Point => [x.at(across), y.at(up)])));
  const lone = drawn.flatMap((piece) => (piece.length === 1 ? piece : []));
  return shape(
    "g",
    {},
    shape("path", { class: `line ${line.place}`, d: drawn.map(path).join("") }),
    ...lone.map(([cx, cy]) => shape("circle", { class: `dot ${line.place}`, cx, cy, r: 3 })),
  );
}
