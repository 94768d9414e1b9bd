-- How many contacts of a campaign are how far, kept by every change of `work` itself: who asks why a campaign calls
-- nobody reads a few rows, however large its base. `minute` is that in which a contact who waits is due, counted from
-- 1970: -1 for one never called, 0 where nobody waits. `segment` -2: its campaign has none. Rows that have come to nothing are
-- removed now and then.
CREATE TABLE work_tally (
    campaign INTEGER NOT NULL,
    list     INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    segment  INTEGER NOT NULL,
    rule     TEXT    NOT NULL,
    minute   INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (campaign, list, state, segment, rule, minute)
) STRICT, WITHOUT ROWID;

INSERT INTO work_tally (campaign, list, state, segment, rule, minute, n)
SELECT campaign, list, state, COALESCE(segment, -2), COALESCE(because_rule, ''),
       CASE WHEN state <> 1 THEN 0 WHEN next_at = 0 THEN -1 ELSE next_at / 60000 END, count(*)
FROM work GROUP BY 1, 2, 3, 4, 5, 6;

CREATE TRIGGER work_tally_insert AFTER INSERT ON work
BEGIN
    INSERT INTO work_tally VALUES (
        NEW.campaign, NEW.list, NEW.state, COALESCE(NEW.segment, -2), COALESCE(NEW.because_rule, ''),
        CASE WHEN NEW.state <> 1 THEN 0 WHEN NEW.next_at = 0 THEN -1 ELSE NEW.next_at / 60000 END, 1)
    ON CONFLICT (campaign, list, state, segment, rule, minute) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER work_tally_update AFTER UPDATE OF list, state, segment, because_rule, next_at ON work
WHEN NEW.list <> OLD.list OR NEW.state <> OLD.state OR NEW.segment IS NOT OLD.segment
     OR NEW.because_rule IS NOT OLD.because_rule OR (NEW.state = 1 AND NEW.next_at <> OLD.next_at)
BEGIN
    INSERT INTO work_tally VALUES (
        NEW.campaign, NEW.list, NEW.state, COALESCE(NEW.segment, -2), COALESCE(NEW.because_rule, ''),
        CASE WHEN NEW.state <> 1 THEN 0 WHEN NEW.next_at = 0 THEN -1 ELSE NEW.next_at / 60000 END, 1)
    ON CONFLICT (campaign, list, state, segment, rule, minute) DO UPDATE SET n = n + 1;
    UPDATE work_tally SET n = n - 1
    WHERE campaign = OLD.campaign AND list = OLD.list AND state = OLD.state
      AND segment = COALESCE(OLD.segment, -2) AND rule = COALESCE(OLD.because_rule, '')
      AND minute = CASE WHEN OLD.state <> 1 THEN 0 WHEN OLD.next_at = 0 THEN -1 ELSE OLD.next_at / 60000 END;
END;

CREATE TRIGGER work_tally_delete AFTER DELETE ON work
BEGIN
    UPDATE work_tally SET n = n - 1
    WHERE campaign = OLD.campaign AND list = OLD.list AND state = OLD.state
      AND segment = COALESCE(OLD.segment, -2) AND rule = COALESCE(OLD.because_rule, '')
      AND minute = CASE WHEN OLD.state <> 1 THEN 0 WHEN OLD.next_at = 0 THEN -1 ELSE OLD.next_at / 60000 END;
END;
