// The alerts on the map: a circle each, and one disc for those that lie close together (`clusters.ts`).
import { Circle, type Root } from "@amcharts/amcharts5";
import type { MapChart } from "@amcharts/amcharts5/map";
import type { AlertRecord } from "../records";
import { severity } from "../state";
import { opacityAt } from "./ages";
import { NOWHERE, areaOf, covers, holds, surroundings, type Area } from "./area";
import { Clusters } from "./clusters";
import { group } from "./grouping";
import { dressMarker, makeMarker } from "./marker";
import type { Palette } from "./palette";
import { pointsOf, type Point } from "./points";
import type { Pulses } from "./pulses";
import { Slots, type Slot } from "./slots";

/** Alerts nearer to each other than this share a disc. */
const REACH_PX = 30;
/** Groups are formed anew at steps of the zoom, not in each frame of a flight: so many from one zoom to its double. */
const STEPS = 4;
/** From this share of the largest zoom on, alerts at one place are laid out around it. */
const SPREAD_FROM = 0.95;
const SPREAD_PX = 11;
/** Turning by it, no two points of a spiral stand behind each other. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

type Marker = Slot<Circle, Point>;

/** Keeps the circles of the map equal to a list of alerts. */
export class Markers {
  private readonly slots: Slots<Circle, Point>;
  private readonly clusters: Clusters;
  private records: readonly AlertRecord[] = [];
  private points: ReadonlyMap<string, Point> = new Map();
  private readonly markers = new Map<Point, Marker>();
  private selected: string | null = null;
  private palette: Palette | undefined;
  private review = 0.5;
  private now = 0;
  /** No alert that was decided later has been shown. */
  private newest = -Infinity;
  /** The zoom that the groups were formed for; NaN when they are to be formed anew. */
  private level = NaN;
  /** There are marks for what lies in it. */
  private area: Area = NOWHERE;

  constructor(
    root: Root,
    private readonly chart: MapChart,
    private readonly pulses: Pulses,
    onSelect: (id: string) => void,
  ) {
    this.slots = new Slots(root, chart, (content) => makeMarker(root, content, onSelect));
    this.clusters = new Clusters(root, chart);
    root.events.on("frameended", () => this.arrange());
  }

  /** How many alerts are on the map, in a disc or alone. */
  get size(): number {
    return this.points.size;
  }

  /** The alert with this id, when it is on the map. */
  find(id: string): Point | undefined {
    return this.points.get(id);
  }

  /** Removes what has gone, adds what is new, leaves the rest alone. */
  show(records: readonly AlertRecord[], review: number, now: number): void {
    this.now = now;
    if (review !== this.review) {
      this.review = review;
      this.recolor();
    }
    if (records !== this.records) {
      this.records = records;
      this.take(pointsOf(records, this.points));
    }
    this.fade();
  }

  /** The selected alert is drawn elsewhere (`selection.ts`), never in a disc. */
  select(id: string | null): void {
    if (id === this.selected) return;
    this.selected = id;
    this.level = NaN;
    this.arrange();
  }

  /** Takes new colours. */
  paint(palette: Palette): void {
    this.palette = palette;
    this.recolor();
  }

  /** Decides which alerts share a disc at the present zoom, and draws what is looked at. */
  private arrange(): void {
    const { chart } = this;
    const zoom = chart.get("zoomLevel", 1);
    const pixels = (chart.getPrivate("mapScale") ?? 0) * zoom;
    if (!(pixels > 0)) return;
    const isSpread = zoom >= chart.get("maxZoomLevel", Infinity) * SPREAD_FROM;
    const level = isSpread ? Infinity : Math.round(Math.log2(pixels) * STEPS);
    const [x, y] = [chart.get("translateX", 0), chart.get("translateY", 0)];
    const seen = areaOf({ pixels, x, y, width: chart.width(), height: chart.height() });
    if (level === this.level && covers(this.area, seen)) return;
    this.level = level;
    this.area = surroundings(seen);
    const reach = REACH_PX / (isSpread ? pixels : 2 ** (level / STEPS));
    const groups = group(this.grouped(), reach).filter(([founder]) => founder && holds(this.area, founder.position));
    const [crowds, alone] = [groups.filter(isCrowd), groups.filter((members) => !isCrowd(members))];
    this.place(isSpread ? groups.flat() : alone.flat());
    if (isSpread) groups.forEach(spread(this.markers));
    this.clusters.show(isSpread ? [] : crowds);
    this.fade();
  }

  private grouped(): Point[] {
    return [...this.points.values()].filter((point) => point.event.id !== this.selected);
  }

  private take(points: ReadonlyMap<string, Point>): void {
    const known = this.points;
    this.points = points;
    for (const { event, live, at } of this.records) {
      if (live && at > this.newest && !known.has(event.id)) this.pulses.add(event);
    }
    this.newest = this.records.reduce((newest, { at }) => Math.max(newest, at), this.newest);
    this.level = NaN;
    this.arrange();
  }

  /** Gives exactly these points a circle. */
  private place(alone: readonly Point[]): void {
    const wanted = new Set(alone);
    for (const [point, marker] of this.markers) {
      if (wanted.has(point)) continue;
      this.markers.delete(point);
      this.slots.give(marker);
    }
    for (const point of alone) (this.markers.get(point) ?? this.add(point)).look.setAll({ dx: 0, dy: 0 });
  }

  private add(point: Point): Marker {
    const marker = this.slots.take(point, point);
    this.dress(marker, point);
    this.markers.set(point, marker);
    return marker;
  }

  private fade(): void {
    for (const [point, { look }] of this.markers) look.set("opacity", opacityAt(this.now - point.at));
    this.clusters.fade(this.now);
  }

  private recolor(): void {
    for (const [point, marker] of this.markers) this.dress(marker, point);
    this.clusters.paint(this.palette, this.review);
  }

  private dress({ look }: Marker, { event }: Point): void {
    if (this.palette !== undefined) dressMarker(look, event, severity(event.score, this.review), this.palette);
  }
}

const isCrowd = (members: readonly Point[]): boolean => members.length > 1;

/** Lays the members of a group out around their places. */
function spread(markers: ReadonlyMap<Point, Marker>): (members: readonly Point[]) => void {
  return (members) =>
    members.forEach((point, index) => {
      const distance = SPREAD_PX * Math.sqrt(index);
      const angle = index * GOLDEN_ANGLE;
      markers.get(point)?.look.setAll({ dx: distance * Math.cos(angle), dy: distance * Math.sin(angle) });
    });
}
