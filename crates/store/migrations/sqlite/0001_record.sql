-- The record. Times are milliseconds UTC; kinds and states are the small
-- integers of crate `domain`; a landed file never changes.

CREATE TABLE node (
    id     INTEGER PRIMARY KEY,
    epoch  INTEGER NOT NULL,
    secret TEXT    NOT NULL
) STRICT;

CREATE TABLE config_version (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO config_version (id, version) VALUES (1, 1);

CREATE TABLE trunk (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT    NOT NULL,
    host             TEXT    NOT NULL,
    port             INTEGER NOT NULL,
    transport        TEXT    NOT NULL,
    channels_max     INTEGER NOT NULL,
    calls_per_second REAL    NOT NULL,
    username         TEXT,
    password         TEXT,
    prefix           TEXT    NOT NULL,
    enabled          INTEGER NOT NULL,
    removed          INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX trunk_name ON trunk (name) WHERE removed = 0;

CREATE TABLE agent (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    sip_user     TEXT    NOT NULL,
    sip_password TEXT,
    line         INTEGER NOT NULL,
    removed      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX agent_sip_user ON agent (sip_user) WHERE removed = 0;

CREATE TABLE campaign (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL,
    state    INTEGER NOT NULL,
    mode     INTEGER NOT NULL,
    settings TEXT    NOT NULL,
    removed  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX campaign_name ON campaign (name) WHERE removed = 0;

CREATE TABLE agent_campaign (
    agent    INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    PRIMARY KEY (agent, campaign)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign_list (
    campaign INTEGER NOT NULL,
    list     INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    PRIMARY KEY (campaign, list)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_list_by_list ON campaign_list (list);

-- Rows of campaign 0 would be a changed default; none means the built-in one.
CREATE TABLE disposition (
    campaign          INTEGER NOT NULL,
    code              TEXT    NOT NULL,
    place             INTEGER NOT NULL,
    level1            TEXT    NOT NULL,
    level2            TEXT    NOT NULL,
    level3            TEXT    NOT NULL,
    origin            TEXT    NOT NULL,
    human             INTEGER NOT NULL,
    third_party       INTEGER NOT NULL,
    holder            INTEGER NOT NULL,
    effective_contact INTEGER NOT NULL,
    accepted_sale     INTEGER NOT NULL,
    closes_record     INTEGER NOT NULL,
    suppresses        INTEGER NOT NULL,
    wait_ms           INTEGER NOT NULL,
    other_phone       INTEGER NOT NULL,
    times_max         INTEGER,
    invalidates_phone INTEGER NOT NULL,
    costs_attempt     INTEGER NOT NULL,
    PRIMARY KEY (campaign, code)
) STRICT;

CREATE TABLE app_user (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    role          INTEGER NOT NULL,
    password_hash TEXT    NOT NULL,
    agent         INTEGER
) STRICT;

CREATE TABLE session (
    token_hash TEXT    PRIMARY KEY,
    app_user   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_user ON session (app_user);

CREATE TABLE binding (
    sip_user   TEXT    NOT NULL,
    line       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (sip_user, line)
) STRICT;

CREATE TABLE line_dialog (
    agent  INTEGER PRIMARY KEY,
    dialog TEXT    NOT NULL
) STRICT;

-- Lists, their loads, people.

CREATE TABLE list (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    removed    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX list_name ON list (name) WHERE removed = 0;

CREATE TABLE import (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    list        INTEGER NOT NULL,
    list_name   TEXT,
    begun_at    INTEGER NOT NULL,
    touched_at  INTEGER NOT NULL,
    finished_at INTEGER,
    contacts    INTEGER NOT NULL DEFAULT 0,
    acta        TEXT,
    file_sha256 TEXT
) STRICT;
CREATE INDEX import_list ON import (list);

-- A human being: by document, else by first phone (`d:...` or `p:...`).
CREATE TABLE person (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    identity   TEXT    NOT NULL UNIQUE,
    suppressed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE contact (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    list       INTEGER NOT NULL,
    import     INTEGER NOT NULL,
    record     INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    person     INTEGER NOT NULL,
    document   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    segment    TEXT    NOT NULL,
    attributes TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX contact_person ON contact (list, person);
CREATE UNIQUE INDEX contact_record ON contact (import, record);
CREATE INDEX contact_by_person ON contact (person);

CREATE TABLE phone (
    contact INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    e164    INTEGER NOT NULL,
    PRIMARY KEY (contact, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_e164 ON phone (e164);

CREATE TABLE suppression (
    e164   INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    reason TEXT    NOT NULL
) STRICT;

-- What a campaign still has to do with a contact. The list gives the priority;
-- `turn` 0 is a promised call-back, 1 is everything else.
CREATE TABLE work (
    campaign       INTEGER NOT NULL,
    contact        INTEGER NOT NULL,
    list           INTEGER NOT NULL,
    person         INTEGER NOT NULL,
    state          INTEGER NOT NULL,
    turn           INTEGER NOT NULL DEFAULT 1,
    next_at        INTEGER NOT NULL,
    next_phone     INTEGER NOT NULL DEFAULT 0,
    attempts       INTEGER NOT NULL DEFAULT 0,
    repeats        INTEGER NOT NULL DEFAULT 0,
    code           TEXT,
    callback_agent INTEGER,
    lease_epoch    INTEGER,
    PRIMARY KEY (campaign, contact)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX work_person ON work (campaign, person);
CREATE INDEX work_ready ON work (campaign, list, turn, next_at, contact) WHERE state = 1;
CREATE INDEX work_leased ON work (lease_epoch) WHERE state = 2;
CREATE INDEX work_by_person ON work (person);

-- Phones of a contact that were tried or found to be no good in a campaign.
CREATE TABLE work_phone (
    campaign INTEGER NOT NULL,
    contact  INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    usable   INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (campaign, contact, ordinal)
) STRICT, WITHOUT ROWID;

-- The journal: the truth. Everything below is projected from it.

CREATE TABLE event (
    node     INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    campaign INTEGER,
    agent    INTEGER,
    attempt  INTEGER,
    body     TEXT    NOT NULL,
    PRIMARY KEY (node, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_attempt ON event (attempt) WHERE attempt IS NOT NULL;
CREATE INDEX event_pacing ON event (campaign, at) WHERE kind = 12;

CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE attempt (
    id          INTEGER PRIMARY KEY,
    campaign    INTEGER NOT NULL,
    list        INTEGER NOT NULL,
    contact     INTEGER NOT NULL,
    person      INTEGER NOT NULL,
    segment     TEXT    NOT NULL,
    phone       INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    trunk       INTEGER NOT NULL,
    caller_id   INTEGER NOT NULL,
    mode        INTEGER NOT NULL,
    agent       INTEGER,
    intended_at INTEGER NOT NULL,
    placed_at   INTEGER,
    ringing_at  INTEGER,
    answered_at INTEGER,
    bridged_at  INTEGER,
    waited_ms   INTEGER,
    ended_at    INTEGER,
    outcome     INTEGER,
    sip_status  INTEGER,
    q850        INTEGER,
    ended_by    INTEGER,
    code        TEXT,
    coded_by    INTEGER,
    gate_rule   TEXT,
    gate_pack   TEXT
) STRICT;
CREATE INDEX attempt_campaign ON attempt (campaign, intended_at);
CREATE INDEX attempt_contact ON attempt (contact);
CREATE INDEX attempt_phone ON attempt (phone, intended_at);
CREATE INDEX attempt_agent ON attempt (agent, intended_at) WHERE agent IS NOT NULL;

-- One open attempt per person and per number, everywhere.
CREATE TABLE open_attempt (
    person     INTEGER PRIMARY KEY,
    e164       INTEGER NOT NULL UNIQUE,
    attempt    INTEGER NOT NULL UNIQUE,
    epoch      INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    placed     INTEGER NOT NULL DEFAULT 0,
    answered   INTEGER NOT NULL DEFAULT 0,
    agent      INTEGER,
    signalling TEXT
) STRICT;

CREATE TABLE typification (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    agent    INTEGER,
    code     TEXT    NOT NULL,
    note     TEXT    NOT NULL,
    corrects INTEGER NOT NULL
) STRICT;
CREATE INDEX typification_attempt ON typification (attempt);

CREATE TABLE agent_log (
    seq         INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    agent       INTEGER NOT NULL,
    from_status INTEGER NOT NULL,
    to_status   INTEGER NOT NULL,
    reason      TEXT,
    attempt     INTEGER
) STRICT;
CREATE INDEX agent_log_agent ON agent_log (agent, at);
CREATE INDEX agent_log_at ON agent_log (at);

CREATE TABLE agent_state (
    agent   INTEGER PRIMARY KEY,
    status  INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    reason  TEXT,
    attempt INTEGER
) STRICT;
