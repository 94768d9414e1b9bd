//! What a campaign may sell. What is left of it is what was counted, less what sales took since and what others wait for.

use std::collections::BTreeMap;

use ::sales::{Item, Portfolio, Stage};
use domain::{CampaignId, SaleId, Timestamp};

use crate::error::{Result, StoreError};
use crate::sql::config::must_exist;
use crate::sql::database::{Database, Tx};
use crate::sql::query::{Batch, Query};
use crate::sql::row::Row;

/// See [`crate::SaleStore::portfolio`].
pub(super) async fn of(
    db: &Database,
    campaign: CampaignId,
    but: Option<SaleId>,
) -> Result<Portfolio> {
    let items = db.fetch(items(campaign)).await?;
    let promised = db.fetch(promised(campaign, but)).await?;
    portfolio_of(&items, &promised)
}

/// The same within a transaction.
pub(in crate::sql) async fn of_in(tx: &mut Tx, campaign: CampaignId) -> Result<Portfolio> {
    let items = tx.fetch(items(campaign)).await?;
    let promised = tx.fetch(promised(campaign, None)).await?;
    portfolio_of(&items, &promised)
}

fn items(campaign: CampaignId) -> Query {
    let query = Query::new(
        "read a portfolio",
        "SELECT code, kind, name, price, stock, valid_from, valid_to, goes_with FROM portfolio_item
         WHERE campaign = $1 ORDER BY place",
    );
    query.int(campaign.get())
}

fn portfolio_of(items: &[Row], promised: &[Row]) -> Result<Portfolio> {
    let mut table = vec![Portfolio::COLUMNS.map(str::to_owned).to_vec()];
    for row in items {
        table.push(cells_of(row)?);
    }
    let mut portfolio = Portfolio::read(&table).map_err(|problems| StoreError::Corrupt {
        what: "portfolio",
        detail: problems
            .iter()
            .map(|p| p.words.clone())
            .collect::<Vec<_>>()
            .join("; "),
    })?;
    let promised: BTreeMap<String, i64> = promised
        .iter()
        .map(|row| Ok((row.text("code")?, row.int("n")?)))
        .collect::<Result<_>>()?;
    for item in &mut portfolio.items {
        item.promised = promised.get(&item.code).copied().unwrap_or_default();
    }
    Ok(portfolio)
}

fn cells_of(row: &Row) -> Result<Vec<String>> {
    let stock = row.opt_int("stock")?;
    Ok(vec![
        row.text("code")?,
        row.text("kind")?,
        row.text("name")?,
        row.int("price")?.to_string(),
        stock.map(|stock| stock.to_string()).unwrap_or_default(),
        row.text("valid_from")?,
        row.text("valid_to")?,
        row.text("goes_with")?,
    ])
}

fn numbers(is: fn(Stage) -> bool) -> String {
    let stages = Stage::ALL.into_iter().filter(|stage| is(*stage));
    stages
        .map(|stage| stage.number().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Pieces that other sales took since they were counted, or wait for.
fn promised(campaign: CampaignId, but: Option<SaleId>) -> Query {
    let text = format!(
        "SELECT p.code, count(*) AS n FROM portfolio_item p
         JOIN sale s ON s.campaign = p.campaign AND s.id <> $2
         JOIN sale_item i ON i.sale = s.id AND i.code = p.code
         WHERE p.campaign = $1 AND p.stock IS NOT NULL
           AND (s.stage IN ({}) OR (s.stage IN ({}) AND s.reserved_at >= p.counted_at))
         GROUP BY p.code",
        numbers(Stage::awaits_material),
        numbers(Stage::has_material)
    );
    let query = Query::new("count what is promised", text);
    query.int(campaign.get()).int(but.map_or(0, SaleId::get))
}

/// See [`crate::SaleStore::put_portfolio`].
pub(super) async fn put(
    db: &Database,
    campaign: CampaignId,
    portfolio: &Portfolio,
    at: Timestamp,
) -> Result<()> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign.get()).await?;
    let query = Query::new(
        "let go of a portfolio",
        "DELETE FROM portfolio_item WHERE campaign = $1",
    );
    tx.run(query.int(campaign.get())).await?;
    let query = Query::new(
        "keep a portfolio",
        "INSERT INTO portfolio_item (campaign, code, place, kind, name, price, stock, valid_from,
                                     valid_to, goes_with, counted_at)
         SELECT $1, r.code, r.place, r.kind, r.name, r.price, r.stock, r.valid_from, r.valid_to,
                r.goes_with, $2 FROM {rows}",
    )
    .int(campaign.get())
    .int(at.as_millis())
    .rows(batch(&portfolio.items));
    tx.run(query).await?;
    let detail = format!("{} items", portfolio.items.len());
    tx.note("campaign.portfolio", format!("campaign {campaign}"), detail);
    tx.commit().await
}

fn batch(items: &[Item]) -> Batch {
    let texts = |pick: fn(&Item) -> String| items.iter().map(pick);
    Batch::default()
        .texts("code", texts(|item| item.code.clone()))
        .ints("place", 0..items.len() as i64)
        .texts("kind", texts(|item| item.kind.clone()))
        .texts("name", texts(|item| item.name.clone()))
        .ints("price", items.iter().map(|item| item.price))
        .ints("stock", items.iter().map(|item| item.stock))
        .texts(
            "valid_from",
            texts(|item| {
                item.valid_from
                    .map(|day| day.to_string())
                    .unwrap_or_default()
            }),
        )
        .texts(
            "valid_to",
            texts(|item| item.valid_to.map(|day| day.to_string()).unwrap_or_default()),
        )
        .texts("goes_with", texts(|item| item.with.join(" ")))
}
