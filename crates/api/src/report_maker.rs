//! Makes the reports that go by schedule, of the days they were due for. One more report is an arm of [`ReportMaker::write`]
//! (or [`Maker::folders`], where it is several files).

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use campaigns::{Campaign, DayClock};
use chrono::{Days, NaiveDate};
use delivery::{Fault, Maker};
use domain::Timestamp;
use export::{DayWanted, ExportError, export_day};
use intake::Language;
use law::Pack;
use schedules::{Clockwork, Format, Report, Schedule};
use store::{RunMade, Store};

use crate::auth::now;
use crate::campaigns::find;
use crate::error::ApiError;
use crate::evidence::sha256_of_bytes;
use crate::gerencial::{GerencialForm, GerencialWanted, gerencial, write_gerencial};
use crate::gestion::{GestionForm, GestionWanted, write_gestion_file};
use crate::hourly::hourly;
use crate::hourly_csv::hourly_csv;
use crate::kpis::{kpi_csv, report};
use crate::sabana::{sabana, sabana_csv};

/// Makes reports of a record.
#[derive(Clone)]
pub struct ReportMaker {
    /// The record.
    pub store: Arc<dyn Store>,
}

/// What a report is to be of.
struct Subject {
    campaign: Campaign,
    pack: Pack,
    /// The first day, and the first that is not of it any more.
    days: (NaiveDate, NaiveDate),
}

impl Subject {
    /// From its first instant until its last, or now.
    fn span(&self) -> (Timestamp, Timestamp) {
        let (from, to) = self.days;
        (self.pack.begins(from), self.pack.begins(to).min(now()))
    }

    fn last_day(&self) -> NaiveDate {
        self.days.1 - Days::new(1)
    }
}

impl ReportMaker {
    async fn subject(&self, schedule: &Schedule, due_at: Timestamp) -> Result<Subject, ApiError> {
        let campaign = find(self.store.as_ref(), schedule.campaign).await?;
        let pack = Pack::by_id(&campaign.law_pack);
        let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
        let clockwork = Clockwork::of(schedule, &pack);
        let clockwork = clockwork.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
        Ok(Subject {
            campaign,
            days: schedule.period.days(clockwork.day(due_at)),
            pack,
        })
    }

    async fn write(
        &self,
        schedule: &Schedule,
        subject: &Subject,
        path: &Path,
    ) -> Result<(), ApiError> {
        let store = self.store.as_ref();
        let (campaign, span) = (&subject.campaign, subject.span());
        let is_csv = schedule.format == Format::Csv;
        let text = match schedule.report {
            Report::Gestion => {
                let wanted = GestionWanted {
                    lists: Vec::new(),
                    from: subject.days.0,
                    to: subject.days.1,
                    as_of: Some(subject.last_day()),
                    masked: !schedule.clear,
                };
                let form = GestionForm::from_word(schedule.format.word())?;
                let written = write_gestion_file(store, campaign, &wanted, now(), (form, path));
                return written.await.map(drop);
            }
            Report::Gerencial => {
                let wanted = GerencialWanted {
                    from: subject.days.0,
                    to: subject.days.1,
                    received_from: None,
                    as_of: Some(subject.last_day()),
                    language: Language::Spanish,
                };
                let report = gerencial(store, campaign, &wanted, now()).await?;
                let form = GerencialForm::from_word(schedule.format.word())?;
                return write_gerencial(&report, campaign, (form, path));
            }
            Report::Kpi => {
                let period = kpi::Period::new(span.0, span.1);
                let report = report(store, campaign.id, &period).await?;
                if is_csv {
                    kpi_csv(&report)
                } else {
                    json(&report)?
                }
            }
            Report::Hourly => {
                let clock = DayClock::of(&campaign.law_pack);
                let day = clock.day(subject.pack.begins(subject.last_day()));
                let report = hourly(store, campaign, Some(day), now()).await?;
                if is_csv {
                    hourly_csv(&report)
                } else {
                    json(&report)?
                }
            }
            Report::Sabana => {
                let rows = sabana(store, campaign.id, span, span.1, None).await?;
                match is_csv {
                    true => sabana_csv(&rows, subject.pack.zone()),
                    false => json(&rows)?,
                }
            }
            Report::Parquet => {
                let words = "closed days are folders; they go to a folder alone";
                return Err(ApiError::Invalid(words.to_owned()));
            }
        };
        std::fs::write(path, text).map_err(ApiError::internal)
    }

    async fn days(
        &self,
        schedule: &Schedule,
        due_at: Timestamp,
        root: &Path,
    ) -> Result<RunMade, ApiError> {
        let subject = self.subject(schedule, due_at).await?;
        let (mut manifests, mut bytes) = (String::new(), 0);
        let (from, to) = subject.days;
        for day in from.iter_days().take_while(|day| *day < to) {
            let wanted = DayWanted {
                campaign: &subject.campaign,
                day,
                masked: !schedule.clear,
            };
            let made = export_day(self.store.as_ref(), wanted, root, now()).await;
            let manifest = made.map_err(not_exported)?.manifest;
            bytes += manifest.files.iter().map(|file| file.bytes).sum::<u64>();
            manifests += &json(&manifest)?;
        }
        Ok(RunMade {
            file_name: name(schedule, &subject),
            sha256: sha256_of_bytes(manifests.as_bytes()),
            bytes,
        })
    }
}

#[async_trait]
impl Maker for ReportMaker {
    async fn file(
        &self,
        schedule: &Schedule,
        due_at: Timestamp,
        folder: &Path,
    ) -> Result<String, Fault> {
        let subject = self.subject(schedule, due_at).await.map_err(fault)?;
        let name = name(schedule, &subject);
        let path = folder.join(&name);
        self.write(schedule, &subject, &path).await.map_err(fault)?;
        Ok(name)
    }

    async fn folders(
        &self,
        schedule: &Schedule,
        due_at: Timestamp,
        root: &Path,
    ) -> Result<RunMade, Fault> {
        self.days(schedule, due_at, root).await.map_err(fault)
    }

    async fn title(&self, schedule: &Schedule, due_at: Timestamp) -> Result<String, Fault> {
        let subject = self.subject(schedule, due_at).await.map_err(fault)?;
        Ok(format!(
            "{}: {}, {} a {}",
            schedule.report.title(),
            subject.campaign.name,
            subject.days.0,
            subject.last_day()
        ))
    }
}

/// A day that is not closed yet is nobody's fault.
fn not_exported(error: ExportError) -> ApiError {
    match error {
        ExportError::NotOver(_) | ExportError::Open { .. } => ApiError::Conflict(error.to_string()),
        other => ApiError::internal(other),
    }
}

fn fault(error: ApiError) -> Fault {
    Fault::of("the report cannot be made", &error)
}

fn json(value: &impl serde::Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(ApiError::internal)
}

/// The same of the same days, so that one made again takes the place of what was.
fn name(schedule: &Schedule, subject: &Subject) -> String {
    format!(
        "{}-{}-{}_{}.{}",
        schedule.report.word(),
        subject.campaign.id,
        subject.days.0,
        subject.last_day(),
        schedule.format.word()
    )
}
