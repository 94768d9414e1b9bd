//! Numbers that are no good for a person, by the attempt that found so; and what follows where the word of
//! an attempt is taken back: its number may be dialed again, and who is not to be called may be.

use std::collections::{BTreeMap, BTreeSet};

use super::database::Tx;
use super::query::{Batch, Query};
use super::work::ASKED;
use crate::error::Result;

/// Keeps the last word of each attempt on its phone: when, and in which code, if it is no good.
pub(super) async fn note(tx: &mut Tx, words: &BTreeMap<i64, (i64, Option<String>)>) -> Result<()> {
    let (good, bad): (Vec<_>, Vec<_>) = words.iter().partition(|(_, (_, code))| code.is_none());
    if !good.is_empty() {
        let query = Query::new(
            "let numbers be dialed again",
            "DELETE FROM retired_phone WHERE attempt IN (SELECT r.attempt FROM {rows})",
        )
        .rows(Batch::default().ints("attempt", good.iter().map(|(id, _)| **id)));
        tx.run(query).await?;
    }
    if bad.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "retire numbers",
        "INSERT INTO retired_phone (person, e164, attempt, at, code)
         SELECT a.person, a.phone, a.id, r.at, r.code FROM {rows} JOIN attempt a ON a.id = r.attempt
         WHERE true ON CONFLICT (person, e164, attempt) DO UPDATE SET code = excluded.code",
    )
    .rows(
        Batch::default()
            .ints("attempt", bad.iter().map(|(id, _)| **id))
            .ints("at", bad.iter().map(|(_, (at, _))| *at))
            .texts("code", bad.iter().map(|(_, (_, code))| code.clone())),
    );
    tx.run(query).await.map(drop)
}

/// Another attempt `o` in which the person asked never to be called again.
const OTHER_WORD: &str = "EXISTS (SELECT 1 FROM attempt o
        LEFT JOIN disposition d ON d.catalogue = o.catalogue AND d.code = o.code
        WHERE {same} AND o.id <> a.id
          AND (o.opt_out = 1 OR (o.opt_out IS NULL AND d.suppresses = 1)))";

/// Takes back that people are never to be called again, where nothing but these attempts says so. What an
/// exclusion list says of a number stays, and so does a number that somebody asked for with a key.
pub(super) async fn lift(tx: &mut Tx, attempts: &BTreeSet<i64>) -> Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let batch = || Batch::default().ints("attempt", attempts.iter().copied());
    let said_elsewhere = OTHER_WORD.replace("{same}", "o.person = a.person");
    let query = Query::new(
        "find who may be called again",
        format!(
            "SELECT a.person FROM {{rows}} JOIN attempt a ON a.id = r.attempt
             JOIN person p ON p.id = a.person AND p.suppressed = 1 AND p.erased_at IS NULL
             WHERE NOT {said_elsewhere}"
        ),
    );
    let rows = tx.fetch(query.rows(batch())).await?;
    let people: BTreeSet<i64> = rows
        .iter()
        .map(|row| row.int("person"))
        .collect::<Result<_>>()?;
    let said_elsewhere = OTHER_WORD.replace("{same}", "o.phone = a.phone");
    let query = Query::new(
        "let numbers be called again",
        format!(
            "DELETE FROM suppression WHERE reason = '{ASKED}' AND e164 IN
                 (SELECT a.phone FROM {{rows}} JOIN attempt a ON a.id = r.attempt
                  WHERE NOT {said_elsewhere}
                    AND NOT EXISTS (SELECT 1 FROM stranger_call s JOIN disposition d ON d.code = s.code
                                    WHERE s.phone = a.phone AND d.suppresses = 1))"
        ),
    );
    tx.run(query.rows(batch())).await?;
    if people.is_empty() {
        return Ok(());
    }
    for text in [
        "UPDATE person SET suppressed = 0 WHERE id IN (SELECT r.person FROM {rows})",
        "UPDATE work SET state = 1
         WHERE state = 5 AND person IN (SELECT r.person FROM {rows})
           AND EXISTS (SELECT 1 FROM phone q WHERE q.contact = work.contact
                       AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = q.e164))",
    ] {
        let batch = Batch::default().ints("person", people.iter().copied());
        tx.run(Query::new("let people be called again", text).rows(batch))
            .await?;
    }
    Ok(())
}
