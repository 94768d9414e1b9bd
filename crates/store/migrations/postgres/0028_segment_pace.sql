-- The pace of a segment that is spread over the day: when it was reckoned last, and what it allows, in thousandths of a contact.
ALTER TABLE segment ADD COLUMN paced_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE segment ADD COLUMN paced BIGINT NOT NULL DEFAULT 0;
