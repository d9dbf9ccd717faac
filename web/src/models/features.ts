// The table of features by how far they have moved, a bar for each, its limit marked on the bar.
import { button, make } from "../elements";
import { t } from "../words";
import type { Moved } from "../wire";
import { bar, barLength, byDistance, distance, hasMoved } from "./drifting";
import * as numbers from "./numbers";
import { scrolling } from "./table";

const FEW = 10;

/** Makes the table in `element`, and returns what draws the features. */
export function createFeatures(element: HTMLElement): (features: readonly Moved[]) => void {
  const words = t.models.drift;
  const heads = [words.feature, words.distance, words.index, words.limit, words.state].map((name, column) => {
    const head = make("th", column === 2 || column === 3 ? "number" : "", name);
    head.scope = "col";
    return head;
  });
  const body = make("tbody");
  const caption = make("caption", "unseen", words.all);
  const table = make("table", "moved", caption, make("thead", "", make("tr", "", ...heads)), body);
  const more = button("quiet", words.fewer, () => {
    all = !all;
    draw();
  });
  element.append(scrolling(table, words.all), more);
  let all = false;
  let shown: readonly Moved[] = [];
  const draw = (): void => {
    const ordered = byDistance(shown);
    const least = Math.max(FEW, ordered.filter(hasMoved).length);
    const length = barLength(ordered);
    body.replaceChildren(...(all ? ordered : ordered.slice(0, least)).map((moved) => row(moved, length)));
    more.hidden = ordered.length <= least;
    more.textContent = all ? words.fewer : words.showAll(ordered.length);
    more.setAttribute("aria-expanded", String(all));
    element.hidden = ordered.length === 0;
  };
  return (features) => {
    shown = features;
    draw();
  };
}

function row(moved: Moved, length: number): HTMLElement {
  const words = t.models.drift;
  const fill = make("i");
  fill.style.width = `${bar(moved, length) * 100}%`;
  const limit = make("b");
  limit.style.left = `${100 / length}%`;
  const track = make("span", "gauge", fill, limit);
  track.setAttribute("aria-hidden", "true");
  const name = make("th", "", moved.feature === "score" ? words.theScore : moved.feature);
  name.scope = "row";
  return make(
    "tr",
    hasMoved(moved) ? "has-moved" : "",
    name,
    make("td", "", make("span", "distance", track, words.times(numbers.times(distance(moved))))),
    make("td", "number", numbers.index(moved.index)),
    make("td", "number", numbers.index(moved.limit)),
    make("td", "", make("span", "state", hasMoved(moved) ? words.moved : words.steady)),
  );
}
