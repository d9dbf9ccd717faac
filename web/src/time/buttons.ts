// The buttons of the time bar: a drawing, and a word for those who don't see it.
import { button, drawing, make } from "../elements";

const PATHS = {
  live: "M8 4.2a3.8 3.8 0 1 1 0 7.6a3.8 3.8 0 0 1 0-7.6z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  play: "M4.5 2.6v10.8L13.5 8z",
  replay: "M8 2.5V.4L3.6 3.7L8 7V4.6a4.2 4.2 0 1 1-4.2 4.2H1.7A6.3 6.3 0 1 0 8 2.5z",
  previous: "M3 3h2v10H3zM13 3v10L6 8z",
  next: "M11 3h2v10h-2zM3 3v10l7-5z",
} as const;

export type Icon = keyof typeof PATHS;

const iconOf = (name: Icon): SVGSVGElement => drawing(PATHS[name], "0 0 16 16");

/** A button that shows a drawing only. */
export function iconButton(name: Icon, label: string, onClick: () => void): HTMLButtonElement {
  const element = button("icon-only", "", onClick);
  element.append(iconOf(name));
  element.setAttribute("aria-label", label);
  element.title = label;
  return element;
}

export interface WordButton {
  readonly element: HTMLButtonElement;
  readonly set: (name: Icon, text: string) => void;
}

/** A button with a drawing before its word; both can change. */
export function wordButton(onClick: () => void): WordButton {
  const element = button("", "", onClick);
  const word = make("span");
  let shown: Icon | undefined;
  return {
    element,
    set(name, text) {
      if (word.textContent !== text) word.textContent = text;
      if (shown === name) return;
      shown = name;
      element.replaceChildren(iconOf(name), word);
    },
  };
}
