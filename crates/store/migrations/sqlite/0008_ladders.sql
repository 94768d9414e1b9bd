-- The signalling of attempts, packed by who wrote it; let go after a while, unlike the record.
CREATE TABLE sip_ladder (
    attempt INTEGER PRIMARY KEY,
    kept_at INTEGER NOT NULL,
    packed  BLOB NOT NULL
) STRICT;
CREATE INDEX sip_ladder_kept_at ON sip_ladder (kept_at);
