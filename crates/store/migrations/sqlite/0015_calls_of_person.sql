-- What left for a person lately: looked at whenever their work is leased, by the law's limits on calling again.
CREATE INDEX attempt_person ON attempt (person, placed_at) WHERE placed_at IS NOT NULL;
