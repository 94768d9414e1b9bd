//! How calls sounded: a row for each leg of an attempt that heard something.

use domain::{AttemptId, CallLeg, LegQuality};

use super::database::{Database, Tx};
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::Result;

/// Writes down what was measured. What is said a second time of a leg stands.
pub(super) async fn note(tx: &mut Tx, measured: &[(i64, &LegQuality)]) -> Result<()> {
    if measured.is_empty() {
        return Ok(());
    }
    let legs = || measured.iter().map(|(_, leg)| *leg);
    let query = Query::new(
        "write down how calls sounded",
        "INSERT INTO call_quality (attempt, leg, received, lost, jitter_us, rtt_us, remote_lost,
                                   remote_jitter_us, r_tenths)
         SELECT r.attempt, r.leg, r.received, r.lost, r.jitter_us, r.rtt_us, r.remote_lost,
                r.remote_jitter_us, r.r_tenths FROM {rows} WHERE true
         ON CONFLICT (attempt, leg) DO UPDATE SET
             received = excluded.received, lost = excluded.lost, jitter_us = excluded.jitter_us,
             rtt_us = excluded.rtt_us, remote_lost = excluded.remote_lost,
             remote_jitter_us = excluded.remote_jitter_us, r_tenths = excluded.r_tenths",
    )
    .rows(
        Batch::default()
            .ints("attempt", measured.iter().map(|(attempt, _)| *attempt))
            .ints("leg", legs().map(|leg| i64::from(leg.leg.number())))
            .ints("received", legs().map(|leg| i64::from(leg.received)))
            .ints("lost", legs().map(|leg| i64::from(leg.lost)))
            .ints("jitter_us", legs().map(|leg| i64::from(leg.jitter_us)))
            .ints("rtt_us", legs().map(|leg| leg.rtt_us.map(i64::from)))
            .ints(
                "remote_lost",
                legs().map(|leg| leg.remote_lost.map(i64::from)),
            )
            .ints(
                "remote_jitter_us",
                legs().map(|leg| leg.remote_jitter_us.map(i64::from)),
            )
            .ints("r_tenths", legs().map(|leg| i64::from(leg.r_tenths))),
    );
    tx.run(query).await.map(drop)
}

/// See [`crate::Store::call_quality`].
pub(super) async fn of_attempt(db: &Database, attempt: AttemptId) -> Result<Vec<LegQuality>> {
    let query = Query::new(
        "read how a call sounded",
        "SELECT leg, received, lost, jitter_us, rtt_us, remote_lost, remote_jitter_us, r_tenths
         FROM call_quality WHERE attempt = $1 ORDER BY leg",
    )
    .int(attempt.get());
    db.fetch(query).await?.iter().map(leg_of).collect()
}

fn leg_of(row: &Row) -> Result<LegQuality> {
    Ok(LegQuality {
        leg: row.kind("leg", CallLeg::from_number)?,
        received: row.narrow("received")?,
        lost: row.narrow("lost")?,
        jitter_us: row.narrow("jitter_us")?,
        rtt_us: row.opt_narrow("rtt_us")?,
        remote_lost: row.opt_narrow("remote_lost")?,
        remote_jitter_us: row.opt_narrow("remote_jitter_us")?,
        r_tenths: row.narrow("r_tenths")?,
    })
}
