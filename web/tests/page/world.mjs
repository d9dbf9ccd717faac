// A bank as its team has it: simulated, prepared, trained twice and loaded by the binary under test; its last days are still to come.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fraudctl, makeFolder, startServer } from "./server.mjs";

/** Days of the simulated log, the last of which are not loaded. */
const DAYS = 60;
const LAST_DAYS = 6;

/** Makes it, with a low threshold so that there is something to look at: a folder with `artifacts/`, `fraud.db`, and the payments that were not loaded, oldest first. */
export function makeWorld() {
  const { path, remove } = makeFolder();
  const run = (...words) => fraudctl(path, "--quiet", ...words);
  run("simulate", "--out", "log.csv", "--customers", "600", "--terminals", "800", "--days", String(DAYS));
  run("prep", "log.csv", "--out", "bank");
  run("train", "bank", "--model", "lightgbm");
  run("train", "bank", "--model", "mlp", "--set", "epochs=2");
  const payments = cut(path);
  run("load", "history.csv", "--db", "fraud.db");
  return {
    path,
    remove,
    payments,
    serve: (bind) => startServer({ folder: path, run: "bank-lightgbm", bind, more: ["--db", "fraud.db", "--review", "0.1"] }),
    fraudctl: run,
  };
}

/** Writes the log's first days to `history.csv`, and gives the others as a client sends them. */
function cut(path) {
  const [head, ...lines] = readFileSync(join(path, "log.csv"), "utf8").trimEnd().split("\n");
  const columns = head.split(",");
  const value = (cells, name) => cells[columns.indexOf(name)];
  const rows = lines.map((line) => line.split(","));
  const timeOf = (cells) => value(cells, "TX_DATETIME").replace(" ", "T").replace(/Z?$/, "Z");
  const first = Date.parse(timeOf(rows[0]));
  const end = first - (first % 86_400_000) + (DAYS - LAST_DAYS) * 86_400_000;
  const isBefore = (cells) => Date.parse(timeOf(cells)) < end;
  writeFileSync(join(path, "history.csv"), [head, ...lines.filter((_, index) => isBefore(rows[index]))].join("\n") + "\n");
  return rows.filter((cells) => !isBefore(cells)).map((cells) => ({
    id: value(cells, "TRANSACTION_ID"),
    time: timeOf(cells),
    customer: value(cells, "CUSTOMER_ID"),
    terminal: value(cells, "TERMINAL_ID"),
    amount: Number(value(cells, "TX_AMOUNT")),
    latitude: Number(value(cells, "TERMINAL_LATITUDE")),
    longitude: Number(value(cells, "TERMINAL_LONGITUDE")),
  }));
}
