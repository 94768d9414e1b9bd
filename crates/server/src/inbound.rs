//! Calls that others make to us, as far as they are the shell's: whose number it is is looked up
//! before the engine is asked, and after a crash the work with whoever called is as it was.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    Event, Outcome, Recorded, SignallingRecord, Timestamp, WorkItem, WorkState, WorkUpdate,
};
use engine::{Input, Offer};
use store::{Result, Store};

use crate::run::{Aside, Loop};

/// A database that does not answer by then leaves the caller a stranger: they hear the line ring.
const LOOK_UP_MAX: Duration = Duration::from_secs(2);

impl Loop {
    /// Somebody calls. Whoever reaches nobody here is told so without a look-up.
    pub(crate) fn offered(&mut self, offer: Offer) {
        let ours = self.engine.reached_at(&offer.called).is_some();
        let Some(phone) = offer.caller.filter(|_| ours) else {
            self.feed(Input::CallOffered(Box::new(offer)));
            return;
        };
        let (store, aside) = (Arc::clone(&self.store), self.aside.clone());
        tokio::spawn(async move {
            let known = match tokio::time::timeout(LOOK_UP_MAX, store.caller(phone)).await {
                Ok(Ok(known)) => known,
                Ok(Err(fault)) => {
                    tracing::error!(%fault, "a caller could not be looked up; taken for a stranger");
                    None
                }
                Err(_) => {
                    tracing::warn!("a caller was not looked up in time; taken for a stranger");
                    None
                }
            };
            // A loop that is gone takes no calls.
            let offer = Box::new(Offer { known, ..offer });
            let _ = aside.send(Aside::Input(Input::CallOffered(offer)));
        });
    }
}

/// The work with whoever called us, as it was when the call came: it costs them no attempt.
pub(crate) fn as_it_was(work: &WorkItem, came_in: WorkState) -> WorkUpdate {
    let state = match came_in {
        WorkState::Leased => WorkState::Ready,
        other => other,
    };
    WorkUpdate {
        state,
        // The code is of the work, not of this call.
        code: None,
        ..campaigns::give_back(work)
    }
}

/// Calls of strangers that an earlier run left open: the facts that end them, and their dialogs.
pub(crate) async fn strangers_left(
    store: &Arc<dyn Store>,
    now: Timestamp,
    seq: u64,
) -> Result<(Vec<Recorded>, Vec<SignallingRecord>)> {
    let (mut events, mut dialogs) = (Vec::new(), Vec::new());
    for (seq, (attempt, signalling)) in (seq..).zip(store.open_strangers().await?) {
        let event = Event::StrangerLeft {
            attempt,
            outcome: Outcome::UnknownCrash,
            code: None,
            suppress: false,
        };
        events.push(Recorded {
            seq,
            at: now,
            event,
        });
        dialogs.extend(signalling);
    }
    Ok((events, dialogs))
}
