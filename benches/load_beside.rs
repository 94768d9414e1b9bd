//! Calls while a base is loaded beside them: 200 attempts a second through the journal, alone and then while a million rows
//! are read, checked, staged and put to work in the campaign that is dialing. How long an intent waits until it is durable
//! (no INVITE leaves before) is compared with itself, and with a sync of the same disk. The memory of the whole process is
//! told too (the bar: 512 MiB). `LOAD_ROWS=5000000` for so many; `RECORD=postgres://...` for that record.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use api::{ImportRequest, Origin};
use benches::{peak_memory, quick};
use domain::{AttemptId, CampaignId, Event, Recorded, WorkItem};
use intake::ImportOptions;
use store::{Committed, Journal, Store};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::MissedTickBehavior;

#[path = "calls.rs"]
mod calls;

use calls::{CHUNK, call, intent, leased, now};

const SEED: u64 = 20_261_130;
/// Between two calls: 200 a second.
const PACE: Duration = Duration::from_millis(5);
/// What happens beside the calls, in order; the first is not told, since the record is still busy with the people to call.
const PHASES: [&str; 4] = [
    "at first",
    "alone",
    "while a base is read and staged",
    "while it is put to work",
];
const OVER: u8 = PHASES.len() as u8;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // A folder of the build, not of the system: that one may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let base = folder.path().join("base.csv");
    let rows = rows();
    let mut file = BufWriter::new(File::create(&base).expect("a file"));
    intake::sample::write(rows, SEED, &mut file).expect("there is room");
    drop(file);
    let sync = sync_time(folder.path());
    println!("a page appended and synced: {:.2} ms", ms(sync));
    runtime.block_on(measure(folder.path(), &base, rows));
    println!("peak memory of the process: {} MiB", peak_memory() / 1_024);
}

fn rows() -> u32 {
    let asked = std::env::var("LOAD_ROWS").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    asked.unwrap_or(if quick() { 20_000 } else { 1_000_000 })
}

async fn measure(folder: &Path, base: &Path, rows: u32) {
    let url = std::env::var("RECORD")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.join("record.db").display()));
    let store = store::open(&url).await.expect("a record");
    let people = if quick() { CHUNK } else { 20 * CHUNK };
    let items = leased(store.as_ref(), people).await;
    let campaign = items[0].campaign;
    let phase = Arc::new(AtomicU8::new(0));
    let (journal, reports) = Journal::start(Arc::clone(&store));
    let dialing = tokio::spawn(dial(journal, reports, items, Arc::clone(&phase)));
    let span = Duration::from_secs(if quick() { 1 } else { 10 });
    tokio::time::sleep(span).await;
    phase.store(1, Ordering::Relaxed);
    tokio::time::sleep(span).await;
    let took = load(&store, campaign, base, &phase).await;
    phase.store(OVER, Ordering::Relaxed);
    println!(
        "{rows} rows read and staged in {:.1} s, put to work in {:.1} s",
        took.0.as_secs_f64(),
        took.1.as_secs_f64()
    );
    let waits = dialing.await.expect("dials");
    let alone = p99(&waits[1]);
    for (what, waits) in PHASES.iter().zip(&waits).skip(1) {
        told(what, waits, alone);
    }
}

/// As the API loads it; how long until it was visible, and until it was at work.
async fn load(
    store: &Arc<dyn Store>,
    campaign: CampaignId,
    base: &Path,
    phase: &AtomicU8,
) -> (Duration, Duration) {
    let request = ImportRequest {
        path: base.to_owned(),
        file_name: None,
        options: ImportOptions::new("grande"),
        mapping: Vec::new(),
        dry_run: false,
        origin: Origin::default(),
    };
    phase.store(2, Ordering::Relaxed);
    let began = Instant::now();
    let loaded = api::load(Arc::clone(store), request, |_| {}).await;
    let loaded = loaded.expect("loads");
    let read = began.elapsed();
    phase.store(3, Ordering::Relaxed);
    let list = loaded.list.expect("a list");
    store.attach_list(campaign, list).await.expect("attaches");
    (read, began.elapsed() - read)
}

/// Calls at their pace until the last phase is over; how long each intent waited, by phase.
async fn dial(
    journal: Journal,
    mut reports: UnboundedReceiver<Committed>,
    items: Vec<WorkItem>,
    phase: Arc<AtomicU8>,
) -> Vec<Vec<Duration>> {
    let mut waits = vec![Vec::new(); PHASES.len()];
    let mut asked: HashMap<AttemptId, (Instant, usize)> = HashMap::new();
    let (mut seq, mut begun) = (0, 0);
    let mut append = |events: Vec<Event>| {
        let number = |event| {
            seq += 1;
            let at = now(seq);
            Recorded { seq, at, event }
        };
        journal.append(events.into_iter().map(number).collect());
    };
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        tokio::select! {
            _ = pace.tick() => {
                let now = usize::from(phase.load(Ordering::Relaxed));
                if now >= PHASES.len() || begun == items.len() {
                    break;
                }
                begun += 1;
                let intent = intent(begun as i64, &items[begun - 1]);
                asked.insert(intent.attempt, (Instant::now(), now));
                append(vec![Event::AttemptIntended(intent)]);
            }
            report = reports.recv() => if let Some(Committed::Intent(attempt)) = report {
                let (at, phase) = asked.remove(&attempt).expect("asked for");
                waits[phase].push(at.elapsed());
                append(call(attempt, &items[attempt.get() as usize - 1]));
            },
        }
    }
    assert!(
        begun < items.len(),
        "the load took longer than there were people to call"
    );
    journal.close().await.expect("the rest is durable");
    waits
}

fn p99(waits: &[Duration]) -> Duration {
    at(waits, 0.99)
}

fn at(waits: &[Duration], share: f64) -> Duration {
    let mut sorted = waits.to_vec();
    sorted.sort_unstable();
    let place = (share * sorted.len().saturating_sub(1) as f64) as usize;
    sorted.get(place).copied().unwrap_or_default()
}

fn told(what: &str, waits: &[Duration], alone: Duration) {
    println!(
        "{:>6} intents durable {what:<34} p50 {:.2} ms, p99 {:.2} ms, longest {:.1} ms | p99 to that alone {:.2}",
        waits.len(),
        ms(at(waits, 0.5)),
        ms(p99(waits)),
        ms(at(waits, 1.0)),
        p99(waits).as_secs_f64() / alone.as_secs_f64()
    );
}

/// The median of a page appended and synced.
fn sync_time(folder: &Path) -> Duration {
    let mut file = File::create(folder.join("pages")).expect("the folder is ours");
    let mut took: Vec<Duration> = (0..200)
        .map(|_| {
            let began = Instant::now();
            file.write_all(&[7; 4_096]).expect("there is room");
            file.sync_data().expect("the disk syncs");
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[took.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
