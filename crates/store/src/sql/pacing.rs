//! Pacing read back: decisions for those who ask why, the ledger they can be
//! made again from, and what was learnt for the day that comes.

use domain::{CampaignId, Timestamp};
use serde_json::Value as Json;

use super::database::Database;
use super::event::{LEARNT, PACING, TOLD, place};
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::{LedgerRow, PacingRow};

/// What a body that cannot be read was to be.
const DECISION: &str = "pacing decision";

/// See [`crate::Store::pacing_log`].
pub(super) async fn pacing_log(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<PacingRow>> {
    // The kind stands in the text, not among the values, so that the partial
    // index of the migrations serves.
    let text = format!(
        "SELECT seq, at, campaign, body FROM event
         WHERE kind = {PACING} AND campaign = $1 AND at >= $2 AND at < $3 ORDER BY seq"
    );
    let query = Query::new("read pacing decisions", text)
        .int(campaign.get())
        .int(from.as_millis())
        .int(to.as_millis());
    db.fetch(query).await?.iter().map(pacing_of).collect()
}

/// The body of a pacing decision, as `event` writes it.
#[derive(serde::Deserialize)]
struct PacingBody {
    dial: u32,
    binding: String,
    why: String,
    inputs: Vec<(String, Option<f64>)>,
    #[serde(default)]
    page: Json,
}

fn pacing_of(row: &Row) -> Result<PacingRow> {
    decision(row, row.json("body", DECISION)?)
}

fn decision(row: &Row, body: PacingBody) -> Result<PacingRow> {
    // JSON has no NaN or infinity: those come back as absent, hence as NaN.
    let inputs = body
        .inputs
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or(f64::NAN)))
        .collect();
    Ok(PacingRow {
        seq: row.narrow("seq")?,
        at: row.time("at")?,
        campaign: CampaignId::new(row.int("campaign")?),
        dial: body.dial,
        binding: body.binding,
        why: body.why,
        inputs,
    })
}

/// The body of a page without a decision.
#[derive(serde::Deserialize)]
struct ToldBody {
    page: Json,
}

fn ledger_of(row: &Row) -> Result<LedgerRow> {
    let (page, decision) = if row.int("kind")? == TOLD {
        (row.json::<ToldBody>("body", DECISION)?.page, None)
    } else {
        let mut body: PacingBody = row.json("body", DECISION)?;
        let page = std::mem::take(&mut body.page);
        (page, Some(decision(row, body)?))
    };
    Ok(LedgerRow {
        seq: row.narrow("seq")?,
        at: row.time("at")?,
        page: (!page.is_null()).then(|| page.to_string()),
        decision,
    })
}

/// See [`crate::Store::pacing_began`].
pub(super) async fn pacing_began(
    db: &Database,
    campaign: CampaignId,
    at: Timestamp,
) -> Result<Option<u64>> {
    let text = format!(
        "SELECT seq FROM event
         WHERE kind IN ({PACING}, {TOLD}) AND campaign = $1 AND at <= $2
           AND body LIKE '%\"began\":[%' ORDER BY seq DESC LIMIT 1"
    );
    let query = Query::new("find where a pacer began", text)
        .int(campaign.get())
        .int(at.as_millis());
    let rows = db.fetch(query).await?;
    rows.first().map(|row| row.narrow("seq")).transpose()
}

/// See [`crate::Store::pacing_ledger`].
pub(super) async fn pacing_ledger(
    db: &Database,
    campaign: CampaignId,
    first: u64,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<LedgerRow>> {
    let text = format!(
        "SELECT seq, at, campaign, kind, body FROM event
         WHERE kind IN ({PACING}, {TOLD}) AND campaign = $1 AND seq >= $2 AND at < $3
         ORDER BY seq LIMIT $4"
    );
    let query = Query::new("read the pacing ledger", text)
        .int(campaign.get())
        .int(place(first))
        .int(before.as_millis())
        .int(i64::from(limit));
    db.fetch(query).await?.iter().map(ledger_of).collect()
}

/// The body of what was learnt.
#[derive(serde::Deserialize)]
struct LearntBody {
    estimates: Json,
}

/// See [`crate::Store::pacing_learnt`].
pub(super) async fn pacing_learnt(
    db: &Database,
    campaign: CampaignId,
) -> Result<Option<(Timestamp, String)>> {
    let text = format!(
        "SELECT at, body FROM event WHERE kind = {LEARNT} AND campaign = $1
         ORDER BY seq DESC LIMIT 1"
    );
    let query = Query::new("read what pacing had learnt", text).int(campaign.get());
    let rows = db.fetch(query).await?;
    let learnt = |row: &Row| {
        let body: LearntBody = row.json("body", "what pacing had learnt")?;
        Ok((row.time("at")?, body.estimates.to_string()))
    };
    rows.first().map(learnt).transpose()
}
