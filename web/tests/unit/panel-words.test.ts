// Features in words, in both languages.
import { afterEach, describe, expect, it, vi } from "vitest";
import source from "../../../src/features/reasons.rs?raw";
import { inWords } from "../../src/panel/wording";

/** The features of an event log, as the server's own words for them name them. */
const KNOWN = [...source.matchAll(/^\s+\(?"([A-Z][A-Z0-9_]+)",/gm)].map(([, name]) => name ?? "");

/** The same module, as it is for a reader of French. */
async function inFrench(): Promise<typeof inWords> {
  vi.resetModules();
  vi.stubGlobal("location", { search: "?lang=fr" });
  return (await import("../../src/panel/wording")).inWords;
}

afterEach(() => vi.unstubAllGlobals());

describe("a feature in words", () => {
  it("takes those of the server where they are given", () => {
    expect(inWords("TX_AMOUNT", 812.5, "amount 812.5")).toBe("amount 812.5");
    expect(inWords("V14", 3, "V14 is far off")).toBe("V14 is far off");
  });

  it("has words of its own for the features of an event log", () => {
    const said = [
      ["TX_HOUR", 14.999, "at 14:59"],
      ["TX_HOUR", 2 + 33 / 60, "at 02:33"],
      ["TX_DURING_NIGHT", 0, "by day"],
      ["CUSTOMER_ID_NB_TX_1DAY_WINDOW", 1, "1 payment of the customer within 1 day"],
      ["CUSTOMER_ID_NB_TX_1HOUR_WINDOW", 1_200, "1,200 payments of the customer within 1 hour"],
      ["CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW", 54.2, "the customer’s 30-day mean amount is 54.2"],
      ["CUSTOMER_ID_AVG_AMOUNT_8TO30DAY_WINDOW", 5, "the customer’s mean amount 8 to 30 days ago is 5"],
      ["CUSTOMER_ID_AMOUNT_ZSCORE_30DAY_WINDOW", -1.5, "amount 1.5 standard deviations below the customer’s 30-day mean"],
      ["CUSTOMER_ID_SECONDS_SINCE_LAST", 340, "5.67 minutes after the customer’s last payment"],
      ["TERMINAL_ID_RISK_7DAY_WINDOW", 0.042, "frauds were 4.2\u00a0% of the terminal’s transactions within 7 days before the label delay"],
      ["TERMINAL_ID_VELOCITY_7DAY_WINDOW", 3, "3 transactions at the terminal within 7 days"],
    ] as const;
    for (const [name, value, text] of said) expect(inWords(name, value)).toBe(text);
  });

  it("has some for each that the server knows, in each language", async () => {
    expect(KNOWN).toHaveLength(34);
    const french = await inFrench();
    for (const name of KNOWN) {
      expect(inWords(name, 1)).not.toContain(name);
      expect(french(name, 1)).not.toContain(name);
      expect(french(name, 1)).not.toBe(inWords(name, 1));
    }
  });

  it("is name and value for others, and says when there is none", () => {
    expect(inWords("V14", -3.14159)).toBe("V14 = −3.14");
    expect(inWords("V14", 0.0031)).toBe("V14 = 0.0031");
    expect(inWords("V14", 0)).toBe("V14 = 0");
    expect(inWords("TX_AMOUNT", null)).toBe("TX_AMOUNT is missing");
  });

  it("is French for a reader of French, even where the server says it in English", async () => {
    const french = await inFrench();
    expect(french("TX_AMOUNT", 1_812.5, "amount 1812.5")).toBe("montant 1\u202f812,5");
    expect(french("CUSTOMER_ID_NB_TX_7DAY_WINDOW", 0)).toBe("0 paiement du client en 7\u00a0jours");
    expect(french("V14", 3, "V14 = 3")).toBe("V14 = 3");
  });
});
