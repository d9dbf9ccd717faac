// What axe-core finds wrong with a page for those who can't see it, or not well.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const BAD = ["serious", "critical"];

/** What is serious or worse, in words; `where` is what axe-core takes as its context, by default the whole page. */
export async function violations(page, where = { include: ["html"] }) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((context) => window.axe.run(context, { resultTypes: ["violations"] }), where);
  const words = ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join("\n")}`;
  return violations.filter(({ impact }) => BAD.includes(impact)).map(words);
}
