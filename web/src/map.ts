// The world map: outlines, zoom and pan; the alerts on it are in `markers.ts`, their arrival in `pulses.ts`.
import { Root, Tooltip, percent } from "@amcharts/amcharts5";
import { GraticuleSeries, MapChart, MapPolygonSeries, ZoomControl, geoMercator } from "@amcharts/amcharts5/map";
import worldLow from "@amcharts/amcharts5-geodata/worldLow";
import { placeOf, type Thresholds } from "./api";
import { Markers } from "./markers";
import { onPaletteChange, readPalette, type Palette } from "./palette";
import { Pulses } from "./pulses";
import type { AlertRecord } from "./state";

const ZOOM_MS = 600;
/** Close enough to tell the cities of a country apart. */
const FOCUS_ZOOM = 12;

/** Room for the buttons and amCharts' logo. */
const BELOW_PX = 44;

/** What the rest of the page may ask of the map. */
export interface AlertMap {
  /** Shows these alerts; only what changed since the last call is touched. */
  show(records: readonly AlertRecord[], thresholds: Thresholds | null): void;
  /** Moves to an alert and points at it. */
  focus(id: string): void;
}

/** Draws the map into `element` and says so in `data-map-ready` of the document. */
export function createMap(element: HTMLElement): AlertMap {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const root = Root.new(element);
  const chart = createChart(root, still.matches);
  const grid = chart.series.push(GraticuleSeries.new(root, { step: 15 }));
  const land = chart.series.push(
    MapPolygonSeries.new(root, { geoJSON: worldLow, exclude: ["AQ"], interactive: false }),
  );
  const tooltip = createTooltip(root);
  const pulses = new Pulses(element, still, (place) => chart.seriesContainer.toGlobal(chart.convert(place)));
  for (const key of ["zoomLevel", "translateX", "translateY"] as const) chart.on(key, () => pulses.clear());
  const markers = new Markers(root, chart, pulses);

  const paint = (): void => {
    const palette = readPalette();
    paintWorld(grid, land, palette);
    paintControls(root, palette);
    paintTooltip(tooltip, palette);
    markers.paint(palette);
  };
  paint();
  onPaletteChange(paint);

  land.events.once("datavalidated", () => {
    root.events.once("frameended", () => {
      markers.arrange();
      document.documentElement.dataset.mapReady = "true";
    });
  });
  chart.appear(0);

  return {
    show(records, thresholds) {
      markers.show(records, thresholds?.review ?? 0.5);
      document.documentElement.dataset.markers = String(markers.size);
    },
    focus(id) {
      const event = markers.find(id);
      const place = event === undefined ? null : placeOf(event);
      if (event === undefined || place === null) return;
      const flight = chart.zoomToGeoPoint(place, Math.max(FOCUS_ZOOM, chart.get("zoomLevel", 1)), true);
      void flight?.waitForStop().then(() => pulses.add(event));
    },
  };
}

function createChart(root: Root, still: boolean): MapChart {
  const chart = root.container.children.push(
    MapChart.new(root, {
      projection: geoMercator(),
      // The edge of the map runs through the Bering Strait instead of Siberia.
      rotationX: -11,
      panX: "translateX",
      panY: "translateY",
      wheelY: "zoom",
      pinchZoom: true,
      maxZoomLevel: 64,
      maxPanOut: 0.2,
      animationDuration: still ? 0 : ZOOM_MS,
      paddingTop: 12,
      paddingBottom: BELOW_PX,
      paddingLeft: 12,
      paddingRight: 12,
    }),
  );
  const control = chart.set("zoomControl", ZoomControl.new(root, {}));
  // Below the land, in the room that the chart's padding leaves.
  control.setAll({ layout: root.horizontalLayout, dy: BELOW_PX - 10 });
  control.homeButton.set("visible", true);
  const labels = [
    [control.homeButton, "Show the whole world"],
    [control.plusButton, "Zoom in"],
    [control.minusButton, "Zoom out"],
  ] as const;
  for (const [button, label] of labels) button.setAll({ ariaLabel: label, marginLeft: 4 });
  return chart;
}

function paintWorld(grid: GraticuleSeries, land: MapPolygonSeries, palette: Palette): void {
  grid.mapLines.template.setAll({ stroke: palette.grid, strokeOpacity: 1, strokeWidth: 0.6 });
  land.mapPolygons.template.setAll({ fill: palette.land, stroke: palette.border, strokeWidth: 0.6 });
}

function paintControls(root: Root, { panel, hover, edge, text, muted }: Palette): void {
  root.interfaceColors.setAll({
    primaryButton: panel,
    primaryButtonHover: hover,
    primaryButtonDown: hover,
    primaryButtonActive: hover,
    primaryButtonDisabled: panel,
    primaryButtonStroke: edge,
    primaryButtonText: text,
    primaryButtonTextDisabled: muted,
  });
}

function createTooltip(root: Root): Tooltip {
  const tooltip = Tooltip.new(root, {
    getFillFromSprite: false,
    autoTextColor: false,
    paddingTop: 8,
    paddingBottom: 8,
    paddingLeft: 12,
    paddingRight: 12,
  });
  tooltip.label.setAll({ fontSize: 13, lineHeight: percent(140) });
  root.container.set("tooltip", tooltip);
  return tooltip;
}

function paintTooltip(tooltip: Tooltip, palette: Palette): void {
  tooltip.get("background")?.setAll({ fill: palette.panel, fillOpacity: 0.97, stroke: palette.edge });
  tooltip.label.set("fill", palette.text);
}
