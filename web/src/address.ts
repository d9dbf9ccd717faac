// The address holds what is looked at, after `#`: it can be kept and shared, and back and forward go through it.
import { NO_FILTERS, type Filters } from "./filters";
import { FIRST_SPEED, SPEEDS } from "./replay";
import type { State, View } from "./state";
import type { Decision } from "./wire";

/** A place of the map, kept as it was left. */
export interface MapPosition {
  readonly latitude: number;
  readonly longitude: number;
  readonly zoom: number;
}

export type Shared = Pick<State, "page" | "filters" | "selected"> & { readonly replay: View["replay"] };

const DECISIONS: readonly Decision[] = ["approve", "review", "block"];

/** What stands after the address of the page: empty when it is looked at as it opens. */
export function addressOf({ page, filters, selected, replay }: Shared, position: MapPosition | null = null): string {
  const said = new URLSearchParams();
  const say = (name: string, value: string | number | null, usual: string | number | null = null): void => {
    if (value !== null && value !== usual) said.set(name, String(value));
  };
  say("page", page, "map");
  say("country", filters.country);
  say("text", filters.text, NO_FILTERS.text);
  say("score", filters.minScore, NO_FILTERS.minScore);
  say("amount", filters.minAmount, NO_FILTERS.minAmount);
  say("model", filters.model);
  say("decision", filters.decision);
  say("selected", selected);
  if (replay !== null) {
    for (const name of ["from", "to", "at"] as const) say(name, moment(replay[name]));
    say("speed", replay.speed, FIRST_SPEED);
  }
  if (position !== null) say("map", `${short(position.latitude, 3)},${short(position.longitude, 3)},${short(position.zoom, 2)}`);
  const text = said.toString().replace(/%3A/g, ":").replace(/%2C/g, ",");
  return text === "" ? "" : `#${text}`;
}

/** What an address asks for; what it says wrongly is passed over. */
export function viewOf(hash: string): View {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  return {
    page: said.get("page") === "models" ? "models" : "map",
    filters: filtersOf(said),
    selected: said.get("selected") || null,
    replay: replayOf(said),
  };
}

/** Where an address wants the map to be. */
export function positionOf(hash: string): MapPosition | null {
  const text = new URLSearchParams(hash.replace(/^#/, "")).get("map");
  const [latitude, longitude, zoom, ...more] = (text ?? "").split(",").map(Number);
  if (latitude === undefined || longitude === undefined || zoom === undefined || more.length > 0) return null;
  const isOnEarth = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isOnEarth && zoom > 0 ? { latitude, longitude, zoom } : null;
}

/** Whether going from one to the other is a step that "back" undoes; else it only refines what is looked at. */
export function isStep(before: Shared, after: Shared): boolean {
  return (
    before.page !== after.page ||
    before.selected !== after.selected ||
    before.filters.country !== after.filters.country ||
    before.replay?.from !== after.replay?.from ||
    before.replay?.to !== after.replay?.to
  );
}

function filtersOf(said: URLSearchParams): Filters {
  const country = said.get("country")?.toUpperCase() ?? "";
  return {
    text: said.get("text") ?? NO_FILTERS.text,
    minScore: Math.min(1, number(said.get("score"))),
    minAmount: number(said.get("amount")),
    country: /^[A-Z]{2}$/.test(country) ? country : null,
    model: said.get("model") || null,
    decision: DECISIONS.find((decision) => decision === said.get("decision")) ?? null,
  };
}

function replayOf(said: URLSearchParams): View["replay"] {
  const [from, to] = [Date.parse(said.get("from") ?? ""), Date.parse(said.get("to") ?? "")];
  if (!(from < to)) return null;
  const at = Date.parse(said.get("at") ?? "");
  const speed = SPEEDS.find((known) => known === Number(said.get("speed"))) ?? FIRST_SPEED;
  return { from, to, at: at >= from && at <= to ? at : from, speed };
}

/** In UTC, so that it means the same to whom it is sent. */
const moment = (at: number): string => new Date(Math.round(at)).toISOString();

function number(text: string | null): number {
  const value = Number(text ?? "");
  return Number.isFinite(value) && value > 0 ? value : 0;
}

const short = (value: number, digits: number): string => String(Number(value.toFixed(digits)));
