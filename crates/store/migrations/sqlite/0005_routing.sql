-- What a trunk wants beyond its address and caps, as JSON; a prefix becomes the rule it was.
ALTER TABLE trunk ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
UPDATE trunk SET options = '{"called":["* put ' || prefix || '"]}' WHERE prefix <> '';
ALTER TABLE trunk DROP COLUMN prefix;

CREATE TABLE route_plan (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT    NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX route_plan_name ON route_plan (name) WHERE removed = 0;

-- Costs in millionths of the site's currency a minute.
CREATE TABLE route (
    plan     INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    prefix   TEXT    NOT NULL,
    trunk    INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    weight   INTEGER NOT NULL,
    cost     INTEGER,
    PRIMARY KEY (plan, place)
) STRICT, WITHOUT ROWID;

-- What the network said in words.
ALTER TABLE attempt ADD COLUMN cause_text TEXT;

-- The same columns; outcomes that came after the view get their word.
DROP VIEW v1_attempts;
CREATE VIEW v1_attempts AS
SELECT a.id, a.campaign AS campaign_id, c.name AS campaign, a.list AS list_id, l.name AS list,
       a.contact AS contact_id, a.person AS person_id, a.segment, a.phone, a.trunk AS trunk_id,
       a.agent AS agent_id, g.name AS agent,
       a.intended_at AS intended_at_ms, a.placed_at AS placed_at_ms, a.ringing_at AS ringing_at_ms,
       a.answered_at AS answered_at_ms, a.bridged_at AS bridged_at_ms, a.ended_at AS ended_at_ms,
       a.ended_at - a.bridged_at AS talk_ms, a.waited_ms,
       CASE a.outcome WHEN 1 THEN 'connected' WHEN 2 THEN 'abandoned' WHEN 3 THEN 'hung_up_waiting'
           WHEN 4 THEN 'no_answer' WHEN 5 THEN 'busy' WHEN 6 THEN 'machine' WHEN 7 THEN 'unreachable'
           WHEN 8 THEN 'invalid_number' WHEN 9 THEN 'congestion' WHEN 10 THEN 'fax'
           WHEN 11 THEN 'rejected' WHEN 12 THEN 'cancelled' WHEN 13 THEN 'unknown_crash'
           WHEN 14 THEN 'refused' WHEN 15 THEN 'unwanted' WHEN 16 THEN 'blocked' END AS outcome,
       a.sip_status, a.q850, a.code, a.coded_by AS coded_by_id, a.gate_rule, a.gate_pack
FROM attempt a
LEFT JOIN campaign c ON c.id = a.campaign
LEFT JOIN list l ON l.id = a.list
LEFT JOIN agent g ON g.id = a.agent;
