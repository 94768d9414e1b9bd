//! What advisors said of calls: typifications and notes. Their words stand here and not in the journal, so that
//! they can be erased with the person (ADR 34); of who is erased already, none are kept.

use super::database::Tx;
use super::event::place;
use super::fold::Fold;
use super::query::{Batch, Query};
use super::sale;
use crate::error::Result;

/// Keeps what was said in these events.
pub(super) async fn note(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    typify(tx, fold).await?;
    sale::follow(tx, fold).await?;
    look_again(tx, fold).await?;
    keep_notes(tx, fold).await
}

/// A correction of an earlier call changes the best that was said of a record, where the work with it stays as it is.
async fn look_again(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let corrected = fold.typified.iter().filter(|(_, _, said)| said.corrects);
    let corrected: Vec<i64> = corrected.map(|(_, _, said)| said.attempt.get()).collect();
    if corrected.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "have segments look again at who was spoken of anew",
        "UPDATE work SET segment = -1 WHERE segment IS NOT NULL
           AND person IN (SELECT a.person FROM {rows} JOIN attempt a ON a.id = r.attempt)
           AND EXISTS (SELECT 1 FROM segment_set g
                       WHERE g.campaign = work.campaign AND g.speaks_of IN (1, 3))",
    );
    let rows = Batch::default().ints("attempt", corrected);
    tx.run(query.rows(rows)).await.map(drop)
}

async fn typify(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    if fold.typified.is_empty() {
        return Ok(());
    }
    let each = || fold.typified.iter();
    let query = Query::new(
        "write down typifications",
        "INSERT INTO typification (seq, at, attempt, agent, code, note, corrects, corrected_by, opt_out)
         SELECT r.seq, r.at, r.attempt, r.agent, r.code,
                CASE WHEN h.erased_at IS NULL THEN r.note ELSE '' END, r.corrects, r.corrected_by,
                r.opt_out
         FROM {rows} LEFT JOIN attempt a ON a.id = r.attempt LEFT JOIN person h ON h.id = a.person",
    )
    .rows(
        Batch::default()
            .ints("seq", each().map(|(seq, _, _)| place(*seq)))
            .ints("at", each().map(|(_, at, _)| at.as_millis()))
            .ints("attempt", each().map(|(_, _, t)| t.attempt.get()))
            .ints(
                "agent",
                each().map(|(_, _, t)| t.agent.map(|agent| agent.get())),
            )
            .texts("code", each().map(|(_, _, t)| t.code.clone()))
            .texts("note", each().map(|(_, _, t)| t.note.clone()))
            .ints("corrects", each().map(|(_, _, t)| i64::from(t.corrects)))
            .texts("corrected_by", each().map(|(_, _, t)| t.user.clone()))
            .ints("opt_out", each().map(|(_, _, t)| i64::from(t.next.suppress))),
    );
    tx.run(query).await.map(drop)
}

async fn keep_notes(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let notes = || fold.notes.iter();
    if fold.notes.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "keep notes on calls",
        "INSERT INTO call_note (seq, attempt, note)
         SELECT r.seq, r.attempt, r.note
         FROM {rows} LEFT JOIN attempt a ON a.id = r.attempt LEFT JOIN person h ON h.id = a.person
         WHERE h.erased_at IS NULL",
    )
    .rows(
        Batch::default()
            .ints("seq", notes().map(|(seq, _, _)| place(*seq)))
            .ints("attempt", notes().map(|(_, attempt, _)| *attempt))
            .texts("note", notes().map(|(_, _, note)| (*note).to_owned())),
    );
    tx.run(query).await.map(drop)
}

/// What is left of a person's words goes, and how their calls were signalled; how many notes that were. Their calls are
/// found by their contacts: by person there is no index of those that never left, and the journal waits meanwhile.
pub(super) async fn erase(tx: &mut Tx, person: i64) -> Result<u64> {
    let mut notes = 0;
    for (doing, text) in [
        (
            "erase what was said of their calls",
            "UPDATE typification SET note = '' WHERE note <> ''
               AND attempt IN (SELECT a.id FROM contact k JOIN attempt a ON a.contact = k.id
                               WHERE k.person = $1)",
        ),
        (
            "erase notes on their calls",
            "DELETE FROM call_note WHERE attempt IN (SELECT a.id FROM contact k JOIN attempt a ON a.contact = k.id
                               WHERE k.person = $1)",
        ),
        (
            "erase the words at marks of their recordings",
            "UPDATE recording_mark SET text = '' WHERE text <> ''
               AND attempt IN (SELECT a.id FROM contact k JOIN attempt a ON a.contact = k.id
                               WHERE k.person = $1)",
        ),
    ] {
        notes += tx.run(Query::new(doing, text).int(person)).await?;
    }
    let query = Query::new(
        "erase how their calls were signalled",
        "DELETE FROM sip_ladder WHERE attempt IN (SELECT a.id FROM contact k JOIN attempt a ON a.contact = k.id
                               WHERE k.person = $1)",
    );
    tx.run(query.int(person)).await?;
    Ok(notes)
}

/// Calls to or from a person that were written down when the journal still had their number and words.
pub(super) async fn in_old_journal(tx: &mut Tx, person: i64) -> Result<u64> {
    let query = Query::new(
        "count calls in the journal of before",
        "SELECT count(*) AS n FROM contact k JOIN attempt a ON a.contact = k.id
         JOIN event e ON e.attempt = a.id
         WHERE k.person = $1 AND e.kind IN (1, 40) AND e.body LIKE '%\"phone\":%'",
    );
    let row = tx.fetch_one(query.int(person)).await?;
    row.map_or(Ok(0), |row| row.narrow("n"))
}
