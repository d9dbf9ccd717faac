// The countries: in the colour of their rate of alerts, each a filter that a click turns on and off.
import { Color, type Root } from "@amcharts/amcharts5";
import { MapPolygonSeries, type MapChart, type MapPolygon } from "@amcharts/amcharts5/map";
import worldLow from "@amcharts/amcharts5-geodata/worldLow";
import * as format from "../format";
import type { AlertRecord } from "../records";
import { t } from "../words";
import { shortNumber } from "./legend";
import { plain } from "./marker";
import type { Palette } from "./palette";
import { ratesOf, type Level, type Rates } from "./rates";

/** Rates are counted so often at most; a second of more or less changes no class. */
const EVERY_MS = 1_000;

/** How much of the rate's colour a class of land takes. */
const SHARES: Record<Level, number> = { 0: 0, 1: 0.3, 2: 0.52, 3: 0.75, 4: 1 };

const BORDER_PX = 0.6;
const OUTLINE_PX = 2;

export class Countries {
  private readonly land: MapPolygonSeries;
  private readonly polygons = new Map<string, MapPolygon>();
  /** Only countries that are not of level 0. */
  private readonly levels = new Map<string, Level>();
  private rates: Rates | null = null;
  private records: readonly AlertRecord[] = [];
  private countedAt = -Infinity;
  private outlined: string | null = null;
  private palette: Palette | undefined;

  constructor(
    root: Root,
    chart: MapChart,
    onCountry: (code: string | null) => void,
    private readonly onRates: (rates: Rates) => void,
  ) {
    this.land = chart.series.push(MapPolygonSeries.new(root, { geoJSON: worldLow, exclude: ["AQ"] }));
    const template = this.land.mapPolygons.template;
    template.setAll({
      interactive: true,
      tooltipText: " ",
      tooltipPosition: "pointer",
      cursorOverStyle: "pointer",
      strokeWidth: BORDER_PX,
    });
    template.adapters.add("tooltipText", (_text, polygon) => this.describe(codeOf(polygon)));
    template.events.on("click", ({ target }) => {
      const code = codeOf(target);
      onCountry(code === this.outlined ? null : code);
    });
    chart.chartContainer.get("background")?.events.on("click", () => {
      if (this.outlined !== null) onCountry(null);
    });
    this.land.events.once("datavalidated", () => this.index());
  }

  /** Calls back once the outlines of all countries are there. */
  whenReady(callback: () => void): void {
    this.land.events.once("datavalidated", callback);
  }

  /** Colours what is in another class than before. */
  show(records: readonly AlertRecord[], now: number): void {
    const isOld = Math.abs(now - this.countedAt) >= EVERY_MS || this.rates === null;
    if (!isOld) return;
    this.records = records;
    this.countedAt = now;
    this.rates = ratesOf(this.records, now, this.rates);
    this.onRates(this.rates);
    for (const code of this.levels.keys()) if (!this.rates.countries.has(code)) this.color(code, 0);
    for (const [code, { level }] of this.rates.countries) this.color(code, level);
  }

  /** Draws a line around this country. */
  outline(code: string | null): void {
    if (code === this.outlined) return;
    const before = this.outlined;
    this.outlined = code;
    for (const changed of [before, code]) if (changed !== null) this.border(changed);
  }

  /** Takes new colours. */
  paint(palette: Palette): void {
    this.palette = palette;
    this.land.mapPolygons.template.setAll({ fill: palette.land, stroke: palette.border });
    for (const code of this.levels.keys()) this.fill(code);
    if (this.outlined !== null) this.border(this.outlined);
  }

  private index(): void {
    for (const item of this.land.dataItems) this.polygons.set(codeOf(item.get("mapPolygon")), item.get("mapPolygon"));
    for (const code of this.levels.keys()) this.fill(code);
    if (this.outlined !== null) this.border(this.outlined);
  }

  private color(code: string, level: Level): void {
    if ((this.levels.get(code) ?? 0) === level) return;
    this.levels.set(code, level);
    this.fill(code);
    if (level === 0) this.levels.delete(code);
  }

  private fill(code: string): void {
    if (this.palette === undefined) return;
    const share = SHARES[this.levels.get(code) ?? 0];
    this.polygons.get(code)?.set("fill", Color.interpolate(share, this.palette.land, this.palette.rate));
  }

  private border(code: string): void {
    const polygon = this.polygons.get(code);
    if (polygon === undefined || this.palette === undefined) return;
    const isOutlined = code === this.outlined;
    const stroke = isOutlined ? this.palette.accent : this.palette.border;
    polygon.setAll({ stroke, strokeWidth: isOutlined ? OUTLINE_PX : BORDER_PX });
    // Its neighbours would hide half of the line.
    if (isOutlined) polygon.toFront();
  }

  private describe(code: string): string {
    const figures = this.rates?.countries.get(code);
    const name = `[bold]${plain(format.countryName(code))}[/]`;
    if (this.rates === null || figures === undefined) return `${name}\n${plain(t.map.noAlerts)}`;
    const { alerts, blocked, rate } = figures;
    const counts = t.map.counts(format.count(alerts), alerts === 1, format.count(blocked));
    return `${name}\n${plain(counts)}\n${plain(t.map.rate(shortNumber(rate), this.rates.unit))}`;
  }
}

function codeOf(polygon: MapPolygon): string {
  return (polygon.dataItem?.dataContext as { readonly id: string } | undefined)?.id ?? "";
}
