//! What agents do: how long they typify, how often and how long they are away,
//! and who is there from when to when.

use std::time::Duration;

use domain::{AgentId, AgentStatus, Rate, Timestamp};

use super::{Basis, LENGTHS_MIN};
use crate::Scenario;
use crate::past::{History, Stay};
use crate::roster::Shift;
use crate::spread::Spread;

/// The engine's word for the break every shift begins with.
const LOG_IN: &str = "login";

pub(super) fn fit(history: &History, scenario: &mut Scenario, basis: &mut Basis) {
    let stays: Vec<Stay> = stays_of(history).collect();
    let spans = |status: AgentStatus| {
        let of = stays.iter().filter(move |stay| stay.status == status);
        of.map(Stay::span).collect::<Vec<_>>()
    };
    let wrap_ups = spans(AgentStatus::WrapUp);
    if wrap_ups.len() < LENGTHS_MIN {
        let words = format!("wrap-up and breaks: only {} calls typified", wrap_ups.len());
        basis.assumed.push(words);
        return;
    }
    let breaks = spans(AgentStatus::Break);
    let share = breaks.len() as f64 / wrap_ups.len() as f64;
    scenario.break_share = Rate::new(share.min(1.0)).unwrap_or_default();
    if let Some(mean) = Spread::of(breaks).mean() {
        scenario.break_mean = mean;
    }
    scenario.model.wrap_up_ms = Spread::of(wrap_ups);
}

/// What agents did since they had logged in.
pub(super) fn stays_of(history: &History) -> impl Iterator<Item = Stay> {
    let stays = history.stays().into_iter();
    stays.filter(|stay| stay.reason.as_deref() != Some(LOG_IN))
}

/// Talk and wrap-up in talk, wrap-up and ready, as a simulation counts them.
pub(crate) fn busy_share(history: &History) -> Option<f64> {
    let (mut busy, mut ready) = (Duration::ZERO, Duration::ZERO);
    for stay in history.stays() {
        match stay.status {
            AgentStatus::Talking | AgentStatus::WrapUp => busy += stay.span(),
            AgentStatus::Ready => ready += stay.span(),
            AgentStatus::Offline
            | AgentStatus::Reserved
            | AgentStatus::Break
            | AgentStatus::Lost => {}
        }
    }
    let all = (busy + ready).as_secs_f64();
    (all > 0.0).then(|| busy.as_secs_f64() / all)
}

/// Who was there on a day, from the whole hour in which the first one came.
/// `None` where nobody was.
pub fn roster(history: &History, day: i64) -> Option<(u8, Vec<Shift>)> {
    let sessions = sessions(&history.within(day..=day));
    let first = sessions.iter().map(|(_, from, _)| *from).min()?;
    let hour = history.hour(first);
    let opens = history.midnight(day) + Duration::from_secs(3_600) * u32::from(hour);
    let shift = |&(_, from, to): &(AgentId, Timestamp, Timestamp)| Shift {
        agents: 1,
        from: from.since(opens),
        to: to.since(opens),
    };
    Some((hour, alike(sessions.iter().map(shift).collect())))
}

/// From logging in to logging out, per agent.
fn sessions(history: &History) -> Vec<(AgentId, Timestamp, Timestamp)> {
    let mut sessions: Vec<(AgentId, Timestamp, Timestamp)> = Vec::new();
    let mut stays = history.stays();
    stays.sort_by_key(|stay| (stay.agent, stay.from));
    for stay in stays {
        if stay.status == AgentStatus::Offline {
            continue;
        }
        match sessions.last_mut() {
            Some((agent, _, to)) if *agent == stay.agent && *to == stay.from => *to = stay.to,
            _ => sessions.push((stay.agent, stay.from, stay.to)),
        }
    }
    sessions
}

/// Shifts of the same times as one.
fn alike(mut shifts: Vec<Shift>) -> Vec<Shift> {
    shifts.sort_by_key(|shift| (shift.from, shift.to));
    shifts.dedup_by(|next, kept| {
        let same = (next.from, next.to) == (kept.from, kept.to);
        kept.agents += if same { next.agents } else { 0 };
        same
    });
    shifts
}
