//! Hora a hora: a day of a campaign by the hour against its goal, how it will close, and what would bring it to the goal. Put
//! together from the counters by hour; every figure that is an indicator comes of the catalogue.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use campaigns::Campaign;
use domain::{CampaignId, Timestamp};
use kpi::{
    BaseLeft, DayHour, DayPlan, Definition, Facts, HourFacts, PastHour, Period, Presence, Prior,
    Projection, Standing, advisor_days, levers, levers_in_words, project, rostered_hours,
};
use serde::Deserialize;
use store::Store;
use utoipa::IntoParams;
use wire::{HourlyBase, HourlyLever, HourlyProjection, HourlyReport, HourlyRow};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::goals::{day_of, day_text, no_day};
use crate::kpi_facts::{Agreed, day_by_hour, facts_of, is_by_full_hours, past_of};

/// Which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// As 2026-12-01; today when absent.
    day: Option<String>,
}

/// A day of a campaign by the hour, with its goal, the projection of its close and what would help.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/hourly", tag = "kpis", params(Wanted),
    responses((status = 200, body = HourlyReport), (status = 404, body = wire::Problem),
              (status = 422, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<HourlyReport>, ApiError> {
    caller.supervisor()?;
    let day = match &wanted.day {
        None => None,
        Some(text) => Some(day_of(text).ok_or_else(|| ApiError::Invalid(no_day(text)))?),
    };
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    hourly(app.store.as_ref(), &campaign, day, now())
        .await
        .map(Json)
}

/// A day of a campaign by the hour, as it stands now; `day` counted from 1970, today when absent.
pub async fn hourly(
    store: &dyn Store,
    campaign: &Campaign,
    day: Option<i64>,
    now: Timestamp,
) -> Result<HourlyReport, ApiError> {
    let clock = campaigns::DayClock::of(&campaign.law_pack);
    let day = day.unwrap_or_else(|| clock.day(now));
    let (from, end) = (clock.begins(day), clock.begins(day + 1));
    let at = now.clamp(from, end);
    let agreed = Agreed::of(store, campaign, from, end).await?;
    let past = past_of(store, campaign, clock, day).await?;
    let sheet = Sheet {
        plan: agreed.plan(day, &past),
        agreed,
        past,
        usual: store.usual_shift(campaign.id).await?,
        done: day_by_hour(store, campaign, clock, day).await?,
        total: facts_of(store, campaign, &Period::new(from, at)).await?,
        day: (day, from, end),
        at,
    };
    let base = base_of(store, campaign, &sheet, now).await?;
    let recycle = match at >= end {
        true => None,
        false => segment_to_recycle(store, campaign, now).await?,
    };
    Ok(sheet.report(campaign, base, recycle.as_deref()))
}

/// Everything a report is made of.
struct Sheet {
    plan: DayPlan,
    agreed: Agreed,
    past: Vec<PastHour>,
    usual: Option<Duration>,
    /// Hours in which something was done.
    done: Vec<HourFacts>,
    /// The day so far.
    total: Facts,
    /// Which, when it begins and when it ends.
    day: (i64, Timestamp, Timestamp),
    at: Timestamp,
}

/// An indicator of these counts.
fn figure(id: &str, facts: &Facts) -> Option<f64> {
    kpi::value(Definition::of(id)?, facts).value
}

impl Sheet {
    fn report(&self, campaign: &Campaign, base: HourlyBase, recycle: Option<&str>) -> HourlyReport {
        let (day, from, end) = self.day;
        let goal = self.plan.goal(&self.agreed.goals, from, end);
        let hours = self.rows();
        let standing = self.standing(goal);
        let prior = Prior::of(&self.past, &self.plan.factors);
        let projection = project(prior, &standing);
        let hours_left = rostered_hours(&self.plan.shifts, self.at, end);
        let factor = match hours_left > 0.0 {
            true => standing.rest / hours_left,
            false => 1.0,
        };
        let ends = base.ends_before_shifts;
        let all = projection.map(|seen| levers(&seen, factor, ends, recycle));
        // Of a day that is over nothing can be changed.
        let all = all.filter(|_| self.at < end).unwrap_or_default();
        let gap = goal.map(|goal| (goal - standing.sales as f64).max(0.0));
        HourlyReport {
            campaign: campaign.name.clone(),
            day: day_text(day),
            at: self.at.as_millis(),
            definitions: kpi::VERSION.to_owned(),
            total: self.total_row(&hours),
            hours,
            goal,
            gap,
            hours_left,
            required_pace: gap.filter(|_| hours_left > 0.0).map(|gap| gap / hours_left),
            projection: projection.map(|seen| shown(&seen, &standing, prior)),
            base,
            levers_words: levers_in_words(&all),
            levers: all
                .iter()
                .map(|one| HourlyLever {
                    code: one.code().to_owned(),
                    words: one.words(),
                })
                .collect(),
            notes: self.notes(goal, prior),
        }
    }

    fn notes(&self, goal: Option<f64>, prior: Option<Prior>) -> Vec<String> {
        let mut notes = Vec::new();
        if goal.is_none() {
            notes.push("no hay meta de este día; cargue una con `goal import`");
        }
        if self.plan.shifts.is_empty() {
            notes.push(
                "no hay turnos de este día: el cierre es lo vendido; cargue turnos con `roster import`",
            );
        }
        if prior.is_none() {
            notes.push(
                "no hay días anteriores con ventas: la proyección es solo de lo que va del día",
            );
        }
        if !is_by_full_hours(self.agreed.clock, self.day.0) {
            notes.push(
                "el reloj de la campaña no va por horas en punto de UTC: lo que vale cada hora del día para la proyección se toma de \
                 la hora en punto más cercana",
            );
        }
        notes.into_iter().map(str::to_owned).collect()
    }

    /// How the day stands for the projection.
    fn standing(&self, goal: Option<f64>) -> Standing {
        let weighed = |hour: &HourFacts| {
            let connected = hour.facts.logged_in().as_secs_f64() / 3_600.0;
            connected * self.plan.factors.get(self.hour_of(hour))
        };
        Standing {
            sales: self.total.sales_accepted,
            exposure: self.done.iter().map(weighed).sum(),
            rest: self.plan.rostered(self.at, self.day.2),
            goal,
        }
    }

    fn hour_of(&self, hour: &HourFacts) -> u8 {
        u8::try_from(self.agreed.clock.hour(hour.from)).unwrap_or_default()
    }

    /// A row for each hour in which something was done, rostered or agreed.
    fn rows(&self) -> Vec<HourlyRow> {
        let nothing = |hour: &DayHour| HourFacts::new(hour.from);
        let mut rows: Vec<HourlyRow> = Vec::new();
        let (mut records, mut sales) = (0, 0);
        for hour in &self.plan.hours {
            let done = self.done.iter().find(|done| done.from == hour.from);
            let goal = self.plan.goal(&self.agreed.goals, hour.from, hour.to);
            let rostered = self.plan.rostered(hour.from, hour.to) > 0.0;
            if done.is_none() && !rostered && goal.is_none_or(|goal| goal <= 0.0) {
                continue;
            }
            let done = done.cloned().unwrap_or_else(|| nothing(hour));
            records += done.new_records;
            sales += done.facts.sales_accepted;
            let so_far = (records, sales);
            rows.push(self.row(hour, &done, goal, so_far));
        }
        rows
    }

    fn row(
        &self,
        hour: &DayHour,
        done: &HourFacts,
        goal: Option<f64>,
        so_far: (u64, u64),
    ) -> HourlyRow {
        let presences: Vec<_> = done
            .connected
            .iter()
            .map(|(agent, connected)| Presence {
                agent: *agent,
                day: self.day.0,
                connected: *connected,
            })
            .collect();
        let facts = Facts {
            goal,
            advisor_days: advisor_days(&presences, &self.plan.shifts, self.usual),
            ..done.facts.clone()
        };
        // Of an hour that has not begun, what will be due by its end.
        let until = match hour.from < self.at {
            true => hour.to.min(self.at),
            false => hour.to,
        };
        let goal_so_far = self.plan.goal(&self.agreed.goals, self.day.1, until);
        let agents = presences.len() as u64;
        line(Some(hour), agents, &facts, so_far, goal_so_far)
    }

    fn total_row(&self, hours: &[HourlyRow]) -> HourlyRow {
        let agents: BTreeSet<_> = self
            .done
            .iter()
            .flat_map(|hour| hour.connected.keys())
            .collect();
        let records = hours.last().map_or(0, |row| row.records_so_far);
        let so_far = (records, self.total.sales_accepted);
        let agents = agents.len() as u64;
        let mut row = line(None, agents, &self.total, so_far, self.total.goal);
        row.from = self.day.1.as_millis();
        row
    }
}

fn line(
    hour: Option<&DayHour>,
    agents: u64,
    facts: &Facts,
    (records_so_far, sales_so_far): (u64, u64),
    goal_so_far: Option<f64>,
) -> HourlyRow {
    let so_far = Facts {
        sales_accepted: sales_so_far,
        goal: goal_so_far,
        ..Facts::default()
    };
    let hours = |time: Duration| time.as_secs_f64() / 3_600.0;
    let productive = facts.ready + facts.reserved + facts.talking + facts.wrap_up;
    HourlyRow {
        hour: hour.map(|hour| hour.hour),
        from: hour.map_or(0, |hour| hour.from.as_millis()),
        agents,
        connected_h: hours(facts.logged_in()),
        productive_h: hours(productive),
        attempts: facts.attempts,
        answered: facts.answered,
        contacts: facts.effective,
        records: facts.worked,
        sales: facts.sales_accepted,
        goal: facts.goal,
        attainment: figure("cumplimiento", facts),
        records_so_far,
        sales_so_far,
        goal_so_far,
        attainment_so_far: figure("cumplimiento", &so_far),
        ratio: figure("ratio", facts),
        sales_per_hour: figure("ratio.sph", facts),
        records_per_hour: figure("productividad.records_hour", facts),
        productivity: figure("productividad", facts),
    }
}

fn shown(seen: &Projection, standing: &Standing, prior: Option<Prior>) -> HourlyProjection {
    HourlyProjection {
        close: seen.close,
        low: seen.low,
        high: seen.high,
        nominal: seen.nominal,
        exact: seen.exact,
        attainment: standing
            .goal
            .filter(|goal| *goal > 0.0)
            .map(|goal| seen.close / goal),
        goal_probability: seen.goal_probability,
        rate: seen.rate,
        prior_sales: prior.map(|prior| prior.alpha),
        prior_hours: prior.map(|prior| prior.beta),
        hours_so_far: standing.exposure,
        hours_to_come: standing.rest,
    }
}

/// What can still be called, and whether it lasts until the last shift ends.
async fn base_of(
    store: &dyn Store,
    campaign: &Campaign,
    sheet: &Sheet,
    now: Timestamp,
) -> Result<HourlyBase, ApiError> {
    let due = store.work_due(campaign.id, now).await?;
    let first = sheet.done.iter().find(|hour| hour.facts.attempts > 0);
    let since = first.map_or(Duration::ZERO, |hour| sheet.at.since(hour.from));
    let left = BaseLeft {
        records: due.due + due.waiting,
        per_hour: sheet.total.worked as f64 / (since.as_secs_f64() / 3_600.0),
    };
    let exhausted_at = match sheet.at >= sheet.day.2 {
        true => None,
        false => left.exhausted_at(now),
    };
    let last = sheet.plan.shifts.iter().map(|shift| shift.to).max();
    Ok(HourlyBase {
        left: left.records,
        exhausted_at: exhausted_at.map(Timestamp::as_millis),
        ends_before_shifts: exhausted_at
            .zip(last)
            .is_some_and(|(ends, last)| ends < last),
    })
}

/// The segment that sold best by call among those with records out of play.
async fn segment_to_recycle(
    store: &dyn Store,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<Option<String>, ApiError> {
    let Some(set) = store.segments(campaign.id).await? else {
        return Ok(None);
    };
    let standings = store.segment_standings(campaign.id, now).await?;
    let best = standings
        .iter()
        .filter(|one| one.contacts > one.fresh + one.again && one.in_all.attempts > 0)
        .filter_map(|one| {
            let mut segments = set.segmentation.segments.iter();
            let named = segments.find(|segment| segment.id == one.segment)?;
            let per_call = one.in_all.sales as f64 / one.in_all.attempts as f64;
            Some((per_call, named.name.clone()))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Ok(best.map(|(_, name)| name))
}
