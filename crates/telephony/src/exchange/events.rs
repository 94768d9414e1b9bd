//! What the endpoint and the media threads have to say, and whom it concerns.

use std::time::Instant;

use ::sip::endpoint::{CallEvent, CallHandle, Event};
use engine::{CallProgress, LineEvent};

use super::{Exchange, Owner};
use crate::incoming::Caller;
use crate::lines::Line;
use crate::media::MediaEvent;

impl Exchange {
    /// Takes what the endpoint has to say.
    pub(crate) fn signalled(&mut self, now: Instant, event: Event) {
        match event {
            Event::Call { call, event } => self.call_went_on(now, call, event),
            Event::Incoming {
                call,
                from,
                user,
                request,
                offer,
            } => {
                let caller = Caller { call, from, user };
                self.somebody_calls(now, caller, &request, offer.as_deref());
            }
            Event::Registered { binding, .. } => self.phone_registered(now, &binding),
            Event::Unregistered { user, last, .. } => self.phone_gone(user, last),
            Event::Options {
                handle,
                alive,
                said,
            } => {
                self.tested(now, handle, &said);
                self.probed(now, handle, alive);
            }
            Event::Registration { handle, state } => self.trunk_registration(now, handle, state),
        }
    }

    fn call_went_on(&mut self, now: Instant, call: CallHandle, event: CallEvent) {
        match self.owners.get(&call).copied() {
            Some(Owner::Customer(attempt)) => self.customer_event(now, attempt, event),
            Some(Owner::Line(agent)) => self.line_event(now, agent, event),
            Some(Owner::Offer(offer)) => self.offer_event(now, offer, event),
            Some(Owner::Echo) => self.echo_event(now, call, event),
            Some(Owner::Side(attempt)) => self.side_event(now, attempt, event),
            Some(Owner::Ghost(agent)) => self.ghost_event(now, call, agent, &event),
            None => {}
        }
    }

    /// Takes what the media threads have to say.
    pub(crate) fn heard(&mut self, now: Instant, event: MediaEvent) {
        match event {
            MediaEvent::PlaybackDone { leg } => {
                if let Some(Owner::Customer(attempt)) = self.legs.get(&leg).copied() {
                    self.playback_done(now, attempt);
                }
            }
            MediaEvent::Silent { leg, .. } => match self.legs.get(&leg).copied() {
                Some(Owner::Customer(attempt)) => self.customer_silent(now, attempt),
                Some(Owner::Line(agent)) => self.line_silent(now, agent, leg),
                Some(Owner::Side(attempt)) => self.side_silent(now, attempt),
                Some(Owner::Offer(_) | Owner::Echo | Owner::Ghost(_)) | None => {}
            },
            MediaEvent::Tone { leg, heard } => {
                if let Some(Owner::Customer(attempt)) = self.legs.get(&leg).copied() {
                    self.tone_heard(now, attempt, heard);
                }
            }
            MediaEvent::Closed { stats, .. } => self.meters.leg_closed(&stats),
            MediaEvent::Digit { leg, digit } => match self.legs.get(&leg).copied() {
                Some(Owner::Customer(attempt)) => {
                    self.report_call(attempt, CallProgress::Key(digit));
                }
                Some(Owner::Line(agent)) => self.report_line(agent, LineEvent::Key(digit)),
                Some(Owner::Offer(_) | Owner::Echo | Owner::Side(_) | Owner::Ghost(_)) | None => {}
            },
            MediaEvent::Connected { leg } | MediaEvent::Resumed { leg } => {
                if let Some(Owner::Line(agent)) = self.legs.get(&leg).copied()
                    && self.lines.get(&agent).is_some_and(Line::has_page)
                {
                    self.browser_connected(agent, leg);
                }
            }
            MediaEvent::Unreachable { leg } => {
                if let Some(Owner::Line(agent)) = self.legs.get(&leg).copied() {
                    self.browser_away(now, agent, leg, false);
                }
            }
            MediaEvent::Left { leg } => {
                if let Some(Owner::Line(agent)) = self.legs.get(&leg).copied() {
                    self.browser_away(now, agent, leg, true);
                }
            }
            MediaEvent::FirstPacket { .. } => {}
        }
    }
}
