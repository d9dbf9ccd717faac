// What the map keeps of each alert that has a place.
import { placeOf } from "../api";
import type { AlertRecord } from "../records";
import type { AlertEvent } from "../wire";
import { mercator, type Position } from "./grouping";

/** The meridian in the middle of the map: its edge runs through the Bering Strait instead of Siberia. */
export const MIDDLE = 11;

/** An alert on the map. */
export interface Point {
  readonly event: AlertEvent;
  readonly at: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly position: Position;
}

/** The points of `records` (newest first), oldest first; those that are known and unchanged stay the same objects. */
export function pointsOf(records: readonly AlertRecord[], known: ReadonlyMap<string, Point>): Map<string, Point> {
  const points = new Map<string, Point>();
  for (let index = records.length - 1; index >= 0; index--) {
    const record = records[index] as AlertRecord;
    const before = known.get(record.event.id);
    const point = before?.event === record.event ? before : pointOf(record);
    if (point !== null) points.set(record.event.id, point);
  }
  return points;
}

/** Null for an alert without a place. */
export function pointOf({ event, at }: Pick<AlertRecord, "event" | "at">): Point | null {
  const place = placeOf(event);
  if (place === null) return null;
  return { ...place, event, at, position: mercator(place.latitude, fromMiddle(place.longitude)) };
}

/** East of the middle, within half of the Earth. */
function fromMiddle(longitude: number): number {
  return ((longitude - MIDDLE + 540) % 360) - 180;
}
