-- Goals of campaigns and shifts of advisors. Days are counted from 1970 in the zone of whoever reads them, the clock of a
-- campaign's law pack. The audit log has what was loaded when.

-- Accepted sales agreed for a day: `hour` -1 the whole day, `agent` 0 everybody. `value` in the currency of the campaign.
CREATE TABLE goal (
    campaign BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    hour     BIGINT NOT NULL,
    agent    BIGINT NOT NULL,
    sales    DOUBLE PRECISION NOT NULL,
    value    DOUBLE PRECISION,
    PRIMARY KEY (campaign, day, hour, agent)
);

-- Minutes of the day; `breaks` is JSON: [[from, until], ...].
CREATE TABLE roster (
    day      BIGINT NOT NULL,
    agent    BIGINT NOT NULL,
    from_min BIGINT NOT NULL,
    to_min   BIGINT NOT NULL,
    breaks   TEXT NOT NULL,
    PRIMARY KEY (day, agent, from_min)
);

-- How long the shift of a campaign's advisors is who have none in the roster.
CREATE TABLE usual_shift (
    campaign BIGINT NOT NULL PRIMARY KEY,
    minutes  BIGINT NOT NULL
);
