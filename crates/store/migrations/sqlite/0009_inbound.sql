-- Calls that others make to us. Of somebody we know it is a row of `attempt` with the direction 2: like an
-- attempt in what becomes of it, but never placed. Who is in no list has a row of `stranger_call`.
ALTER TABLE attempt ADD COLUMN direction INTEGER NOT NULL DEFAULT 1;
CREATE INDEX attempt_inbound ON attempt (id) WHERE direction = 2;

CREATE TABLE stranger_call (
    attempt    INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    trunk      INTEGER NOT NULL,
    phone      INTEGER,
    called     INTEGER NOT NULL,
    signalling TEXT,
    ended_at   INTEGER,
    outcome    INTEGER,
    code       TEXT
) STRICT;
CREATE INDEX stranger_call_open ON stranger_call (attempt) WHERE outcome IS NULL;

-- The same columns; calls to us are none of our attempts.
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
LEFT JOIN agent g ON g.id = a.agent
WHERE a.direction = 1;

CREATE VIEW v1_inbound_calls AS
SELECT a.id, a.intended_at AS received_at_ms, a.trunk AS trunk_id, a.phone, a.caller_id AS called,
       a.campaign AS campaign_id, a.contact AS contact_id, a.agent AS agent_id,
       a.answered_at AS answered_at_ms, a.bridged_at AS bridged_at_ms, a.ended_at AS ended_at_ms,
       CASE a.outcome WHEN 1 THEN 'connected' WHEN 13 THEN 'unknown_crash'
           WHEN 17 THEN 'unserved' END AS outcome, a.code
FROM attempt a WHERE a.direction = 2
UNION ALL
SELECT s.attempt, s.at, s.trunk, s.phone, s.called, NULL, NULL, NULL,
       CASE WHEN s.signalling IS NOT NULL THEN s.at END, NULL, s.ended_at,
       CASE s.outcome WHEN 13 THEN 'unknown_crash' WHEN 17 THEN 'unserved' END, s.code
FROM stranger_call s;
