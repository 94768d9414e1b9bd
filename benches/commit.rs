//! Attempts through group commit: each one's intent durable before its call,
//! then the call's events and its typification durable too, with so many in
//! flight at once. Compared with what the disk can do: appending a page and
//! syncing it, one after the other, in the same folder.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use benches::{compare, quick, rate, span};
use domain::{AttemptId, Event, Recorded, WorkItem};
use store::{Committed, Journal};
use tokio::sync::mpsc::UnboundedReceiver;

#[path = "calls.rs"]
mod calls;

use calls::{CHUNK, call, intent, leased, now};

/// A page of the record.
const PAGE: [u8; 4_096] = [7; 4_096];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // A folder of the build, not of the system: that one may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let syncs = sync_rate(folder.path());
    for in_flight in [1, 16, 256] {
        let file = folder.path().join(format!("record-{in_flight}.db"));
        let url = format!("sqlite:{}", file.display());
        let people = if quick() { CHUNK } else { 8 * CHUNK };
        let attempts = runtime.block_on(attempt_rate(&url, people, in_flight));
        compare(
            &format!("attempts, {in_flight} in flight"),
            attempts,
            "append and sync a page",
            syncs,
        );
    }
}

/// Pages a second appended and synced, each before the next.
fn sync_rate(folder: &Path) -> f64 {
    let mut file = File::create(folder.join("pages")).expect("the folder is ours");
    rate(span(), || {
        file.write_all(&PAGE).expect("there is room");
        file.sync_data().expect("the disk syncs");
        1
    })
}

/// Attempts a second from intent to typification.
async fn attempt_rate(url: &str, people: u64, in_flight: usize) -> f64 {
    let store = store::open(url).await.expect("a new record");
    let items = leased(store.as_ref(), people).await;
    let (journal, reports) = Journal::start(Arc::clone(&store));
    let mut shift = Shift {
        journal,
        reports,
        seq: 0,
        waiting: HashMap::new(),
        items,
        begun: 0,
        done: 0,
    };
    (0..in_flight).for_each(|_| shift.intend());
    let began = Instant::now();
    while began.elapsed() < span() && shift.begun < shift.items.len() {
        shift.hear().await;
    }
    let each_second = shift.done as f64 / began.elapsed().as_secs_f64();
    shift.journal.close().await.expect("the rest is durable");
    each_second
}

struct Shift {
    journal: Journal,
    reports: UnboundedReceiver<Committed>,
    seq: u64,
    /// Attempts by the place of their last event.
    waiting: HashMap<u64, AttemptId>,
    items: Vec<WorkItem>,
    begun: usize,
    done: u64,
}

impl Shift {
    fn append(&mut self, events: Vec<Event>) {
        let number = |event| {
            self.seq += 1;
            let at = now(self.seq);
            Recorded {
                seq: self.seq,
                at,
                event,
            }
        };
        self.journal
            .append(events.into_iter().map(number).collect());
    }

    fn intend(&mut self) {
        let Some(item) = self.items.get(self.begun) else {
            return;
        };
        self.begun += 1;
        let event = Event::AttemptIntended(intent(self.begun as i64, item));
        self.append(vec![event]);
    }

    async fn hear(&mut self) {
        match self.reports.recv().await.expect("the journal works") {
            Committed::Intent(attempt) => {
                let item = &self.items[attempt.get() as usize - 1];
                let events = call(attempt, item);
                self.append(events);
                self.waiting.insert(self.seq, attempt);
            }
            Committed::Durable(seq) => {
                let before = self.waiting.len();
                self.waiting.retain(|last, _| *last > seq);
                let ended = before - self.waiting.len();
                self.done += ended as u64;
                (0..ended).for_each(|_| self.intend());
            }
            other => unreachable!("{other:?} on a record of our own"),
        }
    }
}
