// Dark or light: as the system says, or as the reader chooses. `data-theme` of the document holds which one it is.
export type Choice = "auto" | "dark" | "light";

export const CHOICES: readonly Choice[] = ["auto", "dark", "light"];

const KEPT_AS = "fraudctl-theme";

/** Puts the kept choice into force; returns it, and what changes it. */
export function createTheme(): { choice: Choice; choose: (choice: Choice) => void } {
  const light = matchMedia("(prefers-color-scheme: light)");
  let choice = kept();
  const apply = (): void => {
    const system = light.matches ? "light" : "dark";
    document.documentElement.dataset.theme = choice === "auto" ? system : choice;
  };
  light.addEventListener("change", apply);
  apply();
  return {
    choice,
    choose(wanted) {
      choice = wanted;
      keep(wanted);
      apply();
    },
  };
}

function kept(): Choice {
  try {
    const text = localStorage.getItem(KEPT_AS);
    return CHOICES.find((choice) => choice === text) ?? "auto";
  } catch {
    return "auto";
  }
}

/** A browser that keeps nothing for this page still shows what was chosen, until the page is left. */
function keep(choice: Choice): void {
  try {
    localStorage.setItem(KEPT_AS, choice);
  } catch {
    // Nothing is kept.
  }
}
