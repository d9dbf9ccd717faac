-- Loaded rows: of an event log (customer, terminal, amount), or of a table of features (features as JSON).
CREATE TABLE transactions (
    seq       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    time_us   INTEGER,
    customer  TEXT,
    terminal  TEXT,
    amount    REAL,
    latitude  REAL,
    longitude REAL,
    fraud     INTEGER,
    features  TEXT,
    CHECK (features IS NOT NULL OR (time_us IS NOT NULL AND customer IS NOT NULL
                                    AND terminal IS NOT NULL AND amount IS NOT NULL))
);
-- The warm start reads event logs in the order of time.
CREATE INDEX transactions_in_time ON transactions (time_us) WHERE customer IS NOT NULL;

-- Where a terminal stood last.
CREATE TABLE terminals (
    id        TEXT PRIMARY KEY,
    latitude  REAL NOT NULL,
    longitude REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE locations (
    seq        INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    country    TEXT NOT NULL,
    latitude   REAL NOT NULL,
    longitude  REAL NOT NULL,
    population INTEGER NOT NULL,
    time_zone  TEXT NOT NULL
);

CREATE TABLE decisions (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    time_us    INTEGER NOT NULL,
    customer   TEXT,
    terminal   TEXT,
    amount     REAL,
    score      REAL NOT NULL,
    decision   TEXT NOT NULL CHECK (decision IN ('approve', 'review', 'block')),
    threshold  REAL NOT NULL,
    model      TEXT NOT NULL,
    latitude   REAL,
    longitude  REAL,
    title      TEXT NOT NULL,
    country    TEXT,
    simulated  INTEGER NOT NULL,
    on_map     INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    created_us INTEGER NOT NULL
);
CREATE INDEX alerts ON decisions (seq) WHERE on_map AND decision <> 'approve';
-- Raw transactions that were scored live are history for the next warm start.
CREATE INDEX decisions_in_time ON decisions (time_us)
    WHERE customer IS NOT NULL AND terminal IS NOT NULL AND amount IS NOT NULL;

-- How far each file has been loaded; written in the transaction of the rows it counts.
CREATE TABLE load_progress (
    source      TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    rows_done   INTEGER NOT NULL,
    complete    INTEGER NOT NULL
) WITHOUT ROWID;
