// What became known of a transaction, and the buttons that say it.
import { tellLabel } from "../api";
import { button, make, setText } from "../elements";
import * as format from "../format";
import { t } from "../words";
import type { Verdict } from "../wire";
import { explain } from "./problem";

export interface Judging {
  readonly element: HTMLElement;
  /** Beside the two buttons there is room for others. */
  readonly buttons: HTMLElement;
  /** Of another transaction; nothing is said as long as it is not known whether anything is known. */
  readonly show: (id: string, known: Verdict | null | undefined) => void;
  readonly allow: (mayTell: boolean) => void;
}

export function createJudging(): Judging {
  const state = make("p", "known");
  state.setAttribute("role", "status");
  const error = make("p", "error");
  error.setAttribute("role", "alert");
  const denied = make("p", "hint", t.panel.noScope);
  denied.id = "panel-denied";
  const fraud = button("tell fraud", t.panel.confirm, () => void tell(true));
  const genuine = button("tell genuine", t.panel.falseAlarm, () => void tell(false));
  const buttons = make("div", "buttons", fraud, genuine);
  buttons.setAttribute("role", "group");
  buttons.setAttribute("aria-label", t.panel.question);

  let id = "";
  let verdict: Verdict | null | undefined;
  let mayTell = false;
  let isBusy = false;

  const draw = (): void => {
    for (const [element, means] of [[fraud, true], [genuine, false]] as const) {
      element.setAttribute("aria-pressed", String(verdict?.fraud === means));
      element.disabled = !mayTell;
      element.setAttribute("aria-disabled", String(isBusy || !mayTell));
      if (mayTell) element.removeAttribute("aria-describedby");
      else element.setAttribute("aria-describedby", denied.id);
    }
    denied.hidden = mayTell;
    setText(state, isBusy ? t.panel.sending : said(verdict));
  };

  /** The buttons show what the server has noted, and not what was only wished. */
  const tell = async (means: boolean): Promise<void> => {
    if (isBusy || !mayTell || verdict?.fraud === means) return;
    const mine = id;
    isBusy = true;
    setText(error, "");
    draw();
    let problem = "";
    try {
      await tellLabel({ id, fraud: means });
    } catch (refusal) {
      problem = t.panel.feedbackFailed(explain(refusal, t.panel.feedbackUnknown));
    }
    if (mine !== id) return;
    isBusy = false;
    if (problem === "") verdict = { fraud: means, told: new Date().toISOString() };
    setText(error, problem);
    draw();
  };

  return {
    element: make("div", "judging", state, buttons, error, denied),
    buttons,
    show(other, known) {
      if (other !== id) {
        [id, isBusy, verdict] = [other, false, undefined];
        setText(error, "");
      }
      // What was told here is newer than what is loaded.
      verdict ??= known;
      draw();
    },
    allow(may) {
      if (may === mayTell && denied.hidden === may) return;
      mayTell = may;
      draw();
    },
  };
}

function said(verdict: Verdict | null | undefined): string {
  if (verdict === undefined) return "";
  if (verdict === null) return t.panel.noVerdict;
  if (verdict.told === null) return verdict.fraud ? t.panel.loadedFraud : t.panel.loadedGenuine;
  const time = format.time(verdict.told);
  return verdict.fraud ? t.panel.isFraud(time) : t.panel.isGenuine(time);
}
