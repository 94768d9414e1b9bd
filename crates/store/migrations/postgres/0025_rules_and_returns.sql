-- Rules that find typifications that contradict their calls, of a campaign, in versions that are never changed: the
-- text as it was put. A campaign without any has the house's, which is version 0 and stands in the program.
CREATE TABLE contradiction_set (
    campaign   BIGINT  NOT NULL,
    version    BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    created_by TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (campaign, version)
);

-- Files that went back to clients: of a list in a campaign, of a day, which is so many milliseconds by the clock of the
-- campaign's law pack. One that is written again has the next version.
CREATE TABLE return_file (
    campaign   BIGINT  NOT NULL,
    list       BIGINT  NOT NULL,
    day        TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    from_ms    BIGINT  NOT NULL,
    to_ms      BIGINT  NOT NULL,
    written_at BIGINT  NOT NULL,
    written_by TEXT    NOT NULL,
    file_name  TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    records    BIGINT  NOT NULL,
    PRIMARY KEY (campaign, list, day, version)
);
