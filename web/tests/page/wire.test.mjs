// The types of the page are what the server says of itself.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { WIRE, wireOf } from "../../scripts/wire.mjs";
import { startServer } from "./server.mjs";

it("src/wire.ts is what the server describes; `npm run wire` makes it anew", async () => {
  const server = await startServer();
  try {
    assert.equal(await readFile(WIRE, "utf8"), await wireOf(server.address));
  } finally {
    await server.stop();
  }
});
