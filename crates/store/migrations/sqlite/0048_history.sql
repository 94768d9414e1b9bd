-- Histories of other systems (ADR 48). A campaign that holds one is never dialed.
CREATE TABLE past_campaign (
    campaign  INTEGER PRIMARY KEY,
    marked_at INTEGER NOT NULL
) STRICT;

-- What the other system calls what is ours, so that the same row is read once. `kind`: 1 contact, 2 attempt, 3 typification,
-- 4 agent's state, 5 move of a sale. `id` is ours: of the contact or attempt, the place in the journal, the sale.
CREATE TABLE past_key (
    campaign INTEGER NOT NULL,
    kind     INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    id       INTEGER NOT NULL,
    PRIMARY KEY (campaign, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX past_key_id ON past_key (kind, id);
