-- Which variant of an indicator a campaign compares with which target; no row: what the catalogue recommends. The audit
-- log has what was chosen before.
CREATE TABLE kpi_choice (
    campaign  INTEGER NOT NULL,
    indicator TEXT    NOT NULL,
    variant   TEXT    NOT NULL,
    target    REAL,
    PRIMARY KEY (campaign, indicator)
) STRICT, WITHOUT ROWID;
