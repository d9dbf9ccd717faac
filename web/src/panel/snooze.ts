// Showing no more alerts of a customer or terminal for a while, and taking that back.
import { fetchSuppressions, suppress, unsuppress } from "../api";
import { button, make, setText } from "../elements";
import * as format from "../format";
import { t } from "../words";
import type { Suppressed } from "../wire";
import { explain, isMissing } from "./problem";
import { createSnoozeForm, nameOf, type Whom } from "./snooze-form";

export interface Snoozing {
  /** What opens the form. */
  readonly opener: HTMLButtonElement;
  readonly element: HTMLElement;
  readonly show: (whom: readonly Whom[]) => void;
  readonly allow: (may: boolean) => void;
}

const HOUR_MS = 3_600_000;

/** What is sent for a choice made at `now`. */
export function suppressionOf(whom: Whom, hours: number | null, reason: string, now: number): Suppressed {
  const until = hours === null ? {} : { until: new Date(now + hours * HOUR_MS).toISOString() };
  const why = reason.trim();
  return { ...whom, ...until, ...(why === "" ? {} : { reason: why }) };
}

export function createSnoozing(): Snoozing {
  const done = new Map<string, Suppressed>();
  const said = make("div", "snoozed");
  said.setAttribute("role", "status");
  const error = make("p", "error");
  error.setAttribute("role", "alert");
  const form = createSnoozeForm((whom, hours, reason) => void snooze(suppressionOf(whom, hours, reason, Date.now())), () => turn(false));
  const opener = button("snooze", t.panel.snooze, () => turn(opener.getAttribute("aria-expanded") !== "true"));
  form.element.id = "panel-snooze";
  opener.setAttribute("aria-controls", form.element.id);

  let whom: readonly Whom[] = [];
  let may = false;
  let isBusy = false;
  let asked = 0;

  /** What was snoozed before this page was opened, or by somebody else. */
  const load = async (): Promise<void> => {
    const mine = (asked += 1);
    const held = await fetchSuppressions().catch(() => null);
    if (held === null || mine !== asked) return;
    done.clear();
    for (const one of held) done.set(keyOf(one), one);
    draw();
  };

  const turn = (isOpen: boolean): void => {
    form.element.hidden = !isOpen;
    opener.setAttribute("aria-expanded", String(isOpen));
    setText(error, "");
    if (isOpen) {
      form.offer(whom);
      form.focus();
    } else if (form.element.contains(document.activeElement) || document.activeElement === document.body) {
      // What had the focus is hidden, or was disabled while the server was asked.
      opener.focus();
    }
  };
  const draw = (lifted?: Suppressed): void => {
    opener.disabled = !may || whom.length === 0;
    opener.title = may && whom.length === 0 ? t.panel.snoozeUnknown : "";
    const held = whom.flatMap((one) => done.get(keyOf(one)) ?? []);
    const lines = held.map((one) => make("p", "", told(one), " ", ...undo(one)));
    if (lifted !== undefined) lines.push(make("p", "", t.panel.lifted(nameOf(lifted))));
    said.replaceChildren(...lines);
  };

  const undo = (one: Suppressed): HTMLElement[] => (may ? [button("quiet", t.panel.undo, () => void lift(one))] : []);

  const snooze = async (suppressed: Suppressed): Promise<void> => {
    await attempt(async () => {
      await suppress(suppressed);
      done.set(keyOf(suppressed), suppressed);
      turn(false);
      draw();
    }, t.panel.snoozeFailed);
  };
  const lift = async (suppressed: Suppressed): Promise<void> => {
    await attempt(async () => {
      // What somebody else has lifted meanwhile is lifted all the same.
      await unsuppress(suppressed.kind, suppressed.id).catch((refusal: unknown) => {
        if (!isMissing(refusal)) throw refusal;
      });
      done.delete(keyOf(suppressed));
      draw(suppressed);
      opener.focus();
    }, t.panel.liftFailed);
  };
  const attempt = async (what: () => Promise<void>, failed: (problem: string) => string): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    asked += 1; // an answer that is under way would be of before
    form.busy(true);
    setText(error, "");
    const mine = whom;
    try {
      await what();
    } catch (refusal) {
      if (mine === whom) setText(error, failed(explain(refusal)));
    }
    isBusy = false;
    form.busy(false);
  };

  opener.setAttribute("aria-expanded", "false");
  form.element.hidden = true;
  return {
    opener,
    element: make("div", "snoozing", form.element, said, error),
    show(others) {
      whom = others;
      form.element.hidden = true;
      opener.setAttribute("aria-expanded", "false");
      setText(error, "");
      draw();
      if (whom.length > 0) void load();
    },
    allow(isAllowed) {
      if (isAllowed === may) return;
      may = isAllowed;
      draw();
    },
  };
}

const keyOf = ({ kind, id }: Pick<Suppressed, "kind" | "id">): string => `${kind} ${id}`;

function told(suppressed: Suppressed): string {
  const name = nameOf(suppressed);
  return suppressed.until == null ? t.panel.snoozedForever(name) : t.panel.snoozedUntil(name, format.time(suppressed.until));
}
