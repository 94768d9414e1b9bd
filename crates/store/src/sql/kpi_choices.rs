//! What a campaign compares with which target. One row for each indicator that it chose itself; the audit log has those
//! before.

use domain::CampaignId;
use kpi::Choice;
use serde_json::{Value, json};

use super::config::must_exist;
use super::database::{Database, Tx};
use super::query::Query;
use super::row::Row;
use crate::error::Result;

/// See [`crate::KpiStore::kpi_choices`].
pub(super) async fn all(db: &Database, campaign: CampaignId) -> Result<Vec<Choice>> {
    let query = Query::new(
        "read what a campaign compares",
        "SELECT indicator, variant, target FROM kpi_choice WHERE campaign = $1 ORDER BY indicator",
    );
    let rows = db.fetch(query.int(campaign.get())).await?;
    rows.iter().map(choice).collect()
}

/// See [`crate::KpiStore::put_kpi_choice`].
pub(super) async fn put(db: &Database, campaign: CampaignId, new: &Choice) -> Result<()> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign.get()).await?;
    let before = in_force(&mut tx, campaign, &new.indicator).await?;
    let query = Query::new(
        "choose what is compared",
        "INSERT INTO kpi_choice (campaign, indicator, variant, target) VALUES ($1, $2, $3, $4)
         ON CONFLICT (campaign, indicator)
         DO UPDATE SET variant = excluded.variant, target = excluded.target",
    )
    .int(campaign.get())
    .text(&new.indicator)
    .text(&new.variant)
    .real(new.target);
    tx.run(query).await?;
    note(&mut tx, campaign, &new.indicator, before, said(Some(new)));
    tx.commit().await
}

/// See [`crate::KpiStore::remove_kpi_choice`].
pub(super) async fn remove(db: &Database, campaign: CampaignId, indicator: &str) -> Result<bool> {
    let mut tx = db.begin().await?;
    let before = in_force(&mut tx, campaign, indicator).await?;
    let query = Query::new(
        "go back to what is recommended",
        "DELETE FROM kpi_choice WHERE campaign = $1 AND indicator = $2",
    )
    .int(campaign.get())
    .text(indicator);
    if tx.run(query).await? == 0 {
        return Ok(false);
    }
    note(&mut tx, campaign, indicator, before, said(None));
    tx.commit().await?;
    Ok(true)
}

async fn in_force(tx: &mut Tx, campaign: CampaignId, indicator: &str) -> Result<Value> {
    let query = Query::new(
        "look at what is compared",
        "SELECT indicator, variant, target FROM kpi_choice WHERE campaign = $1 AND indicator = $2",
    )
    .int(campaign.get())
    .text(indicator);
    let row = tx.fetch_one(query).await?;
    let chosen = row.as_ref().map(choice).transpose()?;
    Ok(said(chosen.as_ref()))
}

fn choice(row: &Row) -> Result<Choice> {
    Ok(Choice {
        indicator: row.text("indicator")?,
        variant: row.text("variant")?,
        target: row.opt_real("target")?,
    })
}

fn said(choice: Option<&Choice>) -> Value {
    choice.map_or_else(
        || "recommended".into(),
        |choice| json!({"variant": choice.variant, "target": choice.target}),
    )
}

fn note(tx: &mut Tx, campaign: CampaignId, indicator: &str, before: Value, now: Value) {
    let detail = json!({ indicator: [before, now] }).to_string();
    tx.note("campaign.kpi", format!("campaign {campaign}"), detail);
}
