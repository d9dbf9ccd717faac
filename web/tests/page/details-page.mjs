// Opens the map with stubs for its server, and looks at it; for the tests of feed, panel and histogram.
import { after, before } from "node:test";
import { WAIT, launch, openPage } from "./browser.mjs";
import { NOW, stubServer } from "./details-stub.mjs";
import { serveDist } from "./dist.mjs";

/** For all tests of a file: one browser, and a page that is opened anew by each `open`. */
export function detailsPage() {
  const at = {};
  before(async () => {
    at.pages = await serveDist();
    at.browser = await launch();
  });
  after(async () => {
    await at.browser?.close();
    await at.pages?.stop();
  });

  /** Opens the map in a new page that stands in for the one before. */
  at.open = async ({ query = "?lang=en", ready = '#feed [data-alert-id="alert-119"]', ...options } = {}) => {
    await at.page?.close();
    Object.assign(at, await openPage(at.browser, at.pages.address));
    at.server = await stubServer(at.page, at.pages.address, options);
    await at.page.emulateMedia({ reducedMotion: "reduce" });
    await at.page.clock.install({ time: NOW + 20_000 });
    await at.page.goto(at.pages.address + "/" + query, WAIT);
    await at.page.locator(ready).waitFor({ ...WAIT, state: "attached" });
  };
  /** Waits until an element says it. */
  at.says = (selector, text) =>
    at.page.waitForFunction(([where, wanted]) => document.querySelector(where)?.innerText.includes(wanted), [selector, text], WAIT);
  /** The id of the row, or of the element, with the focus. */
  at.focused = () =>
    at.page.evaluate(() => document.activeElement.closest("[data-alert-id]")?.dataset.alertId ?? document.activeElement.id);
  at.row = (id) => at.page.locator(`#feed [data-alert-id="${id}"] button`);
  at.panel = () => at.page.locator("#panel");
  /** Opens the panel, and waits for what is loaded. */
  at.openPanel = async (id = "alert-119") => {
    await at.row(id).click();
    await at.page.locator("#panel .waterfall").waitFor(WAIT);
  };
  at.isClosed = () => at.panel().waitFor({ ...WAIT, state: "hidden" });
  return at;
}
