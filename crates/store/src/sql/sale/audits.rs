//! Audits of sales, and what advisors say of them.

use std::collections::BTreeMap;

use ::sales::{Answer, AuditState, Scorecard, Setting, Stage, Verdict};
use domain::{SaleId, Timestamp};

use super::{keep_words, one, settings};
use crate::error::{Result, StoreError};
use crate::sql::config::{no_such, taken};
use crate::sql::database::Database;
use crate::sql::fence;
use crate::sql::query::Query;
use crate::sql::row::Row;
use crate::types::{NewSaleAudit, SaleAuditRow};

/// See [`crate::SaleStore::audit_sale`].
pub(super) async fn put(db: &Database, new: &NewSaleAudit) -> Result<SaleAuditRow> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let sale = one(&mut tx, new.sale).await?;
    if matches!(
        sale.stage,
        Stage::Legalised | Stage::Annulled | Stage::Rejected
    ) {
        return Err(StoreError::Conflict(format!(
            "sale {} is {}; a sale is audited before that",
            sale.id, sale.stage
        )));
    }
    let (scorecard, text) =
        settings::in_force_in(&mut tx, sale.campaign, Setting::Scorecard).await?;
    let card = Scorecard::read(&text).map_err(|error| settings::odd(&error))?;
    let audited = card
        .audit(&new.answers)
        .map_err(|problems| StoreError::Conflict(problems.join("\n")))?;
    let query = Query::new(
        "count the audits of a sale",
        "SELECT count(*) AS n FROM sale_audit WHERE sale = $1",
    );
    let row = tx.fetch_one(query.int(sale.id.get())).await?;
    let n: u32 = 1 + row.map_or(Ok(0), |row| row.narrow("n"))?;
    let words: BTreeMap<&str, &str> = new
        .answers
        .iter()
        .map(|(key, answer)| (key.as_str(), answer.word()))
        .collect();
    let answers = serde_json::to_string(&words).map_err(|error| StoreError::Corrupt {
        what: "audit",
        detail: error.to_string(),
    })?;
    let by = tx.actor_name();
    let query = Query::new(
        "keep an audit",
        "INSERT INTO sale_audit (sale, n, at, by_user, scorecard, answers, score, verdict)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .int(sale.id.get())
    .int(i64::from(n))
    .int(new.at.as_millis())
    .text(&by)
    .int(i64::from(scorecard))
    .text(&answers)
    .int(i64::from(audited.score))
    .text(audited.verdict.word());
    tx.run(query).await?;
    let state = match audited.verdict {
        Verdict::Passed => AuditState::Passed,
        Verdict::TooFewPoints | Verdict::CriticalError => AuditState::Failed,
    };
    let query = Query::new(
        "note the audit of a sale",
        "UPDATE sale SET audit = $1 WHERE id = $2",
    );
    tx.run(query.text(state.word()).int(sale.id.get())).await?;
    keep_words(&mut tx, sale.id, "audit", n, &new.note).await?;
    let detail = format!(
        "audit {n}: {} points, {}",
        audited.score,
        audited.verdict.word()
    );
    tx.note("sale.audit", format!("sale {}", sale.id), detail);
    tx.commit().await?;
    Ok(SaleAuditRow {
        n,
        at: new.at,
        by,
        scorecard,
        answers: new.answers.clone(),
        score: audited.score,
        verdict: audited.verdict,
        note: new.note.clone(),
        reply: None,
    })
}

/// See [`crate::SaleStore::reply_to_audit`].
pub(super) async fn reply(
    db: &Database,
    sale: SaleId,
    disputes: bool,
    words: &str,
    at: Timestamp,
) -> Result<()> {
    if disputes && words.trim().is_empty() {
        return Err(StoreError::Conflict(
            "say what is disputed, and why".to_owned(),
        ));
    }
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query = Query::new(
        "find the last audit of a sale",
        "SELECT COALESCE(max(n), 0) AS n FROM sale_audit WHERE sale = $1",
    );
    let row = tx.fetch_one(query.int(sale.get())).await?;
    let n: u32 = row.map_or(Ok(0), |row| row.narrow("n"))?;
    if n == 0 {
        return Err(no_such("audit of sale", sale));
    }
    let by = tx.actor_name();
    let query = Query::new(
        "keep what an advisor says of an audit",
        "INSERT INTO sale_audit_reply (sale, n, at, by_user, disputes) VALUES ($1, $2, $3, $4, $5)",
    )
    .int(sale.get())
    .int(i64::from(n))
    .int(at.as_millis())
    .text(&by)
    .int(i64::from(disputes));
    taken(tx.run(query).await, || {
        "that audit was answered already; another audit may follow".to_owned()
    })?;
    keep_words(&mut tx, sale, "reply", n, words).await?;
    let detail = format!(
        "audit {n} {}",
        if disputes { "disputed" } else { "acknowledged" }
    );
    tx.note("sale.audit_reply", format!("sale {sale}"), detail);
    tx.commit().await
}

/// See [`crate::SaleStore::sale_audits`].
pub(super) async fn of(db: &Database, sale: SaleId) -> Result<Vec<SaleAuditRow>> {
    let query = Query::new(
        "read the audits of a sale",
        "SELECT a.n, a.at, a.by_user, a.scorecard, a.answers, a.score, a.verdict,
                COALESCE(w.words, '') AS words, p.at AS reply_at, p.disputes,
                COALESCE(v.words, '') AS reply_words
         FROM sale_audit a
         LEFT JOIN sale_words w ON w.sale = a.sale AND w.kind = 'audit' AND w.n = a.n
         LEFT JOIN sale_audit_reply p ON p.sale = a.sale AND p.n = a.n
         LEFT JOIN sale_words v ON v.sale = a.sale AND v.kind = 'reply' AND v.n = a.n
         WHERE a.sale = $1 ORDER BY a.n",
    );
    db.fetch(query.int(sale.get()))
        .await?
        .iter()
        .map(audit_of)
        .collect()
}

fn audit_of(row: &Row) -> Result<SaleAuditRow> {
    let odd = |detail: String| StoreError::Corrupt {
        what: "audit",
        detail,
    };
    let verdict = row.text("verdict")?;
    let words: BTreeMap<String, String> = row.json("answers", "audit")?;
    let answer = |(key, word): (String, String)| {
        let answer = Answer::from_word(&word).ok_or_else(|| odd(word))?;
        Ok((key, answer))
    };
    let reply = match row.opt_time("reply_at")? {
        Some(at) => Some((at, row.flag("disputes")?, row.text("reply_words")?)),
        None => None,
    };
    Ok(SaleAuditRow {
        n: row.narrow("n")?,
        at: row.time("at")?,
        by: row.text("by_user")?,
        scorecard: row.narrow("scorecard")?,
        answers: words.into_iter().map(answer).collect::<Result<_>>()?,
        score: row.narrow("score")?,
        verdict: Verdict::from_word(&verdict).ok_or_else(|| odd(verdict))?,
        note: row.text("words")?,
        reply,
    })
}
