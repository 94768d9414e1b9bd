-- How far the contacts of a list were put to work in a campaign: those after this one are to be; NULL: all are.
ALTER TABLE campaign_list ADD COLUMN attach_after BIGINT;
