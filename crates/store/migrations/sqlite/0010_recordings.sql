-- The recording of every answered call, or why there is none. What was decided comes from the journal; what
-- became of the file is written by who keeps it. `why`: why there is none, or why it ends before its call did.
-- States: 0 none, 1 being made, 2 in the spool, 3 in the archive, 4 erased, 5 lost.
CREATE TABLE recording (
    attempt       INTEGER PRIMARY KEY,
    campaign      INTEGER NOT NULL,
    state         INTEGER NOT NULL,
    why           TEXT,
    started_at    INTEGER,
    duration_ms   INTEGER,
    content       TEXT,
    bytes         INTEGER,
    wav_sha256    TEXT,
    object        TEXT,
    object_bytes  INTEGER,
    object_sha256 TEXT,
    sealed_key    TEXT,
    class         TEXT,
    keep_until    INTEGER,
    stored_at     INTEGER,
    erased_at     INTEGER,
    certificate   TEXT
) STRICT;
CREATE INDEX recording_under_way ON recording (state, attempt) WHERE state IN (1, 2);
CREATE INDEX recording_keep ON recording (keep_until) WHERE state IN (2, 3);
INSERT INTO recording (attempt, campaign, state, why)
SELECT id, campaign, 0, 'before_recordings' FROM attempt WHERE answered_at IS NOT NULL;

-- Places of a recording to find again, from its beginning on.
CREATE TABLE recording_mark (
    seq       INTEGER PRIMARY KEY,
    attempt   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    offset_ms INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    agent     INTEGER
) STRICT;
CREATE INDEX recording_mark_of ON recording_mark (attempt, seq);

-- Who looked at, took away or destroyed what. Written before the answer goes out; never changed.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    user_id   INTEGER,
    user_name TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    detail    TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_subject ON audit (subject, id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE VIEW v1_recordings AS
SELECT r.attempt AS attempt_id, r.campaign AS campaign_id,
       CASE r.state WHEN 0 THEN 'none' WHEN 1 THEN 'recording' WHEN 2 THEN 'spooled' WHEN 3 THEN 'stored'
           WHEN 4 THEN 'erased' WHEN 5 THEN 'lost' END AS state,
       r.why, r.started_at AS started_at_ms, r.duration_ms, r.bytes, r.wav_sha256, r.object, r.object_sha256,
       r.class, r.keep_until AS keep_until_ms, r.erased_at AS erased_at_ms
FROM recording r;
