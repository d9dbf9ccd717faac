// The world map with the alerts on it. Its parts are in `map/`; this joins them, and is all that the page knows of it.
import type { MapPosition } from "./address";
import { createWorld } from "./map/chart";
import { Countries } from "./map/countries";
import { createRateLegend } from "./map/legend";
import { Lines } from "./map/lines";
import { Markers } from "./map/markers";
import { onPaletteChange, readPalette } from "./map/palette";
import { Pulses } from "./map/pulses";
import { Selection } from "./map/selection";
import { Viewpoint } from "./map/viewpoint";
import type { AlertRecord } from "./state";
import type { Before, Thresholds } from "./wire";

/** Close enough to tell the cities of a country apart. */
const FOCUS_ZOOM = 12;

/** What the map tells the page. */
export interface MapCallbacks {
  /** Somebody clicked on an alert. */
  readonly onSelect: (id: string) => void;
  /** Somebody clicked on a country, or null: on the one that is the filter, or on the sea. */
  readonly onCountry: (code: string | null) => void;
  /** The map has come to rest elsewhere; null: it shows the whole world. */
  readonly onMove: (position: MapPosition | null) => void;
}

/** What the page may ask of the map. All of it may be asked before the map is ready. */
export interface AlertMap {
  /** Shows these alerts, newest first, as they look at the moment `now` (`timeOf(state)`). To be called at each flush, also
   * when only time has passed: alerts fade and rates fall. Only what changed since the last call is touched. */
  show(records: readonly AlertRecord[], thresholds: Thresholds | null, now: number): void;
  /** Moves to an alert and points at it. */
  focus(id: string): void;
  /** Marks this alert, from now on or as soon as it is among those shown; it stays marked when it leaves them. */
  select(id: string | null): void;
  /** Joins the other payments of the selected alert's customer; null takes them away. */
  trail(history: readonly Before[] | null): void;
  /** Outlines the country that is the filter. */
  country(code: string | null): void;
  /** Where the map is; null when it shows the whole world. */
  position(): MapPosition | null;
  /** Puts it there at once. */
  moveTo(position: MapPosition | null): void;
}

const NO_HISTORY: readonly Before[] = [];

/** Draws the map into `element` and says so in `data-map-ready` of the document; `data-markers` counts its alerts. */
export function createMap(element: HTMLElement, { onSelect, onCountry, onMove }: MapCallbacks): AlertMap {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const { root, chart, paint: paintWorld } = createWorld(element, still);
  // What comes later lies above what came before.
  const countries = new Countries(root, chart, onCountry, createRateLegend(element));
  const lines = new Lines(root, chart);
  const pulses = new Pulses(element, still, (place) => {
    const point = chart.seriesContainer.toGlobal(chart.convert(place));
    const isSeen = point.x > 0 && point.y > 0 && point.x < root.width() && point.y < root.height();
    return isSeen ? point : null;
  });
  const markers = new Markers(root, chart, pulses, onSelect);
  const selection = new Selection(root, chart, lines, onSelect);
  for (const key of ["zoomLevel", "translateX", "translateY"] as const) chart.on(key, () => pulses.clear());

  let review = 0.5;
  let selected: string | null = null;
  let viewpoint: Viewpoint | undefined;
  let wanted: MapPosition | null = null;

  const paint = (): void => {
    const palette = readPalette();
    paintWorld(palette);
    countries.paint(palette);
    lines.paint(palette);
    markers.paint(palette);
    selection.paint(palette, review);
  };
  paint();
  onPaletteChange(paint);

  countries.whenReady(() =>
    root.events.once("frameended", () => {
      viewpoint = new Viewpoint(chart, onMove);
      if (wanted !== null) viewpoint.write(wanted);
      document.documentElement.dataset.mapReady = "true";
    }),
  );
  void chart.appear(0);

  /** An alert that left the list stays marked as it was. */
  const mark = (): void => {
    if (selected === null) return selection.show(null);
    const isMarked = selection.point?.event.id === selected;
    selection.show(markers.find(selected) ?? (isMarked ? (selection.point ?? null) : null));
  };

  return {
    show(records, thresholds, now) {
      const limit = thresholds?.review ?? 0.5;
      if (limit !== review) selection.paint(readPalette(), (review = limit));
      markers.show(records, review, now);
      countries.show(records, now);
      lines.show(records);
      mark();
      document.documentElement.dataset.markers = String(markers.size);
    },
    focus(id) {
      const point = markers.find(id) ?? (selection.point?.event.id === id ? selection.point : undefined);
      if (point === undefined) return;
      const flight = chart.zoomToGeoPoint(point, Math.max(FOCUS_ZOOM, chart.get("zoomLevel", 1)), true);
      void flight?.waitForStop().then(() => pulses.add(point.event));
    },
    select(id) {
      if (id === selected) return;
      selected = id;
      markers.select(id);
      mark();
    },
    trail: (history) => selection.trail(history ?? NO_HISTORY),
    country: (code) => countries.outline(code),
    position: () => viewpoint?.read() ?? wanted,
    moveTo(position) {
      wanted = position;
      viewpoint?.write(position);
    },
  };
}
