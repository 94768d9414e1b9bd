-- When the call of a sale was placed, so that the sales of the calls of a time are found without reading its calls.
ALTER TABLE sale ADD COLUMN placed_at BIGINT;
UPDATE sale SET placed_at = (SELECT a.placed_at FROM attempt a WHERE a.id = sale.attempt);
CREATE INDEX sale_placed ON sale (campaign, placed_at) WHERE by_correction = 0;
-- Whether anybody follows the sales of a campaign, and whether they have sheets.
CREATE INDEX sale_moved ON sale (campaign) WHERE moves > 1 + by_correction;
CREATE INDEX sale_with_sheet ON sale (campaign) WHERE sheet > 0;
-- Records that were never called before.
CREATE INDEX record_first ON record_hour (campaign, kind, hour, n) WHERE prev = -1;
-- Calls that were abandoned: few, and looked for among all.
CREATE INDEX attempt_abandoned ON attempt (campaign, intended_at) WHERE outcome = 2;
