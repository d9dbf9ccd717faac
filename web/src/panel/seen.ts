// What the model saw: every feature in words, those that moved the score most first.
import { button, make, setText } from "../elements";
import * as format from "../format";
import { t } from "../words";
import type { StoredTransaction } from "../wire";
import { inWords } from "./wording";

const FEW = 6;

export interface Feature {
  readonly name: string;
  readonly text: string;
}

/** Features by how much they moved the score, the others as the model has them; words that were said come after. */
export function featuresOf({ features, reasons, words }: Pick<StoredTransaction, "features" | "reasons" | "words">): readonly Feature[] {
  const moved = new Map((reasons?.contributions ?? []).map((one) => [one.feature, one]));
  const size = (name: string): number => Math.abs(moved.get(name)?.contribution ?? 0);
  const numbers = [...features]
    .sort((one, other) => size(other.feature) - size(one.feature))
    .map(({ feature, value }) => ({ name: feature, text: inWords(feature, value, moved.get(feature)?.reason ?? null) }));
  const said = Object.entries(words).map(([name, value]) => ({ name, text: t.features.equals(name, saidOf(value)) }));
  return [...numbers, ...said];
}

const saidOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Those that speak of all the words of `text`. */
export function featuresThat(features: readonly Feature[], text: string): readonly Feature[] {
  const wanted = plain(text).split(/\s+/).filter(Boolean);
  return features.filter(({ name, text: said }) => {
    const all = plain(`${name} ${said}`);
    return wanted.every((word) => all.includes(word));
  });
}

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Fills `element` once, and returns what shows other features. */
export function createSeen(element: HTMLElement): (stored: StoredTransaction) => void {
  const search = make("input");
  Object.assign(search, { type: "search", placeholder: t.panel.featureFilter, autocomplete: "off", spellcheck: false });
  search.setAttribute("aria-label", t.panel.featureFilter);
  const list = make("ul", "seen");
  const nothing = make("p", "hint");
  let isOpen = false;
  let all: readonly Feature[] = [];
  const more = button("quiet", "", () => {
    isOpen = !isOpen;
    draw();
  });
  const draw = (): void => {
    const found = featuresThat(all, search.value);
    const isWhole = isOpen || search.value.trim() !== "";
    list.replaceChildren(...(isWhole ? found : found.slice(0, FEW)).map(item));
    search.hidden = all.length <= FEW;
    more.hidden = all.length <= FEW || search.value.trim() !== "";
    more.setAttribute("aria-expanded", String(isOpen));
    setText(more, isOpen ? t.panel.fewerFeatures : t.panel.allFeatures(format.count(all.length)));
    nothing.hidden = found.length > 0;
    setText(nothing, all.length === 0 ? t.panel.featuresNone : t.panel.noFeature);
  };
  search.addEventListener("input", draw);
  element.append(search, list, nothing, more);
  return (stored) => {
    all = featuresOf(stored);
    search.value = "";
    isOpen = false;
    draw();
  };
}

/** A name that the words leave out stands below them. */
function item({ name, text }: Feature): HTMLElement {
  return make("li", "", make("span", "", text), ...(text.includes(name) ? [] : [make("code", "", name)]));
}
