// Which alerts are wanted.
import { countryName } from "./format";
import type { AlertEvent, Decision } from "./wire";

export interface Filters {
  /** Part of an id, a place, a country or a model. */
  readonly text: string;
  readonly minScore: number;
  readonly minAmount: number;
  /** ISO 3166 alpha-2 code. */
  readonly country: string | null;
  readonly model: string | null;
  readonly decision: Decision | null;
}

export const NO_FILTERS: Filters = {
  text: "",
  minScore: 0,
  minAmount: 0,
  country: null,
  model: null,
  decision: null,
};

/** False when every alert is wanted. */
export function isFiltering(filters: Filters): boolean {
  return (Object.keys(NO_FILTERS) as (keyof Filters)[]).some((key) => filters[key] !== NO_FILTERS[key]);
}

/** Whether an alert is wanted. */
export function matches(event: AlertEvent, filters: Filters): boolean {
  if (event.score < filters.minScore) return false;
  if (filters.minAmount > 0 && (event.amount ?? 0) < filters.minAmount) return false;
  if (filters.country !== null && event.country !== filters.country) return false;
  if (filters.model !== null && event.model !== filters.model) return false;
  if (filters.decision !== null && event.decision !== filters.decision) return false;
  return filters.text === "" || plain(searched(event)).includes(plain(filters.text.trim()));
}

function searched(event: AlertEvent): string {
  const country = event.country ?? null;
  return [event.id, event.title, event.model, country ?? "", country === null ? "" : countryName(country)].join("\n");
}

/** Without case and accents, so that `sao` finds São Paulo. */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
