-- The signalling of attempts, packed by who wrote it; let go after a while, unlike the record.
CREATE TABLE sip_ladder (
    attempt BIGINT PRIMARY KEY,
    kept_at BIGINT NOT NULL,
    packed  BYTEA NOT NULL
);
CREATE INDEX sip_ladder_kept_at ON sip_ladder (kept_at);
