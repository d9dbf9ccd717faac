// A part of the page: a box with a title, and a line that says when what belongs into it could not be had.
import { Refused } from "../api";
import { button, make } from "../elements";
import { t } from "../words";

export interface Section {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
  /** Beside the title. */
  readonly aside: HTMLElement;
  /** Says that it is being loaded. */
  readonly loading: () => void;
  /** Shows the body. */
  readonly ready: () => void;
  /** Says what went wrong; what was there before stays, but is called old. */
  readonly failed: (error: unknown) => void;
  readonly isFailed: () => boolean;
}

let sections = 0;

/** Makes a section that can be asked to try again. */
export function createSection(title: string, className: string, retry: () => void): Section {
  const heading = make("h2", "", title);
  heading.id = `models-section-${(sections += 1)}`;
  const aside = make("p", "aside");
  const message = make("span");
  const again = button("quiet", t.models.retry, retry);
  const note = make("div", "problem", message, again);
  note.setAttribute("role", "status");
  const body = make("div", "body");
  body.hidden = true;
  const element = make("section", className, make("header", "", heading, aside), note, body);
  element.setAttribute("aria-labelledby", heading.id);
  const say = (text: string, canRetry: boolean): void => {
    if (message.textContent !== text) message.textContent = text;
    again.hidden = !canRetry;
    note.classList.toggle("silent", text === "");
    note.classList.toggle("bad", canRetry);
  };
  say("", false);
  return {
    element,
    body,
    aside,
    loading: () => {
      if (body.hidden) say(t.models.loading, false);
    },
    ready: () => {
      body.hidden = false;
      say("", false);
    },
    failed: (error) => {
      const problem = explain(error);
      say(body.hidden ? problem : t.models.problems.old(problem), true);
    },
    isFailed: () => !again.hidden,
  };
}

/** What went wrong, for people. */
export function explain(error: unknown): string {
  const { problems } = t.models;
  if (!(error instanceof Refused)) return problems.unreachable;
  if (error.status === 401) return problems.signIn;
  if (error.status === 403) return problems.forbidden;
  if (error.status === 404) return problems.missing;
  return problems.refused(error.message);
}
