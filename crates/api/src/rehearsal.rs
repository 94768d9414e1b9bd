//! A campaign rehearsed on demand: tomorrow in virtual time, by the engine that
//! will run it. Nothing is called and nothing is written. Beside live calls it
//! must stay small: one at a time, on half of the processors, and no more than
//! a bounded number of agents' hours.

mod past;
mod plan;
mod runs;

use std::sync::Arc;
use std::thread::available_parallelism;

use axum::Json;
use axum::extract::{Path, State};
use domain::{CampaignId, parse_span};
use simulator::{Scenario, Shift};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use wire::{Rehearsal, RehearsalForm, RehearsalShift};

pub use plan::Plan;

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Enough for the tenth and the ninetieth of a hundred to mean something.
pub const SEEDS: u32 = 20;
/// More seeds make ranges no truer: what is not known of the floor stays so.
const SEEDS_MAX: u32 = 100;
/// Shifts of a day; more are no roster but a list of people.
const SHIFTS_MAX: usize = 1_000;
const HOURS_MAX: f64 = 24.0;
/// Agents times hours times seeds of one rehearsal: 20 days of 100 agents, and
/// half as much again. Some minutes of one processor.
const AGENT_HOURS_MAX: f64 = 24_000.0;

/// Whose turn it is to rehearse: one at a time.
#[derive(Debug)]
pub struct Rehearsals(Arc<Semaphore>);

impl Default for Rehearsals {
    fn default() -> Rehearsals {
        Rehearsals(Arc::new(Semaphore::new(1)))
    }
}

/// Rehearse a day of a campaign: what to expect, as ranges over seeds, and how
/// well the last day is predicted so. 429 while another rehearsal runs.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/rehearsal", tag = "campaigns",
    request_body = RehearsalForm,
    responses((status = 200, body = Rehearsal), (status = 404, body = wire::Problem),
        (status = 422, body = wire::Problem), (status = 429, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<RehearsalForm>,
) -> Result<Json<Rehearsal>, ApiError> {
    caller.supervisor()?;
    let campaign = crate::campaigns::find(app.store.as_ref(), CampaignId::new(id)).await?;
    let seeds = seeds(&form)?;
    let shifts = shifts(&form)?;
    let turn = Arc::clone(&app.rehearsals.0).try_acquire_owned();
    let turn = turn.map_err(|_| ApiError::Rehearsing)?;
    let change = |scenario: &mut Scenario| apply(&form, shifts, scenario);
    let plan = Plan::of(app.store.as_ref(), &campaign, None, now(), change).await?;
    bounded(&plan, seeds)?;
    let target = form.sales_target;
    let work = move || {
        let threads = available_parallelism().map_or(1, usize::from) / 2;
        let done = plan.run(seeds, threads, target, &|| {});
        // Whoever asked may be gone; the turn is over only now.
        drop(turn);
        done
    };
    let done = spawn_blocking(work).await.map_err(ApiError::internal)?;
    done.map(Json)
        .map_err(|error| ApiError::Invalid(error.to_string()))
}

fn seeds(form: &RehearsalForm) -> Result<u32, ApiError> {
    match form.seeds.unwrap_or(SEEDS) {
        seeds @ 1..=SEEDS_MAX => Ok(seeds),
        seeds => Err(ApiError::Invalid(format!(
            "{seeds} seeds; write 1 to {SEEDS_MAX}"
        ))),
    }
}

fn shifts(form: &RehearsalForm) -> Result<Option<Vec<Shift>>, ApiError> {
    let Some(roster) = &form.roster else {
        return Ok(None);
    };
    if form.agents.is_some() {
        let words = "write `agents` or a `roster`, not both";
        return Err(ApiError::Invalid(words.to_owned()));
    }
    if roster.is_empty() || roster.len() > SHIFTS_MAX {
        return Err(ApiError::Invalid(format!(
            "a roster has 1 to {SHIFTS_MAX} shifts"
        )));
    }
    let span = |text: &str| parse_span(text).map_err(|error| ApiError::Invalid(error.to_string()));
    let shift = |shift: &RehearsalShift| {
        Ok(Shift {
            agents: shift.agents,
            from: span(&shift.from)?,
            to: span(&shift.to)?,
        })
    };
    roster.iter().map(shift).collect::<Result<_, _>>().map(Some)
}

fn apply(form: &RehearsalForm, shifts: Option<Vec<Shift>>, scenario: &mut Scenario) {
    if let Some(seed) = form.seed {
        scenario.seed = seed;
    }
    match shifts {
        Some(shifts) => {
            let last = shifts.iter().map(|shift| shift.to).max();
            scenario.hours = last.unwrap_or_default().as_secs_f64() / 3_600.0;
            scenario.roster = shifts;
        }
        None => scenario.staff(form.agents, form.hours),
    }
    if let Some(hours) = form.hours {
        scenario.hours = hours;
    }
}

/// A rehearsal that takes minutes is none to wait for.
fn bounded(plan: &Plan, seeds: u32) -> Result<(), ApiError> {
    let hours = plan.scenario.hours;
    if !(hours > 0.0 && hours <= HOURS_MAX) {
        return Err(ApiError::Invalid(format!(
            "{hours} hours; write more than 0 and at most {HOURS_MAX}"
        )));
    }
    let agents = plan.scenario.agents_at_once();
    let asked = f64::from(agents) * hours * f64::from(seeds);
    if asked > AGENT_HOURS_MAX {
        let most = AGENT_HOURS_MAX / (f64::from(agents) * hours);
        return Err(ApiError::Invalid(format!(
            "{seeds} days of {hours:.1} hours with {agents} agents take too long here; \
             write fewer seeds (at most {}), or use `cadencia simulate --campaign`",
            most.floor()
        )));
    }
    Ok(())
}
