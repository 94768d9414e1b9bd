-- Recordings that callers and advisors hear: 16-bit samples, 8000 a second, as
-- imported last under that name and language.
CREATE TABLE prompt (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    file_name   TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    samples     INTEGER NOT NULL,
    imported_at INTEGER NOT NULL,
    audio       BLOB    NOT NULL,
    UNIQUE (name, language)
) STRICT;
-- Which of them is heard when; campaign 0: every campaign that has none of its own.
CREATE TABLE sound_use (
    campaign INTEGER NOT NULL,
    purpose  TEXT    NOT NULL,
    prompt   INTEGER NOT NULL REFERENCES prompt (id),
    PRIMARY KEY (campaign, purpose)
) STRICT;
