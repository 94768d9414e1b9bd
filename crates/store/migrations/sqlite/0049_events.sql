-- What other systems may follow (ADR 49). Most of it is the journal; here is what happens beside it: moves of sales (`kind` 1), and
-- call-backs that are moved, handed on or cancelled (2). Written in the transaction of what it tells of, which has the turn: so
-- `number` rises without a gap in the order of the commits, and `after_event`, the end of the journal then, says where it stands among the
-- events. A number is 2 at least: parts 0 and 1 of a place are the journal's.
CREATE TABLE side_event (
    number      INTEGER PRIMARY KEY CHECK (number >= 2),
    after_event INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    campaign    INTEGER NOT NULL,
    contact     INTEGER NOT NULL,
    sale        INTEGER,
    n           INTEGER,
    body        TEXT    NOT NULL DEFAULT '{}'
) STRICT;
CREATE UNIQUE INDEX side_event_place ON side_event (after_event, number);
CREATE UNIQUE INDEX side_event_move ON side_event (sale, n) WHERE sale IS NOT NULL;

-- Moves of before stand together, after all events of before.
INSERT INTO side_event (number, after_event, at, kind, campaign, contact, sale, n)
SELECT 1 + row_number() OVER (ORDER BY m.settled, m.sale, m.n), (SELECT COALESCE(max(seq), 0) FROM event WHERE node = 1),
       m.at, 1, s.campaign, s.contact, m.sale, m.n
FROM (SELECT sale, n, at, max(at) OVER (PARTITION BY sale ORDER BY n) AS settled FROM sale_move) AS m
JOIN sale s ON s.id = m.sale;

CREATE TRIGGER side_event_no_update BEFORE UPDATE ON side_event
BEGIN SELECT RAISE(ABORT, 'rows of side_event are only added'); END;
CREATE TRIGGER side_event_no_delete BEFORE DELETE ON side_event
BEGIN SELECT RAISE(ABORT, 'rows of side_event are only added'); END;
-- Whom events are brought to. `place` is a web hook of the node's configuration; `kinds` are words with commas between, none for all.
-- Everything up to `sent_*` arrived; what is under way ends at `pending_*`, so that each try brings the same. State 1 follows, 4 is dead.
CREATE TABLE web_hook (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    place        TEXT    NOT NULL,
    campaign     INTEGER,
    kinds        TEXT    NOT NULL,
    batch        INTEGER NOT NULL,
    clear        INTEGER NOT NULL,
    sent_seq     INTEGER NOT NULL,
    sent_part    INTEGER NOT NULL,
    pending_seq  INTEGER,
    pending_part INTEGER,
    state        INTEGER NOT NULL DEFAULT 1,
    tries        INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER NOT NULL,
    fault        TEXT,
    events       INTEGER NOT NULL DEFAULT 0,
    arrived_at   INTEGER,
    removed      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX web_hook_name ON web_hook (name) WHERE removed = 0;
