//! What an earlier life of this node left behind: dialogs to end, INVITEs to cancel, phones that
//! were registered.

use std::time::Instant;

use ::sip::endpoint::{CallEvent, CallHandle, OrphanInvite};
use ::sip::message::NameAddr;
use domain::{AgentId, SignallingRecord};

use crate::Report;
use crate::exchange::{Exchange, Owner};
use crate::handle::Orphan;
use crate::ids::CallIds;
use crate::trunk::Outbound;

/// Calls that wait for their trunk's address; more than any node has open at once.
const WAITING_MAX: usize = 20_000;

impl Exchange {
    pub(crate) fn end_orphan(&mut self, now: Instant, orphan: Orphan) {
        if let Some(record) = &orphan.answered {
            self.end_dialog(now, record, None);
        } else if !self.cancel(now, &orphan) && self.orphans.len() < WAITING_MAX {
            self.orphans.push(orphan);
        }
    }

    /// Tries again those whose trunk had no address.
    pub(crate) fn end_waiting_orphans(&mut self, now: Instant) {
        for orphan in std::mem::take(&mut self.orphans) {
            if !self.cancel(now, &orphan) {
                self.orphans.push(orphan);
            }
        }
    }

    /// A line of an earlier life; the engine raises it anew.
    pub(crate) fn restore_line(&mut self, now: Instant, agent: AgentId, record: &SignallingRecord) {
        self.end_dialog(now, record, Some(agent));
    }

    pub(crate) fn end_dialog(
        &mut self,
        now: Instant,
        record: &SignallingRecord,
        agent: Option<AgentId>,
    ) {
        match self.endpoint.resume(&record.0) {
            Ok(handle) => {
                self.owners.insert(handle, Owner::Ghost(agent));
                self.endpoint.hang_up(now, handle, None);
                self.meters.orphans_ended.count();
            }
            Err(error) => {
                tracing::warn!(%error, "a dialog of an earlier life cannot be ended");
                self.line_dialog_gone(agent);
            }
        }
    }

    /// Whether the trunk's address is known, so that it could be tried.
    fn cancel(&mut self, now: Instant, orphan: &Orphan) -> bool {
        let Some(state) = self.trunks.get(&orphan.trunk) else {
            return false;
        };
        let flows = state.flows(now, orphan.attempt);
        if flows.is_empty() {
            return false;
        }
        let (attempt, phone) = (orphan.attempt, orphan.phone);
        let domain = &self.address.domain;
        let Some(sent) = Outbound::of(&state.trunk, attempt, phone, orphan.caller_id, domain)
        else {
            return false;
        };
        let calls: Vec<_> = flows
            .into_iter()
            .map(|flow| {
                let way = (orphan.trunk, flow.remote);
                let ids = match orphan.side {
                    None => CallIds::of(&self.secret, attempt, way, &domain.to_string()),
                    Some(number) => {
                        CallIds::of_side(&self.secret, attempt, number, &domain.to_string())
                    }
                };
                OrphanInvite {
                    flow,
                    to: NameAddr::new(sent.request_uri.clone()),
                    request_uri: sent.request_uri.clone(),
                    call_id: ids.call_id,
                    from_tag: ids.from_tag,
                    branch: ids.branch,
                    from: sent.from.clone(),
                }
            })
            .collect();
        // Which address it went to last was not written down: one of these is right, and the others
        // know of no such call.
        for call in calls {
            self.endpoint.cancel_orphan(now, call);
        }
        self.meters.orphans_ended.count();
        true
    }

    /// A dialog nobody waits for went on.
    pub(crate) fn ghost_event(
        &mut self,
        now: Instant,
        call: CallHandle,
        agent: Option<AgentId>,
        event: &CallEvent,
    ) {
        let over = matches!(
            event,
            CallEvent::Ended { .. } | CallEvent::Failed { .. } | CallEvent::Cancelled
        );
        if over {
            self.owners.remove(&call);
            self.line_dialog_gone(agent);
        } else if let CallEvent::Referred { refer, .. } = event {
            self.decline_refer(now, *refer);
        }
    }

    /// The store may forget the dialog, unless the line has a newer one.
    fn line_dialog_gone(&self, agent: Option<AgentId>) {
        let Some(agent) = agent else { return };
        let renewed = self
            .lines
            .get(&agent)
            .is_some_and(|line| line.up_leg().is_some());
        if !renewed {
            self.report(Report::LineDialog {
                agent,
                record: None,
            });
        }
    }
}
