//! Moves that sales made in another system: there must be such moves, but what they need here was needed there.

use ::sales::{Stage, ways_from};

use super::moves::{Made, write};
use super::one;
use crate::error::{Result, StoreError};
use crate::sql::database::Tx;
use crate::sql::query::Query;
use crate::types::{PastMove, SaleRow};

/// Who moved them, in the record.
const DOER: &str = "history";

/// Makes moves in order.
pub(in crate::sql) async fn put(tx: &mut Tx, moves: &[PastMove]) -> Result<()> {
    for new in moves {
        let sale = one(tx, new.sale).await?;
        if let Some(value) = new.value {
            sheet(tx, &sale, new, value).await?;
        }
        if new.to == sale.stage {
            continue;
        }
        if !ways_from(sale.stage).any(|way| way.to == new.to) {
            return Err(StoreError::Conflict(format!(
                "sale {}: one that is {} cannot become {}",
                sale.id, sale.stage, new.to
            )));
        }
        let made = Made {
            to: new.to,
            at: new.at.max(sale.since),
            doer: DOER,
            by: &new.user,
            reason: new.reason.as_deref(),
            source: None,
        };
        write(tx, &sale, &made).await?;
        if new.to == Stage::Validated {
            let query = Query::new(
                "have no audit be due of a sale validated elsewhere",
                "UPDATE sale SET audit = 'not_due', audit_why = 'historia' WHERE id = $1",
            );
            tx.run(query.int(sale.id.get())).await?;
        }
    }
    Ok(())
}

/// What it is worth, as a sheet that says nothing else.
async fn sheet(tx: &mut Tx, sale: &SaleRow, new: &PastMove, value: i64) -> Result<()> {
    let query = Query::new(
        "keep what a past sale is worth",
        "INSERT INTO sale_sheet (sale, kind, version, at, by_user, form_version, body)
         SELECT $1, 1, $2, $3, $4, 0, $5 FROM sale s JOIN person h ON h.id = s.person
         WHERE s.id = $1 AND h.erased_at IS NULL",
    )
    .int(sale.id.get())
    .int(i64::from(sale.sheet + 1))
    .int(new.at.as_millis())
    .text(&new.user)
    .text(&format!("{{\"valor\":\"{value}\"}}"));
    if tx.run(query).await? == 0 {
        return Ok(());
    }
    let query = Query::new(
        "note what a past sale is worth",
        "UPDATE sale SET sheet = $1, has_sheet = 1, value = $2 WHERE id = $3",
    );
    let query = query.int(i64::from(sale.sheet + 1)).int(value);
    tx.run(query.int(sale.id.get())).await.map(drop)
}
