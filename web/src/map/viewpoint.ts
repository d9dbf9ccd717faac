// Where the map is: asked for, set, and told when it has come to rest.
import type { MapChart } from "@amcharts/amcharts5/map";
import type { MapPosition } from "../address";

/** After so long without a move it has come to rest. */
const REST_MS = 300;

/** Follows `chart`, which has to be ready; `onMove` hears null when the whole world is shown. */
export class Viewpoint {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly chart: MapChart,
    onMove: (position: MapPosition | null) => void,
  ) {
    const moved = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => onMove(this.read()), REST_MS);
    };
    for (const key of ["zoomLevel", "translateX", "translateY"] as const) chart.on(key, moved);
  }

  /** The place in the middle and the zoom; null when the whole world is shown. */
  read(): MapPosition | null {
    const { chart } = this;
    const zoom = chart.get("zoomLevel", 1);
    if (zoom === chart.get("homeZoomLevel", 1)) return null;
    return { ...chart.invert({ x: chart.width() / 2, y: chart.height() / 2 }), zoom };
  }

  /** Goes there at once; null: to the whole world. */
  write(position: MapPosition | null): void {
    if (position === null) this.chart.goHome(0);
    else this.chart.zoomToGeoPoint(position, position.zoom, true, 0);
  }
}
