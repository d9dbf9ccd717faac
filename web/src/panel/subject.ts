// What the panel tells of a transaction, be it from the alert alone or from what is stored.
import { placeOf } from "../api";
import type { AlertEvent, Decision, StoredTransaction } from "../wire";

export interface Subject {
  readonly id: string;
  /** The city, or the terminal; empty for what was no alert. */
  readonly title: string;
  readonly country: string | null;
  readonly time: string;
  readonly decided: string;
  readonly amount: number | null;
  readonly score: number;
  readonly decision: Decision;
  /** From which score on it was more than approved; null when nobody knows any more. */
  readonly threshold: number | null;
  readonly model: string;
  readonly modelVersion: string | null;
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
  readonly simulated: boolean;
  readonly suppressed: boolean;
  readonly customer: string | null;
  readonly terminal: string | null;
}

/** What the alert itself knows. */
export function ofAlert(event: AlertEvent): Subject {
  const { id, title, time, decided, score, decision, model, simulated } = event;
  return {
    ...{ id, title, time, decided, score, decision, model, simulated },
    country: event.country ?? null,
    amount: event.amount ?? null,
    threshold: null,
    modelVersion: null,
    place: placeOf(event),
    suppressed: false,
    customer: null,
    terminal: null,
  };
}

/** What the server stored. */
export function ofStored(stored: StoredTransaction): Subject {
  const { id, title, time, decided, score, decision, model, simulated, threshold, suppressed } = stored;
  return {
    ...{ id, title, time, decided, score, decision, model, simulated, threshold, suppressed },
    country: stored.country ?? null,
    amount: stored.amount ?? null,
    modelVersion: stored.model_version,
    place: placeOf(stored),
    customer: stored.customer ?? null,
    terminal: stored.terminal ?? null,
  };
}
