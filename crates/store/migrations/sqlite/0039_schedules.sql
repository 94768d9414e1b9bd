-- Reports that go somewhere by themselves. `place` is a name of the node's configuration. What was changed is in the audit log.
CREATE TABLE schedule (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL,
    campaign      INTEGER NOT NULL,
    report        TEXT    NOT NULL,
    format        TEXT    NOT NULL,
    period        TEXT    NOT NULL,
    cron          TEXT    NOT NULL,
    zone          TEXT,
    business_days INTEGER NOT NULL,
    place         TEXT    NOT NULL,
    clear         INTEGER NOT NULL,
    since         INTEGER NOT NULL,
    removed       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX schedule_name ON schedule (name) WHERE removed = 0;

-- What is due, and what became of it: made once, and sent until it arrives. State 1 waits, 2 is being carried out until
-- `held_until`, 3 arrived, 4 is dead. `asked_by`: a person, outside of the schedule.
CREATE TABLE schedule_run (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    schedule   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    missed     INTEGER NOT NULL,
    asked_by   TEXT,
    state      INTEGER NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL,
    held_until INTEGER,
    fault      TEXT,
    file_name  TEXT,
    sha256     TEXT,
    bytes      INTEGER,
    ended_at   INTEGER
) STRICT;
-- Whoever finds the same to be due finds that somebody else did.
CREATE UNIQUE INDEX schedule_run_due ON schedule_run (schedule, due_at) WHERE asked_by IS NULL;
CREATE INDEX schedule_run_open ON schedule_run (next_at) WHERE state IN (1, 2);
