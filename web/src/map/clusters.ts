// Discs that stand for several alerts: their number, in the colour of the worst score among them.
import { Circle, Container, Label, p50, type Root } from "@amcharts/amcharts5";
import type { MapChart } from "@amcharts/amcharts5/map";
import { severity } from "../state";
import { opacityAt } from "./ages";
import { scoreColor, type Palette } from "./palette";
import type { Point } from "./points";
import { Slots, type Place, type Slot } from "./slots";

const HALO = 0.25;
/** What is fainter can't carry a number that everybody reads. */
const FAINTEST = 0.9;

interface Cluster extends Place {
  readonly members: readonly Point[];
  readonly score: number;
  /** When the newest of its alerts was decided. */
  readonly at: number;
}

interface Parts {
  readonly halo: Circle;
  readonly disc: Circle;
  readonly label: Label;
}

/** Keeps one disc for each group, by the point that founded it. */
export class Clusters {
  private readonly slots: Slots<Container, Cluster>;
  private readonly parts = new WeakMap<Container, Parts>();
  private readonly clusters = new Map<Point, Slot<Container, Cluster>>();
  private palette: Palette | undefined;
  private review = 0.5;

  constructor(root: Root, chart: MapChart) {
    this.slots = new Slots(root, chart, (content) => {
      const { look, ...parts } = makeCluster(root);
      this.parts.set(look, parts);
      look.events.on("click", () => {
        const cluster = content();
        if (cluster !== undefined) chart.zoomToGeoBounds(boundsOf(cluster.members));
      });
      return look;
    });
  }

  /** Shows exactly these groups of two and more. */
  show(groups: readonly (readonly Point[])[]): void {
    const wanted = new Set(groups.map(([founder]) => founder));
    for (const [founder, slot] of this.clusters) {
      if (wanted.has(founder)) continue;
      this.clusters.delete(founder);
      this.slots.give(slot);
    }
    for (const members of groups) {
      const [founder] = members;
      const known = founder && this.clusters.get(founder);
      if (founder === undefined || isSame(known?.content?.members, members)) continue;
      const cluster = clusterOf(members);
      const slot = known ?? this.slots.take(cluster, cluster);
      slot.content = cluster;
      this.slots.move(slot, cluster);
      this.clusters.set(founder, slot);
      this.dress(slot);
    }
  }

  /** By the newest of its alerts: it is the halo that fades. */
  fade(now: number): void {
    for (const { look, content } of this.clusters.values()) {
      if (content === undefined) continue;
      const opacity = opacityAt(now - content.at);
      this.parts.get(look)?.halo.set("fillOpacity", HALO * opacity ** 2);
      this.parts.get(look)?.disc.set("fillOpacity", Math.max(FAINTEST, opacity));
    }
  }

  /** Takes new colours, and the score from which on they count. */
  paint(palette: Palette | undefined, review: number): void {
    this.palette = palette;
    this.review = review;
    for (const slot of this.clusters.values()) this.dress(slot);
  }

  private dress({ look, content }: Slot<Container, Cluster>): void {
    const parts = this.parts.get(look);
    if (parts === undefined || content === undefined || this.palette === undefined) return;
    const fill = scoreColor(this.palette, severity(content.score, this.review));
    const radius = Math.round(12 + 2.5 * Math.log10(content.members.length));
    parts.disc.setAll({ radius, fill });
    parts.halo.setAll({ radius: radius + 5, fill });
    parts.label.setAll({ text: String(content.members.length), fill: this.palette.onScore });
  }
}

function makeCluster(root: Root): Parts & { readonly look: Container } {
  const look = Container.new(root, { cursorOverStyle: "pointer" });
  const halo = look.children.push(Circle.new(root, { fillOpacity: HALO }));
  const disc = look.children.push(Circle.new(root, {}));
  const label = look.children.push(Label.new(root, { centerX: p50, centerY: p50, fontSize: 12, fontWeight: "600" }));
  return { look, halo, disc, label };
}

function clusterOf(members: readonly Point[]): Cluster {
  const mean = (read: (member: Point) => number): number =>
    members.reduce((sum, member) => sum + read(member), 0) / members.length;
  return {
    latitude: mean((member) => member.latitude),
    longitude: mean((member) => member.longitude),
    members,
    score: Math.max(...members.map((member) => member.event.score)),
    at: Math.max(...members.map((member) => member.at)),
  };
}

function isSame(one: readonly Point[] | undefined, other: readonly Point[]): boolean {
  return one?.length === other.length && one.every((member, index) => member === other[index]);
}

function boundsOf(members: readonly Point[]): { left: number; right: number; top: number; bottom: number } {
  const latitudes = members.map((member) => member.latitude);
  const longitudes = members.map((member) => member.longitude);
  return {
    left: Math.min(...longitudes),
    right: Math.max(...longitudes),
    top: Math.max(...latitudes),
    bottom: Math.min(...latitudes),
  };
}
