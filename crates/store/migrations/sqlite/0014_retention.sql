-- What may not be erased while somebody says so: the recording of an attempt, or all of a person, past and to come.
CREATE TABLE legal_hold (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    attempt     INTEGER,
    person      INTEGER,
    reason      TEXT    NOT NULL,
    placed_at   INTEGER NOT NULL,
    placed_by   TEXT    NOT NULL,
    released_at INTEGER,
    released_by TEXT,
    CHECK ((attempt IS NULL) <> (person IS NULL))
) STRICT;
CREATE INDEX legal_hold_attempt ON legal_hold (attempt) WHERE released_at IS NULL;
CREATE INDEX legal_hold_person ON legal_hold (person) WHERE released_at IS NULL;

-- That recordings were erased: numbered without a gap, each with the hash of the one before it in its text, so
-- that none can be changed or taken out unseen. `sha256` is that of `body`.
CREATE TABLE deletion_certificate (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    sha256  TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX deletion_certificate_attempt ON deletion_certificate (attempt);
CREATE INDEX deletion_certificate_at ON deletion_certificate (at);
CREATE TRIGGER deletion_certificate_no_update BEFORE UPDATE ON deletion_certificate
BEGIN SELECT RAISE(ABORT, 'certificates are append-only'); END;
CREATE TRIGGER deletion_certificate_no_delete BEFORE DELETE ON deletion_certificate
BEGIN SELECT RAISE(ABORT, 'certificates are append-only'); END;
