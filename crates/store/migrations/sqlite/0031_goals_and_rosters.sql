-- Goals of campaigns and shifts of advisors. Days are counted from 1970 in the zone of whoever reads them, the clock of a
-- campaign's law pack. The audit log has what was loaded when.

-- Accepted sales agreed for a day: `hour` -1 the whole day, `agent` 0 everybody. `value` in the currency of the campaign.
CREATE TABLE goal (
    campaign INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    hour     INTEGER NOT NULL,
    agent    INTEGER NOT NULL,
    sales    REAL NOT NULL,
    value    REAL,
    PRIMARY KEY (campaign, day, hour, agent)
) STRICT, WITHOUT ROWID;

-- Minutes of the day; `breaks` is JSON: [[from, until], ...].
CREATE TABLE roster (
    day      INTEGER NOT NULL,
    agent    INTEGER NOT NULL,
    from_min INTEGER NOT NULL,
    to_min   INTEGER NOT NULL,
    breaks   TEXT NOT NULL,
    PRIMARY KEY (day, agent, from_min)
) STRICT, WITHOUT ROWID;

-- How long the shift of a campaign's advisors is who have none in the roster.
CREATE TABLE usual_shift (
    campaign INTEGER NOT NULL PRIMARY KEY,
    minutes  INTEGER NOT NULL
) STRICT;
