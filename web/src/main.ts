// Joins the parts: messages change the state, and four times a second what changed is drawn.
import { createFeed } from "./feed";
import { createHeader } from "./counters";
import { keepConnected } from "./live";
import type { AlertMap } from "./map";
import { createSignIn } from "./signin";
import { INITIAL, reduce, type Action, type State } from "./state";

const FLUSH_EVERY_MS = 250;

let state: State = INITIAL;
let drawn: State | undefined;
let map: AlertMap | undefined;

const dispatch = (action: Action): void => {
  state = reduce(state, action);
};

const drawHeader = createHeader(element("counters"), element("status"), element("model"));
const drawFeed = createFeed(
  {
    list: element("feed"),
    empty: element("feed-empty"),
    count: element("feed-count"),
    missed: element("feed-missed"),
  },
  (id) => map?.focus(id),
);

function draw(): void {
  if (drawn === state) return;
  drawHeader(state);
  if (
    drawn?.alerts !== state.alerts ||
    drawn.thresholds !== state.thresholds ||
    drawn.missed !== state.missed ||
    drawn.gap !== state.gap
  ) {
    drawFeed(state);
    element("legend-low").textContent = state.thresholds?.review.toFixed(2) ?? "–";
    map?.show(state.alerts, state.thresholds);
  }
  drawn = state;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

draw();
setInterval(draw, FLUSH_EVERY_MS);
const dialog = element("signin");
if (!(dialog instanceof HTMLDialogElement)) throw new Error("#signin is no dialog");
keepConnected(dispatch, () => state.status !== "outdated", createSignIn(dialog));

// The map is by far the largest part: the feed doesn't wait for it.
const { createMap } = await import("./map");
map = createMap(element("map"));
map.show(state.alerts, state.thresholds);
