//! Sales follow what is said of their calls, in the transaction of the journal: a typification that is a sale begins one, a
//! correction that takes it back annuls it, and one that makes a sale of a call begins one late. Who annulled one by hand
//! has annulled it: nothing that is said of the call later brings it back.

use std::collections::BTreeMap;

use ::sales::{Doer, Stage};
use domain::Timestamp;

use crate::error::Result;
use crate::sql::database::Tx;
use crate::sql::fold::Fold;
use crate::sql::query::{Batch, Query};
use crate::sql::side_events;

/// The reason of an annulment that a correction makes.
const CORRECTION: &str = "correccion";

/// What was said last of a call.
struct Said {
    at: Timestamp,
    by: String,
}

/// See [`crate::Store::commit`].
pub(in crate::sql) async fn follow(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    // What the system says by itself is never a sale; a person says it, or takes it back.
    let by_people = fold
        .typified
        .iter()
        .filter(|(_, _, said)| said.agent.is_some() || said.corrects);
    let said: BTreeMap<i64, Said> = by_people
        .map(|(_, at, typified)| {
            let by = typified.user.clone().unwrap_or_default();
            (typified.attempt.get(), Said { at: *at, by })
        })
        .collect();
    if said.is_empty() || !concerns_sales(tx, &said).await? {
        return Ok(());
    }
    annul(tx, &said).await?;
    begin(tx, &said).await?;
    side_events::sales_of_calls_moved(tx, said.keys().copied()).await?;
    let query = Query::new(
        "have sales name their typification",
        "UPDATE sale SET code = (SELECT a.code FROM attempt a WHERE a.id = sale.attempt)
         WHERE by_correction = 0 AND attempt IN (SELECT r.attempt FROM {rows})
           AND code <> (SELECT a.code FROM attempt a WHERE a.id = sale.attempt)",
    );
    tx.run(query.rows(rows(&said))).await.map(drop)
}

fn rows(said: &BTreeMap<i64, Said>) -> Batch {
    Batch::default()
        .ints("attempt", said.keys().copied())
        .ints("at", said.values().map(|said| said.at.as_millis()))
        .texts("said_by", said.values().map(|said| said.by.clone()))
}

/// Whether any of these calls is a sale or was one.
async fn concerns_sales(tx: &mut Tx, said: &BTreeMap<i64, Said>) -> Result<bool> {
    let query = Query::new(
        "look whether calls are sales",
        "SELECT a.id FROM {rows} JOIN attempt a ON a.id = r.attempt
         LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE d.accepted_sale = 1 OR EXISTS (SELECT 1 FROM sale s WHERE s.attempt = a.id)
         LIMIT 1",
    );
    Ok(tx.fetch_one(query.rows(rows(said))).await?.is_some())
}

async fn annul(tx: &mut Tx, said: &BTreeMap<i64, Said>) -> Result<()> {
    const TAKEN_BACK: &str = "s.by_correction = 0 AND s.stage <> $1
           AND NOT EXISTS (SELECT 1 FROM attempt a JOIN disposition d
                           ON d.catalogue = a.catalogue AND d.code = a.code
                           WHERE a.id = s.attempt AND d.accepted_sale = 1)";
    let annulled = i64::from(Stage::Annulled.number());
    let query = Query::new(
        "note that sales are annulled by a correction",
        format!(
            "INSERT INTO sale_move (sale, n, at, from_stage, to_stage, doer, by_user, reason, source)
             SELECT s.id, s.moves + 1, CASE WHEN r.at < s.stage_at THEN s.stage_at ELSE r.at END, s.stage, $1, $2, r.said_by, $3, NULL
             FROM {{rows}} JOIN sale s ON s.attempt = r.attempt WHERE {TAKEN_BACK}"
        ),
    )
    .int(annulled)
    .text(Doer::Program.word())
    .text(CORRECTION)
    .rows(rows(said));
    if tx.run(query).await? == 0 {
        return Ok(());
    }
    let query = Query::new(
        "annul sales by a correction",
        format!(
            "UPDATE sale AS s SET stage = $1, moves = moves + 1, by_correction = 1,
                 stage_at = (SELECT m.at FROM sale_move m WHERE m.sale = s.id AND m.n = s.moves + 1)
             WHERE s.attempt IN (SELECT r.attempt FROM {{rows}}) AND {TAKEN_BACK}"
        ),
    )
    .int(annulled)
    .rows(rows(said));
    tx.run(query).await.map(drop)
}

async fn begin(tx: &mut Tx, said: &BTreeMap<i64, Said>) -> Result<()> {
    let query = Query::new(
        "begin sales",
        "INSERT INTO sale (attempt, campaign, contact, person, agent, code, placed_at, accepted_at, stage,
                           stage_at, moves)
         SELECT a.id, a.campaign, a.contact, a.person, a.agent, a.code, a.placed_at, r.at, $1, r.at, 0
         FROM {rows} JOIN attempt a ON a.id = r.attempt
         JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE d.accepted_sale = 1
           AND NOT EXISTS (SELECT 1 FROM sale s WHERE s.attempt = a.id AND s.by_correction = 0)
         ORDER BY r.at, a.id",
    )
    .int(i64::from(Stage::Accepted.number()))
    .rows(rows(said));
    if tx.run(query).await? == 0 {
        return Ok(());
    }
    let query = Query::new(
        "note that sales were accepted",
        "INSERT INTO sale_move (sale, n, at, from_stage, to_stage, doer, by_user, reason, source)
         SELECT s.id, 1, s.accepted_at, NULL, s.stage,
                CASE WHEN r.said_by = '' THEN $1 ELSE $2 END, r.said_by, NULL, NULL
         FROM {rows} JOIN sale s ON s.attempt = r.attempt WHERE s.moves = 0",
    )
    .text(Doer::Advisor.word())
    .text(Doer::Supervisor.word())
    .rows(rows(said));
    tx.run(query).await?;
    let query = Query::new(
        "count the first move of sales",
        "UPDATE sale SET moves = 1
         WHERE moves = 0 AND attempt IN (SELECT r.attempt FROM {rows})",
    );
    tx.run(query.rows(rows(said))).await.map(drop)
}
