-- Where live calls may be handed to besides advisors, such as the back office:
-- a phone of ours that registers (sip_user), or a number over a trunk (e164).
CREATE TABLE destination (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    sip_user     TEXT,
    sip_password TEXT,
    e164         INTEGER,
    removed      INTEGER NOT NULL DEFAULT 0,
    CHECK ((sip_user IS NULL) <> (e164 IS NULL))
) STRICT;
CREATE UNIQUE INDEX destination_name ON destination (name) WHERE removed = 0;
CREATE UNIQUE INDEX destination_sip_user ON destination (sip_user) WHERE removed = 0;
