// Lines along the surface of the Earth: from where a customer paid last before to the alert, for the newest alerts and
// the selected one, and between the places where the selected customer has been. They stand still.
import type { DataItem, Root } from "@amcharts/amcharts5";
import { MapLineSeries, type IMapLineSeriesDataItem, type MapChart } from "@amcharts/amcharts5/map";
import type { AlertRecord } from "../records";
import { MOST_JOURNEYS, newestJourneys, type Journey } from "./journeys";
import type { Palette } from "./palette";
import type { Place } from "./slots";

/** The newest alerts stand out a little: lines are drawn in so many bands, each fainter than the one before. */
const BANDS = [0.6, 0.36, 0.2] as const;
const IN_BAND = MOST_JOURNEYS / BANDS.length;

type Line = DataItem<IMapLineSeriesDataItem>;

/** Each `Line` draws any number of ways, so that few things change however many alerts arrive. */
export class Lines {
  private readonly series: MapLineSeries;
  private readonly bands: readonly Line[];
  private readonly selected: Line;
  private readonly travelled: Line;
  private records: readonly AlertRecord[] = [];
  private drawn: readonly Journey[] = [];

  constructor(root: Root, chart: MapChart) {
    this.series = chart.series.push(MapLineSeries.new(root, {}));
    this.bands = BANDS.map(() => this.add());
    this.travelled = this.add();
    this.selected = this.add();
  }

  /** The ways to the newest of these alerts. */
  show(records: readonly AlertRecord[]): void {
    if (records === this.records) return;
    this.records = records;
    const journeys = newestJourneys(records);
    if (isSame(journeys, this.drawn)) return;
    this.drawn = journeys;
    this.bands.forEach((line, band) => draw(line, journeys.slice(band * IN_BAND, (band + 1) * IN_BAND)));
  }

  /** The way to the selected alert. */
  select(journey: Journey | null): void {
    draw(this.selected, journey === null ? [] : [journey]);
  }

  /** The way through these places. */
  trail(places: readonly Place[]): void {
    draw(this.travelled, places.length > 1 ? [places] : []);
  }

  /** Takes new colours. */
  paint({ line, accent }: Palette): void {
    this.bands.forEach((band, index) =>
      band.get("mapLine")?.setAll({ stroke: line, strokeWidth: 1, strokeOpacity: BANDS[index] ?? 0 }),
    );
    this.travelled.get("mapLine")?.setAll({ stroke: accent, strokeWidth: 1.2, strokeOpacity: 0.7, strokeDasharray: [2, 4] });
    this.selected.get("mapLine")?.setAll({ stroke: accent, strokeWidth: 2, strokeOpacity: 1 });
  }

  private add(): Line {
    this.series.data.push({ geometry: geometryOf([]) });
    const line = this.series.dataItems.at(-1);
    if (line === undefined) throw new Error("amCharts keeps the order of its data");
    return line;
  }
}

function draw(line: Line, ways: readonly (readonly Place[])[]): void {
  line.set("geometry", geometryOf(ways));
}

function geometryOf(ways: readonly (readonly Place[])[]): GeoJSON.MultiLineString {
  return {
    type: "MultiLineString",
    coordinates: ways.map((way) => way.map(({ latitude, longitude }) => [longitude, latitude])),
  };
}

/** Journeys are made anew each time: they are the same when their ends are. */
function isSame(one: readonly Journey[], other: readonly Journey[]): boolean {
  const isSamePlace = (a: Place, b: Place): boolean => a.latitude === b.latitude && a.longitude === b.longitude;
  return (
    one.length === other.length &&
    one.every((journey, index) => {
      const also = other[index];
      return also !== undefined && isSamePlace(journey[0], also[0]) && isSamePlace(journey[1], also[1]);
    })
  );
}
