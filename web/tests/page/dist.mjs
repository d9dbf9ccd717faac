// Serves the page as it was built, and nothing else: a test answers for the server's routes itself.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

const DIST = new URL("../../dist/", import.meta.url);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Listens on a free port. */
export async function serveDist() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const file = new URL(pathname === "/" ? "index.html" : `.${pathname}`, DIST);
    try {
      if (!file.href.startsWith(DIST.href)) throw new Error("outside");
      const body = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file.pathname)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found","code":"not_found"}');
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((stopped) => server.close(stopped)),
  };
}
