-- Who people are (ADR 33): those who have no document are known by all of their numbers, until a row brings it.

-- A list has of one person at most one contact that brought a document, and one that brought none.
ALTER TABLE contact ADD COLUMN with_document BIGINT NOT NULL DEFAULT 1;
UPDATE contact SET with_document = 0 WHERE document = '';
DROP INDEX contact_person;
CREATE UNIQUE INDEX contact_person ON contact (list, person, with_document);

-- What a person was known by before a row brought their document.
ALTER TABLE person ADD COLUMN known_as TEXT;

-- Locked by whoever tells people apart: loads that go on at once do so one after the other.
CREATE TABLE identity_turn (
    id BIGINT PRIMARY KEY CHECK (id = 1)
);
INSERT INTO identity_turn (id) VALUES (1);

-- Who had a number first is the first of the index, as it is on SQLite.
DROP INDEX phone_e164;
CREATE INDEX phone_e164 ON phone (e164, contact);
