-- Notes that advisors left on calls: beside the journal, which only says that there is one, so that they can be
-- erased (ADR 34). `seq` is the place of the event.
CREATE TABLE call_note (
    seq     BIGINT PRIMARY KEY,
    attempt BIGINT NOT NULL,
    note    TEXT    NOT NULL
);
CREATE INDEX call_note_attempt ON call_note (attempt);

-- Of people who were erased before, what was said of their calls goes now.
UPDATE typification SET note = '' WHERE note <> '' AND attempt IN
    (SELECT a.id FROM person h JOIN contact k ON k.person = h.id JOIN attempt a ON a.contact = k.id
     WHERE h.identity_hash IS NOT NULL);
UPDATE recording_mark SET text = '' WHERE text <> '' AND attempt IN
    (SELECT a.id FROM person h JOIN contact k ON k.person = h.id JOIN attempt a ON a.contact = k.id
     WHERE h.identity_hash IS NOT NULL);

-- Booked call-backs in the order of their time, whatever campaign they are of.
CREATE INDEX work_promised ON work (next_at, campaign, contact) WHERE turn = 0;
