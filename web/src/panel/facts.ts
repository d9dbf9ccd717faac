// What is known of a transaction, name by name.
import { make } from "../elements";
import { number } from "../figures";
import * as format from "../format";
import { t } from "../words";
import type { Subject } from "./subject";

/** Fills a list of names and values. */
export function drawFacts(list: HTMLElement, subject: Subject): void {
  const { customer, terminal, model, modelVersion, time, decided } = subject;
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    [t.panel.id, subject.id],
    [t.panel.customer, customer],
    [t.panel.terminal, terminal],
    [t.panel.place, placeOf(subject)],
    [t.panel.time, format.time(time)],
    [t.panel.decided, decided === undefined ? null : format.time(decided)],
    [t.panel.model, modelVersion === null ? model : `${model}, ${t.panel.version(modelVersion)}`],
  ];
  const known = facts.flatMap(([name, value]) => (value === null ? [] : [make("div", "", make("dt", "", name), make("dd", "", value))]));
  list.replaceChildren(...known);
}

function placeOf({ place, simulated }: Subject): string {
  if (place === null) return t.panel.noPlace;
  const where = `${degrees(place.latitude)}°, ${degrees(place.longitude)}°`;
  return simulated ? `${where} (${t.panel.drawn})` : where;
}

const degrees = (value: number): string => number(Math.round(value * 100) / 100);
