-- The audit log is a chain: numbered without a gap, each entry with the hash of the one before. `audit_head` is its
-- end, held by whoever appends. Entries from before have no hash of their own: the first of the chain has that of
-- all of them.
ALTER TABLE audit ADD COLUMN previous TEXT;
ALTER TABLE audit ADD COLUMN sha256 TEXT;
CREATE TABLE audit_head (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL,
    sha256 TEXT   NOT NULL
);
INSERT INTO audit_head (id, number, sha256) SELECT 1, COALESCE(MAX(id), 0), '' FROM audit;
CREATE FUNCTION audit_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sha256 IS NULL OR NEW.previous IS NULL OR NEW.id <> (SELECT number + 1 FROM audit_head WHERE id = 1) THEN
        RAISE EXCEPTION 'the audit log is appended to in order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_in_order();
CREATE FUNCTION audit_head_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> 1 OR NEW.number <> OLD.number + 1 THEN
        RAISE EXCEPTION 'the end of the audit log goes on by one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_head_goes_on();
CREATE FUNCTION audit_head_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the end of the audit log stays'; END $$;
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_head_stays();
