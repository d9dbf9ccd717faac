// Circles that stand for several alerts: their number, in the colour of the worst score among them.
import { Bullet, Circle, Container, Label, p50, type Root } from "@amcharts/amcharts5";
import { MapPointSeries, type MapChart } from "@amcharts/amcharts5/map";
import type { AlertEvent } from "./api";
import { scoreColor, type Palette } from "./palette";
import { severity } from "./state";

/** One alert of a group. */
export interface Member {
  readonly event: AlertEvent;
  readonly latitude: number;
  readonly longitude: number;
}

interface Cluster {
  latitude: number;
  longitude: number;
  count: number;
  score: number;
  members: readonly Member[];
  look?: { readonly halo: Circle; readonly disc: Circle; readonly label: Label };
}

/** Keeps one circle for each group, by the id of the alert that founded it. */
export class Clusters {
  private readonly series: MapPointSeries;
  private readonly clusters = new Map<string, Cluster>();
  private palette: Palette | undefined;
  private review = 0.5;

  constructor(
    private readonly root: Root,
    private readonly chart: MapChart,
  ) {
    this.series = chart.series.push(MapPointSeries.new(root, {}));
    this.series.bullets.push((_root, _series, item) => this.bullet(item.dataContext as Cluster));
  }

  /** Shows exactly these groups of two and more. */
  show(groups: readonly (readonly Member[])[]): void {
    const wanted = new Map(groups.map((members) => [members[0]?.event.id, members]));
    for (const [id, cluster] of this.clusters) {
      if (wanted.has(id)) continue;
      this.clusters.delete(id);
      this.series.data.removeValue(cluster);
    }
    for (const [id, members] of wanted) {
      if (id === undefined) continue;
      const known = this.clusters.get(id);
      if (known === undefined) this.add(id, members);
      else if (!sameMembers(known.members, members)) this.update(known, members);
    }
  }

  /** Takes new colours, and the score from which on they count. */
  paint(palette: Palette | undefined, review: number): void {
    this.palette = palette;
    this.review = review;
    for (const cluster of this.clusters.values()) this.dress(cluster);
  }

  private add(id: string, members: readonly Member[]): void {
    const cluster = summary(members);
    this.clusters.set(id, cluster);
    this.series.data.push(cluster);
  }

  private update(cluster: Cluster, members: readonly Member[]): void {
    Object.assign(cluster, summary(members));
    const { latitude, longitude } = cluster;
    this.series.dataItems.find((item) => item.dataContext === cluster)?.setAll({ latitude, longitude });
    this.dress(cluster);
  }

  private bullet(cluster: Cluster): Bullet {
    const sprite = Container.new(this.root, { cursorOverStyle: "pointer", tooltipY: -18 });
    const halo = sprite.children.push(Circle.new(this.root, { fillOpacity: 0.25 }));
    const disc = sprite.children.push(Circle.new(this.root, {}));
    const label = sprite.children.push(
      Label.new(this.root, { centerX: p50, centerY: p50, fontSize: 12, fontWeight: "600" }),
    );
    sprite.events.on("click", () => this.chart.zoomToGeoBounds(bounds(cluster.members)));
    cluster.look = { halo, disc, label };
    this.dress(cluster);
    return Bullet.new(this.root, { sprite });
  }

  private dress({ look, count, score }: Cluster): void {
    if (look === undefined || this.palette === undefined) return;
    const fill = scoreColor(this.palette, severity(score, this.review));
    const radius = 12 + 2.5 * Math.log10(count);
    look.disc.setAll({ radius, fill });
    look.halo.setAll({ radius: radius + 5, fill });
    look.label.setAll({ text: String(count), fill: this.palette.onScore });
  }
}

function summary(members: readonly Member[]): Omit<Cluster, "look"> {
  const mean = (read: (member: Member) => number): number =>
    members.reduce((sum, member) => sum + read(member), 0) / members.length;
  return {
    latitude: mean((member) => member.latitude),
    longitude: mean((member) => member.longitude),
    count: members.length,
    score: Math.max(...members.map((member) => member.event.score)),
    members,
  };
}

function sameMembers(one: readonly Member[], other: readonly Member[]): boolean {
  return one.length === other.length && one.every((member, index) => member === other[index]);
}

function bounds(members: readonly Member[]): { left: number; right: number; top: number; bottom: number } {
  const latitudes = members.map((member) => member.latitude);
  const longitudes = members.map((member) => member.longitude);
  return {
    left: Math.min(...longitudes),
    right: Math.max(...longitudes),
    top: Math.max(...latitudes),
    bottom: Math.min(...latitudes),
  };
}
