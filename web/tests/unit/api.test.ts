// What is asked of the server, and what is made of its answers.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Refused, beginSession, fetchAlerts, fetchCurves, fetchScores, fetchSession, fetchTransaction, suppress, tellLabel, unsuppress } from "../../src/api";

/** A server that answers everything alike; what it was asked is returned. */
function server(answer: () => Response) {
  const fetch = vi.fn(async (_address: string, _init?: RequestInit) => answer());
  vi.stubGlobal("fetch", fetch);
  return () => fetch.mock.calls.map(([address, init]) => [init?.method ?? "GET", address, init?.body ?? null]);
}

const json = (value: unknown, status = 200): (() => Response) => () => new Response(JSON.stringify(value), { status });

afterEach(() => vi.unstubAllGlobals());

describe("requests", () => {
  it("go to the server's routes, beside the page", async () => {
    const asked = server(json([]));
    await fetchAlerts({ from: 0, to: 1_000, since: "a/b" });
    await fetchAlerts({});
    await fetchTransaction("a/b?c");
    await fetchCurves("one two");
    await fetchScores();
    expect(asked().map(([, address]) => address)).toEqual([
      "alerts?limit=1000&from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T00%3A00%3A01.000Z&since=a%2Fb",
      "alerts?limit=1000",
      "transactions/a%2Fb%3Fc",
      "runs/one%20two/curves",
      "scores",
    ]);
  });

  it("that tell something are JSON", async () => {
    const asked = server(() => new Response(null, { status: 204 }));
    await tellLabel({ id: "1", fraud: true });
    await suppress({ kind: "customer", id: "c 1", reason: "known" });
    await unsuppress("customer", "c 1");
    expect(asked()).toEqual([
      ["POST", "feedback", '{"id":"1","fraud":true}'],
      ["POST", "suppressions", '{"kind":"customer","id":"c 1","reason":"known"}'],
      ["DELETE", "suppressions?kind=customer&id=c+1", null],
    ]);
  });

  it("show a token once, and no more than that", async () => {
    const fetch = vi.fn(async (_address: string, _init?: RequestInit) => new Response(null, { status: 204 }));
    vi.stubGlobal("fetch", fetch);
    await beginSession("fct_1");
    expect(fetch).toHaveBeenCalledExactlyOnceWith("session", { method: "POST", headers: { authorization: "Bearer fct_1" } });
  });
});

describe("answers", () => {
  it("may be empty", async () => {
    server(() => new Response(null, { status: 204 }));
    expect(await fetchSession()).toBeNull();
    server(() => new Response("", { status: 200 }));
    expect(await tellLabel({ id: "1", fraud: false })).toBeNull();
  });

  it("that refuse say why", async () => {
    server(json({ error: "no such transaction", code: "not_found" }, 404));
    await expect(fetchTransaction("1")).rejects.toMatchObject({ name: "Refused", message: "no such transaction", code: "not_found", status: 404 });
    server(() => new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
    const refusal: unknown = await fetchTransaction("1").catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ message: "Bad Gateway", code: "", status: 502 });
  });
});
