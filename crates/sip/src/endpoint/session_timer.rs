//! Session timers (RFC 4028): what a call agrees to about how often it is said again that it is
//! there, and the end of one of which nobody says so. Without them a lost BYE leaves a ghost.

use super::call::{Call, Phase};
use super::outside::{Arrived, status};
use super::{Alarm, CallHandle, Endpoint};
use crate::message::{Method, Refresher, Request, Response};
use std::time::{Duration, Instant};

/// No interval is shorter (RFC 4028 section 4), ours or theirs.
const MIN_SE: u32 = 90;

/// A far side that wants fewer refreshes than one a day wants none.
const MIN_SE_MAX: u32 = 86_400;

/// The session ends this long before its interval does, so that the BYE still finds somebody
/// (RFC 4028 section 10), or a third of it if that is less.
const END_BEFORE: Duration = Duration::from_secs(32);

/// What was agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SessionTimer {
    pub(super) interval: u32,
    /// Whether we refresh; else they do, and we watch.
    pub(super) ours: bool,
    /// When it ends if nobody refreshes it.
    lapses_at: Instant,
}

impl Endpoint {
    /// Adds to an INVITE or UPDATE of ours what we want, or what was agreed before: the roles of a
    /// session stay as they are (RFC 4028 section 7.4).
    pub(super) fn push_timer(&self, handle: CallHandle, request: &mut Request) {
        let Some(wanted) = self.config.session_timer else {
            return;
        };
        if self.is_early(handle, &request.method) {
            return;
        }
        let call = self.calls.get(&handle);
        let min_se = call.map_or(MIN_SE, |call| call.min_se.max(MIN_SE));
        let agreed = call.and_then(|call| call.timer);
        let value = match agreed {
            None => seconds(wanted).max(min_se).to_string(),
            Some(timer) => {
                let who = if timer.ours { "uac" } else { "uas" };
                format!("{};refresher={who}", timer.interval.max(min_se))
            }
        };
        let headers = &mut request.headers;
        // Reliable ringing has no place in a call that is up: there, only this is supported.
        if !headers.contains("Supported") {
            headers.push("Supported", "timer");
        }
        headers.push("Session-Expires", value);
        if min_se > MIN_SE {
            headers.push("Min-SE", min_se.to_string());
        }
    }

    /// Takes what the 2xx to a request of ours says (RFC 4028 section 7.2): without an interval, the
    /// session has none.
    pub(super) fn take_timer(&mut self, now: Instant, handle: CallHandle, response: &Response) {
        let agreed = response.headers.session_expires().ok().flatten();
        let agreed = agreed.filter(|_| self.config.session_timer.is_some());
        let agreed = agreed.map(|(interval, who)| (interval, who != Some(Refresher::Uas)));
        let before = self.calls.get(&handle).and_then(|call| call.timer);
        // A far side that knows no timers answers our refreshes all the same.
        let kept = before.filter(|timer| timer.ours);
        let kept = kept.map(|timer| (timer.interval, true));
        self.set_timer(now, handle, agreed.or(kept));
    }

    /// What we say to a request of theirs that begins or refreshes the session (RFC 4028 section 9),
    /// and holds from then on. One that says nothing of it is refreshed by us, which needs nothing of
    /// the other side.
    pub(super) fn grant_timer(
        &mut self,
        now: Instant,
        handle: CallHandle,
        request: &Request,
        response: &mut Response,
    ) {
        let Some(wanted) = self.config.session_timer else {
            return;
        };
        if self.is_early(handle, &request.method) {
            return;
        }
        let headers = &request.headers;
        let min_se = min_se_of(headers.min_se().ok().flatten());
        let takes_part = headers.lists("Supported", "timer");
        let wanted = seconds(wanted).max(min_se);
        let (interval, theirs) = match headers.session_expires() {
            Ok(Some((interval, who))) => {
                let theirs = takes_part && who != Some(Refresher::Uas);
                (interval.min(wanted).max(min_se), theirs)
            }
            Ok(None) | Err(_) => (wanted, false),
        };
        let who = if theirs { "uac" } else { "uas" };
        let headers = &mut response.headers;
        headers.push("Session-Expires", format!("{interval};refresher={who}"));
        if theirs {
            headers.push("Require", "timer");
        }
        self.set_timer(now, handle, Some((interval, !theirs)));
    }

    /// Whether a request wants its session refreshed more often than we stand; then it is told so
    /// (RFC 4028 section 9). One who knows no timers could not act upon that.
    pub(super) fn refuses_timer(&mut self, now: Instant, arrived: &Arrived) -> bool {
        let headers = &arrived.request.headers;
        let asked = headers.session_expires().ok().flatten();
        let too_small = asked.is_some_and(|(interval, _)| interval < MIN_SE)
            && headers.lists("Supported", "timer")
            && self.config.session_timer.is_some();
        if too_small {
            let mut response = self.response(&arrived.request, status(422));
            response.headers.push("Min-SE", MIN_SE.to_string());
            self.answer_at_once(now, arrived, response);
        }
        too_small
    }

    /// Takes over the Min-SE of a 422 to a request of ours (RFC 4028 section 7.3); says whether that
    /// can be met.
    pub(super) fn raise_min_se(&mut self, handle: CallHandle, refusal: &Response) -> bool {
        let told = refusal.headers.min_se().ok().flatten();
        let Some(call) = self.calls.get_mut(&handle) else {
            return false;
        };
        match told {
            Some(told) if told > call.min_se && told <= MIN_SE_MAX => {
                call.min_se = told;
                true
            }
            _ => false,
        }
    }

    /// Whether a request comes before there is a session that could last: only the 2xx to the INVITE
    /// begins one (RFC 4028 section 4).
    fn is_early(&self, handle: CallHandle, method: &Method) -> bool {
        let call = self.calls.get(&handle);
        let is_up = call.is_some_and(|call| matches!(call.phase, Phase::Up));
        *method == Method::Update && !is_up
    }

    fn set_timer(&mut self, now: Instant, handle: CallHandle, agreed: Option<(u32, bool)>) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        call.timer = agreed.map(|(interval, ours)| {
            let interval = interval.clamp(MIN_SE, MIN_SE_MAX);
            let whole = Duration::from_secs(interval.into());
            SessionTimer {
                interval,
                ours,
                lapses_at: now + whole - END_BEFORE.min(whole / 3),
            }
        });
        self.alarms
            .set(Alarm::Session(handle), call.next_session_alarm(now));
    }

    /// Half the interval is over, or all of it.
    pub(super) fn on_session_due(&mut self, now: Instant, handle: CallHandle) {
        let Some(call) = self.calls.get(&handle) else {
            return;
        };
        let Some(timer) = call.timer else { return };
        if timer.lapses_at <= now {
            self.end_lapsed(now, handle);
            return;
        }
        self.alarms
            .set(Alarm::Session(handle), Some(timer.lapses_at));
        if matches!(call.phase, Phase::Up) {
            self.refresh(now, handle);
        }
    }
}

impl Call {
    fn next_session_alarm(&self, now: Instant) -> Option<Instant> {
        let timer = self.timer?;
        let half = Duration::from_secs(u64::from(timer.interval) / 2);
        Some(if timer.ours {
            now + half
        } else {
            timer.lapses_at
        })
    }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).map_or(MIN_SE_MAX, |seconds| seconds.min(MIN_SE_MAX))
}

fn min_se_of(told: Option<u32>) -> u32 {
    told.unwrap_or(MIN_SE).clamp(MIN_SE, MIN_SE_MAX)
}
