-- How the legs of an answered call sounded (RTP and RTCP of RFC 3550, rating of ITU-T G.107).
CREATE TABLE call_quality (
    attempt          INTEGER NOT NULL,
    leg              INTEGER NOT NULL,
    received         INTEGER NOT NULL,
    lost             INTEGER NOT NULL,
    jitter_us        INTEGER NOT NULL,
    rtt_us           INTEGER,
    remote_lost      INTEGER,
    remote_jitter_us INTEGER,
    r_tenths         INTEGER NOT NULL,
    PRIMARY KEY (attempt, leg)
) STRICT, WITHOUT ROWID;

CREATE VIEW v1_call_quality AS
SELECT q.attempt AS attempt_id, CASE q.leg WHEN 1 THEN 'customer' WHEN 2 THEN 'agent' END AS leg,
       q.received, q.lost, q.jitter_us / 1000.0 AS jitter_ms, q.rtt_us / 1000.0 AS rtt_ms,
       q.remote_lost, q.remote_jitter_us / 1000.0 AS remote_jitter_ms, q.r_tenths / 10.0 AS r_factor
FROM call_quality q;
