// The language in force: the address says it, else the reader's browser. Chosen once; switching loads the page anew.
import { en, type Words } from "./words/en";
import { fr } from "./words/fr";

export type Language = "en" | "fr";

export const LANGUAGES: readonly Language[] = ["en", "fr"];

const isKnown = (language: string | undefined): language is Language =>
  LANGUAGES.some((known) => known === language);

/** `?lang=fr` decides, else the first of the reader's languages that this page speaks, else English. */
export function languageOf(search: string, preferred: readonly string[]): Language {
  const said = new URLSearchParams(search).get("lang")?.toLowerCase();
  if (isKnown(said)) return said;
  for (const tag of preferred) {
    const language = tag.toLowerCase().split("-")[0];
    if (isKnown(language)) return language;
  }
  return "en";
}

export const language: Language = languageOf(
  typeof location === "undefined" ? "" : location.search,
  typeof window === "undefined" ? [] : navigator.languages,
);

/** For numbers and times; English ones are written as the rest of the page is, the British way. */
export const locale: string = language === "en" ? "en-GB" : language;

/** The words of the language in force. */
export const t: Words = language === "fr" ? fr : en;
