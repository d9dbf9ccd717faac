// One circle for one alert: as large as the amount, in the colour of the score, with a tooltip.
import { Circle, type Root } from "@amcharts/amcharts5";
import * as format from "../format";
import type { AlertEvent } from "../wire";
import { t } from "../words";
import { scoreColor, type Palette } from "./palette";
import type { Point } from "./points";

/** A circle whose alert may change; what it says is put into words when somebody points at it. */
export function makeMarker(root: Root, content: () => Point | undefined, onSelect: (id: string) => void): Circle {
  const circle = Circle.new(root, { fillOpacity: 0.9, strokeWidth: 1.2, tooltipText: " ", cursorOverStyle: "pointer" });
  circle.adapters.add("tooltipText", () => {
    const point = content();
    return point === undefined ? "" : describe(point.event);
  });
  circle.events.on("click", () => {
    const point = content();
    if (point !== undefined) onSelect(point.event.id);
  });
  return circle;
}

/** Makes the circle look like this alert. */
export function dressMarker(circle: Circle, event: AlertEvent, severity: number, palette: Palette): void {
  const radius = radiusOf(event.amount);
  circle.setAll({ radius, tooltipY: -radius, fill: scoreColor(palette, severity), stroke: palette.border });
}

/** Grows with each power of ten, so that a small and a large payment can both be seen. */
export function radiusOf(amount: number | null | undefined): number {
  return Math.min(15, 4 + 2.2 * Math.log10(1 + Math.max(0, amount ?? 0)));
}

function describe(event: AlertEvent): string {
  const where = format.place(event) + (event.simulated ? ` (${t.feed.simulated})` : "");
  const facts = t.map.facts(format.amount(event.amount), format.score(event.score), t.feed.decisions[event.decision]);
  return `[bold]${plain(where)}[/]\n${plain(facts)}\n${plain(`${format.time(event.time)} · ${event.id}`)}`;
}

/** Text for amCharts, where brackets and braces have a meaning. */
export function plain(text: string): string {
  return text.replace(/[[\]{}]/g, "$&$&");
}
