// Today's scores with the two thresholds as lines to be moved: what others would have alerted and blocked. The server's stay as they are.
import { fetchScores } from "./api";
import { button, make, setText } from "./elements";
import { share, signedCount, threshold } from "./figures";
import * as format from "./format";
import { createChart } from "./histogram/chart";
import { createLines } from "./histogram/lines";
import { compared, createOutcome } from "./histogram/outcome";
import type { Limits } from "./histogram/bins";
import { explain } from "./panel/problem";
import type { State } from "./state";
import { t } from "./words";
import type { Scores } from "./wire";

const POLL_MS = 10_000;

/** Fills `element` with a card that is closed at first; it asks the server only while it is open and seen. */
export function createHistogram(element: HTMLElement): (state: State) => void {
  const words = t.histogram;
  const opener = button("opener", words.title, () => turn(!isOpen));
  const since = make("p", "since");
  since.setAttribute("role", "status");
  const chart = createChart();
  const outcome = createOutcome(() => attempt(null));
  const lines = createLines(chart.element, (limits) => attempt(limits));
  chart.element.append(...lines.elements);
  const content = make("div", "content", chart.element, outcome.element);
  const card = make("div", "card", since, content);
  card.id = "histogram-card";
  opener.setAttribute("aria-controls", card.id);
  element.classList.add("histogram");
  element.setAttribute("aria-label", words.title);
  element.replaceChildren(make("h2", "", opener), card);

  let isOpen = false;
  let isSeen = false;
  let scores: Scores | null = null;
  /** What the reader tries; null for what is in force. */
  let tried: Limits | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let problem = "";

  const draw = (): void => {
    content.hidden = scores === null;
    setText(since, scores === null ? problem || words.loading : problem === "" ? sinceOf(scores) : words.old(problem));
    since.classList.toggle("bad", problem !== "");
    if (scores === null) return;
    const { bins, thresholds } = scores;
    const limits = tried ?? thresholds;
    const both = compared(bins, thresholds, limits);
    chart.draw(bins, limits);
    chart.describe(words.chart(format.count(both.all), threshold(thresholds.review), limitText(thresholds.block)));
    lines.draw(limits, (which) => {
      const what = which === "review" ? "alerts" : "blocked";
      const name = which === "block" && limits.block === null ? words.nothingBlocked : threshold(limits[which] ?? 1);
      const count = both.tried[what];
      return words.value(name, `${format.count(count)} ${words[what].toLowerCase()}`, share(count, both.all), signedCount(count - both.inForce[what]));
    });
    outcome.draw(both, thresholds, limits);
  };
  const attempt = (limits: Limits | null): void => {
    tried = limits;
    draw();
  };

  /** Asks now, and again after a while as long as somebody looks. */
  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (!isOpen || !isSeen || document.hidden) return;
    const mine = (asked += 1);
    const answer = await fetchScores().catch((error: unknown) => explain(error));
    if (mine !== asked) return;
    problem = typeof answer === "string" ? answer : "";
    if (typeof answer !== "string") scores = answer;
    draw();
    clearTimeout(timer);
    timer = setTimeout(() => void poll(), POLL_MS);
  };
  const turn = (wanted: boolean): void => {
    isOpen = wanted;
    card.hidden = !isOpen;
    element.classList.toggle("open", isOpen);
    opener.setAttribute("aria-expanded", String(isOpen));
    opener.title = isOpen ? words.close : words.open;
    if (isOpen) draw();
    void poll();
  };
  document.addEventListener("visibilitychange", () => void poll());
  turn(false);

  return ({ page }) => {
    if (isSeen === (page === "map")) return;
    isSeen = page === "map";
    void poll();
  };
}

function sinceOf({ bins, since }: Scores): string {
  const all = bins.reduce((sum, count) => sum + count, 0);
  return all === 0 ? t.histogram.none : t.histogram.since(format.count(all), format.time(since));
}

const limitText = (block: number | null): string => (block === null ? t.histogram.never : threshold(block));
