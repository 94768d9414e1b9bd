-- How many contacts of a campaign are how far, kept by every change of `work` itself: who asks why a campaign calls
-- nobody reads a few rows, however large its base. `minute` is that in which a contact who waits is due, counted from
-- 1970: -1 for one never called, 0 where nobody waits. `segment` -2: its campaign has none. Each statement adds its
-- differences as rows of its own, so that no writer waits for another; the sums hold, and are folded now and then.
CREATE TABLE work_tally (
    campaign BIGINT NOT NULL,
    list     BIGINT NOT NULL,
    state    BIGINT NOT NULL,
    segment  BIGINT NOT NULL,
    rule     TEXT   NOT NULL,
    minute   BIGINT NOT NULL,
    n        BIGINT NOT NULL
);
CREATE INDEX work_tally_campaign ON work_tally (campaign);

CREATE FUNCTION work_tally_minute(state BIGINT, next_at BIGINT) RETURNS BIGINT
LANGUAGE SQL IMMUTABLE AS
$$ SELECT CASE WHEN state <> 1 THEN 0 WHEN next_at = 0 THEN -1 ELSE next_at / 60000 END $$;

INSERT INTO work_tally (campaign, list, state, segment, rule, minute, n)
SELECT campaign, list, state, COALESCE(segment, -2), COALESCE(because_rule, ''),
       work_tally_minute(state, next_at), count(*)
FROM work GROUP BY 1, 2, 3, 4, 5, 6;

CREATE FUNCTION work_tally_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_tally (campaign, list, state, segment, rule, minute, n)
    SELECT campaign, list, state, COALESCE(segment, -2), COALESCE(because_rule, ''),
           work_tally_minute(state, next_at), count(*)
    FROM added GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END $$;

CREATE FUNCTION work_tally_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_tally (campaign, list, state, segment, rule, minute, n)
    SELECT campaign, list, state, COALESCE(segment, -2), COALESCE(because_rule, ''),
           work_tally_minute(state, next_at), sum(change)
    FROM (SELECT campaign, list, state, segment, because_rule, next_at, 1 AS change FROM added
          UNION ALL
          SELECT campaign, list, state, segment, because_rule, next_at, -1 FROM gone) AS both_sides
    GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(change) <> 0;
    RETURN NULL;
END $$;

CREATE FUNCTION work_tally_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_tally (campaign, list, state, segment, rule, minute, n)
    SELECT campaign, list, state, COALESCE(segment, -2), COALESCE(because_rule, ''),
           work_tally_minute(state, next_at), -count(*)
    FROM gone GROUP BY 1, 2, 3, 4, 5, 6;
    RETURN NULL;
END $$;

CREATE TRIGGER work_tally_insert AFTER INSERT ON work
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION work_tally_insert();
CREATE TRIGGER work_tally_update AFTER UPDATE ON work
    REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION work_tally_update();
CREATE TRIGGER work_tally_delete AFTER DELETE ON work
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION work_tally_delete();
