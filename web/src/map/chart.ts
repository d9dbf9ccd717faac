// The map without anything on it: projection, zoom, pan, buttons, grid, and the look of its tooltips.
import { Root, Tooltip, percent } from "@amcharts/amcharts5";
import { GraticuleSeries, MapChart, ZoomControl, geoMercator } from "@amcharts/amcharts5/map";
import { t } from "../words";
import type { Palette } from "./palette";
import { MIDDLE } from "./points";

const ZOOM_MS = 600;
/** Room for the buttons and amCharts' logo. */
const BELOW_PX = 44;

export interface World {
  readonly root: Root;
  readonly chart: MapChart;
  /** Takes new colours. */
  readonly paint: (palette: Palette) => void;
}

/** Draws the world into `element`; nothing flies for readers who want no motion. */
export function createWorld(element: HTMLElement, still: MediaQueryList): World {
  const root = Root.new(element);
  root.locale["Zoom level changed to %1"] = t.map.zoomed;
  const chart = createChart(root);
  const fly = (): void => void chart.set("animationDuration", still.matches ? 0 : ZOOM_MS);
  fly();
  still.addEventListener("change", fly);
  const grid = chart.series.push(GraticuleSeries.new(root, { step: 15 }));
  const tooltip = createTooltip(root);
  return {
    root,
    chart,
    paint(palette) {
      grid.mapLines.template.setAll({ stroke: palette.grid, strokeOpacity: 1, strokeWidth: 0.6 });
      paintControls(root, palette);
      tooltip.get("background")?.setAll({ fill: palette.panel, fillOpacity: 0.97, stroke: palette.edge });
      tooltip.label.set("fill", palette.text);
    },
  };
}

function createChart(root: Root): MapChart {
  const chart = root.container.children.push(
    MapChart.new(root, {
      projection: geoMercator(),
      rotationX: -MIDDLE,
      panX: "translateX",
      panY: "translateY",
      wheelY: "zoom",
      pinchZoom: true,
      // A click is a filter; a double one would set it and take it back.
      doubleClickZoom: false,
      maxZoomLevel: 64,
      maxPanOut: 0.2,
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
    [control.homeButton, t.map.home],
    [control.plusButton, t.map.zoomIn],
    [control.minusButton, t.map.zoomOut],
  ] as const;
  for (const [button, label] of labels) button.setAll({ role: "button", ariaLabel: label, marginLeft: 4 });
  return chart;
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
