// A few patterns of elements that only this page needs.
import { make, shape } from "../elements";

type Child = Node | string;

/** Words that only a screen reader says. */
export const unseen = (text: string): HTMLElement => make("span", "unseen", text);

/** A name and what it is worth, for a `dl`. */
export function pair(term: string, value: Child): HTMLElement {
  return make("div", "", make("dt", "", term), make("dd", "", value));
}

/** A short line as it is drawn in the charts: colour and dashes of a place. */
export function swatch(place: string): SVGElement {
  const line = shape("line", { x1: 1, y1: 6, x2: 31, y2: 6, class: `line ${place}` });
  return shape("svg", { class: "swatch", width: 32, height: 12, viewBox: "0 0 32 12", "aria-hidden": "true" }, line);
}
