// Where the customer of the selected alert has been: in the order of time.
import { placeOf } from "../api";
import type { Before } from "../wire";
import type { Place } from "./slots";

/** A payment at a known place; `past` is null for the selected alert itself. */
export interface Stop extends Place {
  readonly time: string;
  readonly past: Before | null;
}

/** The stops of `history`, and the selected alert among them, the first payment first. */
export function stopsOf(history: readonly Before[], selected: (Place & { readonly time: string }) | null): Stop[] {
  const stops: Stop[] = [];
  for (const past of history) {
    const place = placeOf({ latitude: past.latitude ?? null, longitude: past.longitude ?? null });
    if (place !== null) stops.push({ ...place, time: past.time, past });
  }
  if (selected !== null && stops.length > 0) {
    const { latitude, longitude, time } = selected;
    stops.push({ latitude, longitude, time, past: null });
  }
  return stops.sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
}
