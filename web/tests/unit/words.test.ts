// The words of both languages, and which language is spoken.
import { describe, expect, it } from "vitest";
import * as format from "../../src/format";
import { languageOf, locale } from "../../src/words";
import { en } from "../../src/words/en";
import { fr } from "../../src/words/fr";

/** Each word by its path, and what kind of word it is. */
function pathsOf(words: object, path = ""): string[] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    const here = `${path}.${key}`;
    if (typeof value === "object" && value !== null) return pathsOf(value, here);
    return [`${here}: ${typeof value}`];
  });
}

function stringsOf(words: object, path = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    if (typeof value === "object" && value !== null) return stringsOf(value, `${path}.${key}`);
    return typeof value === "string" ? [[`${path}.${key}`, value]] : [];
  });
}

describe("words", () => {
  it("are the same in both languages", () => {
    expect(pathsOf(fr).sort()).toEqual(pathsOf(en).sort());
    expect(pathsOf(en).length).toBeGreaterThan(100);
  });

  it("are there, and say something", () => {
    for (const words of [en, fr]) {
      for (const [path, text] of stringsOf(words)) expect(text.trim(), path).toBe(text);
      expect(stringsOf(words).filter(([, text]) => text === "")).toEqual([]);
    }
  });

  it("keep French marks with the words before them", () => {
    const loose = stringsOf(fr).filter(([, text]) => /[\w)’»] [:;!?»]/.test(text) || /« /.test(text));
    expect(loose).toEqual([]);
    expect(stringsOf(fr).filter(([, text]) => text.includes("'"))).toEqual([]);
  });

  it("count in both languages", () => {
    expect([0, 1, 2].map((count) => en.time.waiting(count, String(count)))).toEqual(["no new alerts", "1 new alert", "2 new alerts"]);
    expect([0, 1, 2].map((count) => fr.time.waiting(count, String(count)))).toEqual([
      "aucune nouvelle alerte", "1 nouvelle alerte", "2 nouvelles alertes",
    ]);
  });
});

describe("the language", () => {
  it("is the one that the address says, else the reader's, else English", () => {
    expect(languageOf("?lang=fr", ["en-GB"])).toBe("fr");
    expect(languageOf("?lang=EN", ["fr"])).toBe("en");
    expect(languageOf("?lang=de", ["de-AT", "fr-CH", "en"])).toBe("fr");
    expect(languageOf("", ["de", "es"])).toBe("en");
    expect(languageOf("", [])).toBe("en");
  });
});

describe("numbers and times", () => {
  const plain = (text: string): string => text.replace(/\u00a0/g, " ");

  it("are written in the language in force", () => expect(locale).toBe("en-GB"));

  it("never round a score up", () => {
    expect([0.57, 0.99996, 1].map((value) => plain(format.score(value)))).toEqual(["57.0 %", "99.9 %", "100.0 %"]);
  });

  it("say what is missing or odd", () => {
    expect(format.amount(1234.5)).toBe("1,234.50");
    expect([format.amount(undefined), format.amount(null), format.micros(0)]).toEqual(["–", "–", "–"]);
    expect([38, 3_400, 250_000].map((value) => plain(format.micros(value)))).toEqual(["38 µs", "3.4 ms", "250 ms"]);
    expect(format.time("yesterday")).toBe("yesterday");
    expect(format.time("2025-03-01T10:00:00Z")).toMatch(/^\d\d (Feb|Mar), \d\d:\d\d:\d\d$/);
    expect(format.instant(Date.parse("2025-03-01T10:00:00Z"))).toBe(format.time("2025-03-01T10:00:00Z"));
    expect(format.hour(0)).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  it("count, and share", () => {
    expect(format.count(1_234_567)).toBe("1,234,567");
    expect([0.264, 1, 0].map(format.percent)).toEqual(["26.4%", "100%", "0%"]);
    expect(format.threshold(0.5)).toBe("0.50");
  });

  it("name countries, and places by them", () => {
    expect([format.countryName("FR"), format.countryName("?")]).toEqual(["France", "?"]);
    expect(format.place({ title: "Paris", country: "FR" })).toBe("Paris, FR");
    expect([format.place({ title: "Here" }), format.place({ title: "Here", country: null })]).toEqual(["Here", "Here"]);
  });
});
