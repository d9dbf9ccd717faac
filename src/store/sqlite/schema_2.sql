-- What decided. `features` names the values of a decision's row in their order, `inputs` what clients send, as JSON arrays.
CREATE TABLE models (
    key      INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    version  TEXT NOT NULL,
    features TEXT NOT NULL,
    inputs   TEXT NOT NULL,
    UNIQUE (name, version)
);
INSERT INTO models (name, version, features, inputs) SELECT DISTINCT model, '', '[]', '[]' FROM decisions;

ALTER TABLE decisions ADD COLUMN model_key INTEGER NOT NULL DEFAULT 0;
UPDATE decisions SET model_key = (SELECT key FROM models WHERE models.name = decisions.model);
ALTER TABLE decisions DROP COLUMN model;
-- What was scored: 8 bytes a value (IEEE 754, little endian, NaN where there was none), and what was said for columns of words.
ALTER TABLE decisions ADD COLUMN features BLOB;
ALTER TABLE decisions ADD COLUMN words TEXT;
-- An alert that was not shown because its customer or terminal is suppressed.
ALTER TABLE decisions ADD COLUMN suppressed INTEGER NOT NULL DEFAULT 0;
DROP INDEX alerts;
CREATE INDEX alerts ON decisions (seq) WHERE on_map AND decision <> 'approve' AND NOT suppressed;
-- Retention deletes the oldest.
CREATE INDEX decisions_by_age ON decisions (created_us);

-- What became known of a transaction later, as often as it was told otherwise than before: the last one counts.
CREATE TABLE feedback (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL,
    fraud    INTEGER NOT NULL,
    given_us INTEGER NOT NULL
);
CREATE INDEX feedback_of ON feedback (id, seq);

-- What a database has to have in common with who uses it, such as a digest of the key under which card numbers are replaced.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Whose alerts are not shown, and until when.
CREATE TABLE suppressions (
    kind       TEXT NOT NULL CHECK (kind IN ('customer', 'terminal')),
    entity     TEXT NOT NULL,
    until_us   INTEGER,
    reason     TEXT,
    created_us INTEGER NOT NULL,
    PRIMARY KEY (kind, entity)
) WITHOUT ROWID;
