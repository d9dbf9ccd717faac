// The top of the panel: where, how much, what was decided, and the score against its threshold.
import { make, setText } from "../elements";
import { ago, percent } from "../figures";
import * as format from "../format";
import { t } from "../words";
import type { Subject } from "./subject";

export interface Headline {
  readonly title: HTMLHeadingElement;
  readonly element: HTMLElement;
  readonly figures: HTMLElement;
  readonly show: (subject: Subject | null, id: string, review: number | null) => void;
  readonly age: (now: number) => void;
}

export function createHeadline(titleId: string): Headline {
  const title = make("h2");
  title.id = titleId;
  title.tabIndex = -1;
  const decision = make("span");
  const time = make("time");
  const age = make("span");
  const under = make("p", "under", decision, make("span", "", time, " · ", age));
  const score = make("strong");
  const limit = make("span");
  const amount = make("strong");
  const fill = make("i");
  const mark = make("b");
  const gauge = make("span", "gauge", fill, mark);
  gauge.setAttribute("aria-hidden", "true");
  const figures = make(
    "div",
    "figures",
    make("div", "", make("span", "name", t.panel.score), score, limit),
    make("div", "", make("span", "name", t.panel.amount), amount),
    gauge,
  );
  let decidedAt = NaN;
  let now = NaN;
  const writeAge = (): void => setText(age, Number.isNaN(decidedAt) ? "" : ago(now - decidedAt));

  return {
    title,
    element: make("div", "headline", title, under),
    figures,
    show(subject, id, review) {
      setText(title, subject === null ? `${t.panel.unnamed} ${id}` : nameOf(subject));
      under.hidden = figures.hidden = subject === null;
      if (subject === null) return;
      const limitOf = subject.threshold ?? review;
      decision.className = `decision ${subject.decision}`;
      setText(decision, t.feed.decisions[subject.decision]);
      time.dateTime = subject.time;
      setText(time, format.time(subject.time));
      decidedAt = Date.parse(subject.decided ?? subject.time);
      writeAge();
      setText(score, format.score(subject.score));
      setText(limit, limitOf === null ? "" : t.panel.threshold(percent(limitOf)));
      setText(amount, format.amount(subject.amount));
      fill.style.width = `${subject.score * 100}%`;
      mark.hidden = limitOf === null;
      mark.style.left = `${(limitOf ?? 0) * 100}%`;
    },
    age(at) {
      now = at;
      writeAge();
    },
  };
}

/** `Paris, France`; a payment that was no alert is called by its terminal. */
function nameOf({ title, country, terminal, id }: Subject): string {
  if (title === "") return terminal === null ? `${t.panel.unnamed} ${id}` : `${t.panel.terminal} ${terminal}`;
  return country === null ? title : `${title}, ${format.countryName(country)}`;
}
