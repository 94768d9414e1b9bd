-- What reports read instead of attempts: counters kept in the very commit that closes, types or corrects them, as signed
-- differences. An hour is `placed_at / 3600000`, that of the INVITE in UTC. Calls that are not over are not in them.

-- The segment of its campaign that a call was made in (`segment.id`, 0 the rest); NULL where the campaign has none.
ALTER TABLE attempt ADD COLUMN dialed_in INTEGER;

-- What each closed call counts as, said once: for keeping the counters, for making them, and for `verify`.
CREATE VIEW attempt_count AS
SELECT a.id, a.campaign, a.contact, a.placed_at / 3600000 AS hour, a.list,
       COALESCE(a.dialed_in, -2) AS segment, a.agent,
       CASE WHEN a.answered_at IS NOT NULL THEN 1 ELSE 0 END AS network_answered,
       CASE WHEN d.human = 1 OR (a.code IS NULL AND a.outcome IN (1, 2, 3)) THEN 1 ELSE 0 END AS answered,
       CASE WHEN a.outcome IN (1, 2, 3) THEN 1 ELSE 0 END AS answered_by_system,
       CASE WHEN d.effective_contact = 1 THEN 1 ELSE 0 END AS effective,
       CASE WHEN d.accepted_sale = 1 THEN 1 ELSE 0 END AS sale,
       CASE WHEN a.outcome = 2 THEN 1 ELSE 0 END AS abandoned,
       CASE WHEN a.bridged_at IS NOT NULL THEN 1 ELSE 0 END AS connected,
       CASE WHEN a.code IS NOT NULL THEN 1 ELSE 0 END AS worked,
       CASE WHEN a.code IS NOT NULL AND a.coded_by IS NOT NULL THEN 1 ELSE 0 END AS worked_by_agent,
       COALESCE(a.ended_at - a.bridged_at, 0) AS talk_ms,
       CASE WHEN a.bridged_at IS NOT NULL THEN COALESCE(a.waited_ms, 0) ELSE 0 END AS waited_ms
FROM attempt a LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
WHERE a.outcome IS NOT NULL AND a.placed_at IS NOT NULL;

-- Calls by hour. `agent` 0: everybody's, by list and segment (-2 where there are none); else that agent's, of all lists
-- (0) and segments (-3).
CREATE TABLE attempt_hour (
    campaign           INTEGER NOT NULL,
    hour               INTEGER NOT NULL,
    agent              INTEGER NOT NULL,
    list               INTEGER NOT NULL,
    segment            INTEGER NOT NULL,
    attempts           INTEGER NOT NULL,
    network_answered   INTEGER NOT NULL,
    answered           INTEGER NOT NULL,
    answered_by_system INTEGER NOT NULL,
    effective          INTEGER NOT NULL,
    sales              INTEGER NOT NULL,
    abandoned          INTEGER NOT NULL,
    connected          INTEGER NOT NULL,
    talk_ms            INTEGER NOT NULL,
    waited_ms          INTEGER NOT NULL,
    PRIMARY KEY (campaign, hour, agent, list, segment)
) STRICT, WITHOUT ROWID;

-- Distinct records by hour, so that those of any span of hours can be told: how many had a call of a kind in an hour, and
-- the one before it in hour `prev` (-1: none before). Those of a span are the ones in it whose `prev` is before it.
-- Kinds: 1 worked, 2 worked by an agent, 3 answered by the network, 4 by a person, 5 effective contact.
CREATE TABLE record_hour (
    campaign INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    hour     INTEGER NOT NULL,
    prev     INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (campaign, kind, hour, prev)
) STRICT, WITHOUT ROWID;

-- What agents did with each hour, of states that are over.
CREATE TABLE agent_hour (
    agent  INTEGER NOT NULL,
    hour   INTEGER NOT NULL,
    status INTEGER NOT NULL,
    ms     INTEGER NOT NULL,
    PRIMARY KEY (agent, hour, status)
) STRICT, WITHOUT ROWID;

-- Has its row once the counters were made of what there was before them.
CREATE TABLE rollup_filled (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1)
) STRICT;

-- Who is excluded, for counting those never called.
CREATE INDEX work_excluded ON work (campaign, contact) WHERE state = 5;
