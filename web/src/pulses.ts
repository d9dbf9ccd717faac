// One ring that opens and fades where an alert arrives; it ends, and at most a dozen are open at once.
import { Bullet, Circle, ease, type Root } from "@amcharts/amcharts5";
import { MapPointSeries, type MapChart } from "@amcharts/amcharts5/map";
import { placeOf, type AlertEvent } from "./api";
import type { Palette } from "./palette";

const PULSE_MS = 1_400;
const MOST_AT_ONCE = 12;

interface Ring {
  readonly latitude: number;
  readonly longitude: number;
}

/** The layer of rings. */
export class Pulses {
  private readonly series: MapPointSeries;
  private palette: Palette | undefined;

  constructor(
    private readonly root: Root,
    chart: MapChart,
    private readonly still: MediaQueryList,
  ) {
    this.series = chart.series.push(MapPointSeries.new(root, {}));
    this.series.bullets.push(() => this.ring());
  }

  /** Opens a ring at the alert's place, unless the reader wants no motion. */
  add(event: AlertEvent): void {
    const place = placeOf(event);
    if (place === null || this.still.matches || document.hidden) return;
    if (this.series.data.length >= MOST_AT_ONCE) return;
    const ring: Ring = place;
    this.series.data.push(ring);
    this.series.setTimeout(() => this.series.data.removeValue(ring), PULSE_MS);
  }

  /** Takes new colours. */
  paint(palette: Palette): void {
    this.palette = palette;
  }

  private ring(): Bullet {
    const stroke = this.palette === undefined ? {} : { stroke: this.palette.scoreHigh };
    const circle = Circle.new(this.root, { radius: 6, strokeWidth: 2, fillOpacity: 0, ...stroke });
    const easing = ease.out(ease.cubic);
    circle.animate({ key: "radius", from: 6, to: 44, duration: PULSE_MS, easing });
    circle.animate({ key: "strokeOpacity", from: 1, to: 0, duration: PULSE_MS, easing });
    return Bullet.new(this.root, { sprite: circle });
  }
}
