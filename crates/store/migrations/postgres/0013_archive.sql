-- The way of a recording to the archive. `tries` and `trouble`: how often it did not come there, and why the
-- last time. `let_go_at`: its file in the spool was removed, since the archive has it. `object_gone_at`: it was
-- erased, and its object was removed too.
ALTER TABLE recording ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recording ADD COLUMN trouble TEXT;
ALTER TABLE recording ADD COLUMN let_go_at BIGINT;
ALTER TABLE recording ADD COLUMN object_gone_at BIGINT;
CREATE INDEX recording_local ON recording (stored_at) WHERE state = 3 AND let_go_at IS NULL;
CREATE INDEX recording_leftover ON recording (attempt)
    WHERE state = 4 AND object IS NOT NULL AND object_gone_at IS NULL;
