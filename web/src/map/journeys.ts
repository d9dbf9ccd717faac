// Which alerts get a line from where the customer paid last before.
import { placeOf } from "../api";
import { apart } from "../panel/places";
import type { AlertRecord } from "../records";
import type { AlertEvent } from "../wire";
import type { Place } from "./slots";

/** More lines would hide the map. */
export const MOST_JOURNEYS = 60;

/** A shorter line could not be told from a point. */
const LEAST_KM = 1;

/** From the place before to the place of the alert. */
export type Journey = readonly [from: Place, to: Place];

/** The way to an alert, when both of its ends are known and apart. */
export function journeyOf(event: AlertEvent): Journey | null {
  const to = placeOf(event);
  const from = placeOf({ latitude: event.from_latitude ?? null, longitude: event.from_longitude ?? null });
  if (from === null || to === null) return null;
  return (apart(from, to) ?? 0) > LEAST_KM ? [from, to] : null;
}

/** The ways to the newest alerts of `records`, newest first. */
export function newestJourneys(records: readonly AlertRecord[], most = MOST_JOURNEYS): Journey[] {
  const journeys: Journey[] = [];
  for (const { event } of records) {
    if (journeys.length >= most) break;
    const journey = journeyOf(event);
    if (journey !== null) journeys.push(journey);
  }
  return journeys;
}
