//! A schedule as people make it.

use std::fmt;

use domain::{CampaignId, Timestamp};

use crate::period::Period;
use crate::report::{Format, Report};

/// Names a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduleId(pub i64);

impl fmt::Display for ScheduleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A report that goes somewhere by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Which; 0 for one to be made.
    pub id: ScheduleId,
    /// Its name.
    pub name: String,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What.
    pub report: Report,
    /// As what.
    pub format: Format,
    /// Of which days.
    pub period: Period,
    /// When: minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// By the clock of this time zone; that of the campaign's law pack when absent.
    pub zone: Option<String>,
    /// Only Mondays to Fridays that are no holidays of that law pack.
    pub business_days: bool,
    /// To the place of this name, which the configuration of the node has.
    pub place: String,
    /// Documents, names and numbers are not masked.
    pub clear: bool,
    /// What was due before is nobody's business.
    pub since: Timestamp,
}

/// Why there can be no such schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The expression says nothing.
    #[error(
        "`{text}` is no cron expression ({why}); write minute, hour, day, month and day of the week, such as `30 6 * * mon-fri`"
    )]
    Cron {
        /// What was written.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// It never comes.
    #[error("`{0}` never comes; there is no such day")]
    Never(String),
    /// There is no such zone.
    #[error("`{0}` is no time zone; write one such as America/Bogota")]
    Zone(String),
    /// The report has no such form.
    #[error("the report {report} is not written as {format}; use one of: {known}")]
    Format {
        /// Which report.
        report: &'static str,
        /// As what.
        format: &'static str,
        /// What there is.
        known: String,
    },
}

impl Schedule {
    /// Refuses a form that the report does not have.
    pub fn check_format(&self) -> Result<(), ScheduleError> {
        let formats = self.report.formats();
        if formats.contains(&self.format) {
            return Ok(());
        }
        let known: Vec<_> = formats.iter().map(|format| format.word()).collect();
        Err(ScheduleError::Format {
            report: self.report.word(),
            format: self.format.word(),
            known: known.join(", "),
        })
    }
}
