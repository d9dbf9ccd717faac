// Language and theme, chosen in the header.
import { make } from "./elements";
import { CHOICES, createTheme, type Choice } from "./theme";
import { LANGUAGES, language, t, type Language } from "./words";

/** A language is called what its speakers call it. */
const NAMES: Record<Language, string> = { en: "English", fr: "Français" };

/** Puts theme and language into force, and fills `element` with what chooses them. */
export function createSettings(element: HTMLElement): void {
  document.documentElement.lang = language;
  const theme = createTheme();
  const themes = CHOICES.map((choice): [Choice, string] => [choice, t.frame.settings.themes[choice]]);
  const languages = LANGUAGES.map((known): [Language, string] => [known, NAMES[known]]);
  element.append(
    choiceOf(t.frame.settings.theme, themes, theme.choice, theme.choose),
    choiceOf(t.frame.settings.language, languages, language, speak),
  );
}

/** The page is loaded anew in another language; what it shows is in its address. */
function speak(wanted: Language): void {
  const address = new URL(location.href);
  address.searchParams.set("lang", wanted);
  location.assign(address);
}

function choiceOf<Value extends string>(
  label: string,
  options: readonly [Value, string][],
  chosen: Value,
  onChoice: (value: Value) => void,
): HTMLElement {
  const select = make("select");
  select.setAttribute("aria-label", label);
  select.title = label;
  select.append(...options.map(([value, text]) => new Option(text, value, false, value === chosen)));
  select.addEventListener("change", () => onChoice(select.value as Value));
  return select;
}
