//! The record beside what others saw: the wire, and advisors who were told that
//! their typification was kept.

use std::collections::{HashMap, HashSet};

use store::{AttemptFilter, AttemptRow, Store};

use crate::Floor;
use crate::shift::CAMPAIGN;
use crate::wire::Wire;

impl Floor {
    /// Every attempt of the record, in order.
    pub fn attempts(&self) -> Vec<AttemptRow> {
        self.ask(async |store| {
            let (mut rows, mut after) = (Vec::new(), None);
            loop {
                let page = store
                    .attempts(&AttemptFilter {
                        after,
                        limit: 10_000,
                        ..AttemptFilter::default()
                    })
                    .await
                    .expect("the record can be read");
                let Some(last) = page.last() else {
                    return rows;
                };
                after = Some(last.id);
                rows.extend(page);
            }
        })
    }

    /// Asks the record itself, as another process.
    pub fn ask<T>(&self, question: impl AsyncFnOnce(&dyn Store) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let store = store::open(&self.record()).await;
            question(&*store.expect("the record opens")).await
        })
    }

    /// Record before acting: whatever rang has its row.
    pub fn has_every_call_of(&self, wire: &Wire) {
        let known: HashSet<String> = self
            .attempts()
            .into_iter()
            .map(|row| row.phone.dialable())
            .collect();
        for call in wire.calls().into_values() {
            let number = call.number;
            assert!(
                known.contains(&number),
                "{number} was called and has no row"
            );
        }
    }

    /// The engine has stopped: nothing is open, nobody was called twice, every
    /// typification that was acknowledged is there, and the invariants hold.
    pub fn adds_up(&self, wire: &Wire, acknowledged: u64) {
        let rows = self.attempts();
        let (mut called, mut intended) = (HashMap::new(), HashMap::new());
        for row in &rows {
            assert!(
                row.outcome.is_some() || row.gate.is_some(),
                "still open: {row:?}"
            );
            if row.gate.is_none() {
                *intended.entry(row.phone.dialable()).or_insert(0) += 1;
            }
        }
        for call in wire.calls().into_values() {
            *called.entry(call.number).or_insert(0) += 1;
        }
        for (number, times) in called.iter().chain(&intended) {
            let theirs = rows.iter().filter(|row| row.phone.dialable() == *number);
            let theirs: Vec<_> = theirs.collect();
            assert_eq!(*times, 1, "{number} was called again: {theirs:#?}");
        }
        let kept = rows.iter().filter(|row| row.coded_by.is_some()).count() as u64;
        assert!(
            kept >= acknowledged,
            "{acknowledged} typifications were acknowledged, {kept} are kept"
        );
        let verdict = self.run(&["verify"]);
        assert_eq!(verdict["verify"], "ok", "{verdict}");
        self.decides_the_same_again();
    }

    /// Every pacing decision on record comes out the same, bit for bit.
    fn decides_the_same_again(&self) {
        let always = ["--from", "2020-01-01", "--to", "2100-01-01"];
        let replayed = self.run(&[&["replay", CAMPAIGN], &always[..]].concat());
        assert_eq!(replayed["differ"], 0, "{replayed}");
        assert!(replayed["decisions"].as_u64() > Some(0), "{replayed}");
    }
}
