-- What a call is for (as law packs say it), and the attempt it serves: the one in which the person asked to be called
-- back. Nothing in rows of before this was noted.
ALTER TABLE attempt ADD COLUMN purpose TEXT;
ALTER TABLE attempt ADD COLUMN serves BIGINT;
-- The attempt in which a call-back was asked for, while it is to come.
ALTER TABLE work ADD COLUMN callback_asked BIGINT;
