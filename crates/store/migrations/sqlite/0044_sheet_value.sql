-- What a sale was worth by this version of its sheet; null in versions of before that was kept.
ALTER TABLE sale_sheet ADD COLUMN value INTEGER;
