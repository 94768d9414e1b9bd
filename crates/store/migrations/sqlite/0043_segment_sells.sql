-- What of the campaign's portfolio a segment is for, by code or kind, as a JSON list: while none of it may be sold, nobody of
-- the segment is called. Empty: whatever there is.
ALTER TABLE segment_row ADD COLUMN sells TEXT NOT NULL DEFAULT '[]';
