-- Segments of a campaign. Their settings are kept as one row per segment and version; a version is never changed.

-- The segments in force of a campaign, and how far its work is parted by them: `walked` is the last contact looked at,
-- NULL when all were. `speaks_of` says what makes them be looked at again: 1 the history of contacts, 2 the day, 3 both.
CREATE TABLE segment_set (
    campaign      INTEGER PRIMARY KEY,
    version       INTEGER NOT NULL,
    rest_last     INTEGER NOT NULL,
    speaks_of     INTEGER NOT NULL,
    walked        INTEGER,
    walked_day    INTEGER NOT NULL DEFAULT 0,
    walked_lists  TEXT    NOT NULL DEFAULT '',
    tally_attempt INTEGER NOT NULL DEFAULT 0,
    tally_typed   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE segment_version (
    campaign  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    saved_at  INTEGER NOT NULL,
    saved_by  TEXT    NOT NULL,
    rest_last INTEGER NOT NULL,
    PRIMARY KEY (campaign, version)
) STRICT, WITHOUT ROWID;

-- A segment keeps its number while it keeps its name. `owed` keeps its share over leases.
CREATE TABLE segment (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    owed     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX segment_name ON segment (campaign, name);

-- `lists` is a JSON array, empty for all. `ordering`: oldest, newest, score, best_hour, spread.
CREATE TABLE segment_row (
    campaign      INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    place         INTEGER NOT NULL,
    segment       INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    rule          TEXT    NOT NULL,
    lists         TEXT    NOT NULL,
    priority      INTEGER NOT NULL,
    share         INTEGER NOT NULL,
    ordering      TEXT    NOT NULL,
    order_column  TEXT,
    retries_first INTEGER NOT NULL,
    quota_of      TEXT,
    quota_most    INTEGER,
    quota_per_day INTEGER,
    PRIMARY KEY (campaign, version, place)
) STRICT, WITHOUT ROWID;

-- The segment of a piece of work: NULL where its campaign has none, -1 while it is to be looked at, 0 for the rest.
-- `rank` is its place in the segment; `pinned` the segment a person gave it; `dialed_in` the one it was leased in.
ALTER TABLE work ADD COLUMN segment INTEGER;
ALTER TABLE work ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE work ADD COLUMN pinned INTEGER;
ALTER TABLE work ADD COLUMN dialed_in INTEGER;
ALTER TABLE work ADD COLUMN pass INTEGER NOT NULL DEFAULT 1;
CREATE INDEX work_fresh ON work (campaign, segment, rank, contact)
    WHERE state = 1 AND turn = 1 AND next_at = 0 AND segment IS NOT NULL;
CREATE INDEX work_again ON work (campaign, segment, next_at, contact)
    WHERE state = 1 AND turn = 1 AND next_at > 0 AND segment IS NOT NULL;
CREATE INDEX work_unparted ON work (campaign, contact) WHERE segment = -1;
CREATE INDEX work_dialed_in ON work (campaign, dialed_in) WHERE state = 2;

-- What calls count for which segment, and the sums of a day (counted from 1970, in Colombia).
CREATE TABLE segment_attempt (
    attempt  INTEGER PRIMARY KEY,
    campaign INTEGER NOT NULL,
    segment  INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    contact  INTEGER NOT NULL DEFAULT 0,
    sale     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE segment_tally (
    campaign INTEGER NOT NULL,
    segment  INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    contacts INTEGER NOT NULL DEFAULT 0,
    sales    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign, segment, day)
) STRICT, WITHOUT ROWID;
