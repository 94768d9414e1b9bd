//! What decides about the sales of a campaign, as texts in versions; and the files exchanged by some of them.

use ::sales::{IdentityPolicy, InvalidSetting, Setting};
use domain::CampaignId;

use crate::error::{Result, StoreError};
use crate::sql::config::{must_exist, no_such, taken, written};
use crate::sql::database::{Database, Tx};
use crate::sql::query::Query;
use crate::sql::row::Row;
use crate::types::{ExchangeRow, SaleSettingRow};

fn in_force_query(campaign: CampaignId, setting: Setting) -> Query {
    Query::new(
        "read a setting of sales",
        "SELECT version, text FROM sale_setting WHERE campaign = $1 AND kind = $2 AND name = ''
         ORDER BY version DESC LIMIT 1",
    )
    .int(campaign.get())
    .text(setting.word())
}

fn or_house(row: Option<Row>, setting: Setting) -> Result<(u32, String)> {
    match row {
        Some(row) => Ok((row.narrow("version")?, row.text("text")?)),
        None => Ok((0, setting.house().to_owned())),
    }
}

/// See [`crate::SaleStore::sale_setting`].
pub(super) async fn in_force(
    db: &Database,
    campaign: CampaignId,
    setting: Setting,
) -> Result<(u32, String)> {
    or_house(
        db.fetch_one(in_force_query(campaign, setting)).await?,
        setting,
    )
}

/// The same within a transaction.
pub(super) async fn in_force_in(
    tx: &mut Tx,
    campaign: CampaignId,
    setting: Setting,
) -> Result<(u32, String)> {
    or_house(
        tx.fetch_one(in_force_query(campaign, setting)).await?,
        setting,
    )
}

/// The identity policy of a campaign.
pub(super) async fn policy(tx: &mut Tx, campaign: CampaignId) -> Result<IdentityPolicy> {
    let (_, text) = in_force_in(tx, campaign, Setting::Identity).await?;
    IdentityPolicy::read(&text).map_err(|error| odd(&error))
}

/// The error for a text that was sound when it was put.
pub(super) fn odd(error: &InvalidSetting) -> StoreError {
    StoreError::Corrupt {
        what: "setting of sales",
        detail: error.to_string(),
    }
}

/// See [`crate::SaleStore::sale_settings`].
pub(super) async fn versions(
    db: &Database,
    campaign: CampaignId,
    kind: &str,
    name: &str,
) -> Result<Vec<SaleSettingRow>> {
    let query = Query::new(
        "read the versions of a setting of sales",
        "SELECT version, created_at, created_by, note, text FROM sale_setting
         WHERE campaign = $1 AND kind = $2 AND name = $3 ORDER BY version DESC",
    );
    let row = |row: &Row| {
        Ok(SaleSettingRow {
            campaign,
            kind: kind.to_owned(),
            name: name.to_owned(),
            version: row.narrow("version")?,
            at: row.time("created_at")?,
            by: row.text("created_by")?,
            note: row.text("note")?,
            text: row.text("text")?,
        })
    };
    let rows = db
        .fetch(query.int(campaign.get()).text(kind).text(name))
        .await?;
    rows.iter().map(row).collect()
}

/// See [`crate::SaleStore::mappings`].
pub(super) async fn mappings(db: &Database, campaign: CampaignId) -> Result<Vec<String>> {
    let query = Query::new(
        "read the names of mappings",
        "SELECT DISTINCT name FROM sale_setting WHERE campaign = $1 AND kind = 'mapping' ORDER BY name",
    );
    let rows = db.fetch(query.int(campaign.get())).await?;
    rows.iter().map(|row| row.text("name")).collect()
}

/// See [`crate::SaleStore::put_sale_setting`].
pub(super) async fn put(db: &Database, new: &SaleSettingRow) -> Result<u32> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", new.campaign.get()).await?;
    let by = tx.actor_name();
    let query = Query::new(
        "put a setting of sales into force",
        "INSERT INTO sale_setting (campaign, kind, name, version, created_at, created_by, note, text)
         SELECT $1, $2, $3, COALESCE(max(version), 0) + 1, $4, $5, $6, $7
         FROM sale_setting WHERE campaign = $1 AND kind = $2 AND name = $3 RETURNING version",
    )
    .int(new.campaign.get())
    .text(&new.kind)
    .text(&new.name)
    .int(new.at.as_millis())
    .text(&by)
    .text(&new.note)
    .text(&new.text);
    let row = taken(tx.fetch_one(query).await, || {
        "somebody else changed this setting at the same time; look at theirs first".to_owned()
    })?;
    let row = row.ok_or_else(|| no_such("campaign", new.campaign))?;
    let version: u32 = row.narrow("version")?;
    let what = format!("{} {}", new.kind, new.name);
    let detail = format!("{} version {version}; {}", what.trim_end(), new.note);
    tx.note(
        "campaign.sale_setting",
        format!("campaign {}", new.campaign),
        detail,
    );
    tx.commit().await?;
    Ok(version)
}

/// See [`crate::SaleStore::note_exchange`].
pub(super) async fn note_exchange(db: &Database, new: &ExchangeRow) -> Result<i64> {
    let mut tx = db.begin().await?;
    let by = tx.actor_name();
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let query = Query::new(
        "note an exchanged file",
        "INSERT INTO sale_exchange (campaign, mapping, mapping_version, direction, at, by_user,
                                    file_name, sha256, line_count, moved, differences)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
    )
    .int(new.campaign.get())
    .text(&new.mapping)
    .int(i64::from(new.mapping_version))
    .text(&new.direction)
    .int(new.at.as_millis())
    .text(&by)
    .text(&new.file_name)
    .text(&new.sha256)
    .int(count(new.rows))
    .int(count(new.moved))
    .int(count(new.differences));
    let id = written(&mut tx, query, "exchanged file", 0).await?;
    let detail = format!(
        "{} by {} {}: {} rows, {} moved, {} differences, sha256 {}",
        new.direction,
        new.mapping,
        new.mapping_version,
        new.rows,
        new.moved,
        new.differences,
        new.sha256
    );
    tx.note(
        "sale.exchange",
        format!("campaign {}", new.campaign),
        detail,
    );
    tx.commit().await?;
    Ok(id)
}

/// See [`crate::SaleStore::exchanges`].
pub(super) async fn exchanges(db: &Database, campaign: CampaignId) -> Result<Vec<ExchangeRow>> {
    let query = Query::new(
        "read exchanged files",
        "SELECT id, mapping, mapping_version, direction, at, by_user, file_name, sha256, line_count,
                moved, differences
         FROM sale_exchange WHERE campaign = $1 ORDER BY id DESC",
    );
    let row = |row: &Row| {
        Ok(ExchangeRow {
            id: row.int("id")?,
            campaign,
            mapping: row.text("mapping")?,
            mapping_version: row.narrow("mapping_version")?,
            direction: row.text("direction")?,
            at: row.time("at")?,
            by: row.text("by_user")?,
            file_name: row.text("file_name")?,
            sha256: row.text("sha256")?,
            rows: row.narrow("line_count")?,
            moved: row.narrow("moved")?,
            differences: row.narrow("differences")?,
        })
    };
    let rows = db.fetch(query.int(campaign.get())).await?;
    rows.iter().map(row).collect()
}
