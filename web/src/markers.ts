// The alerts on the map: a point each, and one circle for those that lie close together (`clusters.ts`).
import { Bullet, Circle, type Color, type Root } from "@amcharts/amcharts5";
import { MapPointSeries, type MapChart } from "@amcharts/amcharts5/map";
import { placeOf, type AlertEvent } from "./api";
import { Clusters, type Member } from "./clusters";
import * as format from "./format";
import { group, mercator, type Position } from "./grouping";
import { scoreColor, type Palette } from "./palette";
import type { Pulses } from "./pulses";
import { severity, type AlertRecord } from "./state";

/** Alerts nearer to each other than this share a circle. */
const REACH_PX = 30;
/** From this share of the largest zoom on, alerts at one place are laid out around it. */
const SPREAD_FROM = 0.95;
const SPREAD_PX = 11;
/** Turning by it, no two points of a spiral stand behind each other. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

interface Point extends Member {
  readonly position: Position;
  circle?: Circle;
  /** Hidden in a cluster, or how far it is moved from its place. */
  layout: { readonly forceHidden: boolean; readonly dx: number; readonly dy: number };
}

const ALONE = { forceHidden: false, dx: 0, dy: 0 };
const GROUPED = { forceHidden: true, dx: 0, dy: 0 };

/** Keeps the points of the map equal to a list of alerts. */
export class Markers {
  private readonly series: MapPointSeries;
  private readonly clusters: Clusters;
  private readonly points = new Map<string, Point>();
  private palette: Palette | undefined;
  private review = 0.5;

  constructor(
    private readonly root: Root,
    private readonly chart: MapChart,
    private readonly pulses: Pulses,
  ) {
    this.series = chart.series.push(MapPointSeries.new(root, {}));
    this.series.bullets.push((_root, _series, item) => this.bullet(item.dataContext as Point));
    this.clusters = new Clusters(root, chart);
    chart.on("zoomLevel", () => this.arrange());
    chart.events.on("boundschanged", () => this.arrange());
  }

  /** How many alerts are on the map, in a cluster or alone. */
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
      if (wanted.get(id)?.event === point.event) continue;
      this.points.delete(id);
      this.series.data.removeValue(point);
    }
    // Records come newest first; the newest is to be drawn on top.
    for (const record of [...wanted.values()].reverse()) {
      if (!this.points.has(record.event.id)) this.add(record);
    }
    this.arrange();
  }

  /** Takes new colours. */
  paint(palette: Palette): void {
    this.palette = palette;
    this.recolor();
  }

  /** Decides which alerts share a circle at the present zoom. */
  arrange(): void {
    const { chart } = this;
    const zoom = chart.get("zoomLevel", 1);
    const pixels = (chart.getPrivate("mapScale") ?? 0) * zoom;
    if (!(pixels > 0)) return;
    const groups = group(this.points.values(), REACH_PX / pixels);
    const spread = zoom >= chart.get("maxZoomLevel", Infinity) * SPREAD_FROM;
    for (const members of groups) {
      members.forEach((point, index) => {
        if (members.length === 1) place(point, ALONE);
        else place(point, spread ? spiral(index) : GROUPED);
      });
    }
    this.clusters.show(spread ? [] : groups.filter((members) => members.length > 1));
  }

  private add({ event, live }: AlertRecord): void {
    const where = placeOf(event);
    if (where === null) return;
    const point: Point = { ...where, event, position: mercator(where.latitude, where.longitude), layout: ALONE };
    this.points.set(event.id, point);
    this.series.data.push(point);
    if (live) this.pulses.add(event);
  }

  private bullet(point: Point): Bullet {
    const radius = radiusOf(point.event.amount);
    point.circle = Circle.new(this.root, {
      radius,
      fillOpacity: 0.88,
      strokeWidth: 1.2,
      tooltipText: describe(point.event),
      tooltipY: -radius,
      ...point.layout,
      ...this.colors(point.event.score),
    });
    return Bullet.new(this.root, { sprite: point.circle });
  }

  private recolor(): void {
    for (const point of this.points.values()) point.circle?.setAll(this.colors(point.event.score));
    this.clusters.paint(this.palette, this.review);
  }

  private colors(score: number): { fill?: Color; stroke?: Color } {
    if (this.palette === undefined) return {};
    return { fill: scoreColor(this.palette, severity(score, this.review)), stroke: this.palette.border };
  }
}

function place(point: Point, layout: Point["layout"]): void {
  if (point.layout === layout) return;
  point.layout = layout;
  point.circle?.setAll(layout);
  if (layout.forceHidden) point.circle?.hideTooltip();
}

function spiral(index: number): Point["layout"] {
  const distance = SPREAD_PX * Math.sqrt(index);
  const angle = index * GOLDEN_ANGLE;
  return { forceHidden: false, dx: distance * Math.cos(angle), dy: distance * Math.sin(angle) };
}

/** Grows with each power of ten, so that a small and a large payment can both be seen. */
function radiusOf(amount: number | undefined): number {
  return Math.min(15, 4 + 2.2 * Math.log10(1 + Math.max(0, amount ?? 0)));
}

function describe(event: AlertEvent): string {
  const where = format.place(event) + (event.simulated ? " (simulated place)" : "");
  const facts = `amount ${format.amount(event.amount)} · score ${format.score(event.score)} · ${event.decision}`;
  return `[bold]${plain(where)}[/]\n${facts}\n${plain(`${format.time(event.time)} · ${event.id}`)}`;
}

/** Text for amCharts, where brackets and braces have a meaning. */
function plain(text: string): string {
  return text.replace(/[[\]{}]/g, "$&$&");
}
