// Keeps the browser's address equal to what is looked at, and follows back and forward.
import { addressOf, isStep, positionOf, viewOf, type MapPosition, type Shared } from "./address";
import type { Action, State } from "./state";

/** What only refines the view is written so seldom that no browser minds; while a replay plays, seldomer still. */
const REFINED_MS = 500;
const PLAYING_MS = 2_000;

export interface AddressBar {
  /** Writes what is looked at. */
  readonly draw: (state: State) => void;
  /** Where the map is now; null when it shows the whole world. */
  readonly moved: (position: MapPosition | null) => void;
  /** Where the address wants it. */
  readonly position: () => MapPosition | null;
}

/** Asks for what the address says: of `dispatch` now, of `follow` when the reader goes back or forward. */
export function createAddressBar(
  dispatch: (action: Action) => void,
  follow: (action: Action, position: MapPosition | null) => void,
): AddressBar {
  let position = positionOf(location.hash);
  let written: Shared = viewOf(location.hash);
  let writtenAt = 0;

  dispatch({ type: "view", view: viewOf(location.hash) });
  addEventListener("popstate", () => {
    const view = viewOf(location.hash);
    [written, position] = [view, positionOf(location.hash)];
    follow({ type: "view", view }, position);
  });

  return {
    draw(state) {
      const address = addressOf(state, position);
      if (address === location.hash) return;
      const isNew = isStep(written, state);
      const pause = state.replay?.playing === true ? PLAYING_MS : REFINED_MS;
      if (!isNew && state.now - writtenAt < pause) return;
      const { page, filters, selected, replay } = state;
      [written, writtenAt] = [{ page, filters, selected, replay }, state.now];
      const whole = address === "" ? location.pathname + location.search : address;
      history[isNew ? "pushState" : "replaceState"](null, "", whole);
    },
    moved: (now) => (position = now),
    position: () => position,
  };
}
