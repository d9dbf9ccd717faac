// The filters in force, each in words.
import { NO_FILTERS, type Filters } from "../filters";
import * as format from "../format";
import { t } from "../words";

export interface ActiveFilter {
  readonly key: keyof Filters;
  readonly text: string;
}

const WORDS: { readonly [Key in keyof Filters]: (value: NonNullable<Filters[Key]>) => string } = {
  text: (text) => t.feed.chipText(text.trim()),
  decision: (decision) => t.feed.decisions[decision],
  minScore: (score) => t.feed.chipScore(format.score(score)),
  minAmount: (amount) => t.feed.chipAmount(format.amount(amount)),
  country: (code) => format.countryName(code),
  model: (name) => name,
};

/** In a fixed order; empty when every alert is wanted. */
export function activeFilters(filters: Filters): readonly ActiveFilter[] {
  const active: ActiveFilter[] = [];
  const add = <Key extends keyof Filters>(key: Key): void => {
    const value = filters[key];
    if (value === NO_FILTERS[key] || value === null) return;
    active.push({ key, text: WORDS[key](value as NonNullable<Filters[Key]>) });
  };
  (Object.keys(WORDS) as (keyof Filters)[]).forEach(add);
  return active;
}

/** What takes one filter back. */
export const without = (key: keyof Filters): Partial<Filters> => ({ [key]: NO_FILTERS[key] });
