// One ring that opens and fades where an alert arrives. Rings are elements above the canvas, animated by the style
// sheet: the browser does it beside the page's own work, while a moving canvas would be painted anew in each frame.
import type { IPoint } from "@amcharts/amcharts5";
import { placeOf } from "../api";
import type { AlertEvent } from "../wire";

const MOST_AT_ONCE = 10;

/** The layer of rings above `stage`; `locate` says where a place is now, null when it can't be seen. */
export class Pulses {
  private readonly layer = document.createElement("div");

  constructor(
    stage: HTMLElement,
    private readonly still: MediaQueryList,
    private readonly locate: (place: { latitude: number; longitude: number }) => IPoint | null,
  ) {
    this.layer.className = "pulses";
    this.layer.addEventListener("animationend", ({ target }) => (target as Element).remove());
    stage.append(this.layer);
  }

  /** Opens a ring at the alert's place, unless the reader wants no motion or doesn't look. */
  add(event: AlertEvent): void {
    const place = placeOf(event);
    if (place === null || this.still.matches || document.hidden) return;
    if (this.layer.childElementCount >= MOST_AT_ONCE) return;
    const point = this.locate(place);
    if (point === null) return;
    const ring = document.createElement("i");
    ring.style.left = `${point.x}px`;
    ring.style.top = `${point.y}px`;
    this.layer.append(ring);
  }

  /** The map moves: the rings would point at other places. */
  clear(): void {
    this.layer.replaceChildren();
  }
}
