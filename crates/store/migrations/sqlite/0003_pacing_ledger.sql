-- The pacing ledger in its order: decisions (12) and pages without one (14).
CREATE INDEX event_pacing_ledger ON event (campaign, seq) WHERE kind IN (12, 14);
-- What a campaign was at a time.
CREATE INDEX event_campaign_state ON event (campaign, seq) WHERE kind = 11;
