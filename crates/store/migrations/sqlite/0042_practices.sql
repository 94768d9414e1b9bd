-- The operating model (ADR 44): practices as texts in versions, sessions that were held, plans and agreements with their steps,
-- ideas. Rows are only added: what is put right is another row. Days are counted from 1970 by the clock of the model's law pack.
CREATE TABLE practice_model (
    version    INTEGER PRIMARY KEY,
    created_at INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    text       TEXT    NOT NULL
) STRICT;

-- The newest version of a session is what counts; `void`: it was none.
CREATE TABLE practice_session (
    session      INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    by_user      TEXT    NOT NULL,
    practice     TEXT    NOT NULL,
    role         TEXT    NOT NULL,
    leader       TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    minutes      INTEGER NOT NULL,
    participants TEXT    NOT NULL,
    notes        TEXT    NOT NULL,
    void         INTEGER NOT NULL,
    PRIMARY KEY (session, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX practice_session_day ON practice_session (day);

-- An agreement of a session, a plan for a target that a campaign missed, or neither. `figure` and `target` are what the
-- indicator was when the plan was opened, by these `definitions`.
CREATE TABLE action_plan (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    by_user     TEXT    NOT NULL,
    words       TEXT    NOT NULL,
    owner       TEXT    NOT NULL,
    due         INTEGER NOT NULL,
    session     INTEGER,
    campaign    INTEGER,
    variant     TEXT,
    period_from INTEGER,
    period_to   INTEGER,
    figure      REAL,
    target      REAL,
    definitions TEXT
) STRICT;
CREATE INDEX action_plan_session ON action_plan (session) WHERE session IS NOT NULL;

CREATE TABLE action_plan_step (
    plan    INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    by_user TEXT    NOT NULL,
    day     INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    words   TEXT    NOT NULL,
    due     INTEGER,
    owner   TEXT,
    PRIMARY KEY (plan, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE idea (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    by_user TEXT    NOT NULL,
    author  TEXT    NOT NULL,
    words   TEXT    NOT NULL
) STRICT;
CREATE TABLE idea_step (
    idea    INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    by_user TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    words   TEXT    NOT NULL,
    PRIMARY KEY (idea, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER practice_model_no_update BEFORE UPDATE ON practice_model
BEGIN SELECT RAISE(ABORT, 'rows of practice_model are only added'); END;
CREATE TRIGGER practice_model_no_delete BEFORE DELETE ON practice_model
BEGIN SELECT RAISE(ABORT, 'rows of practice_model are only added'); END;
CREATE TRIGGER practice_session_no_update BEFORE UPDATE ON practice_session
BEGIN SELECT RAISE(ABORT, 'rows of practice_session are only added'); END;
CREATE TRIGGER practice_session_no_delete BEFORE DELETE ON practice_session
BEGIN SELECT RAISE(ABORT, 'rows of practice_session are only added'); END;
CREATE TRIGGER action_plan_no_update BEFORE UPDATE ON action_plan
BEGIN SELECT RAISE(ABORT, 'rows of action_plan are only added'); END;
CREATE TRIGGER action_plan_no_delete BEFORE DELETE ON action_plan
BEGIN SELECT RAISE(ABORT, 'rows of action_plan are only added'); END;
CREATE TRIGGER action_plan_step_no_update BEFORE UPDATE ON action_plan_step
BEGIN SELECT RAISE(ABORT, 'rows of action_plan_step are only added'); END;
CREATE TRIGGER action_plan_step_no_delete BEFORE DELETE ON action_plan_step
BEGIN SELECT RAISE(ABORT, 'rows of action_plan_step are only added'); END;
CREATE TRIGGER idea_no_update BEFORE UPDATE ON idea
BEGIN SELECT RAISE(ABORT, 'rows of idea are only added'); END;
CREATE TRIGGER idea_no_delete BEFORE DELETE ON idea
BEGIN SELECT RAISE(ABORT, 'rows of idea are only added'); END;
CREATE TRIGGER idea_step_no_update BEFORE UPDATE ON idea_step
BEGIN SELECT RAISE(ABORT, 'rows of idea_step are only added'); END;
CREATE TRIGGER idea_step_no_delete BEFORE DELETE ON idea_step
BEGIN SELECT RAISE(ABORT, 'rows of idea_step are only added'); END;
