// The list of alerts: newest first, each id once, at most a thousand.
import { SNAPSHOT_ALERTS } from "./frames";
import type { AlertEvent } from "./wire";

/** At most so many alerts are kept; the oldest leave first. */
export const MAX_ALERTS = 1_000;

/** An alert, and whether it arrived while the page was watching. */
export interface AlertRecord {
  readonly event: AlertEvent;
  readonly live: boolean;
  /** When it was decided, in milliseconds since 1970. */
  readonly at: number;
}

type Records = readonly AlertRecord[];

/** When an alert was decided; servers that did not say it are taken at the time of the transaction. */
export function decidedAt(event: AlertEvent): number {
  const at = Date.parse(event.decided ?? event.time);
  return Number.isNaN(at) ? 0 : at;
}

export const recordOf = (event: AlertEvent, live: boolean): AlertRecord => ({ event, live, at: decidedAt(event) });

/** A full snapshot without any alert that is known: there may be others between the two. */
export function leavesGap(known: Records, newest: readonly AlertEvent[]): boolean {
  const before = byId(known);
  return newest.length >= SNAPSHOT_ALERTS && newest.every((event) => !before.has(event.id));
}

/** After a (re)connect the server's newest alerts, in its order, stand before what else is known. */
export function withSnapshot(known: Records, newest: readonly AlertEvent[]): Records {
  const before = byId(known);
  const snapshot = new Map<string, AlertRecord>();
  for (const event of newest) snapshot.set(event.id, merged(before.get(event.id), event, false));
  const older = known.filter((record) => !snapshot.has(record.event.id));
  return [...[...snapshot.values()].reverse(), ...older].slice(0, MAX_ALERTS);
}

/** New alerts go to the front; one that is known already keeps its place. */
export function withNew(known: Records, events: readonly AlertEvent[]): Records {
  if (events.length === 0) return known;
  const before = byId(known);
  const updates = new Map<string, AlertRecord>();
  for (const event of events) updates.set(event.id, merged(before.get(event.id), event, true));
  const added = [...updates.values()].filter((record) => !before.has(record.event.id)).reverse();
  const kept = known.map((record) => updates.get(record.event.id) ?? record);
  return [...added, ...kept].slice(0, MAX_ALERTS);
}

/** Alerts of the server, oldest first and without a hole, take their places: those raised right after `since`, or the
 * newest when it is null. Behind them stands what came before, in front what came later. */
export function withMissing(known: Records, since: string | null, missing: readonly AlertEvent[]): Records {
  if (missing.length === 0) return known;
  const before = byId(known);
  const found = new Map<string, AlertRecord>();
  for (const event of missing) found.set(event.id, merged(before.get(event.id), event, false));
  const isOther = (record: AlertRecord): boolean => !found.has(record.event.id);
  const end = endOfLater(known, since, found);
  const later = known.slice(0, end).filter(isOther);
  const earlier = known.slice(end).filter(isOther);
  return [...later, ...[...found.values()].reverse(), ...earlier].slice(0, MAX_ALERTS);
}

/** How many of the known may have come after those that were found. */
function endOfLater(known: Records, since: string | null, found: ReadonlyMap<string, AlertRecord>): number {
  if (since === null) return Math.max(0, known.findIndex((record) => found.has(record.event.id)));
  const joint = known.findIndex((record) => record.event.id === since);
  return joint < 0 ? known.length : joint;
}

/** The known record itself when the event says nothing new, so that nothing is drawn again. */
function merged(known: AlertRecord | undefined, event: AlertEvent, live: boolean): AlertRecord {
  if (known === undefined) return recordOf(event, live);
  return JSON.stringify(known.event) === JSON.stringify(event) ? known : recordOf(event, known.live);
}

function byId(records: Records): Map<string, AlertRecord> {
  return new Map(records.map((record) => [record.event.id, record]));
}
