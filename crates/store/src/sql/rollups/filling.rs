//! The counters by hour of a whole record at once: making them where there were none, and finding where they differ from
//! what they count.

use std::time::Duration;

use crate::error::Result;
use crate::sql::database::Database;
use crate::sql::fence;
use crate::sql::query::Query;

/// Calls by hour, of all calls.
const CALLS: &str = "
    INSERT INTO attempt_hour (campaign, hour, agent, list, segment, attempts, network_answered, answered,
                              answered_by_system, effective, sales, abandoned, connected, talk_ms, waited_ms)
    SELECT v.campaign, v.hour, CASE WHEN w.own = 1 THEN v.agent ELSE 0 END,
           CASE WHEN w.own = 1 THEN 0 ELSE v.list END,
           CASE WHEN w.own = 1 THEN -3 ELSE v.segment END,
           count(*), CAST(sum(v.network_answered) AS BIGINT), CAST(sum(v.answered) AS BIGINT),
           CAST(sum(v.answered_by_system) AS BIGINT), CAST(sum(v.effective) AS BIGINT),
           CAST(sum(v.sale) AS BIGINT), CAST(sum(v.abandoned) AS BIGINT),
           CAST(sum(v.connected) AS BIGINT), CAST(sum(v.talk_ms) AS BIGINT),
           CAST(sum(v.waited_ms) AS BIGINT)
    FROM attempt_count v JOIN (SELECT 0 AS own UNION ALL SELECT 1) AS w ON w.own = 0 OR v.agent IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5";

/// Records by hour, of all calls.
const RECORDS: &str = "
    INSERT INTO record_hour (campaign, kind, hour, prev, n)
    SELECT s.campaign, s.kind, s.hour, s.prev, count(*)
    FROM (SELECT h.campaign, h.kind, h.hour,
                 COALESCE(lag(h.hour) OVER (PARTITION BY h.campaign, h.contact, h.kind ORDER BY h.hour), -1) AS prev
          FROM (SELECT DISTINCT v.campaign, v.contact, k.kind, v.hour
                FROM attempt_count v
                JOIN (SELECT 1 AS kind UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
                      UNION ALL SELECT 5) AS k
                  ON (k.kind = 1 AND v.worked = 1) OR (k.kind = 2 AND v.worked_by_agent = 1)
                     OR (k.kind = 3 AND v.network_answered = 1) OR (k.kind = 4 AND v.answered = 1)
                     OR (k.kind = 5 AND v.effective = 1)) AS h) AS s
    GROUP BY s.campaign, s.kind, s.hour, s.prev";

/// Agents' time by hour as their log has it: each state until the next, cut at full hours.
macro_rules! agents_time {
    () => {
        "SELECT agent, hour, status, CAST(sum(until - at) AS BIGINT) AS ms FROM (
        WITH RECURSIVE state (agent, status, at, until) AS (
            SELECT agent, to_status, at, lead(at) OVER (PARTITION BY agent ORDER BY seq) FROM agent_log
        ), piece (agent, status, at, until) AS (
            SELECT agent, status, at, until FROM state WHERE until > at AND status <> 1
            UNION ALL
            SELECT agent, status, (at / 3600000 + 1) * 3600000, until FROM piece
            WHERE (at / 3600000 + 1) * 3600000 < until
        )
        SELECT agent, at / 3600000 AS hour, status, at,
               CASE WHEN until > (at / 3600000 + 1) * 3600000 THEN (at / 3600000 + 1) * 3600000
                    ELSE until END AS until
        FROM piece) AS cut
    GROUP BY agent, hour, status"
    };
}

const TIME: &str = concat!(
    "INSERT INTO agent_hour (agent, hour, status, ms) SELECT agent, hour, status, ms FROM (",
    agents_time!(),
    ") AS spent WHERE true"
);

/// Makes the counters of a record that had none.
pub(in crate::sql) async fn ensure_filled(db: &Database) -> Result<()> {
    let filled = || Query::new("look for counters", "SELECT id FROM rollup_filled");
    if db.fetch_one(filled()).await?.is_some() {
        return Ok(());
    }
    let began = std::time::Instant::now();
    let mut tx = db.begin().await?;
    // Whoever opens the record at the same time waits here, and finds it done.
    fence::turn(&mut tx).await?;
    if tx.fetch_one(filled()).await?.is_some() {
        return Ok(());
    }
    for text in [
        "DELETE FROM attempt_hour",
        "DELETE FROM record_hour",
        "DELETE FROM agent_hour",
        CALLS,
        RECORDS,
        TIME,
        "INSERT INTO rollup_filled (id) VALUES (1)",
    ] {
        tx.run(Query::new("make the counters by hour", text))
            .await?;
    }
    tx.commit().await?;
    let took: Duration = began.elapsed();
    tracing::info!(?took, "counters by hour made of the attempts there are");
    Ok(())
}

/// Where the counters of calls are not what the calls are.
pub(in crate::sql) const CALLS_DIFFER: &str = "
    SELECT 'campaign ' || campaign || ', hour ' || hour || ', agent ' || agent || ', list ' || list || ', segment '
           || segment || ': ' || sum(attempts) || ' attempts, ' || sum(answered) || ' answered, ' || sum(sales)
           || ' sales more than counted' AS detail
    FROM (SELECT v.campaign, v.hour, CASE WHEN w.own = 1 THEN v.agent ELSE 0 END AS agent,
                 CASE WHEN w.own = 1 THEN 0 ELSE v.list END AS list,
                 CASE WHEN w.own = 1 THEN -3 ELSE v.segment END AS segment,
                 1 AS attempts, v.network_answered, v.answered, v.answered_by_system, v.effective, v.sale AS sales,
                 v.abandoned, v.connected, v.talk_ms, v.waited_ms
          FROM attempt_count v JOIN (SELECT 0 AS own UNION ALL SELECT 1) AS w
            ON w.own = 0 OR v.agent IS NOT NULL
          UNION ALL
          SELECT campaign, hour, agent, list, segment, -attempts, -network_answered, -answered,
                 -answered_by_system, -effective, -sales, -abandoned, -connected, -talk_ms, -waited_ms
          FROM attempt_hour) AS compared
    GROUP BY campaign, hour, agent, list, segment
    HAVING sum(attempts) <> 0 OR sum(network_answered) <> 0 OR sum(answered) <> 0
        OR sum(answered_by_system) <> 0 OR sum(effective) <> 0 OR sum(sales) <> 0 OR sum(abandoned) <> 0
        OR sum(connected) <> 0 OR sum(talk_ms) <> 0 OR sum(waited_ms) <> 0";

/// Where the counters of records are not what the calls are.
pub(in crate::sql) const RECORDS_DIFFER: &str = "
    SELECT 'campaign ' || campaign || ', kind ' || kind || ', hour ' || hour || ' after hour ' || prev || ': '
           || sum(n) || ' records more than counted' AS detail
    FROM (SELECT h.campaign, h.kind, h.hour, 1 AS n,
                 COALESCE(lag(h.hour) OVER (PARTITION BY h.campaign, h.contact, h.kind ORDER BY h.hour), -1) AS prev
          FROM (SELECT campaign, contact, 1 AS kind, hour FROM attempt_count WHERE worked = 1
                UNION SELECT campaign, contact, 2, hour FROM attempt_count WHERE worked_by_agent = 1
                UNION SELECT campaign, contact, 3, hour FROM attempt_count WHERE network_answered = 1
                UNION SELECT campaign, contact, 4, hour FROM attempt_count WHERE answered = 1
                UNION SELECT campaign, contact, 5, hour FROM attempt_count WHERE effective = 1) AS h
          UNION ALL
          SELECT campaign, kind, hour, -n, prev FROM record_hour) AS compared
    GROUP BY campaign, kind, hour, prev HAVING sum(n) <> 0";

/// Where the counters of agents' time are not what their log says.
pub(in crate::sql) const TIME_DIFFERS: &str = concat!(
    "SELECT 'agent ' || agent || ', hour ' || hour || ', state ' || status || ': ' || sum(ms)
            || ' ms more than counted' AS detail
     FROM (SELECT agent, hour, status, ms FROM (",
    agents_time!(),
    ") AS spent UNION ALL SELECT agent, hour, status, -ms FROM agent_hour) AS compared
     GROUP BY agent, hour, status HAVING sum(ms) <> 0"
);
