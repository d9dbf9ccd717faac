// What stands around the components: the words of index.html in the reader's language, the links between the pages,
// and the banner that says when what is shown is old.
import { addressOf } from "./address";
import { byId, setText } from "./elements";
import * as format from "./format";
import { isStale, type Page, type State } from "./state";
import { t } from "./words";

const TITLES: Record<Page, string> = { map: t.frame.title, models: t.frame.modelsTitle };

const WORDS: readonly (readonly [id: string, text: string])[] = [
  ["model-label", t.frame.model],
  ["legend-score", t.frame.legend.score],
  ["legend-amount", t.frame.legend.amount],
  ["licences", t.frame.licences],
];

const LABELS: readonly (readonly [id: string, text: string])[] = [
  ["pages", t.frame.pages.label],
  ["stage", t.frame.stage],
];

/** Writes the words once, and returns what shows the page that is turned to. */
export function createFrame(onPage: (page: Page) => void): (state: State) => void {
  for (const [id, text] of WORDS) byId(id).textContent = text;
  for (const [id, text] of LABELS) byId(id).setAttribute("aria-label", text);
  const links = createLinks(onPage);
  const pages: Record<Page, HTMLElement> = { map: byId("map-page"), models: byId("models") };
  const stale = byId("stale");
  let drawn: State | undefined;

  return (state) => {
    if (isStale(state) !== !stale.hidden || state.heardAt !== drawn?.heardAt) drawStale(stale, state);
    if (state.page !== drawn?.page) {
      document.title = TITLES[state.page];
      for (const page of ["map", "models"] as const) pages[page].hidden = page !== state.page;
    }
    links(state);
    drawn = state;
  };
}

/** A link leads to the page as the reader left it, in another tab too. */
function createLinks(onPage: (page: Page) => void): (state: State) => void {
  const links = [...byId("pages").querySelectorAll("a")].map((link) => {
    const page: Page = link.dataset.page === "models" ? "models" : "map";
    link.textContent = t.frame.pages[page];
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      onPage(page);
    });
    return { link, page };
  });
  return (state) => {
    for (const { link, page } of links) {
      const address = addressOf({ ...state, page }) || "#";
      if (link.getAttribute("href") !== address) link.setAttribute("href", address);
      if (page === state.page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  };
}

function drawStale(stale: HTMLElement, state: State): void {
  const isOld = isStale(state);
  if (isOld) setText(stale, t.frame.stale(format.hour(state.heardAt ?? state.now)));
  stale.hidden = !isOld;
}
