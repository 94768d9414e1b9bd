-- The typifications of a campaign in versions: what a code meant when a call began it goes on to mean for that
-- call. Campaign 0 is the house's own; 1 is its first version, whose rows the program that has them writes.
CREATE TABLE catalogue (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign   INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    note       TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX catalogue_version ON catalogue (campaign, version);
INSERT INTO catalogue (id, campaign, version, created_at, created_by, note)
VALUES (1, 0, 1, 0, '', '');
INSERT INTO catalogue (campaign, version, created_at, created_by, note)
SELECT DISTINCT campaign, 1, 0, '', '' FROM disposition WHERE campaign <> 0 ORDER BY campaign;

ALTER TABLE disposition RENAME TO disposition_of_old;
CREATE TABLE disposition (
    catalogue         INTEGER NOT NULL,
    code              TEXT    NOT NULL,
    place             INTEGER NOT NULL,
    level1            TEXT    NOT NULL,
    level2            TEXT    NOT NULL,
    level3            TEXT    NOT NULL,
    origin            TEXT    NOT NULL,
    -- Words of the occasions on which the system sets it, with blanks between.
    set_on            TEXT    NOT NULL,
    human             INTEGER NOT NULL,
    third_party       INTEGER NOT NULL,
    holder            INTEGER NOT NULL,
    effective_contact INTEGER NOT NULL,
    accepted_sale     INTEGER NOT NULL,
    closes_record     INTEGER NOT NULL,
    suppresses        INTEGER NOT NULL,
    best_rank         INTEGER NOT NULL,
    wait_ms           INTEGER NOT NULL,
    next_phone        TEXT    NOT NULL,
    other_hours       INTEGER NOT NULL,
    times_max         INTEGER,
    invalidates_phone INTEGER NOT NULL,
    costs_attempt     INTEGER NOT NULL,
    call_back         TEXT,
    retired           INTEGER NOT NULL,
    next_action       TEXT    NOT NULL,
    PRIMARY KEY (catalogue, code)
) STRICT, WITHOUT ROWID;
-- What the code of before knew codes for by name.
INSERT INTO disposition (catalogue, code, place, level1, level2, level3, origin, set_on, human, third_party,
    holder, effective_contact, accepted_sale, closes_record, suppresses, best_rank, wait_ms, next_phone,
    other_hours, times_max, invalidates_phone, costs_attempt, call_back, retired, next_action)
SELECT c.id, d.code, d.place, d.level1, d.level2, d.level3, d.origin,
       CASE d.code WHEN 'NC01' THEN 'no_answer cancelled unknown_crash' WHEN 'NC02' THEN 'busy'
           WHEN 'NC03' THEN 'machine' WHEN 'NC04' THEN 'unreachable' WHEN 'NC05' THEN 'invalid_number'
           WHEN 'NC06' THEN 'congestion' WHEN 'NC07' THEN 'fax' WHEN 'NC08' THEN 'rejected'
           WHEN 'NC09' THEN 'unwanted' WHEN 'NC10' THEN 'blocked' WHEN 'AB01' THEN 'abandoned'
           WHEN 'AB02' THEN 'hung_up_waiting' WHEN 'EX03' THEN 'refused' WHEN 'ST01' THEN 'untyped'
           WHEN 'TI02' THEN 'key_call_back' WHEN 'EX01' THEN 'key_opt_out' ELSE '' END,
       d.human, d.third_party, d.holder, d.effective_contact, d.accepted_sale, d.closes_record, d.suppresses,
       CASE WHEN d.accepted_sale = 1 THEN 5 WHEN d.effective_contact = 1 THEN 4 WHEN d.holder = 1 THEN 3
            WHEN d.third_party = 1 THEN 2 WHEN d.human = 1 THEN 1 ELSE 0 END,
       d.wait_ms, CASE d.other_phone WHEN 1 THEN 'next' ELSE 'same' END, 0, d.times_max,
       d.invalidates_phone, d.costs_attempt,
       CASE d.code WHEN 'TI01' THEN 'personal' WHEN 'TI02' THEN 'anyone' END, 0, ''
FROM disposition_of_old d JOIN catalogue c ON c.campaign = d.campaign AND c.version = 1
WHERE d.campaign <> 0;
DROP TABLE disposition_of_old;

-- The version in force when an attempt began; and whether the person asked in it never to be called again.
ALTER TABLE attempt ADD COLUMN catalogue INTEGER NOT NULL DEFAULT 1;
ALTER TABLE attempt ADD COLUMN opt_out INTEGER;
UPDATE attempt SET catalogue = (SELECT c.id FROM catalogue c
                                WHERE c.campaign = attempt.campaign AND c.version = 1)
WHERE campaign IN (SELECT c.campaign FROM catalogue c WHERE c.campaign <> 0);

-- Who corrected in an agent's stead; and whether "never again" was asked beside the code.
ALTER TABLE typification ADD COLUMN corrected_by TEXT;
ALTER TABLE typification ADD COLUMN opt_out INTEGER NOT NULL DEFAULT 0;

CREATE INDEX typification_corrections ON typification (at) WHERE corrects = 1;

-- The rule that made a contact wait, or ended the work with them.
ALTER TABLE work ADD COLUMN because_rule TEXT;
ALTER TABLE work ADD COLUMN because_pack TEXT;

-- Numbers found to be no good for a person, by which attempt: whatever campaign and base they are in. The
-- person goes on to be called on others.
CREATE TABLE retired_phone (
    person  INTEGER NOT NULL,
    e164    INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    code    TEXT    NOT NULL,
    PRIMARY KEY (person, e164, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX retired_phone_attempt ON retired_phone (attempt);

-- Of each record in a campaign the last typification and the best, the later of several as good.
CREATE VIEW v1_management AS
SELECT w.campaign AS campaign_id, w.contact AS contact_id, w.list AS list_id, w.attempts,
       l.id AS last_attempt_id, l.intended_at AS last_at_ms, l.code AS last_code,
       b.id AS best_attempt_id, b.intended_at AS best_at_ms, b.code AS best_code, b.best_rank
FROM work w
LEFT JOIN (SELECT a.campaign, a.contact, a.id, a.intended_at, a.code,
                  row_number() OVER (PARTITION BY a.campaign, a.contact
                                     ORDER BY a.intended_at DESC, a.id DESC) AS nth
           FROM attempt a WHERE a.code IS NOT NULL AND a.outcome <> 14) l
  ON l.campaign = w.campaign AND l.contact = w.contact AND l.nth = 1
LEFT JOIN (SELECT a.campaign, a.contact, a.id, a.intended_at, a.code, d.best_rank,
                  row_number() OVER (PARTITION BY a.campaign, a.contact
                                     ORDER BY d.best_rank DESC, a.intended_at DESC, a.id DESC) AS nth
           FROM attempt a JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
           WHERE a.outcome <> 14) b
  ON b.campaign = w.campaign AND b.contact = w.contact AND b.nth = 1;
