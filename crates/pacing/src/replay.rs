//! Decisions made again from the ledger, by the same code that made them.

use crate::decision::Decision;
use crate::ledger::{Entry, Page};
use crate::pacer::Pacer;

/// A pacer that lives through a day for the second time.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    pacer: Option<Pacer>,
}

impl Replay {
    /// Turns a page: what was told, then the decision on its floor, if it has
    /// one. `None` also before the first page on which a pacer begins: what it
    /// knew cannot be told.
    pub fn turn(&mut self, page: &Page) -> Option<Decision> {
        for entry in &page.entries {
            match (entry, &mut self.pacer) {
                (Entry::Began(beginning), pacer) => {
                    *pacer = Some(Pacer::begin(beginning));
                }
                (Entry::Told(at, fact), Some(pacer)) => pacer.observe(*at, *fact),
                (Entry::Asked(at), Some(pacer)) => pacer.pass(*at),
                (_, None) => {}
            }
        }
        let floor = page.floor.as_ref()?;
        Some(self.pacer.as_mut()?.decide(floor))
    }
}
