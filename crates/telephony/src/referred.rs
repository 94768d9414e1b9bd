//! The transfer key of an agent's phone (REFER, RFC 3515): the same as a blind transfer from their
//! desk, and to nobody whom the desk could not reach. A Refer-To must name an agent's phone or a
//! destination of the list, at our own address; the engine decides, the phone hears what it said.

use std::time::Instant;

use ::sip::endpoint::ReferHandle;
use ::sip::message::Status;
use ::sip::uri::Uri;
use domain::{AgentId, DestinationPlace, TransferTarget};

use crate::Report;
use crate::exchange::Exchange;

impl Exchange {
    /// A phone wishes a transfer; one that names another dialog (Replaces) is made at the desk.
    pub(crate) fn referred(
        &mut self,
        now: Instant,
        agent: AgentId,
        refer: ReferHandle,
        refer_to: &Uri,
        plain: bool,
    ) {
        let to = self.referred_to(refer_to).filter(|_| plain);
        match to {
            Some(to) if !self.refers.contains_key(&agent) => {
                self.refers.insert(agent, refer);
                self.report(Report::Referred { agent, to });
            }
            _ => {
                tracing::info!(%agent, "a phone wished a transfer to nobody of ours; declined");
                self.decline_refer(now, refer);
            }
        }
    }

    fn referred_to(&self, uri: &Uri) -> Option<TransferTarget> {
        let ours = [
            self.address.domain.to_string(),
            self.address.contact.ip().to_string(),
        ];
        let host = uri.host.to_string();
        if !ours.contains(&host) {
            return None;
        }
        let user = uri.user_decoded()?;
        if let Some(agent) = self.users.get(&user) {
            return Some(TransferTarget::Agent(*agent));
        }
        let found = self.destinations.values().find(|known| match &known.place {
            DestinationPlace::Phone(phone) => *phone == user,
            DestinationPlace::Number(number) => number.dialable() == user,
        });
        found.map(|known| TransferTarget::Destination(known.id))
    }

    /// The engine has decided: the call is handed on, or is not.
    pub(crate) fn answer_refer(&mut self, now: Instant, agent: AgentId, granted: bool) {
        let Some(refer) = self.refers.remove(&agent) else {
            return;
        };
        if granted {
            self.endpoint.answer_refer(now, refer, Status::OK);
            // From here on the call is no more the phone's business.
            self.endpoint.notify_refer(now, refer, Status::OK);
        } else {
            self.decline_refer(now, refer);
        }
    }
}
