// Starts the binary under test as its users do, and stops it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const START_MS = 60_000;
const LISTENING = /listening on (http:\/\/\S+)/;

/** The run folder that is served: FRAUDCTL_TEST_RUN, else the one committed beside the Rust tests. */
export const RUN = resolve(
  process.env.FRAUDCTL_TEST_RUN ?? fileURLToPath(new URL("../../../tests/it/fixtures/run", import.meta.url)),
);

/** The binary in FRAUDCTL_BIN; an error that says what to do when it isn't there. */
function binary() {
  const path = process.env.FRAUDCTL_BIN;
  if (!path) throw new Error("set FRAUDCTL_BIN to the fraudctl binary that the page is to be tested with");
  if (!existsSync(path)) throw new Error(`FRAUDCTL_BIN is ${path}, which doesn't exist: build it first`);
  return resolve(path);
}

/** A token of these scopes, and the file of the server that knows it. */
export function makeToken(scopes) {
  const folder = mkdtempSync(join(tmpdir(), "fraudctl-token-"));
  const file = join(folder, "tokens");
  const token = execFileSync(binary(), ["token", "page", "--scopes", scopes, "--append", file], { encoding: "utf8" }).trim();
  return { token, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A folder that is gone after `remove`. */
export function makeFolder() {
  const path = mkdtempSync(join(tmpdir(), "fraudctl-page-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a command of the binary in a folder to its end; what it printed. */
export function fraudctl(folder, ...words) {
  return execFileSync(binary(), words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** `fraudctl serve` in a folder, by default an empty one that goes with it; resolves when it listens. */
export async function startServer({ bind = "127.0.0.1:0", run = RUN, folder = null, more = [] } = {}) {
  const own = folder === null ? makeFolder() : null;
  const child = spawn(binary(), ["serve", run, "--bind", bind, ...more], {
    cwd: folder ?? own.path,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8");
  const address = await new Promise((listening, failed) => {
    const late = setTimeout(() => failed(new Error(`serve did not listen in time:\n${log}`)), START_MS);
    child.stderr.on("data", (text) => {
      log += text;
      const found = LISTENING.exec(log);
      if (found) listening(found[1]), clearTimeout(late);
    });
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`serve ended with ${code}:\n${log}`)));
  });
  return {
    address,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
        await ended;
        clearTimeout(hard);
      }
      own?.remove();
    },
  };
}
