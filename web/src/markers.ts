// The alerts on the map: one point each, those that lie close together as one circle with their number.
import { Bullet, Circle, type Color, type Root } from "@amcharts/amcharts5";
import { ClusteredPointSeries, type MapChart } from "@amcharts/amcharts5/map";
import { placeOf, type AlertEvent } from "./api";
import { Clusters } from "./clusters";
import * as format from "./format";
import { scoreColor, type Palette } from "./palette";
import type { Pulses } from "./pulses";
import { severity, type AlertRecord } from "./state";

interface Point {
  readonly latitude: number;
  readonly longitude: number;
  readonly event: AlertEvent;
}

/** Keeps the points of a series equal to a list of alerts. */
export class Markers {
  private readonly series: ClusteredPointSeries;
  private readonly points = new Map<string, Point>();
  private readonly clusters: Clusters;
  private palette: Palette | undefined;
  private review = 0.5;

  constructor(
    private readonly root: Root,
    chart: MapChart,
    private readonly pulses: Pulses,
  ) {
    this.series = chart.series.push(ClusteredPointSeries.new(root, { minDistance: 24, scatterRadius: 10 }));
    this.series.bullets.push((_root, _series, item) => this.point((item.dataContext as Point).event));
    this.clusters = new Clusters(root, this.series, (items) => this.colorOf(Math.max(...items.map(scoreOf))));
  }

  /** How many points there are. */
  get size(): number {
    return this.series.data.length;
  }

  /** The alert with this id, when it is on the map. */
  find(id: string): AlertEvent | undefined {
    return this.points.get(id)?.event;
  }

  /** Removes what has gone, adds what is new, leaves the rest alone. An alert without a place is not shown. */
  show(records: readonly AlertRecord[], review: number): void {
    if (review !== this.review) {
      this.review = review;
      this.recolor();
    }
    const wanted = new Map(records.map((record) => [record.event.id, record]));
    for (const [id, point] of this.points) {
      if (wanted.get(id)?.event !== point.event) this.remove(id, point);
    }
    // Records come newest first; the newest is to be drawn on top.
    for (const record of [...wanted.values()].reverse()) {
      if (!this.points.has(record.event.id)) this.add(record);
    }
  }

  /** Takes new colours. */
  paint(palette: Palette): void {
    this.palette = palette;
    this.recolor();
    this.clusters.paint(palette);
  }

  private add({ event, live }: AlertRecord): void {
    const place = placeOf(event);
    if (place === null) return;
    const point = { ...place, event };
    this.points.set(event.id, point);
    this.series.data.push(point);
    if (live) this.pulses.add(event);
  }

  private remove(id: string, point: Point): void {
    this.points.delete(id);
    this.series.data.removeValue(point);
  }

  private point(event: AlertEvent): Bullet {
    const circle = Circle.new(this.root, {
      radius: radiusOf(event.amount),
      fillOpacity: 0.88,
      strokeWidth: 1.2,
      tooltipText: describe(event),
      tooltipY: -radiusOf(event.amount),
      ...this.colors(event),
    });
    return Bullet.new(this.root, { sprite: circle });
  }

  private recolor(): void {
    for (const item of this.series.dataItems) {
      const { event } = item.dataContext as Point;
      for (const bullet of item.bullets ?? []) (bullet.get("sprite") as Circle).setAll(this.colors(event));
    }
  }

  private colors(event: AlertEvent): { fill?: Color; stroke?: Color } {
    const fill = this.colorOf(event.score);
    return fill === undefined || this.palette === undefined ? {} : { fill, stroke: this.palette.border };
  }

  private colorOf(score: number): Color | undefined {
    return this.palette && scoreColor(this.palette, severity(score, this.review));
  }
}

function scoreOf(item: { dataContext?: unknown }): number {
  return (item.dataContext as Point).event.score;
}

/** Grows with each power of ten, so that a small and a large payment can both be seen. */
function radiusOf(amount: number | undefined): number {
  return Math.min(15, 4 + 2.2 * Math.log10(1 + Math.max(0, amount ?? 0)));
}

function describe(event: AlertEvent): string {
  const place = format.place(event) + (event.simulated ? " (simulated place)" : "");
  const facts = `amount ${format.amount(event.amount)} · score ${format.score(event.score)} · ${event.decision}`;
  return `[bold]${plain(place)}[/]\n${facts}\n${plain(`${format.time(event.time)} · ${event.id}`)}`;
}

/** Text for amCharts, where brackets and braces have a meaning. */
function plain(text: string): string {
  return text.replace(/[[\]{}]/g, "$&$&");
}
