//! Recordings: what the journal decided about them, and what became of their files.

use std::collections::BTreeSet;

use domain::{AgentId, AttemptId, CampaignId, Timestamp};

use super::database::{Database, Tx};
use super::event::{self, place};
use super::fold::Fold;
use super::query::{Batch, Query};
use super::retention::IS_HELD;
use super::row::Row;
use crate::error::Result;
use crate::types::{
    RecordingFilter, RecordingMade, RecordingMarkRow, RecordingRow, RecordingState, RecordingStored,
};

/// Most recordings in an answer.
const PAGE_MAX: u32 = 10_000;

/// What a run of events decided.
pub(super) async fn note(tx: &mut Tx, fold: &Fold<'_>, ended: &[i64]) -> Result<()> {
    decide(tx, fold).await?;
    mark(tx, fold).await?;
    class(tx, fold).await?;
    close(tx, ended).await
}

async fn decide(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let decided = || fold.recordings.decided.iter();
    if fold.recordings.decided.is_empty() {
        return Ok(());
    }
    let state = |why: &Option<&str>| match why {
        Some(_) => i64::from(RecordingState::None.number()),
        None => i64::from(RecordingState::Recording.number()),
    };
    // A file that came to its end before the journal did is further already.
    let query = Query::new(
        "write down recordings",
        "INSERT INTO recording (attempt, campaign, state, why, started_at)
         SELECT r.attempt, a.campaign, r.state, r.why, CASE WHEN r.why IS NULL THEN r.at END
         FROM {rows} JOIN attempt a ON a.id = r.attempt WHERE true
         ON CONFLICT (attempt) DO UPDATE SET
             started_at = COALESCE(recording.started_at, excluded.started_at)",
    )
    .rows(
        Batch::default()
            .ints("attempt", decided().map(|(attempt, _)| *attempt))
            .ints("at", decided().map(|(_, (at, _))| *at))
            .ints("state", decided().map(|(_, (_, why))| state(why)))
            .texts("why", decided().map(|(_, (_, why))| why.map(str::to_owned))),
    );
    tx.run(query).await.map(drop)
}

async fn mark(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let marks = || fold.recordings.marks.iter();
    if fold.recordings.marks.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "write down marks of recordings",
        "INSERT INTO recording_mark (seq, attempt, at, offset_ms, kind, text, agent)
         SELECT r.seq, r.attempt, r.at, r.at - q.started_at, r.kind, r.words, r.agent
         FROM {rows} JOIN recording q ON q.attempt = r.attempt WHERE q.started_at IS NOT NULL",
    )
    .rows(
        Batch::default()
            .ints("seq", marks().map(|mark| place(mark.seq)))
            .ints("attempt", marks().map(|mark| mark.attempt))
            .ints("at", marks().map(|mark| mark.at))
            .texts("kind", marks().map(|mark| mark.kind.to_owned()))
            .texts("words", marks().map(|mark| mark.text.to_owned()))
            .ints("agent", marks().map(|mark| mark.agent)),
    );
    tx.run(query).await.map(drop)
}

async fn class(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let classes = || fold.recordings.classes.iter();
    if fold.recordings.classes.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "class recordings",
        "UPDATE recording AS q SET class = r.class, keep_until = r.until
         FROM {rows} WHERE q.attempt = r.attempt AND q.state <> 0 AND q.state <> 4",
    )
    .rows(
        Batch::default()
            .ints("attempt", classes().map(|(attempt, _)| *attempt))
            .texts(
                "class",
                classes().map(|(_, (class, _))| (*class).to_owned()),
            )
            .ints("until", classes().map(|(_, (_, until))| *until)),
    );
    tx.run(query).await.map(drop)
}

/// Of a call that is over, every answered one says at last why it was not recorded: the engine that
/// would have ended before it could.
async fn close(tx: &mut Tx, ended: &[i64]) -> Result<()> {
    if ended.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "say why calls were not recorded",
        "INSERT INTO recording (attempt, campaign, state, why)
         SELECT a.id, a.campaign, 0, 'engine_ended' FROM {rows} JOIN attempt a ON a.id = r.attempt
         WHERE a.answered_at IS NOT NULL ON CONFLICT (attempt) DO NOTHING",
    );
    let ended: BTreeSet<i64> = ended.iter().copied().collect();
    tx.run(query.rows(Batch::default().ints("attempt", ended)))
        .await
        .map(drop)
}

/// See [`crate::Store::recording_made`].
pub(super) async fn made(db: &Database, made: &RecordingMade) -> Result<()> {
    let state = match made.duration_ms {
        0 => RecordingState::Lost,
        _ => RecordingState::Spooled,
    };
    // What the archive has already, or was erased, is not made anew by a start that found its file.
    let query = Query::new(
        "write down the end of a recording",
        "INSERT INTO recording (attempt, campaign, state, why, duration_ms, content)
         SELECT a.id, a.campaign, $1, $2, $3, $4 FROM attempt a WHERE a.id = $5
         ON CONFLICT (attempt) DO UPDATE SET
             state = CASE WHEN recording.state IN (3, 4) THEN recording.state ELSE excluded.state END,
             why = COALESCE(excluded.why, CASE WHEN recording.state = 0 THEN NULL ELSE recording.why END),
             duration_ms = excluded.duration_ms,
             content = CASE WHEN recording.state IN (3, 4) THEN recording.content
                            ELSE excluded.content END",
    )
    .int(i64::from(state.number()))
    .opt_text(made.why.as_deref())
    .int(made.duration_ms)
    .text(&made.content)
    .int(made.attempt.get());
    db.run(query).await.map(drop)
}

/// See [`crate::Store::recording_stored`].
pub(super) async fn stored(db: &Database, stored: &RecordingStored) -> Result<bool> {
    let query = Query::new(
        "write down that a recording is in the archive",
        "UPDATE recording SET state = 3, content = $1, bytes = $2, wav_sha256 = $3, object = $4,
             object_bytes = $5, object_sha256 = $6, sealed_key = $7, stored_at = $8, trouble = NULL
         WHERE attempt = $9 AND state IN (1, 2)",
    )
    .text(&stored.content)
    .int(stored.bytes)
    .text(&stored.wav_sha256)
    .text(&stored.object)
    .int(stored.object_bytes)
    .text(&stored.object_sha256)
    .text(&stored.sealed_key)
    .int(stored.at.as_millis())
    .int(stored.attempt.get());
    Ok(db.run(query).await? == 1)
}

const COLUMNS: &str = "SELECT attempt, campaign, state, why, started_at, duration_ms, content, bytes,
    wav_sha256, object, object_bytes, object_sha256, sealed_key, class, keep_until, stored_at, erased_at,
    certificate, tries, trouble";

fn columns() -> String {
    format!(
        "{COLUMNS}, CAST(CASE WHEN {IS_HELD} THEN 1 ELSE 0 END AS BIGINT) AS held FROM recording"
    )
}

/// See [`crate::Store::recording`].
pub(super) async fn one(db: &Database, attempt: AttemptId) -> Result<Option<RecordingRow>> {
    let query = Query::new(
        "read a recording",
        format!("{} WHERE attempt = $1", columns()),
    );
    let row = db.fetch_one(query.int(attempt.get())).await?;
    row.as_ref().map(row_of).transpose()
}

/// See [`crate::Store::recordings`].
pub(super) async fn all(db: &Database, filter: &RecordingFilter) -> Result<Vec<RecordingRow>> {
    let query = Query::new(
        "read recordings",
        format!(
            "{} WHERE attempt > $1 AND (campaign = $2 OR $2 = 0)
               AND ((state = $3) OR ($3 < 0 AND state <> 0))
               AND COALESCE(started_at, $4) >= $4 AND COALESCE(started_at, $4) < $5
               AND ($6 = 0 OR keep_until <= $6) {}
             ORDER BY attempt LIMIT $7",
            columns(),
            match filter.not_held {
                true => format!("AND NOT {IS_HELD}"),
                false => String::new(),
            }
        ),
    )
    .int(filter.after.map_or(0, AttemptId::get))
    .int(filter.campaign.map_or(0, CampaignId::get))
    .int(filter.state.map_or(-1, |state| i64::from(state.number())))
    .int(filter.from.map_or(0, Timestamp::as_millis))
    .int(filter.to.map_or(i64::MAX, Timestamp::as_millis))
    .int(filter.kept_until.map_or(0, Timestamp::as_millis))
    .int(i64::from(filter.limit.min(PAGE_MAX)));
    db.fetch(query).await?.iter().map(row_of).collect()
}

fn row_of(row: &Row) -> Result<RecordingRow> {
    Ok(RecordingRow {
        attempt: AttemptId::new(row.int("attempt")?),
        campaign: CampaignId::new(row.int("campaign")?),
        state: row.kind("state", RecordingState::from_number)?,
        why: row.opt_text("why")?,
        started_at: row.opt_time("started_at")?,
        duration_ms: row.opt_int("duration_ms")?,
        content: row.opt_text("content")?,
        bytes: row.opt_int("bytes")?,
        wav_sha256: row.opt_text("wav_sha256")?,
        object: row.opt_text("object")?,
        object_bytes: row.opt_int("object_bytes")?,
        object_sha256: row.opt_text("object_sha256")?,
        sealed_key: row.opt_text("sealed_key")?,
        class: row.opt_text("class")?,
        keep_until: row.opt_time("keep_until")?,
        stored_at: row.opt_time("stored_at")?,
        erased_at: row.opt_time("erased_at")?,
        certificate: row.opt_text("certificate")?,
        tries: row.int("tries")?,
        trouble: row.opt_text("trouble")?,
        held: row.flag("held")?,
    })
}

/// See [`crate::Store::recording_marks`]. What was before the beginning comes first.
pub(super) async fn marks(db: &Database, attempt: AttemptId) -> Result<Vec<RecordingMarkRow>> {
    let query = Query::new(
        "read marks of a recording",
        "SELECT offset_ms, at, kind, text, agent FROM recording_mark WHERE attempt = $1 ORDER BY seq",
    );
    let rows = db.fetch(query.int(attempt.get())).await?;
    let mark = |row: &Row| {
        Ok(RecordingMarkRow {
            offset_ms: row.int("offset_ms")?,
            at: row.time("at")?,
            kind: row.text("kind")?,
            text: row.text("text")?,
            agent: row.opt_int("agent")?.map(AgentId::new),
        })
    };
    let mut marks = consent(db, attempt).await?;
    marks.extend(rows.iter().map(mark).collect::<Result<Vec<_>>>()?);
    Ok(marks)
}

/// How the customer came to be recorded, where that was to be asked or said: it stands before the beginning,
/// and nowhere but in the journal.
async fn consent(db: &Database, attempt: AttemptId) -> Result<Vec<RecordingMarkRow>> {
    let query = Query::new(
        "read how somebody agreed to a recording",
        "SELECT at, agent, body FROM event WHERE attempt = $1 AND kind = $2 ORDER BY seq",
    );
    let query = query.int(attempt.get()).int(event::RECORDING);
    let mut marks = Vec::new();
    for row in db.fetch(query).await? {
        let body: serde_json::Value = serde_json::from_str(&row.text("body")?).unwrap_or_default();
        let kind = body["fact"].as_str().unwrap_or_default();
        if matches!(kind, "announced" | "consented") {
            marks.push(RecordingMarkRow {
                offset_ms: 0,
                at: row.time("at")?,
                kind: kind.to_owned(),
                text: String::new(),
                agent: row.opt_int("agent")?.map(AgentId::new),
            });
        }
    }
    Ok(marks)
}
