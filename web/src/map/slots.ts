// Marks of a point series that are used again: to make and to throw away one for each alert would keep the page busy
// when many arrive. A mark that nobody needs is hidden, and handed to the next that needs one.
import { Bullet, type DataItem, type Root, type Sprite } from "@amcharts/amcharts5";
import { MapPointSeries, type IMapPointSeriesDataItem, type MapChart } from "@amcharts/amcharts5/map";

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** One mark: `look` is what it is drawn with, `content` what it stands for. */
export interface Slot<Look extends Sprite, Content> {
  readonly look: Look;
  readonly item: DataItem<IMapPointSeriesDataItem>;
  /** Undefined while it is hidden. */
  content: Content | undefined;
}

/** All marks of one series, drawn above those made before. */
export class Slots<Look extends Sprite, Content> {
  private readonly series: MapPointSeries;
  private readonly free: Slot<Look, Content>[] = [];

  /** `make` draws a mark whose content, asked for when it is needed, `content` tells. */
  constructor(
    root: Root,
    chart: MapChart,
    private readonly make: (content: () => Content | undefined) => Look,
  ) {
    this.series = chart.series.push(MapPointSeries.new(root, {}));
    this.series.bullets.push((_root, _series, item) =>
      Bullet.new(root, { sprite: (item.dataContext as { readonly look: Look }).look }),
    );
  }

  /** A mark at this place. */
  take(place: Place, content: Content): Slot<Look, Content> {
    const slot = this.free.pop() ?? this.add(place);
    slot.content = content;
    this.move(slot, place);
    slot.look.set("forceHidden", false);
    return slot;
  }

  /** The mark is not needed any more. */
  give(slot: Slot<Look, Content>): void {
    slot.content = undefined;
    slot.look.hideTooltip();
    slot.look.set("forceHidden", true);
    this.free.push(slot);
  }

  move(slot: Slot<Look, Content>, { latitude, longitude }: Place): void {
    if (slot.item.get("latitude") !== latitude) slot.item.set("latitude", latitude);
    if (slot.item.get("longitude") !== longitude) slot.item.set("longitude", longitude);
  }

  private add(place: Place): Slot<Look, Content> {
    const look = this.make(() => slot.content);
    this.series.data.push({ latitude: place.latitude, longitude: place.longitude, look });
    const item = this.series.dataItems.at(-1);
    if (item === undefined) throw new Error("amCharts keeps the order of its data");
    const slot: Slot<Look, Content> = { look, item, content: undefined };
    return slot;
  }
}
