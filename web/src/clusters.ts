// How a group of close alerts looks: their number, in the colour of the worst score among them.
import { Bullet, Circle, Container, Label, Template, p50, type Color, type Root } from "@amcharts/amcharts5";
import type { ClusteredPointSeries } from "@amcharts/amcharts5/map";
import type { Palette } from "./palette";

/** A group, as amCharts keeps it. */
type Cluster = ClusteredPointSeries["clusteredDataItems"][number];

/** A point of a group. */
type Child = ClusteredPointSeries["dataItems"][number];

interface Look {
  readonly halo: Circle;
  readonly disc: Circle;
  /** What is drawn now; amCharts makes a new list at each grouping. */
  children: readonly Child[] | undefined;
}

/** Draws the groups of `series`; `colorOf` gives the colour of a list of points. */
export class Clusters {
  private readonly looks = new Map<Cluster, Look>();
  private readonly number = Template.new<Label>({});

  constructor(
    private readonly root: Root,
    private readonly series: ClusteredPointSeries,
    private readonly colorOf: (children: readonly Child[]) => Color | undefined,
  ) {
    series.set("clusteredBullet", (_root, _series, item) => this.bullet(item));
    root.events.on("frameended", () => this.refresh());
  }

  /** Takes new colours. */
  paint(palette: Palette): void {
    this.number.set("fill", palette.onScore);
    for (const look of this.looks.values()) look.children = undefined;
    this.refresh();
  }

  private bullet(item: Cluster): Bullet {
    const body = Container.new(this.root, {
      cursorOverStyle: "pointer",
      tooltipText: "{value} alerts: click to zoom",
      tooltipY: -18,
    });
    const halo = body.children.push(Circle.new(this.root, { fillOpacity: 0.25 }));
    const disc = body.children.push(Circle.new(this.root, {}));
    const text = { centerX: p50, centerY: p50, fontSize: 12, fontWeight: "600", populateText: true, text: "{value}" } as const;
    body.children.push(Label.new(this.root, text, this.number));
    body.events.on("click", () => this.series.zoomToCluster(item));
    this.looks.set(item, { halo, disc, children: undefined });
    return Bullet.new(this.root, { sprite: body });
  }

  /** Size and colour of the groups that changed in this frame. */
  private refresh(): void {
    for (const [item, look] of this.looks) {
      const children = item.get("children");
      if (children === undefined || children === look.children) continue;
      look.children = children;
      const color = this.colorOf(children);
      const fill = color === undefined ? {} : { fill: color };
      const radius = 12 + 2.5 * Math.log10(children.length);
      look.disc.setAll({ radius, ...fill });
      look.halo.setAll({ radius: radius + 5, ...fill });
    }
  }
}
