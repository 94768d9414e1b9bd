//! `cadencia schedule`: reports that go somewhere by themselves, and what became of each.

use std::sync::Arc;

use anyhow::{Result, bail};
use api::ReportMaker;
use clap::Subcommand;
use delivery::{Places, Runner};
use domain::Timestamp;
use schedules::ScheduleId;
use store::{RunState, Store};
use wire::{Schedule, ScheduleForm, ScheduleRun};

use crate::Global;
use crate::output::{configuration, record, show, table};
use crate::times::{now, shown};

#[derive(Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Every schedule, and when it is due next
    List,
    /// Make a schedule
    Add {
        /// Its name
        name: String,
        /// Name of the campaign
        #[arg(long)]
        campaign: String,
        /// gestion, gerencial, kpi, hourly, sabana or parquet
        #[arg(long)]
        report: String,
        /// csv, xlsx, json or parquet [default: the usual of the report]
        #[arg(long)]
        format: Option<String>,
        /// today, yesterday, last_7_days, last_week, month_to_yesterday or last_month [default: yesterday]
        #[arg(long)]
        period: Option<String>,
        /// Minute, hour, day of the month, month, day of the week, such as "30 6 * * mon-fri"
        #[arg(long)]
        cron: String,
        /// Time zone [default: that of the campaign's law pack]
        #[arg(long)]
        zone: Option<String>,
        /// Only Mondays to Fridays that are no holidays
        #[arg(long)]
        business_days: bool,
        /// Name of a place of the configuration, under [delivery]
        #[arg(long)]
        place: String,
        /// Documents, names and numbers as they are, not masked
        #[arg(long)]
        clear: bool,
    },
    /// Remove a schedule; its runs stay
    Remove {
        /// Its name
        name: String,
    },
    /// Run a schedule now, here, of the days it would be due for today
    Run {
        /// Its name
        name: String,
    },
    /// What became of what was due, the newest first
    Runs {
        /// Of this schedule
        name: Option<String>,
        /// waiting, running, arrived or dead
        #[arg(long)]
        state: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Have a dead run tried again: the same file, under the same key
    Redeliver {
        /// Number of the run
        run: i64,
    },
}

impl ScheduleCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let places = configuration(global)?.delivery.resolved()?;
        let store = record(global).await?;
        match self {
            Self::List => {
                let all = api::schedules(store.as_ref(), &places, now()).await?;
                show(global, &all, |all| schedules_table(all))
            }
            Self::Add { .. } => {
                let form = self.form().unwrap_or_default();
                let made = api::add_schedule(store.as_ref(), &places, &form, now()).await?;
                show(global, &made, |made| {
                    schedules_table(std::slice::from_ref(made))
                })
            }
            Self::Remove { name } => {
                let id = find(store.as_ref(), name).await?;
                store.remove_schedule(id).await?;
                show(global, &serde_json::json!({"removed": name}), |_| {
                    println!("la programación {name} ya no existe");
                })
            }
            Self::Run { name } => run_now(global, store, places, name).await,
            Self::Runs { name, state, limit } => {
                let schedule = match name {
                    Some(name) => Some(find(store.as_ref(), name).await?),
                    None => None,
                };
                let state = state.as_deref().map(api::run_state).transpose()?;
                let runs = store.runs(schedule, state, *limit).await?;
                let runs: Vec<_> = runs.iter().map(api::run_shown).collect();
                show(global, &runs, |runs| runs_table(runs))
            }
            Self::Redeliver { run } => {
                store.revive_run(*run, now()).await?;
                show(global, &serde_json::json!({"waiting": run}), |_| {
                    println!("el envío {run} se intenta de nuevo; el servidor lo toma en segundos");
                })
            }
        }
    }

    /// Of what is to be made.
    fn form(&self) -> Option<ScheduleForm> {
        let Self::Add {
            name,
            campaign,
            report,
            format,
            period,
            cron,
            zone,
            business_days,
            place,
            clear,
        } = self
        else {
            return None;
        };
        Some(ScheduleForm {
            name: name.clone(),
            campaign: campaign.clone(),
            report: report.clone(),
            format: format.clone(),
            period: period.clone(),
            cron: cron.clone(),
            zone: zone.clone(),
            business_days: *business_days,
            place: place.clone(),
            clear: *clear,
        })
    }
}

async fn find(store: &dyn Store, name: &str) -> Result<ScheduleId> {
    let schedules = store.schedules().await?;
    match schedules.iter().find(|schedule| schedule.name == name) {
        Some(schedule) => Ok(schedule.id),
        None => bail!("there is no schedule named `{name}`; see `cadencia schedule list`"),
    }
}

async fn run_now(global: &Global, store: Arc<dyn Store>, places: Places, name: &str) -> Result<()> {
    let id = find(store.as_ref(), name).await?;
    let asked = api::ask_run(store.as_ref(), id, "command line".to_owned(), now()).await?;
    let runner = Runner {
        maker: Arc::new(ReportMaker {
            store: Arc::clone(&store),
        }),
        store: Arc::clone(&store),
        places: Arc::new(places),
        clock: Arc::new(now),
    };
    // A server that runs may have it already.
    runner.next(Some(asked.id)).await?;
    let runs = store.runs(Some(id), None, 1_000).await?;
    let Some(run) = runs.iter().find(|run| run.id == asked.id) else {
        bail!("the run {} is not there any more", asked.id);
    };
    show(global, &api::run_shown(run), |run| {
        runs_table(std::slice::from_ref(run));
    })?;
    match (run.state, &run.fault) {
        (RunState::Arrived | RunState::Running, _) => Ok(()),
        (_, fault) => bail!(
            "the report did not arrive: {}",
            fault.as_deref().unwrap_or("see `cadencia schedule runs`")
        ),
    }
}

fn time(at: Option<i64>) -> String {
    at.map_or_else(String::new, |at| shown(Timestamp::from_millis(at)))
}

fn schedules_table(all: &[Schedule]) {
    let row = |it: &Schedule| {
        let kind = it.place_kind.as_deref().unwrap_or("no está aquí");
        let days = if it.business_days { " (hábiles)" } else { "" };
        vec![
            it.name.clone(),
            it.campaign.to_string(),
            format!("{} {}", it.report, it.format),
            it.period.clone(),
            format!("{}{days}", it.cron),
            it.zone.clone(),
            format!("{} ({kind})", it.place),
            time(it.next_at),
        ]
    };
    let headings = [
        "nombre", "campaña", "informe", "período", "cuándo", "zona", "a", "próximo",
    ];
    let rows: Vec<_> = all.iter().map(row).collect();
    table(&headings, &rows, "ninguna programación");
}

fn runs_table(runs: &[ScheduleRun]) {
    let row = |run: &ScheduleRun| {
        vec![
            run.id.to_string(),
            time(Some(run.due_at)),
            run.state.clone(),
            run.tries.to_string(),
            run.missed.to_string(),
            run.file.clone().unwrap_or_default(),
            run.bytes.map_or(String::new(), |bytes| bytes.to_string()),
            time(run.next_at.or(run.ended_at)),
            run.fault.clone().unwrap_or_default(),
        ]
    };
    let headings = [
        "envío",
        "debido",
        "estado",
        "intentos",
        "perdidos",
        "archivo",
        "bytes",
        "próximo/fin",
        "falla",
    ];
    let rows: Vec<_> = runs.iter().map(row).collect();
    table(&headings, &rows, "ningún envío");
}
