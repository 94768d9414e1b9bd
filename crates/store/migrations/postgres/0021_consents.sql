-- Why a consent was ended. Nothing else of one is ever changed, and none is removed: calls left under it.
ALTER TABLE consent ADD COLUMN ended_why TEXT;
CREATE FUNCTION consent_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
       AND (NEW.id, NEW.person, NEW.kind, NEW.from_min, NEW.to_min, NEW.days, NEW.holidays, NEW.purposes,
            NEW.contract_at, NEW.signed_at, NEW.instrument, NEW.evidence_sha256, NEW.recorded_at, NEW.recorded_by)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.person, OLD.kind, OLD.from_min, OLD.to_min, OLD.days, OLD.holidays, OLD.purposes,
            OLD.contract_at, OLD.signed_at, OLD.instrument, OLD.evidence_sha256, OLD.recorded_at, OLD.recorded_by)
    THEN RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a consent is only ever ended';
END $$;
CREATE TRIGGER consent_only_ends BEFORE UPDATE OR DELETE ON consent
FOR EACH ROW EXECUTE FUNCTION consent_only_ends();
CREATE FUNCTION consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a consent is only ever ended'; END $$;
CREATE TRIGGER consent_stays BEFORE TRUNCATE ON consent
FOR EACH STATEMENT EXECUTE FUNCTION consent_stays();
-- Whose work is leased outside of the hours of the law.
CREATE INDEX consent_hours ON consent (person) WHERE ended_at IS NULL AND kind = 'hours';
-- What changed lately.
CREATE INDEX consent_recorded ON consent (recorded_at);
CREATE INDEX consent_ended ON consent (ended_at) WHERE ended_at IS NOT NULL;

-- The consents a call left under: to be called at that hour, and to be called at all.
ALTER TABLE attempt ADD COLUMN hours_consent BIGINT;
ALTER TABLE attempt ADD COLUMN calls_consent BIGINT;
CREATE INDEX attempt_by_consent ON attempt (id)
    WHERE hours_consent IS NOT NULL OR calls_consent IS NOT NULL;
