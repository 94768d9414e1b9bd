-- Sales, from acceptance to legalisation (ADR 40). A row is where one stands; what happened to it is in the tables below,
-- to which rows are only added. `by_correction`: it was no sale after all, and its call may yet become another.
CREATE TABLE sale (
    id            INTEGER PRIMARY KEY,
    attempt       INTEGER NOT NULL,
    campaign      INTEGER NOT NULL,
    contact       INTEGER NOT NULL,
    person        INTEGER NOT NULL,
    agent         INTEGER,
    code          TEXT    NOT NULL,
    accepted_at   INTEGER NOT NULL,
    stage         INTEGER NOT NULL,
    stage_at      INTEGER NOT NULL,
    moves         INTEGER NOT NULL,
    returned      INTEGER NOT NULL DEFAULT 0,
    sheet         INTEGER NOT NULL DEFAULT 0,
    has_sheet     INTEGER NOT NULL DEFAULT 0,
    value         INTEGER NOT NULL DEFAULT 0,
    reservation   INTEGER NOT NULL DEFAULT 0,
    reserved_at   INTEGER,
    audit         TEXT    NOT NULL DEFAULT 'undecided',
    audit_why     TEXT    NOT NULL DEFAULT '',
    by_correction INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX sale_attempt ON sale (attempt) WHERE by_correction = 0;
CREATE INDEX sale_queue ON sale (campaign, stage, stage_at);
CREATE INDEX sale_accepted ON sale (campaign, accepted_at);
CREATE INDEX sale_person ON sale (person);
CREATE INDEX sale_agent ON sale (agent, id);

-- `reason` is a word of the program; `source` what a line of a client's file said. Neither has the customer in it.
CREATE TABLE sale_move (
    sale       INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    from_stage INTEGER,
    to_stage   INTEGER NOT NULL,
    doer       TEXT    NOT NULL,
    by_user    TEXT    NOT NULL,
    reason     TEXT,
    source     TEXT,
    PRIMARY KEY (sale, n)
) STRICT, WITHOUT ROWID;

-- Words of people about a sale: they can be erased (ADR 34). `kind`: move, audit, reply.
CREATE TABLE sale_words (
    sale  INTEGER NOT NULL,
    kind  TEXT    NOT NULL,
    n     INTEGER NOT NULL,
    words TEXT    NOT NULL,
    PRIMARY KEY (sale, kind, n)
) STRICT, WITHOUT ROWID;

-- Versions of the sheet, and of the reservation (`kind` 1 and 2), as JSON. Erased with their person, otherwise never.
CREATE TABLE sale_sheet (
    sale         INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    by_user      TEXT    NOT NULL,
    form_version INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    PRIMARY KEY (sale, kind, version)
) STRICT, WITHOUT ROWID;

-- What of the portfolio is on the sheet.
CREATE TABLE sale_item (
    sale INTEGER NOT NULL,
    code TEXT    NOT NULL,
    PRIMARY KEY (sale, code)
) STRICT, WITHOUT ROWID;

-- Evidence: sealed as recordings are, its key by the master key. An erased one has neither key nor content.
CREATE TABLE sale_evidence (
    id         INTEGER PRIMARY KEY,
    sale       INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    bytes      INTEGER NOT NULL,
    sha256     TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    by_user    TEXT    NOT NULL,
    sealed_key TEXT,
    erased_at  INTEGER
) STRICT;
CREATE INDEX sale_evidence_of ON sale_evidence (sale);
CREATE TABLE sale_evidence_content (
    evidence INTEGER PRIMARY KEY,
    sealed   BLOB NOT NULL
) STRICT;

CREATE TABLE sale_audit (
    sale      INTEGER NOT NULL,
    n         INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    by_user   TEXT    NOT NULL,
    scorecard INTEGER NOT NULL,
    answers   TEXT    NOT NULL,
    score     INTEGER NOT NULL,
    verdict   TEXT    NOT NULL,
    PRIMARY KEY (sale, n)
) STRICT, WITHOUT ROWID;
-- What the advisor says of an audit.
CREATE TABLE sale_audit_reply (
    sale     INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    by_user  TEXT    NOT NULL,
    disputes INTEGER NOT NULL,
    PRIMARY KEY (sale, n)
) STRICT, WITHOUT ROWID;

-- Forms, identity policies, queues, scorecards, columns of exchanged files (by name): texts in versions, never changed.
CREATE TABLE sale_setting (
    campaign   INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (campaign, kind, name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE portfolio_item (
    campaign   INTEGER NOT NULL,
    code       TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    price      INTEGER NOT NULL,
    stock      INTEGER,
    valid_from TEXT    NOT NULL,
    valid_to   TEXT    NOT NULL,
    goes_with  TEXT    NOT NULL,
    counted_at INTEGER NOT NULL,
    PRIMARY KEY (campaign, code)
) STRICT, WITHOUT ROWID;

-- Files exchanged with the client's tools: what each came to.
CREATE TABLE sale_exchange (
    id              INTEGER PRIMARY KEY,
    campaign        INTEGER NOT NULL,
    mapping         TEXT    NOT NULL,
    mapping_version INTEGER NOT NULL,
    direction       TEXT    NOT NULL,
    at              INTEGER NOT NULL,
    by_user         TEXT    NOT NULL,
    file_name       TEXT    NOT NULL,
    sha256          TEXT    NOT NULL,
    line_count      INTEGER NOT NULL,
    moved           INTEGER NOT NULL,
    differences     INTEGER NOT NULL
) STRICT;
CREATE INDEX sale_exchange_of ON sale_exchange (campaign, id);

-- Sales accepted before there was this table begin here.
INSERT INTO sale (attempt, campaign, contact, person, agent, code, accepted_at, stage, stage_at, moves)
SELECT a.id, a.campaign, a.contact, a.person, a.agent, a.code, s.at, 1, s.at, 1
FROM attempt a
JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code AND d.accepted_sale = 1
JOIN (SELECT t.attempt, max(t.at) AS at FROM typification t GROUP BY t.attempt) s ON s.attempt = a.id;
INSERT INTO sale_move (sale, n, at, from_stage, to_stage, doer, by_user, reason, source)
SELECT s.id, 1, s.accepted_at, NULL, 1, 'program', '', NULL, NULL FROM sale s;

CREATE TRIGGER sale_move_no_update BEFORE UPDATE ON sale_move
BEGIN SELECT RAISE(ABORT, 'rows of sale_move are only added'); END;
CREATE TRIGGER sale_move_no_delete BEFORE DELETE ON sale_move
BEGIN SELECT RAISE(ABORT, 'rows of sale_move are only added'); END;
CREATE TRIGGER sale_audit_no_update BEFORE UPDATE ON sale_audit
BEGIN SELECT RAISE(ABORT, 'rows of sale_audit are only added'); END;
CREATE TRIGGER sale_audit_no_delete BEFORE DELETE ON sale_audit
BEGIN SELECT RAISE(ABORT, 'rows of sale_audit are only added'); END;
CREATE TRIGGER sale_audit_reply_no_update BEFORE UPDATE ON sale_audit_reply
BEGIN SELECT RAISE(ABORT, 'rows of sale_audit_reply are only added'); END;
CREATE TRIGGER sale_audit_reply_no_delete BEFORE DELETE ON sale_audit_reply
BEGIN SELECT RAISE(ABORT, 'rows of sale_audit_reply are only added'); END;
CREATE TRIGGER sale_setting_no_update BEFORE UPDATE ON sale_setting
BEGIN SELECT RAISE(ABORT, 'rows of sale_setting are only added'); END;
CREATE TRIGGER sale_setting_no_delete BEFORE DELETE ON sale_setting
BEGIN SELECT RAISE(ABORT, 'rows of sale_setting are only added'); END;
CREATE TRIGGER sale_exchange_no_update BEFORE UPDATE ON sale_exchange
BEGIN SELECT RAISE(ABORT, 'rows of sale_exchange are only added'); END;
CREATE TRIGGER sale_exchange_no_delete BEFORE DELETE ON sale_exchange
BEGIN SELECT RAISE(ABORT, 'rows of sale_exchange are only added'); END;
CREATE TRIGGER sale_sheet_no_update BEFORE UPDATE ON sale_sheet
BEGIN SELECT RAISE(ABORT, 'versions of a sheet are only added'); END;
CREATE TRIGGER sale_sheet_erased_only BEFORE DELETE ON sale_sheet
WHEN NOT EXISTS (SELECT 1 FROM sale s JOIN person h ON h.id = s.person
                 WHERE s.id = OLD.sale AND h.erased_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a sheet goes with its person alone'); END;
CREATE TRIGGER sale_no_delete BEFORE DELETE ON sale
BEGIN SELECT RAISE(ABORT, 'a sale is annulled, not removed'); END;
