-- Why a consent was ended. Nothing else of one is ever changed, and none is removed: calls left under it.
ALTER TABLE consent ADD COLUMN ended_why TEXT;
CREATE TRIGGER consent_only_ends BEFORE UPDATE ON consent
WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
  OR NEW.id <> OLD.id OR NEW.person <> OLD.person OR NEW.kind <> OLD.kind
  OR NEW.from_min IS NOT OLD.from_min OR NEW.to_min IS NOT OLD.to_min OR NEW.days IS NOT OLD.days
  OR NEW.holidays <> OLD.holidays OR NEW.purposes <> OLD.purposes
  OR NEW.contract_at IS NOT OLD.contract_at OR NEW.signed_at <> OLD.signed_at
  OR NEW.instrument <> OLD.instrument OR NEW.evidence_sha256 <> OLD.evidence_sha256
  OR NEW.recorded_at <> OLD.recorded_at OR NEW.recorded_by <> OLD.recorded_by
BEGIN SELECT RAISE(ABORT, 'a consent is only ever ended'); END;
CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent
BEGIN SELECT RAISE(ABORT, 'a consent is only ever ended'); END;
-- Whose work is leased outside of the hours of the law.
CREATE INDEX consent_hours ON consent (person) WHERE ended_at IS NULL AND kind = 'hours';
-- What changed lately.
CREATE INDEX consent_recorded ON consent (recorded_at);
CREATE INDEX consent_ended ON consent (ended_at) WHERE ended_at IS NOT NULL;

-- The consents a call left under: to be called at that hour, and to be called at all.
ALTER TABLE attempt ADD COLUMN hours_consent INTEGER;
ALTER TABLE attempt ADD COLUMN calls_consent INTEGER;
CREATE INDEX attempt_by_consent ON attempt (id)
    WHERE hours_consent IS NOT NULL OR calls_consent IS NOT NULL;
