-- What pacing had learnt (15): the newest of a campaign is read at a start.
CREATE INDEX event_pacing_learnt ON event (campaign, seq) WHERE kind = 15;
