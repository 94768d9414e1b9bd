-- What clients sent, from the moment a file is taken: state 1 taken, 2 loaded, 3 refused, 4 reverted. One file is
-- taken or loaded once, whether told by its own bytes or by what was in it, unless somebody says again.
CREATE TABLE reception (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    place        TEXT    NOT NULL,
    file_name    TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    bytes        INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    received_by  TEXT    NOT NULL,
    state        INTEGER NOT NULL,
    again        INTEGER NOT NULL,
    envelope     TEXT    NOT NULL,
    signer       TEXT    NOT NULL,
    plain_sha256 TEXT,
    plain_bytes  INTEGER,
    import       INTEGER,
    ended_at     INTEGER,
    code         TEXT,
    reason       TEXT,
    reason_es    TEXT
) STRICT;
CREATE UNIQUE INDEX reception_file ON reception (sha256) WHERE state IN (1, 2) AND again = 0;
CREATE UNIQUE INDEX reception_plain ON reception (plain_sha256)
    WHERE state IN (1, 2) AND again = 0 AND plain_sha256 IS NOT NULL;
CREATE INDEX reception_import ON reception (import) WHERE import IS NOT NULL;
CREATE INDEX reception_place ON reception (place, state);

-- A load that was taken back: its acta stays. `detached` is what dialed its list, while its contacts are being removed.
ALTER TABLE import ADD COLUMN reverted_at INTEGER;
ALTER TABLE import ADD COLUMN reverted_by TEXT;
ALTER TABLE import ADD COLUMN detached TEXT;

-- The client's public key: what return files of a campaign are encrypted to.
CREATE TABLE campaign_key (
    campaign INTEGER PRIMARY KEY,
    key      TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    set_at   INTEGER NOT NULL,
    set_by   TEXT    NOT NULL
) STRICT;
