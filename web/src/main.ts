// Joins the parts: messages and wishes change the state, and four times a second what changed is drawn.
import { createAddressBar } from "./addressbar";
import { announceIn } from "./announcer";
import { createHeader } from "./counters";
import { byId, byIdOfKind, setText } from "./elements";
import { createFeed } from "./feed";
import * as format from "./format";
import { createFrame } from "./frame";
import { createHistogram } from "./histogram";
import { keepConnected } from "./live";
import type { AlertMap } from "./map";
import { createModels } from "./models";
import { createPanel } from "./panel";
import { createSettings } from "./settings";
import { createSignIn, scopes } from "./signin";
import { INITIAL, filteredAlerts, reduce, timeOf, type Action, type Page, type State } from "./state";
import { createTimebar } from "./time";
import { createReplayLoader } from "./time/loader";
import type { Before } from "./wire";

const FLUSH_EVERY_MS = 250;

let state: State = { ...INITIAL, now: Date.now() };
let map: AlertMap | undefined;
/** The payments that the panel shows, kept for a map that comes later. */
let history: readonly Before[] | null = null;

const dispatch = (action: Action): void => {
  state = reduce(state, action);
};

/** What the reader does is seen at once. */
const act = (action: Action): void => {
  dispatch(action);
  draw();
};

const turnTo = (page: Page): void => act({ type: "page", page });

const select = (id: string): void => {
  act({ type: "select", id });
  map?.focus(id);
};

createSettings(byId("settings"));
const address = createAddressBar(dispatch, (action, position) => {
  act(action);
  map?.moveTo(position);
});
const components: readonly ((state: State) => void)[] = [
  createFrame(turnTo),
  createHeader(() => turnTo("models")),
  createTimebar(byId("timebar"), act),
  createFeed(byId("feed-section"), { onSelect: select, onFilter: (patch) => act({ type: "filter", patch }) }),
  createHistogram(byId("histogram")),
  createPanel(byId("panel"), {
    onClose: () => act({ type: "select", id: null }),
    onSelect: select,
    onHistory: (payments) => map?.trail((history = payments)),
  }),
  createModels(byId("models")),
  announceIn(byId("announcer")),
  createReplayLoader(dispatch),
  drawLegend,
  drawMap,
  address.draw,
];

function draw(): void {
  for (const component of components) component(state);
}

function drawLegend({ thresholds }: State): void {
  setText(byId("legend-low"), thresholds === null ? "–" : format.threshold(thresholds.review));
}

function drawMap(now: State): void {
  if (map === undefined || now.page !== "map") return;
  map.show(filteredAlerts(now), now.thresholds, timeOf(now));
  map.select(now.selected);
  map.country(now.filters.country);
}

async function askScopes(): Promise<void> {
  const granted = await scopes();
  if (granted !== null) act({ type: "scopes", scopes: granted });
}

draw();
setInterval(() => {
  dispatch({ type: "tick", now: Date.now() });
  draw();
}, FLUSH_EVERY_MS);
keepConnected({
  dispatch,
  state: () => state,
  signIn: createSignIn(byIdOfKind("signin", HTMLDialogElement)),
  onConnected: () => void askScopes(),
});

// The map is by far the largest part: the feed doesn't wait for it.
const { createMap } = await import("./map");
map = createMap(byId("map"), {
  onSelect: (id) => act({ type: "select", id }),
  onCountry: (country) => act({ type: "filter", patch: { country } }),
  onMove: address.moved,
});
map.moveTo(address.position());
map.trail(history);
draw();
