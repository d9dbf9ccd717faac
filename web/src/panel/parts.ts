// The frame of the panel: what is fixed at its top and bottom, and the parts that scroll between them.
import { button, make, setText } from "../elements";
import { t } from "../words";

/** A part with a title. */
export interface Part {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
}

export function createPart(title: string, className: string): Part {
  const body = make("div", "body");
  return { element: make("section", className, make("h3", "", title), body), body };
}

/** A line about the loading of the panel. */
export interface Notice {
  readonly element: HTMLElement;
  /** Nothing is said with an empty text. */
  readonly say: (text: string, canRetry?: boolean) => void;
}

export function createNotice(onRetry: () => void): Notice {
  const text = make("span");
  const retry = button("quiet", t.panel.retry, onRetry);
  const element = make("div", "notice", text, retry);
  element.setAttribute("role", "status");
  return {
    element,
    say(words, canRetry = false) {
      setText(text, words);
      retry.hidden = !canRetry;
      element.classList.toggle("silent", words === "");
      element.classList.toggle("bad", canRetry);
    },
  };
}

/** A button with a cross. */
export function createCloser(onClick: () => void): HTMLButtonElement {
  const closer = button("close", "×", onClick);
  closer.setAttribute("aria-label", t.panel.close);
  closer.title = t.panel.close;
  return closer;
}
