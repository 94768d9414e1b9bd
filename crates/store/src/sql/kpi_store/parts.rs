//! The counts of each base, segment, advisor or hour of the day. Distinct records of a part cannot be put together from the
//! counters by hour, so calls are read once for each dimension; what a call counts as is said by the same view.

use std::collections::BTreeMap;
use std::time::Duration;

use campaigns::DayClock;
use domain::{AgentId, AgentStatus, CampaignId, Timestamp};
use kpi::{Dimension, Facts, PartFacts, Period, Presence};

use super::management::{OF_PERIOD, bound};
use crate::error::Result;
use crate::sql::database::Database;
use crate::sql::query::{Batch, Query};
use crate::sql::rollups::{begins, cut, hour_of};
use crate::sql::{agent_time, facts, hours, sale};

/// See [`crate::ManagementStore::parts`].
pub(super) async fn of(
    db: &Database,
    campaign: CampaignId,
    period: &Period,
    dimension: Dimension,
    clock: DayClock,
) -> Result<Vec<PartFacts>> {
    let mut parts = Parts {
        db,
        campaign,
        period,
        split: Split::of(dimension, period, clock),
        facts: BTreeMap::new(),
        connected: BTreeMap::new(),
    };
    parts.calls().await?;
    parts.open_calls().await?;
    match dimension {
        Dimension::Base | Dimension::Segment => parts.base(dimension).await?,
        Dimension::Advisor | Dimension::Hour => parts.time(dimension, clock).await?,
    }
    parts.sales().await?;
    let names = names(db, campaign, dimension).await?;
    Ok(parts.told(dimension, &names))
}

/// How calls are told apart, in SQL: of `attempt a`, beside the rows of `runs`.
struct Split {
    part: &'static str,
    /// Hours of UTC between which the local hour is so many hours on: clocks change twice a year at most.
    runs: Option<Vec<(i64, i64, i64)>>,
}

impl Split {
    fn of(dimension: Dimension, period: &Period, clock: DayClock) -> Split {
        let part = match dimension {
            Dimension::Base => "a.list",
            Dimension::Segment => "COALESCE(a.dialed_in, -2)",
            Dimension::Advisor => "COALESCE(a.agent, 0)",
            Dimension::Hour => "(a.placed_at / 3600000 + r.shift) % 24",
        };
        let runs = (dimension == Dimension::Hour).then(|| runs(period, clock));
        Split { part, runs }
    }

    /// A statement over calls: `{part}`, `{runs}` before the first table, and `{within}` among the conditions.
    fn query(&self, doing: &'static str, text: &str) -> Query {
        let (tables, within) = match self.runs {
            Some(_) => (
                "{rows} CROSS JOIN ",
                "AND a.placed_at / 3600000 >= r.begins AND a.placed_at / 3600000 < r.ends",
            ),
            None => ("", ""),
        };
        let text = text
            .replace("{part}", self.part)
            .replace("{runs}", tables)
            .replace("{within}", within)
            .replace("{period}", OF_PERIOD);
        Query::new(doing, text)
    }

    fn with_runs(&self, query: Query) -> Query {
        let Some(runs) = &self.runs else {
            return query;
        };
        let batch = Batch::default()
            .ints("begins", runs.iter().map(|run| run.0))
            .ints("ends", runs.iter().map(|run| run.1))
            .ints("shift", runs.iter().map(|run| run.2));
        query.rows(batch)
    }
}

fn runs(period: &Period, clock: DayClock) -> Vec<(i64, i64, i64)> {
    let mut runs: Vec<(i64, i64, i64)> = Vec::new();
    for hour in hour_of(period.from)..=hour_of(period.to) {
        let shift = (clock.hour(begins(hour)) - hour).rem_euclid(24);
        match runs.last_mut() {
            Some(run) if run.2 == shift => run.1 = hour + 1,
            _ => runs.push((hour, hour + 1, shift)),
        }
    }
    runs
}

/// What a call counts as is the view's affair.
const CALLS: &str = "
    SELECT {part} AS part, count(*) AS attempts,
           CAST(sum(v.network_answered) AS BIGINT) AS network_answered,
           CAST(sum(v.answered) AS BIGINT) AS answered,
           CAST(sum(v.answered_by_system) AS BIGINT) AS answered_by_system,
           CAST(sum(v.effective) AS BIGINT) AS effective, CAST(sum(v.sale) AS BIGINT) AS sales,
           CAST(sum(v.abandoned) AS BIGINT) AS abandoned, CAST(sum(v.connected) AS BIGINT) AS connected,
           CAST(sum(v.talk_ms) AS BIGINT) AS talk_ms, CAST(sum(v.waited_ms) AS BIGINT) AS waited_ms,
           count(DISTINCT CASE WHEN v.worked = 1 THEN a.contact END) AS worked,
           count(DISTINCT CASE WHEN v.worked_by_agent = 1 THEN a.contact END) AS worked_by_agent,
           count(DISTINCT CASE WHEN v.network_answered = 1 THEN a.contact END) AS records_network_answered,
           count(DISTINCT CASE WHEN v.answered = 1 THEN a.contact END) AS records_answered,
           count(DISTINCT CASE WHEN v.effective = 1 THEN a.contact END) AS records_effective
    FROM {runs}attempt a JOIN attempt_count v ON v.id = a.id
    WHERE {period} {within} GROUP BY 1";

struct Parts<'a> {
    db: &'a Database,
    campaign: CampaignId,
    period: &'a Period,
    split: Split,
    facts: BTreeMap<i64, Facts>,
    connected: BTreeMap<i64, BTreeMap<(AgentId, i64), Duration>>,
}

impl Parts<'_> {
    fn at(&mut self, part: i64) -> &mut Facts {
        self.facts.entry(part).or_default()
    }

    /// Calls that are over.
    async fn calls(&mut self) -> Result<()> {
        let query = self.split.query("count calls of parts", CALLS);
        let query = bound(query, self.campaign, self.period);
        for row in self.db.fetch(self.split.with_runs(query)).await? {
            let facts = self.at(row.int("part")?);
            hours::add(&row, facts)?;
            facts.worked = row.narrow("worked")?;
            facts.worked_by_advisor = row.narrow("worked_by_agent")?;
            facts.records_network_answered = row.narrow("records_network_answered")?;
            facts.records_answered = row.narrow("records_answered")?;
            facts.records_effective = row.narrow("records_effective")?;
        }
        Ok(())
    }

    /// Calls that are not, of which there is a handful.
    async fn open_calls(&mut self) -> Result<()> {
        let from = "{runs}open_attempt o JOIN attempt a ON a.id = o.attempt";
        let text = format!(
            "{} WHERE {{period}} AND a.outcome IS NULL {{within}} {}",
            facts::calls_of("{part} AS hour", from),
            facts::BY
        );
        let query = self.split.query("count open calls of parts", &text);
        let query = bound(query, self.campaign, self.period);
        for row in self.db.fetch(self.split.with_runs(query)).await? {
            facts::add_calls(&row, self.at(row.int("hour")?))?;
        }
        Ok(())
    }

    /// What the sales of the calls became; 0 of parts without any, where sales are followed at all.
    async fn sales(&mut self) -> Result<()> {
        let followed = sale::followed(self.db, self.campaign).await?;
        let text = sale::SALES_OF_CALLS.replace("{calls}", sale::CALLS_OF_SALES);
        let query = self.split.query("count the sales of parts", &text);
        let query = sale::bound(query, self.campaign, self.period);
        let mut counted = BTreeMap::new();
        for row in self.db.fetch(self.split.with_runs(query)).await? {
            counted.insert(row.int("part")?, sale::counted(&row)?);
        }
        for part in counted.keys() {
            self.facts.entry(*part).or_default();
        }
        for (part, facts) in &mut self.facts {
            let sold = counted.get(part).copied().unwrap_or_default();
            sold.tell(followed, facts);
        }
        Ok(())
    }

    /// Records of the cohort by the base they came in, or the segment they belong to now.
    async fn base(&mut self, dimension: Dimension) -> Result<()> {
        let part = match dimension {
            Dimension::Base => "w.list",
            _ => "COALESCE(w.segment, -2)",
        };
        let since = self.period.received_from;
        let since = since.map_or(i64::MIN, Timestamp::as_millis);
        let bound = |query: Query| {
            query
                .int(self.campaign.get())
                .int(self.period.to.as_millis())
                .int(since)
        };
        let received = Query::new(
            "count records received of parts",
            format!(
                "SELECT {part} AS part, count(*) AS received,
                        count(CASE WHEN w.state = 5 AND NOT EXISTS
                                  (SELECT 1 FROM attempt a WHERE a.contact = w.contact
                                     AND a.campaign = w.campaign AND a.placed_at IS NOT NULL)
                              THEN 1 END) AS excluded
                 FROM work w JOIN contact k ON k.id = w.contact JOIN import i ON i.id = k.import
                 WHERE w.campaign = $1 AND i.finished_at < $2 AND i.finished_at >= $3 GROUP BY 1"
            ),
        );
        let worked = Query::new(
            "count records worked of parts",
            format!(
                "SELECT {part} AS part, count(DISTINCT a.contact) AS worked,
                        count(DISTINCT CASE WHEN a.coded_by IS NOT NULL THEN a.contact END) AS by_advisor
                 FROM attempt a JOIN work w ON w.campaign = a.campaign AND w.contact = a.contact
                 JOIN contact k ON k.id = w.contact JOIN import i ON i.id = k.import
                 WHERE a.campaign = $1 AND a.placed_at < $2 AND a.intended_at < $2 AND a.code IS NOT NULL
                   AND a.outcome IS NOT NULL AND i.finished_at < $2 AND i.finished_at >= $3 GROUP BY 1"
            ),
        );
        let (received, worked) = (bound(received), bound(worked));
        for row in self.db.fetch(received).await? {
            let facts = self.at(row.int("part")?);
            facts.received = row.narrow("received")?;
            facts.excluded = row.narrow("excluded")?;
        }
        for row in self.db.fetch(worked).await? {
            let facts = self.at(row.int("part")?);
            facts.base_worked = row.narrow("worked")?;
            facts.base_worked_by_advisor = row.narrow("by_advisor")?;
        }
        Ok(())
    }

    /// Advisors' time by advisor, or by hour of the day.
    async fn time(&mut self, dimension: Dimension, clock: DayClock) -> Result<()> {
        let (from, to) = (self.period.from, self.period.to);
        for piece in agent_time::pieces(self.db, self.campaign, from, to).await? {
            if piece.status == AgentStatus::Offline {
                continue;
            }
            // A piece of the edges of a period may lie in two hours.
            for (hour, ms) in cut(piece.from, piece.to) {
                let spent = Duration::from_millis(u64::try_from(ms).unwrap_or_default());
                let part = match dimension {
                    Dimension::Hour => clock.hour(begins(hour)),
                    _ => piece.agent.get(),
                };
                facts::add_time(piece.status, spent, self.at(part));
                let key = (piece.agent, clock.day(begins(hour)));
                *self
                    .connected
                    .entry(part)
                    .or_default()
                    .entry(key)
                    .or_default() += spent;
            }
        }
        Ok(())
    }

    fn told(mut self, dimension: Dimension, names: &BTreeMap<i64, String>) -> Vec<PartFacts> {
        if dimension == Dimension::Advisor {
            // Calls that found no advisor.
            self.facts.remove(&0);
        }
        let mut connected = self.connected;
        let told = |(part, facts)| {
            let days = connected.remove(&part).unwrap_or_default();
            let presence = |((agent, day), connected)| Presence {
                agent,
                day,
                connected,
            };
            PartFacts {
                part,
                name: names.get(&part).cloned().unwrap_or_default(),
                facts,
                presences: days.into_iter().map(presence).collect(),
            }
        };
        self.facts.into_iter().map(told).collect()
    }
}

/// What parts are called, also those that are there no more.
async fn names(
    db: &Database,
    campaign: CampaignId,
    dimension: Dimension,
) -> Result<BTreeMap<i64, String>> {
    let query = match dimension {
        Dimension::Base => Query::new("read the names of bases", "SELECT id, name FROM list"),
        Dimension::Advisor => {
            Query::new("read the names of advisors", "SELECT id, name FROM agent")
        }
        Dimension::Segment => Query::new(
            "read the names of segments",
            "SELECT id, name FROM segment WHERE campaign = $1",
        )
        .int(campaign.get()),
        Dimension::Hour => return Ok(BTreeMap::new()),
    };
    let rows = db.fetch(query).await?;
    let named = |row: &crate::sql::row::Row| Ok((row.int("id")?, row.text("name")?));
    rows.iter().map(named).collect()
}
