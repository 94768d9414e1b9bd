-- Rules that find typifications that contradict their calls, of a campaign, in versions that are never changed: the
-- text as it was put. A campaign without any has the house's, which is version 0 and stands in the program.
CREATE TABLE contradiction_set (
    campaign   INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (campaign, version)
) STRICT, WITHOUT ROWID;

-- Files that went back to clients: of a list in a campaign, of a day, which is so many milliseconds by the clock of the
-- campaign's law pack. One that is written again has the next version.
CREATE TABLE return_file (
    campaign   INTEGER NOT NULL,
    list       INTEGER NOT NULL,
    day        TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    from_ms    INTEGER NOT NULL,
    to_ms      INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    written_by TEXT    NOT NULL,
    file_name  TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    records    INTEGER NOT NULL,
    PRIMARY KEY (campaign, list, day, version)
) STRICT, WITHOUT ROWID;
