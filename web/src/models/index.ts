// The models page: what is in service, all runs and their curves beside each other, and drift over time.
import { fetchDrift, fetchModels, fetchRuns } from "../api";
import { make } from "../elements";
import type { State } from "../state";
import { t } from "../words";
import { drawCards } from "./cards";
import { createComparison } from "./comparison";
import { createDrift } from "./drift";
import { createSection, type Section } from "./section";

const REFRESH_EVERY_MS = 60_000;

/** Asks, and lets the section say how it went; a later question makes an earlier answer void. */
function loader<Answer>(section: Section, ask: () => Promise<Answer>, show: (answer: Answer) => void): () => Promise<void> {
  let asked = 0;
  return async () => {
    const mine = (asked += 1);
    section.loading();
    let answer: Answer;
    try {
      answer = await ask();
    } catch (error) {
      if (mine === asked) section.failed(error);
      return;
    }
    if (mine !== asked) return;
    show(answer);
    section.ready();
  };
}

/** Fills the page once, and returns what loads it when it is turned to. */
export function createModels(element: HTMLElement): (state: State) => void {
  const served = createSection(t.models.served.title, "served", () => void loadServed());
  const runs = createSection(t.models.runs.title, "all-runs", () => void loadRuns());
  const curves = createSection(t.models.curves.title, "all-curves", () => void loadRuns());
  const drift = createSection(t.models.drift.title, "all-drift", () => void loadDrift());
  element.classList.add("models");
  element.setAttribute("aria-label", t.models.title);
  const sections = [served, runs, curves, drift];
  element.append(...sections.map((section) => section.element));

  const cards = make("div", "cards");
  served.body.append(cards);
  const comparison = createComparison(runs, curves);
  const showDrift = createDrift(drift.body);
  const loadServed = loader(served, fetchModels, (models) => drawCards(cards, models));
  const loadRuns = loader(runs, fetchRuns, comparison);
  const loadDrift = loader(drift, fetchDrift, showDrift);

  let isOpen = false;
  let refreshed = 0;
  let seen: string | null = null;
  let lastStatus: State["status"] | null = null;
  let wasLost = false;
  /** What changes by itself: drift, and how often the shadow agrees. */
  const refresh = (): void => {
    refreshed = Date.now();
    void loadServed();
    void loadDrift();
  };
  setInterval(() => isOpen && !document.hidden && refresh(), REFRESH_EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (isOpen && !document.hidden && Date.now() - refreshed >= REFRESH_EVERY_MS) refresh();
  });

  return ({ page, model, modelVersion, status }) => {
    const wasOpen = isOpen;
    isOpen = page === "models";
    const inService = model === null ? seen : `${model} ${modelVersion}`;
    const isExchanged = seen !== null && inService !== seen;
    wasLost ||= status === "disconnected";
    // Signed in, or connected again: what was refused before may be had now.
    const isBack = status === "live" && lastStatus !== "live" && (wasLost || sections.some((section) => section.isFailed()));
    if (isBack) wasLost = false;
    [seen, lastStatus] = [inService, status];
    if (!isOpen || (wasOpen && !isExchanged && !isBack)) return;
    refresh();
    void loadRuns();
  };
}
