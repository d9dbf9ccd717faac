// What is in service: the model that decides, its shadow, and the one before.
import { make } from "../elements";
import { t } from "../words";
import type { Models, ServedModel, Shadowing } from "../wire";
import { pair, unseen } from "./dom";
import * as numbers from "./numbers";

/** Draws the three cards in `element`. */
export function drawCards(element: HTMLElement, { serving, shadow, previous }: Models): void {
  const words = t.models.served;
  element.replaceChildren(
    card("serving", words.serving, serving),
    shadow ? shadowCard(shadow) : emptyCard(words.shadow, words.noShadow, words.noShadowHelp),
    previous ? card("previous", words.previous, previous) : emptyCard(words.previous, words.noPrevious, words.noPreviousHelp),
  );
}

function card(role: string, title: string, model: ServedModel, ...more: HTMLElement[]): HTMLElement {
  const words = t.models.served;
  const { review, block } = model.thresholds;
  const facts = make(
    "dl",
    "facts",
    ...more,
    pair(words.review, numbers.threshold(review)),
    pair(words.block, block === null ? words.never : numbers.threshold(block)),
    pair(words.features, numbers.count(model.features)),
  );
  const version = make("code", "", unseen(`${words.version} `), model.model_version);
  const kind = make("p", "kind", t.models.kinds[model.kind] ?? model.kind, version);
  return make("article", `served-card ${role}`, make("p", "role", title), make("h3", "", model.model), kind, facts);
}

function shadowCard({ serving, share, compared, agreed }: Shadowing): HTMLElement {
  const words = t.models.served;
  const alike = compared === 0 ? null : agreed / compared;
  const facts = [
    pair(words.share, numbers.percent(share)),
    pair(words.compared, compared === 0 ? words.nothingCompared : numbers.count(compared)),
    ...(alike === null ? [] : [pair(words.agreed, agreement(alike))]),
  ];
  return card("shadow", words.shadow, serving, ...facts);
}

function agreement(alike: number): HTMLElement {
  const fill = make("i");
  fill.style.width = `${alike * 100}%`;
  const meter = make("span", "meter", fill);
  meter.setAttribute("aria-hidden", "true");
  return make("span", "agreement", numbers.cautiousPercent(alike), meter);
}

function emptyCard(title: string, name: string, help: string): HTMLElement {
  return make("article", "served-card absent", make("p", "role", title), make("h3", "", name), make("p", "kind", help));
}

/** A word beside the name of a run that is in service. */
export function roleBadge(role: string | null | undefined): HTMLElement | string {
  if (role === null || role === undefined) return "";
  return make("span", `badge ${role}`, unseen(", "), t.models.roles[role] ?? role);
}
