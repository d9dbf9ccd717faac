// What the panel shows, top to bottom; when, is decided by `panel.ts`.
import { make, setText } from "../elements";
import { timeOf, type State } from "../state";
import { t } from "../words";
import type { AlertEvent, StoredTransaction } from "../wire";
import { drawFacts } from "./facts";
import { createHeadline } from "./headline";
import { createCloser, createNotice, createPart } from "./parts";
import { createPast } from "./past";
import { drawReasons } from "./reasons";
import { createSeen } from "./seen";
import { createSnoozing } from "./snooze";
import type { Whom } from "./snooze-form";
import { ofAlert, ofStored } from "./subject";
import { createJudging } from "./verdict";

export interface View {
  /** Takes the focus when the panel opens. */
  readonly title: HTMLElement;
  /** Says how the loading goes. */
  readonly say: (text: string, canRetry?: boolean) => void;
  /** Shows what is known: of the alert, and of what is stored once it is loaded. */
  readonly show: (id: string, event: AlertEvent | null, stored: StoredTransaction | null) => void;
  /** What changes without the transaction: ages, and what this browser may do. */
  readonly draw: (state: State) => void;
}

interface ViewCallbacks {
  readonly onRetry: () => void;
  readonly onClose: () => void;
  readonly onSelect: (id: string) => void;
}

/** Fills `aside`. */
export function createView(aside: HTMLElement, { onRetry, onClose, onSelect }: ViewCallbacks): View {
  const headline = createHeadline("panel-title");
  const notice = createNotice(onRetry);
  const suppressed = make("p", "hint", t.panel.suppressed);
  const why = createPart(t.panel.why, "why");
  const past = createPart(t.panel.history, "around");
  const seen = createPart(t.panel.features, "features");
  const facts = createPart(t.panel.facts, "facts");
  const list = make("dl");
  facts.body.append(list);
  const drawPast = createPast(past.body, onSelect);
  const drawSeen = createSeen(seen.body);
  const judging = createJudging();
  const snoozing = createSnoozing();
  judging.buttons.append(snoozing.opener);

  const parts = [why, past, seen, facts].map((part) => part.element);
  const scroll = make("div", "scroll", headline.figures, notice.element, suppressed, ...parts);
  // Long texts can be read with the keyboard too.
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-labelledby", headline.title.id);
  aside.classList.add("panel");
  aside.setAttribute("aria-labelledby", headline.title.id);
  aside.replaceChildren(
    make("header", "", headline.element, createCloser(onClose)),
    scroll,
    make("footer", "", snoozing.element, judging.element),
  );

  let shown: string | null = null;
  let review: number | null = null;
  return {
    title: headline.title,
    say: notice.say,
    show(id, event, stored) {
      const subject = stored !== null ? ofStored(stored) : event !== null ? ofAlert(event) : null;
      if (id !== shown) scroll.scrollTop = 0;
      shown = id;
      headline.show(subject, id, review);
      suppressed.hidden = subject?.suppressed !== true;
      facts.element.hidden = subject === null;
      if (subject !== null) drawFacts(list, subject);
      for (const part of [why, past, seen]) part.element.hidden = stored === null;
      judging.show(id, stored === null ? undefined : (stored.label ?? null));
      snoozing.show(whomOf(stored));
      if (stored === null) return;
      drawWhy(why.body, stored);
      drawPast(stored);
      drawSeen(stored);
    },
    draw(state) {
      review = state.thresholds?.review ?? null;
      headline.age(timeOf(state));
      const mayTell = state.scopes.includes("feedback");
      judging.allow(mayTell);
      snoozing.allow(mayTell);
    },
  };
}

function drawWhy(body: HTMLElement, { reasons, unexplained, score }: StoredTransaction): void {
  if (reasons != null) return drawReasons(body, reasons, score);
  const said = make("p", "hint");
  setText(said, unexplained ?? t.panel.noReasons);
  body.replaceChildren(said);
}

function whomOf(stored: StoredTransaction | null): readonly Whom[] {
  const customer: Whom[] = stored?.customer == null ? [] : [{ kind: "customer", id: stored.customer }];
  const terminal: Whom[] = stored?.terminal == null ? [] : [{ kind: "terminal", id: stored.terminal }];
  return [...customer, ...terminal];
}
