//! A record with a campaign and one schedule, a clock that is moved by hand, and a maker whose every report is another.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use async_trait::async_trait;
use campaigns::Campaign;
use delivery::{Fault, Maker, Place, Places, Runner};
use domain::{CampaignId, Timestamp};
use schedules::{Format, Period, Report, Schedule, ScheduleId};
use store::{AuditFilter, RunMade, RunRow, Store};

pub(crate) const HOUR: i64 = 3_600_000;
/// 1 January 2026, 08:00 in Bogotá: after the schedule of that day.
const BEGIN: i64 = 1_767_272_400_000;

/// Makes reports that say how many were made before.
#[derive(Default)]
pub(crate) struct Counting {
    made: AtomicUsize,
    room: AtomicUsize,
}

impl Counting {
    /// Makes reports so large from now on.
    pub(crate) fn grow(&self, bytes: usize) {
        self.room.store(bytes, Ordering::SeqCst);
    }
}

#[async_trait]
impl Maker for Counting {
    async fn file(&self, _: &Schedule, due_at: Timestamp, folder: &Path) -> Result<String, Fault> {
        let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
        let name = format!("informe-{}.csv", due_at.as_millis());
        let text = format!(
            "informe {number}\n{}",
            "x".repeat(self.room.load(Ordering::SeqCst))
        );
        std::fs::write(folder.join(&name), text).expect("the folder is there");
        Ok(name)
    }

    async fn folders(&self, _: &Schedule, _: Timestamp, _: &Path) -> Result<RunMade, Fault> {
        Err(Fault::new("no folders here"))
    }

    async fn title(&self, _: &Schedule, _: Timestamp) -> Result<String, Fault> {
        Ok("informe de prueba, sesión única".to_owned())
    }
}

pub(crate) struct Office {
    folder: tempfile::TempDir,
    pub(crate) store: Arc<dyn Store>,
    places: Arc<Places>,
    pub(crate) maker: Arc<Counting>,
    clock: Arc<AtomicI64>,
}

impl Office {
    /// Reports go to this place at half past six each day.
    pub(crate) async fn open(place: Place) -> Office {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("record.db").display());
        let store = store::open(&url).await.expect("the record opens");
        let campaign = Campaign::new(CampaignId::new(0), "ventas");
        let campaign = store.put_campaign(&campaign).await.expect("a campaign");
        let schedule = Schedule {
            id: ScheduleId(0),
            name: "diario".to_owned(),
            campaign,
            report: Report::Kpi,
            format: Format::Csv,
            period: Period::Yesterday,
            cron: "30 6 * * *".to_owned(),
            zone: None,
            business_days: false,
            place: "allí".to_owned(),
            clear: false,
            since: Timestamp::from_millis(BEGIN),
        };
        store.put_schedule(&schedule).await.expect("a schedule");
        let places = Places {
            kept: folder.path().join("kept"),
            named: vec![("allí".to_owned(), place)],
        };
        Office {
            folder,
            store,
            places: Arc::new(places),
            maker: Arc::default(),
            clock: Arc::new(AtomicI64::new(BEGIN)),
        }
    }

    /// What a process would run.
    pub(crate) fn runner(&self) -> Runner {
        let clock = Arc::clone(&self.clock);
        Runner {
            store: Arc::clone(&self.store),
            places: Arc::clone(&self.places),
            maker: self.maker.clone(),
            clock: Arc::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst))),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::SeqCst))
    }

    /// Moves the clock.
    pub(crate) fn wait(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    /// The newest first.
    pub(crate) async fn runs(&self) -> Vec<RunRow> {
        self.store.runs(None, None, 100).await.expect("runs")
    }

    pub(crate) fn nothing_is_kept(&self) -> bool {
        let kept: PathBuf = self.folder.path().join("kept");
        let mut left = std::fs::read_dir(kept).expect("it was made");
        left.next().is_none()
    }

    pub(crate) async fn audited(&self, action: &str) -> Vec<String> {
        let filter = AuditFilter {
            action: Some(action.to_owned()),
            limit: 100,
            ..AuditFilter::default()
        };
        let rows = self.store.audit(&filter).await.expect("the audit log");
        rows.into_iter().map(|row| row.entry.detail).collect()
    }
}
