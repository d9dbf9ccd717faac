// The selected alert: its circle with a ring around it, the way to it, and where its customer has been before.
import { Circle, Container, type Root } from "@amcharts/amcharts5";
import type { MapChart } from "@amcharts/amcharts5/map";
import * as format from "../format";
import { severity } from "../state";
import type { Before } from "../wire";
import { t } from "../words";
import { journeyOf } from "./journeys";
import type { Lines } from "./lines";
import { dressMarker, makeMarker, plain, radiusOf } from "./marker";
import type { Palette } from "./palette";
import type { Point } from "./points";
import { Slots, type Slot } from "./slots";
import { stopsOf, type Stop } from "./trail";

const RING_PX = 6;

/** What is drawn above all circles and discs. */
export class Selection {
  private readonly stops: Slots<Circle, Stop>;
  private readonly shown: Slot<Circle, Stop>[] = [];
  private readonly mark: Slots<Container, Point>;
  private marked: Slot<Container, Point> | undefined;
  private readonly ring: Circle;
  private readonly core: Circle;
  private history: readonly Before[] = [];
  private palette: Palette | undefined;
  private review = 0.5;

  constructor(
    root: Root,
    chart: MapChart,
    private readonly lines: Lines,
    onSelect: (id: string) => void,
  ) {
    this.stops = new Slots(root, chart, (content) => makeStop(root, content));
    this.ring = Circle.new(root, { fillOpacity: 0, strokeWidth: 2 });
    this.core = makeMarker(root, () => this.marked?.content, onSelect);
    this.mark = new Slots(root, chart, () => {
      const look = Container.new(root, {});
      look.children.pushAll([this.ring, this.core]);
      return look;
    });
  }

  /** The alert that is marked. */
  get point(): Point | undefined {
    return this.marked?.content;
  }

  /** Marks this alert and no other. */
  show(point: Point | null): void {
    if (point === (this.point ?? null)) return;
    if (this.marked !== undefined) this.mark.give(this.marked);
    this.marked = point === null ? undefined : this.mark.take(point, point);
    this.lines.select(point === null ? null : journeyOf(point.event));
    this.dress();
    this.draw();
  }

  /** Joins these payments of the customer, and the selected one among them. */
  trail(history: readonly Before[]): void {
    if (history === this.history) return;
    this.history = history;
    this.draw();
  }

  /** Takes new colours, and the score from which on they count. */
  paint(palette: Palette | undefined, review: number): void {
    this.palette = palette;
    this.review = review;
    this.dress();
    for (const stop of this.shown) this.dressStop(stop);
  }

  private draw(): void {
    const point = this.point;
    const stops = stopsOf(this.history, point === undefined ? null : { ...point, time: point.event.time });
    for (const stop of this.shown.splice(0)) this.stops.give(stop);
    for (const stop of stops) {
      if (stop.past === null) continue;
      const slot = this.stops.take(stop, stop);
      this.dressStop(slot);
      this.shown.push(slot);
    }
    this.lines.trail(stops);
  }

  private dress(): void {
    const point = this.point;
    if (point === undefined || this.palette === undefined) return;
    dressMarker(this.core, point.event, severity(point.event.score, this.review), this.palette);
    this.ring.setAll({ radius: radiusOf(point.event.amount) + RING_PX, stroke: this.palette.accent });
  }

  private dressStop({ look, content }: Slot<Circle, Stop>): void {
    if (this.palette === undefined) return;
    const { accent, land, scoreHigh } = this.palette;
    look.setAll({ fill: land, stroke: content?.past?.fraud === true ? scoreHigh : accent });
  }
}

function makeStop(root: Root, content: () => Stop | undefined): Circle {
  const circle = Circle.new(root, { radius: 3.5, fillOpacity: 0.85, strokeWidth: 1.6, tooltipText: " ", tooltipY: -3 });
  circle.adapters.add("tooltipText", () => {
    const past = content()?.past;
    return past == null ? "" : `[bold]${plain(format.time(past.time))}[/]\n${plain(t.map.stop(format.amount(past.amount), past.terminal))}`;
  });
  return circle;
}
