-- How a call sounded by the count of the advisor's own page. Beside `call_quality`, never in its place: it is what a
-- machine of theirs says.
CREATE TABLE page_quality (
    attempt     INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    lost        INTEGER NOT NULL,
    jitter_us   INTEGER NOT NULL,
    rtt_us      INTEGER,
    remote_lost INTEGER,
    made_up_ppm INTEGER NOT NULL,
    r_tenths    INTEGER NOT NULL
) STRICT;

-- What supervisors wrote to advisors, and when it was seen to.
CREATE TABLE desk_message (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    agent   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    by_user TEXT    NOT NULL,
    words   TEXT    NOT NULL,
    seen_at INTEGER
) STRICT;
CREATE INDEX desk_message_by_agent ON desk_message (agent, id);
CREATE INDEX desk_message_by_time ON desk_message (at);
