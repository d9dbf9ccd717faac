// The bars: how many decisions have which score, on a logarithmic axis.
import { compact, number } from "../figures";
import { make, shape } from "../elements";
import { columnsThatFit, height, merged, ticks, total, type Limits } from "./bins";

const HEIGHT = 104;
const LEAST_COLUMN_PX = 4;
const SCORES = [0, 0.25, 0.5, 0.75, 1];

export interface Chart {
  /** Bars and axes; 0 and 1 of the score axis are its left and right edge. */
  readonly element: HTMLElement;
  readonly draw: (bins: readonly number[], limits: Limits) => void;
  readonly describe: (text: string) => void;
}

export function createChart(): Chart {
  const stops = ["approve", "approve", "review", "review", "block", "block"].map((kind) => shape("stop", { class: kind }));
  const gradient = shape("linearGradient", { id: "histogram-fill", gradientUnits: "userSpaceOnUse", y1: 0, y2: 0, x1: 0 }, ...stops);
  const grid = shape("g", { class: "grid" });
  const bars = shape("path", { fill: "url(#histogram-fill)" });
  const svg = shape("svg", { role: "img", height: HEIGHT }, shape("defs", {}, gradient), grid, bars);
  const counts = make("div", "counts");
  const scores = make("div", "scores", ...SCORES.map(scoreTick));
  for (const axis of [counts, scores]) axis.setAttribute("aria-hidden", "true");
  const element = make("div", "bars", svg, counts, scores);
  let last: { bins: readonly number[]; limits: Limits } | undefined;

  const draw = (): void => {
    const width = element.clientWidth;
    if (last === undefined || width === 0) return;
    const { bins, limits } = last;
    const columns = merged(bins, columnsThatFit(bins.length, width, LEAST_COLUMN_PX));
    const most = Math.max(1, ...columns);
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    bars.setAttribute("d", outline(columns, width, most));
    gradient.setAttribute("x2", String(width));
    const edges = [0, limits.review, limits.review, limits.block ?? 1, limits.block ?? 1, 1];
    stops.forEach((stop, index) => stop.setAttribute("offset", String(edges[index] ?? 1)));
    const levels = total(columns) === 0 ? [] : ticks(most).map((count) => [count, HEIGHT * (1 - height(count, most))] as const);
    grid.replaceChildren(...levels.map(([, y]) => shape("line", { x1: 0, x2: width, y1: y, y2: y })));
    counts.replaceChildren(...levels.map(([count, y]) => tickAt("top", `${y}px`, compact(count))));
  };
  new ResizeObserver(draw).observe(element);

  return {
    element,
    draw(bins, limits) {
      if (last?.bins === bins && last.limits === limits) return;
      last = { bins, limits };
      draw();
    },
    describe: (text) => svg.setAttribute("aria-label", text),
  };
}

/** Every column that holds something, as one path. */
function outline(columns: readonly number[], width: number, most: number): string {
  const each = width / columns.length;
  const gap = each > 3 ? 1 : 0;
  return columns
    .map((count, index) => {
      if (count === 0) return "";
      const top = HEIGHT * (1 - height(count, most));
      return `M${(index * each).toFixed(2)} ${HEIGHT}V${top.toFixed(2)}h${(each - gap).toFixed(2)}V${HEIGHT}z`;
    })
    .join("");
}

const scoreTick = (score: number): HTMLElement => tickAt("left", `${score * 100}%`, number(score));

function tickAt(side: "left" | "top", where: string, text: string): HTMLElement {
  const tick = make("span", "", text);
  tick.style[side] = where;
  return tick;
}
