//! Sheets and reservations of sales, in versions that are only added.

use ::sales::{Doer, Stage};
use domain::SaleId;

use super::{narrow, one};
use crate::error::{Result, StoreError};
use crate::sql::database::Database;
use crate::sql::fence;
use crate::sql::query::{Batch, Query};
use crate::sql::row::Row;
use crate::types::{NewPaper, Paper, PaperRow, SaleFilter, SaleRow};

/// See [`crate::SaleStore::put_paper`].
pub(super) async fn put(db: &Database, new: &NewPaper) -> Result<()> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let sale = one(&mut tx, new.sale).await?;
    may_be_written(&sale, new)?;
    let version = 1 + match new.paper {
        Paper::Sheet => sale.sheet,
        Paper::Reservation => sale.reservation,
    };
    let body = serde_json::to_string(&new.values).map_err(|error| StoreError::Corrupt {
        what: "sheet",
        detail: error.to_string(),
    })?;
    let by = tx.actor_name();
    let query = Query::new(
        "keep a version of a sheet",
        "INSERT INTO sale_sheet (sale, kind, version, at, by_user, form_version, body, value)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM sale s JOIN person h ON h.id = s.person
         WHERE s.id = $1 AND h.erased_at IS NULL",
    )
    .int(sale.id.get())
    .int(new.paper.number())
    .int(i64::from(version))
    .int(new.at.as_millis())
    .text(&by)
    .int(i64::from(new.form))
    .text(&body)
    .int(match new.paper {
        Paper::Sheet => Some(new.value),
        Paper::Reservation => None,
    });
    if tx.run(query).await? == 0 {
        return Err(StoreError::Conflict(
            "the customer of this sale was erased; nothing more is written down of them".to_owned(),
        ));
    }
    let word = match new.paper {
        Paper::Sheet => {
            let query = Query::new(
                "note the sheet of a sale",
                "UPDATE sale SET sheet = $1, has_sheet = 1, value = $2 WHERE id = $3",
            );
            tx.run(
                query
                    .int(i64::from(version))
                    .int(new.value)
                    .int(sale.id.get()),
            )
            .await?;
            let query = Query::new(
                "let go of what was sold",
                "DELETE FROM sale_item WHERE sale = $1",
            );
            tx.run(query.int(sale.id.get())).await?;
            let items = Batch::default().texts("code", new.items.iter().cloned());
            let query = Query::new(
                "note what is sold",
                "INSERT INTO sale_item (sale, code) SELECT DISTINCT CAST($1 AS BIGINT), r.code FROM {rows}",
            );
            tx.run(query.int(sale.id.get()).rows(items)).await?;
            "sale.sheet"
        }
        Paper::Reservation => {
            let query = Query::new(
                "note the reservation of a sale",
                "UPDATE sale SET reservation = $1 WHERE id = $2",
            );
            tx.run(query.int(i64::from(version)).int(sale.id.get()))
                .await?;
            "sale.reservation"
        }
    };
    tx.note(
        word,
        format!("sale {}", sale.id),
        format!("version {version}"),
    );
    tx.commit().await
}

fn may_be_written(sale: &SaleRow, new: &NewPaper) -> Result<()> {
    let stage = sale.stage;
    let no = |words: String| Err(StoreError::Conflict(format!("sale {}: {words}", sale.id)));
    match new.paper {
        Paper::Sheet if !stage.sheet_is_open() => no(format!(
            "it is {stage}, and its sheet is what was validated; it may be changed in aceptada, devuelta_asesor and \
             en_validacion"
        )),
        Paper::Sheet if new.doer == Doer::Advisor && stage == Stage::InValidation => {
            no("the back office has it; it may return the sale to you".to_owned())
        }
        Paper::Reservation if !stage.may_reserve() => no(format!(
            "it is {stage}; material is reserved for a sale that is validada or reservada"
        )),
        Paper::Sheet | Paper::Reservation => Ok(()),
    }
}

/// See [`crate::SaleStore::papers`].
pub(super) async fn of(db: &Database, sale: SaleId, paper: Paper) -> Result<Vec<PaperRow>> {
    let query = Query::new(
        "read the versions of a sheet",
        "SELECT sale, version, at, by_user, form_version, body, value FROM sale_sheet
         WHERE sale = $1 AND kind = $2 ORDER BY version DESC",
    );
    let rows = db.fetch(query.int(sale.get()).int(paper.number())).await?;
    rows.iter().map(paper_of).collect()
}

/// See [`crate::SaleStore::newest_papers`].
pub(super) async fn newest(
    db: &Database,
    filter: &SaleFilter,
    paper: Paper,
) -> Result<Vec<(SaleId, PaperRow)>> {
    let version = match paper {
        Paper::Sheet => "s.sheet",
        Paper::Reservation => "s.reservation",
    };
    let text = format!(
        "SELECT p.sale, p.version, p.at, p.by_user, p.form_version, p.body, p.value
         FROM sale s JOIN sale_sheet p ON p.sale = s.id AND p.kind = $1 AND p.version = {version}
         WHERE 1 = 1"
    );
    let query = Query::new("read the sheets of sales", text).int(paper.number());
    let mut query = narrow(query, filter);
    query.push(" ORDER BY p.sale");
    let rows = db.fetch(query).await?;
    let row = |row: &Row| Ok((SaleId::new(row.int("sale")?), paper_of(row)?));
    rows.iter().map(row).collect()
}

fn paper_of(row: &Row) -> Result<PaperRow> {
    Ok(PaperRow {
        version: row.narrow("version")?,
        at: row.time("at")?,
        by: row.text("by_user")?,
        form: row.narrow("form_version")?,
        values: row.json("body", "sheet")?,
        value: row.opt_int("value")?,
    })
}
