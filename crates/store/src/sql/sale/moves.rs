//! Moves of sales: whether one may be made is asked of `sales` in the transaction that makes it, so that nobody moves a sale
//! by what it was a moment ago.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ::sales::{AuditState, Doer, IdentityPolicy, SaleSubject, Scorecard, Setting, Stage};
use domain::{CampaignId, SaleId, Timestamp};

use super::settings;
use super::{all as read, keep_words, narrow, one};
use crate::error::{Result, StoreError};
use crate::sql::database::{Database, Tx};
use crate::sql::fence;
use crate::sql::query::Query;
use crate::sql::restart::NODE;
use crate::sql::row::Row;
use crate::sql::side_events;
use crate::types::{NewMove, SaleFilter, SaleMoveRow, SaleRow};

/// See [`crate::SaleStore::sale_moves`].
pub(super) async fn all(db: &Database, filter: &SaleFilter) -> Result<Vec<SaleMoveRow>> {
    let query = Query::new(
        "read the moves of sales",
        "SELECT m.sale, m.n, m.at, m.from_stage, m.to_stage, m.doer, m.by_user, m.reason, m.source,
                COALESCE(w.words, '') AS words
         FROM sale s JOIN sale_move m ON m.sale = s.id
         LEFT JOIN sale_words w ON w.sale = m.sale AND w.kind = 'move' AND w.n = m.n
         WHERE 1 = 1",
    );
    let mut query = narrow(query, filter);
    query.push(" ORDER BY m.sale, m.n");
    db.fetch(query).await?.iter().map(move_of).collect()
}

fn move_of(row: &Row) -> Result<SaleMoveRow> {
    Ok(SaleMoveRow {
        sale: SaleId::new(row.int("sale")?),
        n: row.narrow("n")?,
        at: row.time("at")?,
        from: row.opt_kind("from_stage", Stage::from_number)?,
        to: row.kind("to_stage", Stage::from_number)?,
        doer: row.text("doer")?,
        user: row.text("by_user")?,
        reason: row.opt_text("reason")?,
        note: row.text("words")?,
        source: row.opt_text("source")?,
    })
}

/// See [`crate::SaleStore::move_sales`].
pub(super) async fn put(db: &Database, moves: &[NewMove]) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    for new in moves {
        make(&mut tx, new).await?;
    }
    tx.commit().await
}

/// Makes a move in a transaction that has the turn.
async fn make(tx: &mut Tx, new: &NewMove) -> Result<()> {
    let sale = one(tx, new.sale).await?;
    let policy = settings::policy(tx, sale.campaign).await?;
    let may = sale
        .standing()
        .may(new.to, new.doer, new.reason.as_deref(), &new.note, &policy);
    may.map_err(|refusal| StoreError::Conflict(format!("sale {}: {refusal}", sale.id)))?;
    let n = sale.moves + 1;
    let by = tx.actor_name();
    let made = Made {
        to: new.to,
        at: new.at.max(sale.since),
        doer: new.doer.word(),
        by: &by,
        reason: new.reason.as_deref(),
        source: new.source.as_deref(),
    };
    write(tx, &sale, &made).await?;
    keep_words(tx, sale.id, "move", n, &new.note).await?;
    if new.to == Stage::Validated {
        draw(tx, &sale).await?;
    }
    let why = new.reason.as_deref().unwrap_or_default();
    let detail = format!("{} to {} {why}", sale.stage, new.to);
    tx.note(
        "sale.move",
        format!("sale {}", sale.id),
        detail.trim_end().to_owned(),
    );
    Ok(())
}

/// A move as it is written down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made<'a> {
    pub(super) to: Stage,
    pub(super) at: Timestamp,
    pub(super) doer: &'a str,
    pub(super) by: &'a str,
    pub(super) reason: Option<&'a str>,
    pub(super) source: Option<&'a str>,
}

/// Writes a move down that may be made.
pub(super) async fn write(tx: &mut Tx, sale: &SaleRow, made: &Made<'_>) -> Result<()> {
    let (n, at) = (sale.moves + 1, made.at);
    let query = Query::new(
        "note a move of a sale",
        "INSERT INTO sale_move (sale, n, at, from_stage, to_stage, doer, by_user, reason, source)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .int(sale.id.get())
    .int(i64::from(n))
    .int(at.as_millis())
    .int(i64::from(sale.stage.number()))
    .int(i64::from(made.to.number()))
    .text(made.doer)
    .text(made.by)
    .opt_text(made.reason)
    .opt_text(made.source);
    tx.run(query).await?;
    let query = Query::new(
        "move a sale",
        "UPDATE sale SET stage = $1, stage_at = $2, moves = $3, returned = returned + $4,
             reserved_at = COALESCE(reserved_at, $5) WHERE id = $6",
    )
    .int(i64::from(made.to.number()))
    .int(at.as_millis())
    .int(i64::from(n))
    .int(i64::from(made.to == Stage::ReturnedToAdvisor))
    .int((made.to == Stage::Reserved).then(|| at.as_millis()))
    .int(sale.id.get());
    tx.run(query).await?;
    side_events::sale_moved(tx, sale.id).await
}

/// Decides whether a sale is to be audited, where that was not decided before.
async fn draw(tx: &mut Tx, sale: &SaleRow) -> Result<()> {
    if !matches!(sale.audit, AuditState::Undecided | AuditState::NotDue) {
        return Ok(());
    }
    let (_, text) = settings::in_force_in(tx, sale.campaign, Setting::Scorecard).await?;
    let card = Scorecard::read(&text).map_err(|error| settings::odd(&error))?;
    let subject = SaleSubject {
        sale: sale.id.get(),
        code: &sale.code,
        value: sale.value,
        before_it: before_it(tx, sale).await?,
        returned: sale.returned,
    };
    let why = card.demands(subject, seed(tx).await?);
    let state = match why {
        Some(_) => AuditState::Due,
        None => AuditState::NotDue,
    };
    let query = Query::new(
        "decide whether a sale is audited",
        "UPDATE sale SET audit = $1, audit_why = $2 WHERE id = $3",
    );
    let query = query.text(state.word()).text(&why.unwrap_or_default());
    tx.run(query.int(sale.id.get())).await.map(drop)
}

/// Sales that an advisor had before one.
async fn before_it(tx: &mut Tx, sale: &SaleRow) -> Result<u32> {
    let query = Query::new(
        "count an advisor's sales",
        "SELECT count(*) AS n FROM sale WHERE agent = $1 AND id < $2 AND by_correction = 0",
    );
    let agent = sale.agent.map(domain::AgentId::get);
    let row = tx.fetch_one(query.int(agent).int(sale.id.get())).await?;
    row.map_or(Ok(0), |row| row.narrow("n"))
}

/// What sales are drawn by: nobody outside can tell which will be.
async fn seed(tx: &mut Tx) -> Result<u64> {
    let query = Query::new("read the secret", "SELECT secret FROM node WHERE id = $1").int(NODE);
    let row = tx.fetch_one(query).await?;
    let secret = row.map_or(Ok(String::new()), |row| row.text("secret"))?;
    let digest = <sha2::Sha256 as sha2::Digest>::digest(format!("drawn for audit\n{secret}"));
    let first = digest.iter().take(8);
    Ok(first.fold(0, |seed, byte| seed << 8 | u64::from(*byte)))
}

/// See [`crate::SaleStore::return_late_sales`].
pub(super) async fn return_late(db: &Database, now: Timestamp) -> Result<u64> {
    let filter = SaleFilter {
        stages: vec![Stage::Accepted, Stage::InValidation],
        ..SaleFilter::default()
    };
    let mut policies: BTreeMap<CampaignId, IdentityPolicy> = BTreeMap::new();
    let mut late = 0;
    for sale in read(db, &filter).await? {
        let policy = match policies.entry(sale.campaign) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let (_, text) = settings::in_force(db, sale.campaign, Setting::Identity).await?;
                let policy = IdentityPolicy::read(&text).map_err(|error| settings::odd(&error))?;
                place.insert(policy)
            }
        };
        let was_returned = sale.returned > 0;
        let expires = policy.expires(
            &sale.code,
            sale.accepted_at,
            sale.stage,
            was_returned,
            &sale.evidence,
        );
        if expires.is_none_or(|expires| expires > now) {
            continue;
        }
        let new = NewMove {
            sale: sale.id,
            to: Stage::ReturnedToAdvisor,
            doer: Doer::Program,
            reason: Some("vencida".to_owned()),
            note: String::new(),
            source: None,
            at: now,
        };
        match put(db, &[new]).await {
            Ok(()) => late += 1,
            // Somebody moved it meanwhile.
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(late)
}
