// The controls that filter the feed.
import { make, setText } from "../elements";
import { NO_FILTERS, type Filters } from "../filters";
import * as format from "../format";
import type { AlertRecord } from "../state";
import { t } from "../words";
import type { Decision } from "../wire";

type Option = readonly [value: string, text: string];

const DECISIONS: readonly Decision[] = ["review", "block"];

/** The controls in one element, and what brings them up to date with the filters and what there is to choose from. */
export function createChoices(onFilter: (patch: Partial<Filters>) => void): {
  readonly element: HTMLElement;
  readonly draw: (filters: Filters, records: readonly AlertRecord[]) => void;
} {
  const score = make("input");
  Object.assign(score, { type: "range", min: "0", max: "100", step: "1" });
  const scoreText = make("output");
  const amount = make("input");
  Object.assign(amount, { type: "number", min: "0", step: "any", inputMode: "decimal", placeholder: t.feed.any });
  const decision = make("select");
  const country = make("select");
  const model = make("select");

  score.addEventListener("input", () => onFilter({ minScore: Number(score.value) / 100 }));
  amount.addEventListener("input", () => onFilter({ minAmount: Math.max(0, Number(amount.value) || 0) }));
  decision.addEventListener("change", () => onFilter({ decision: DECISIONS.find((known) => known === decision.value) ?? null }));
  country.addEventListener("change", () => onFilter({ country: country.value || null }));
  model.addEventListener("change", () => onFilter({ model: model.value || null }));

  const decisions = DECISIONS.map((known): Option => [known, t.feed.decisions[known]]);
  let seen: readonly AlertRecord[] | undefined;
  let before: Filters | undefined;

  return {
    element: make(
      "div",
      "choices",
      field(t.feed.minScore, score, scoreText),
      field(t.feed.minAmount, amount),
      field(t.feed.decision, decision),
      field(t.feed.country, country),
      field(t.feed.model, model),
    ),
    draw(filters, records) {
      if (filters === before && records === seen) return;
      [before, seen] = [filters, records];
      const percent = String(Math.round(filters.minScore * 100));
      if (score.value !== percent) score.value = percent;
      const scoreWords = filters.minScore === NO_FILTERS.minScore ? t.feed.any : format.score(filters.minScore);
      setText(scoreText, scoreWords);
      score.setAttribute("aria-valuetext", scoreWords);
      if ((Number(amount.value) || 0) !== filters.minAmount) amount.value = filters.minAmount === 0 ? "" : String(filters.minAmount);
      offer(decision, t.feed.anyDecision, decisions, filters.decision);
      offer(country, t.feed.anyCountry, countriesOf(records, filters.country), filters.country);
      offer(model, t.feed.anyModel, modelsOf(records, filters.model), filters.model);
    },
  };
}

function field(name: string, ...control: readonly HTMLElement[]): HTMLElement {
  return make("label", "", make("span", "", name), ...control);
}

/** Offers `options` after the one for all; touches the list only when it is another one, since it may be open. */
function offer(select: HTMLSelectElement, all: string, options: readonly Option[], chosen: string | null): void {
  const wanted: readonly Option[] = [["", all], ...options];
  const known = JSON.stringify(wanted);
  if (select.dataset.options !== known) {
    select.dataset.options = known;
    select.replaceChildren(...wanted.map(([value, text]) => new Option(text, value)));
  }
  if (select.value !== (chosen ?? "")) select.value = chosen ?? "";
}

function countriesOf(records: readonly AlertRecord[], chosen: string | null): readonly Option[] {
  const codes = new Set(records.flatMap(({ event }) => event.country ?? []));
  if (chosen !== null) codes.add(chosen);
  return [...codes].map((code): Option => [code, format.countryName(code)]).sort(([, one], [, other]) => one.localeCompare(other));
}

function modelsOf(records: readonly AlertRecord[], chosen: string | null): readonly Option[] {
  const names = new Set(records.map(({ event }) => event.model));
  if (chosen !== null) names.add(chosen);
  return [...names].sort().map((name): Option => [name, name]);
}
