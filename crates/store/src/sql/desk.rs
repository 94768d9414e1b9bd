//! Advisors' desks on SQL: their own counts, how calls sounded at their page, and what was written to them.

use std::time::Duration;

use async_trait::async_trait;
use domain::{AgentId, AttemptId, Timestamp};
use kpi::Facts;

use super::SqlStore;
use super::config::must_exist;
use super::database::Database;
use super::facts::add_time;
use super::fence;
use super::import::wall_clock;
use super::query::Query;
use super::read::agent_log_of;
use super::row::Row;
use crate::desk_store::DeskStore;
use crate::error::Result;
use crate::types::{DeskMessageRow, PageQuality};

/// Calls leave within so long of being decided on: what the index is asked for.
const LEAVES_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// Most messages at a time.
const MESSAGES_MAX: u32 = 200;
/// What was written is of use for a shift, and may speak of people: it is not kept for longer.
const MESSAGES_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

#[async_trait]
impl DeskStore for SqlStore {
    async fn agent_facts(&self, agent: AgentId, from: Timestamp, to: Timestamp) -> Result<Facts> {
        let mut facts = calls(&self.db, agent, from, to).await?;
        time(&self.db, agent, (from, to), &mut facts).await?;
        Ok(facts)
    }

    async fn put_page_quality(&self, told: &PageQuality, at: Timestamp) -> Result<bool> {
        let query = Query::new(
            "keep how a call sounded at a page",
            "INSERT INTO page_quality (attempt, at, received, lost, jitter_us, rtt_us, remote_lost, made_up_ppm, r_tenths)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (attempt) DO NOTHING",
        )
        .int(told.attempt.get())
        .int(at.as_millis())
        .int(i64::from(told.received))
        .int(i64::from(told.lost))
        .int(i64::from(told.jitter_us))
        .int(told.rtt_us.map(i64::from))
        .int(told.remote_lost.map(i64::from))
        .int(i64::from(told.made_up_ppm))
        .int(i64::from(told.r_tenths));
        Ok(self.db.run(query).await? > 0)
    }

    async fn page_quality(&self, attempt: AttemptId) -> Result<Option<PageQuality>> {
        let query = Query::new(
            "read how a call sounded at a page",
            "SELECT attempt, received, lost, jitter_us, rtt_us, remote_lost, made_up_ppm, r_tenths
             FROM page_quality WHERE attempt = $1",
        );
        let row = self.db.fetch_one(query.int(attempt.get())).await?;
        row.as_ref().map(quality_of).transpose()
    }

    async fn put_desk_message(&self, new: &DeskMessageRow) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        // Pages go by the id: none is committed after one that was given later.
        fence::turn(&mut tx).await?;
        must_exist(&mut tx, "agent", new.agent.get()).await?;
        let query = Query::new(
            "keep a message to an advisor",
            "INSERT INTO desk_message (agent, at, by_user, words) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .int(new.agent.get())
        .int(new.at.as_millis())
        .text(&new.by)
        .text(&new.words);
        let row = tx.fetch_one(query).await?;
        let old = "DELETE FROM desk_message WHERE at < $1";
        let old = Query::new("forget old messages", old).int((new.at - MESSAGES_KEPT).as_millis());
        tx.run(old).await?;
        let id = row.map_or(Ok(0), |row| row.int("id"))?;
        let detail = serde_json::json!({ "message": id }).to_string();
        tx.note("agent.message", format!("agent {}", new.agent), detail);
        tx.commit().await?;
        Ok(id)
    }

    async fn desk_messages(
        &self,
        agent: Option<AgentId>,
        unseen: bool,
        from: Timestamp,
    ) -> Result<Vec<DeskMessageRow>> {
        let mut query = Query::new(
            "read messages to advisors",
            "SELECT id, agent, at, by_user, words, seen_at FROM desk_message WHERE at >= $1",
        )
        .int(from.as_millis());
        if let Some(agent) = agent {
            query.push(" AND agent = $2");
            query = query.int(agent.get());
        }
        if unseen {
            query.push(" AND seen_at IS NULL");
        }
        query.push(&format!(" ORDER BY id DESC LIMIT {MESSAGES_MAX}"));
        self.db.fetch(query).await?.iter().map(message_of).collect()
    }

    async fn see_desk_message(&self, agent: AgentId, id: i64, at: Timestamp) -> Result<bool> {
        let query = Query::new(
            "note that a message was seen",
            "UPDATE desk_message SET seen_at = $1 WHERE id = $2 AND agent = $3 AND seen_at IS NULL",
        )
        .int(at.as_millis())
        .int(id)
        .int(agent.get());
        let mut tx = self.db.begin().await?;
        let seen = tx.run(query).await? > 0;
        if seen {
            let detail = serde_json::json!({ "message": id }).to_string();
            tx.note("agent.message_seen", format!("agent {agent}"), detail);
        }
        tx.commit().await?;
        Ok(seen)
    }
}

/// What a call counts as is the view's affair.
async fn calls(db: &Database, agent: AgentId, from: Timestamp, to: Timestamp) -> Result<Facts> {
    let query = Query::new(
        "count the calls of an agent",
        "SELECT count(*) AS attempts, CAST(COALESCE(sum(v.connected), 0) AS BIGINT) AS connected,
                CAST(COALESCE(sum(v.answered), 0) AS BIGINT) AS answered,
                CAST(COALESCE(sum(v.effective), 0) AS BIGINT) AS effective,
                CAST(COALESCE(sum(v.sale), 0) AS BIGINT) AS sales, CAST(COALESCE(sum(v.talk_ms), 0) AS BIGINT) AS talk_ms
         FROM attempt a JOIN attempt_count v ON v.id = a.id
         WHERE a.agent = $1 AND a.intended_at >= $2 AND a.placed_at >= $3 AND a.placed_at < $4",
    )
    .int(agent.get())
    .int((from - LEAVES_WITHIN).as_millis())
    .int(from.as_millis())
    .int(to.as_millis());
    let Some(row) = db.fetch_one(query).await? else {
        return Ok(Facts::default());
    };
    Ok(Facts {
        attempts: row.narrow("attempts")?,
        connected: row.narrow("connected")?,
        answered: row.narrow("answered")?,
        effective: row.narrow("effective")?,
        sales_accepted: row.narrow("sales")?,
        talk: Duration::from_millis(row.narrow("talk_ms")?),
        ..Facts::default()
    })
}

/// What the agent did with their time; what is not over yet counts until now.
async fn time(
    db: &Database,
    agent: AgentId,
    (from, to): (Timestamp, Timestamp),
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "read what an agent did",
        "SELECT seq, at, agent, from_status, to_status, reason, attempt FROM agent_log
         WHERE agent = $1 AND at < $2
           AND at >= COALESCE((SELECT max(p.at) FROM agent_log p WHERE p.agent = $1 AND p.at < $3), $3)
         ORDER BY seq",
    )
    .int(agent.get())
    .int(to.as_millis())
    .int(from.as_millis());
    let rows = db.fetch(query).await?;
    let log = rows.iter().map(agent_log_of).collect::<Result<Vec<_>>>()?;
    let end = to.min(wall_clock().max(from));
    for (place, change) in log.iter().enumerate() {
        let until = log.get(place + 1).map_or(end, |next| next.at).min(end);
        add_time(change.to, until.since(change.at.max(from)), facts);
    }
    Ok(())
}

fn quality_of(row: &Row) -> Result<PageQuality> {
    Ok(PageQuality {
        attempt: AttemptId::new(row.int("attempt")?),
        received: row.narrow("received")?,
        lost: row.narrow("lost")?,
        jitter_us: row.narrow("jitter_us")?,
        rtt_us: row.opt_narrow("rtt_us")?,
        remote_lost: row.opt_narrow("remote_lost")?,
        made_up_ppm: row.narrow("made_up_ppm")?,
        r_tenths: row.narrow("r_tenths")?,
    })
}

fn message_of(row: &Row) -> Result<DeskMessageRow> {
    Ok(DeskMessageRow {
        id: row.int("id")?,
        agent: AgentId::new(row.int("agent")?),
        at: row.time("at")?,
        by: row.text("by_user")?,
        words: row.text("words")?,
        seen_at: row.opt_time("seen_at")?,
    })
}
