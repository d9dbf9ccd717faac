// Makes src/wire.ts of the server's description of itself: the types of what travels between the page and the server.
//
//   FRAUDCTL_BIN=target/release/fraudctl npm run wire
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import { startServer } from "../tests/page/server.mjs";

export const WIRE = fileURLToPath(new URL("../src/wire.ts", import.meta.url));

/** What the page reads and writes; what these consist of comes with them. */
const ROOTS = [
  "Frame",
  "ClientFrame",
  "StoredTransaction",
  "Scores",
  "Drift",
  "Run",
  "Curves",
  "Models",
  "Session",
  "Suppressed",
  "Label",
  "Noted",
  "Problem",
];

const BANNER = `// What travels between this page and its server. Made of the server's own description of itself by \`npm run wire\`;
// a test holds the two together. Not to be edited.`;

/** The text of src/wire.ts, as the server at `address` has it. */
export async function wireOf(address) {
  const answer = await fetch(`${address}/openapi.json`);
  const { schemas } = (await answer.json()).components;
  const definitions = Object.fromEntries(reachable(schemas).map((name) => [name, plain(schemas[name])]));
  const oneOf = ROOTS.map((name) => ({ $ref: `#/definitions/${name}` }));
  return compile({ title: "Wire", description: "All that travels.", oneOf, definitions }, "Wire", {
    additionalProperties: false,
    bannerComment: BANNER,
    style: { printWidth: 120 },
  });
}

/** The names of the roots, and of all that they refer to, in the order in which they are met. */
function reachable(schemas) {
  const found = new Set();
  const visit = (name) => {
    if (found.has(name)) return;
    if (schemas[name] === undefined) throw new Error(`the server describes no ${name}`);
    found.add(name);
    for (const [, other] of JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g)) visit(other);
  };
  ROOTS.forEach(visit);
  return [...found];
}

/** A schema as the generator reads it: what is referred to speaks for itself, and pairs are tuples. */
function plain(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "#/definitions/"), (_, value) => {
    if (typeof value?.$ref === "string") return { $ref: value.$ref };
    if (value?.type === "array" && value.minItems !== undefined && value.minItems === value.maxItems) {
      return { ...value, items: Array.from({ length: value.minItems }, () => value.items) };
    }
    return value;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await startServer();
  try {
    await writeFile(WIRE, await wireOf(server.address));
  } finally {
    await server.stop();
  }
}
