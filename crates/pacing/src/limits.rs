//! The hard limits, which hold whatever the forecast says: somebody there,
//! hours open, channels, calls per second, contacts, a supervisor's cap.

use std::time::Duration;

use crate::decision::{Binding, Decision};
use crate::snapshot::Snapshot;

/// Why nothing at all may be dialed, if so.
pub(crate) fn closed(snapshot: &Snapshot) -> Option<Decision> {
    if snapshot.window_closes_in == Some(Duration::ZERO) {
        return Some(Decision::none(
            Binding::Window,
            "held: calls may not leave at this hour",
        ));
    }
    if snapshot.agents_staying() == 0 {
        let why = if snapshot.agents() == 0 {
            "held: no agent is there"
        } else {
            "held: every agent leaves after the current call"
        };
        return Some(Decision::none(Binding::NoAgents, why));
    }
    if snapshot.others_first {
        return Some(Decision::none(
            Binding::Mode,
            "held: a campaign that has had less of the same agents is first",
        ));
    }
    None
}

/// The most calls that may leave now, and which limit says so.
pub(crate) fn room(snapshot: &Snapshot) -> (u32, Binding) {
    let in_flight = u32::try_from(snapshot.calls.len()).unwrap_or(u32::MAX);
    let capped = snapshot
        .calls_max
        .map_or(u32::MAX, |max| max.saturating_sub(in_flight));
    [
        (snapshot.channels_free, Binding::Trunk),
        (snapshot.calls_now_max, Binding::Cps),
        (snapshot.hopper, Binding::List),
        (capped, Binding::Mode),
    ]
    .into_iter()
    .min_by_key(|(calls, _)| *calls)
    .expect("the array of limits is not empty")
}
