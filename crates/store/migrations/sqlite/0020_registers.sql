-- Registers of numbers that must not be called, as they were when somebody fetched them: one in force of each name.
-- States: 0 being loaded, 1 in force, 2 replaced. Of replaced ones the numbers go, the row and the hash stay.
CREATE TABLE register_snapshot (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    register        TEXT    NOT NULL,
    as_of           TEXT    NOT NULL,
    state           INTEGER NOT NULL,
    begun_at        INTEGER NOT NULL,
    touched_at      INTEGER NOT NULL,
    loaded_at       INTEGER,
    replaced_at     INTEGER,
    loaded_by       TEXT    NOT NULL,
    file_name       TEXT    NOT NULL,
    file_sha256     TEXT    NOT NULL DEFAULT '',
    numbers         INTEGER NOT NULL DEFAULT 0,
    repeated        INTEGER NOT NULL DEFAULT 0,
    rejected        INTEGER NOT NULL DEFAULT 0,
    hits            INTEGER,
    override_at     INTEGER,
    override_by     TEXT,
    override_reason TEXT
) STRICT;
CREATE UNIQUE INDEX register_in_force ON register_snapshot (register) WHERE state = 1;
CREATE TABLE register_number (
    snapshot INTEGER NOT NULL,
    e164     INTEGER NOT NULL,
    PRIMARY KEY (snapshot, e164)
) STRICT, WITHOUT ROWID;

-- What people agreed to beyond their contract: to be called at other hours, with the evidence of it. Hours are
-- minutes since midnight, by the clock of the person; days are like mon,tue. Never changed: one that is taken back says when.
CREATE TABLE consent (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    person          INTEGER NOT NULL,
    kind            TEXT    NOT NULL,
    from_min        INTEGER,
    to_min          INTEGER,
    days            TEXT,
    holidays        INTEGER NOT NULL DEFAULT 0,
    purposes        TEXT    NOT NULL,
    contract_at     INTEGER,
    signed_at       INTEGER NOT NULL,
    instrument      TEXT    NOT NULL,
    evidence_sha256 TEXT    NOT NULL,
    recorded_at     INTEGER NOT NULL,
    recorded_by     TEXT    NOT NULL,
    ended_at        INTEGER,
    ended_by        TEXT
) STRICT;
CREATE INDEX consent_person ON consent (person) WHERE ended_at IS NULL;

-- What people ask as is their right, and until when they must be answered. Dates are days of the pack's calendar.
CREATE TABLE rights_request (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    person      INTEGER,
    kind        TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    received_by TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    words       TEXT    NOT NULL,
    pack        TEXT    NOT NULL,
    rule        TEXT    NOT NULL,
    due_on      TEXT    NOT NULL,
    due_at      INTEGER NOT NULL,
    extended_at INTEGER,
    extension   TEXT,
    closed_at   INTEGER,
    closed_by   TEXT,
    outcome     TEXT,
    sha256      TEXT
) STRICT;
CREATE INDEX rights_request_open ON rights_request (due_at) WHERE closed_at IS NULL;
CREATE INDEX rights_request_person ON rights_request (person);

-- Law packs as they were read: what `pack` of a refused call was when it was refused.
CREATE TABLE law_text (
    pack    TEXT    NOT NULL,
    sha256  TEXT    NOT NULL,
    seen_at INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (pack, sha256)
) STRICT;
CREATE TRIGGER law_text_no_update BEFORE UPDATE ON law_text
BEGIN SELECT RAISE(ABORT, 'law packs are kept as they were'); END;
CREATE TRIGGER law_text_no_delete BEFORE DELETE ON law_text
BEGIN SELECT RAISE(ABORT, 'law packs are kept as they were'); END;

-- People of whom nothing is kept but what the law demands. `identity_hash` is keyed with the secret of the node: a
-- base that brings them again brings them as people who must not be called, where they had asked for that.
ALTER TABLE person ADD COLUMN erased_at INTEGER;
ALTER TABLE person ADD COLUMN identity_hash TEXT;
CREATE UNIQUE INDEX person_erased ON person (identity_hash) WHERE identity_hash IS NOT NULL;

-- The clock of the person when the call left, and the pack it left under.
ALTER TABLE attempt ADD COLUMN zone TEXT;
ALTER TABLE attempt ADD COLUMN utc_offset_min INTEGER;
ALTER TABLE attempt ADD COLUMN law TEXT;
