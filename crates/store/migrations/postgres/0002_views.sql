-- Versioned read-only views for reporting jobs. A view never changes its
-- columns; a new shape is a new version.

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
           WHEN 14 THEN 'refused' END AS outcome,
       a.sip_status, a.q850, a.code, a.coded_by AS coded_by_id, a.gate_rule, a.gate_pack
FROM attempt a
LEFT JOIN campaign c ON c.id = a.campaign
LEFT JOIN list l ON l.id = a.list
LEFT JOIN agent g ON g.id = a.agent;

CREATE VIEW v1_typifications AS
SELECT t.seq, t.at AS at_ms, t.attempt AS attempt_id, t.agent AS agent_id, g.name AS agent,
       t.code, t.note, t.corrects
FROM typification t
LEFT JOIN agent g ON g.id = t.agent;

CREATE VIEW v1_agent_log AS
SELECT s.seq, s.at AS at_ms, s.agent AS agent_id, g.name AS agent,
       CASE s.from_status WHEN 1 THEN 'offline' WHEN 2 THEN 'ready' WHEN 3 THEN 'reserved'
           WHEN 4 THEN 'talking' WHEN 5 THEN 'wrap_up' WHEN 6 THEN 'break' WHEN 7 THEN 'lost'
           END AS from_state,
       CASE s.to_status WHEN 1 THEN 'offline' WHEN 2 THEN 'ready' WHEN 3 THEN 'reserved'
           WHEN 4 THEN 'talking' WHEN 5 THEN 'wrap_up' WHEN 6 THEN 'break' WHEN 7 THEN 'lost'
           END AS to_state,
       s.reason, s.attempt AS attempt_id
FROM agent_log s
LEFT JOIN agent g ON g.id = s.agent;

CREATE VIEW v1_contacts AS
SELECT k.id, k.list AS list_id, l.name AS list, k.record, k.person AS person_id, k.document,
       k.name, k.segment, k.attributes
FROM contact k
JOIN import i ON i.id = k.import AND i.finished_at IS NOT NULL
LEFT JOIN list l ON l.id = k.list;

CREATE VIEW v1_work AS
SELECT w.campaign AS campaign_id, w.contact AS contact_id, w.list AS list_id,
       CASE w.state WHEN 1 THEN 'ready' WHEN 2 THEN 'leased' WHEN 3 THEN 'closed'
           WHEN 4 THEN 'exhausted' WHEN 5 THEN 'suppressed' END AS state,
       w.next_at AS next_at_ms, w.attempts, w.code
FROM work w;
