//! Evidence of sales: sealed before it comes here, so that neither this database nor a copy of it shows any.

use domain::{EvidenceId, SaleId};

use super::one;
use crate::error::{Result, StoreError};
use crate::sql::config::written;
use crate::sql::database::Database;
use crate::sql::fence;
use crate::sql::query::Query;
use crate::sql::row::Row;
use crate::types::{EvidenceRow, NewEvidence};

const COLUMNS: &str = "id, sale, kind, name, media_type, bytes, sha256, at, by_user, erased_at";

/// See [`crate::SaleStore::put_evidence`].
pub(super) async fn put(db: &Database, new: &NewEvidence) -> Result<EvidenceRow> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let sale = one(&mut tx, new.row.sale).await?;
    let query = Query::new(
        "look whether a person was erased",
        "SELECT erased_at FROM person WHERE id = $1",
    );
    let person = tx.fetch_one(query.int(sale.person.get())).await?;
    if person
        .map_or(Ok(None), |row| row.opt_int("erased_at"))?
        .is_some()
    {
        return Err(StoreError::Conflict(
            "the customer of this sale was erased; nothing more is kept of them".to_owned(),
        ));
    }
    if sale.stage.is_terminal() {
        return Err(StoreError::Conflict(format!(
            "sale {} is {}; evidence is attached before that",
            sale.id, sale.stage
        )));
    }
    let by = tx.actor_name();
    let row = &new.row;
    let query = Query::new(
        "keep evidence",
        "INSERT INTO sale_evidence (sale, kind, name, media_type, bytes, sha256, at, by_user, sealed_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
    )
    .int(row.sale.get())
    .text(&row.kind)
    .text(&row.name)
    .text(&row.media_type)
    .int(i64::try_from(row.bytes).unwrap_or(i64::MAX))
    .text(&row.sha256)
    .int(row.at.as_millis())
    .text(&by)
    .text(&new.sealed_key);
    let id = written(&mut tx, query, "evidence", 0).await?;
    let query = Query::new(
        "keep the content of evidence",
        "INSERT INTO sale_evidence_content (evidence, sealed) VALUES ($1, $2)",
    );
    tx.run(query.int(id).bytes(new.sealed.clone())).await?;
    let detail = format!(
        "evidence {id}: {}, {} bytes, sha256 {}",
        row.kind, row.bytes, row.sha256
    );
    tx.note("sale.evidence", format!("sale {}", row.sale), detail);
    tx.commit().await?;
    Ok(EvidenceRow {
        id: EvidenceId::new(id),
        by,
        ..row.clone()
    })
}

/// See [`crate::SaleStore::evidence`].
pub(super) async fn of(db: &Database, sale: SaleId) -> Result<Vec<EvidenceRow>> {
    let text = format!("SELECT {COLUMNS} FROM sale_evidence WHERE sale = $1 ORDER BY id");
    let rows = db
        .fetch(Query::new("read the evidence of a sale", text).int(sale.get()))
        .await?;
    rows.iter().map(evidence_of).collect()
}

fn evidence_of(row: &Row) -> Result<EvidenceRow> {
    Ok(EvidenceRow {
        id: EvidenceId::new(row.int("id")?),
        sale: SaleId::new(row.int("sale")?),
        kind: row.text("kind")?,
        name: row.text("name")?,
        media_type: row.text("media_type")?,
        bytes: row.narrow("bytes")?,
        sha256: row.text("sha256")?,
        at: row.time("at")?,
        by: row.text("by_user")?,
        erased_at: row.opt_time("erased_at")?,
    })
}

/// See [`crate::SaleStore::evidence_content`].
pub(super) async fn content(
    db: &Database,
    evidence: EvidenceId,
) -> Result<Option<(String, Vec<u8>)>> {
    let query = Query::new(
        "read the content of evidence",
        "SELECT e.sealed_key, c.sealed FROM sale_evidence e
         JOIN sale_evidence_content c ON c.evidence = e.id
         WHERE e.id = $1 AND e.sealed_key IS NOT NULL",
    );
    let row = db.fetch_one(query.int(evidence.get())).await?;
    row.map(|row| Ok((row.text("sealed_key")?, row.bytes("sealed")?)))
        .transpose()
}

/// See [`crate::SaleStore::evidence_sealed_otherwise`].
pub(super) async fn sealed_otherwise(
    db: &Database,
    name: &str,
    after: Option<EvidenceId>,
    limit: u32,
) -> Result<Vec<(EvidenceRow, String)>> {
    let text = format!(
        "SELECT {COLUMNS}, sealed_key FROM sale_evidence
         WHERE sealed_key IS NOT NULL AND substr(sealed_key, 1, length($1)) <> $1 AND id > $2
         ORDER BY id LIMIT $3"
    );
    let query = Query::new("find evidence sealed by an old key", text)
        .text(name)
        .int(after.map_or(0, EvidenceId::get))
        .int(i64::from(limit));
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| Ok((evidence_of(row)?, row.text("sealed_key")?)))
        .collect()
}

/// See [`crate::SaleStore::reseal_evidence`].
pub(super) async fn reseal(
    db: &Database,
    evidence: EvidenceId,
    old: &str,
    new: &str,
) -> Result<bool> {
    let query = Query::new(
        "keep a key of evidence that was sealed anew",
        "UPDATE sale_evidence SET sealed_key = $1 WHERE id = $2 AND sealed_key = $3",
    );
    let query = query.text(new).int(evidence.get()).text(old);
    Ok(db.run(query).await? == 1)
}
