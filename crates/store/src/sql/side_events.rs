//! What happens beside the journal and others follow all the same: moves of sales, and changes of call-backs. Written in the
//! transaction of what it tells of, which has the turn (`fence.rs`). So of two of them the one with the lower number was committed
//! before the other, and before any event of the journal that comes after it.

use domain::{CampaignId, ContactId, SaleId, Timestamp};
use serde_json::json;

use super::database::Tx;
use super::import::wall_clock;
use super::query::{Batch, Query};
use super::restart::NODE;
use crate::error::Result;
use crate::types::CallBackChange;

/// Kind of the moves of sales.
pub(super) const SALE_MOVED: i64 = 1;
/// Kind of the changes of call-backs.
pub(super) const CALL_BACK_CHANGED: i64 = 2;

/// Moves of sales that are not told of yet; needs `{sales}`: which.
const MOVES: &str = "
    INSERT INTO side_event (number, after_event, at, kind, campaign, contact, sale, n)
    SELECT COALESCE((SELECT max(number) FROM side_event), 1) + row_number() OVER (ORDER BY m.at, m.sale, m.n),
           (SELECT COALESCE(max(seq), 0) FROM event WHERE node = $1), m.at, $2, s.campaign, s.contact, m.sale, m.n
    FROM {sales} JOIN sale_move m ON m.sale = s.id
    WHERE NOT EXISTS (SELECT 1 FROM side_event o WHERE o.sale = m.sale AND o.n = m.n)";

/// A sale moved.
pub(in crate::sql) async fn sale_moved(tx: &mut Tx, sale: SaleId) -> Result<()> {
    let text = MOVES.replace("{sales}", "(SELECT * FROM sale WHERE id = $3) AS s");
    let query = Query::new("tell of a move of a sale", text)
        .int(NODE)
        .int(SALE_MOVED)
        .int(sale.get());
    tx.run(query).await.map(drop)
}

/// Sales of these calls began or were annulled.
pub(in crate::sql) async fn sales_of_calls_moved(
    tx: &mut Tx,
    attempts: impl IntoIterator<Item = i64>,
) -> Result<()> {
    let text = MOVES.replace("{sales}", "{rows} JOIN sale s ON s.attempt = r.attempt");
    let query = Query::new("tell of moves of sales", text)
        .int(NODE)
        .int(SALE_MOVED)
        .rows(Batch::default().ints("attempt", attempts));
    tx.run(query).await.map(drop)
}

/// A call-back is another now.
pub(super) async fn call_back_changed(
    tx: &mut Tx,
    (campaign, contact): (CampaignId, ContactId),
    change: &CallBackChange,
    (due_at, agent): (Timestamp, Option<i64>),
) -> Result<()> {
    let body = match change {
        CallBackChange::Move(_) => {
            json!({"change": "moved", "due_at": due_at.as_millis(), "agent": agent})
        }
        CallBackChange::Assign(_) => {
            json!({"change": "assigned", "due_at": due_at.as_millis(), "agent": agent})
        }
        CallBackChange::Cancel => json!({"change": "cancelled"}),
    };
    let query = Query::new(
        "tell of a changed call-back",
        "INSERT INTO side_event (number, after_event, at, kind, campaign, contact, body)
         SELECT COALESCE((SELECT max(number) FROM side_event), 1) + 1,
                (SELECT COALESCE(max(seq), 0) FROM event WHERE node = $1), $2, $3, $4, $5, $6",
    )
    .int(NODE)
    .int(wall_clock().as_millis())
    .int(CALL_BACK_CHANGED)
    .int(campaign.get())
    .int(contact.get())
    .text(&body.to_string());
    tx.run(query).await.map(drop)
}
