//! What survives a crash: a line of text that can end an answered call, and the CANCEL of an INVITE
//! whose ids can be computed again.

use super::call::{Call, Calling, Challenges, Owner, Phase, Stop};
use super::{Alarm, CallHandle, Endpoint, Flow, InvalidRecord, OrphanInvite, Transport};
use crate::dialog::{Dialog, DialogId};
use crate::message::{Method, NameAddr, Request};
use std::time::Instant;

/// Opens each record; another layout gets another number.
const VERSION: &str = "dialog-1";

/// Requests that the former life may have sent after the record was written.
const CSEQ_GAP: u32 = 100;

/// CSeq numbers stay below 2^31, with room for what the resumed call still sends.
const CSEQ_MAX: u32 = (1 << 31) - 2 * CSEQ_GAP;

impl Endpoint {
    /// One line of text from which [`Self::resume`] can end an answered call after a crash.
    pub fn dialog_record(&self, call: CallHandle) -> Option<String> {
        let call = self.calls.get(&call)?;
        match call.phase {
            Phase::Up => call.dialog.as_ref().map(write),
            Phase::Calling(_) | Phase::Ringing(_) | Phase::Ending(_) => None,
        }
    }

    /// A handle on a call of a former life, on which only `hang_up` makes sense.
    pub fn resume(&mut self, record: &str) -> Result<CallHandle, InvalidRecord> {
        let dialog = read(record).ok_or(InvalidRecord)?;
        if let Some(handle) = self.dialogs.get(&dialog.id) {
            return Ok(*handle);
        }
        let handle = CallHandle(self.handle());
        self.calls.insert(handle, Box::new(Call::new(Phase::Up)));
        self.enter_dialog(handle, dialog);
        Ok(handle)
    }

    /// Cancels an INVITE of a former life that may still ring somewhere; ends the call should it
    /// have been answered meanwhile. Nothing is told about it.
    pub fn cancel_orphan(&mut self, now: Instant, call: OrphanInvite) {
        if self.clients.knows_invite(&call.branch) {
            return;
        }
        let mut request = Request::new(Method::Invite, call.request_uri);
        let mut from = call.from;
        from.set_tag(&call.from_tag);
        let headers = &mut request.headers;
        headers.push("From", from.to_string());
        headers.push("To", call.to.to_string());
        headers.push("Call-ID", call.call_id);
        headers.push("CSeq", "1 INVITE");
        self.stamp_with(&mut request, call.flow, &call.branch);
        let handle = CallHandle(self.handle());
        let invite = self
            .clients
            .adopt(request, call.flow, Owner::Invite(handle));
        let mut state = Call::new(Phase::Calling(Box::new(Calling {
            invite,
            cseq: 1,
            flow: call.flow,
            early: Vec::new(),
            provisional: true,
            progress_told: true,
            ring_max: None,
            stop: None,
            cancel_sent: false,
            answered: Challenges::default(),
        })));
        state.silent = true;
        self.calls.insert(handle, Box::new(state));
        self.stop_calling(now, handle, Stop::HangUp { reason: None });
        let limit = now + self.config.timers.timeout * 2;
        self.alarms.set(Alarm::CancelLimit(handle), Some(limit));
    }
}

fn write(dialog: &Dialog) -> String {
    let mut fields = vec![
        VERSION.to_owned(),
        dialog.id.call_id.clone(),
        dialog.local.to_string(),
        dialog.remote.to_string(),
        dialog.target.to_string(),
        dialog.local_cseq.to_string(),
        dialog
            .remote_cseq
            .map_or_else(String::new, |cseq| cseq.to_string()),
        dialog.flow.transport.name().to_owned(),
        dialog.flow.remote.to_string(),
        u8::from(dialog.pinned).to_string(),
    ];
    fields.extend(dialog.routes.iter().map(NameAddr::to_string));
    for field in &mut fields {
        *field = field.replace(['\t', '\r', '\n'], " ");
    }
    fields.join("\t")
}

fn read(record: &str) -> Option<Dialog> {
    let fields: Vec<_> = record.trim_end_matches(['\r', '\n']).split('\t').collect();
    let [
        VERSION,
        call_id,
        local,
        remote,
        target,
        local_cseq,
        remote_cseq,
        transport,
        address,
        pinned,
        ref routes @ ..,
    ] = fields[..]
    else {
        return None;
    };
    let (local, remote): (NameAddr, NameAddr) = (local.parse().ok()?, remote.parse().ok()?);
    let local_cseq: u32 = local_cseq.parse().ok()?;
    let remote_cseq = Some(remote_cseq).filter(|cseq| !cseq.is_empty());
    Some(Dialog {
        id: DialogId {
            call_id: call_id.to_owned(),
            local_tag: local.tag()?.to_owned(),
            remote_tag: remote.tag().unwrap_or("").to_owned(),
        },
        local,
        remote,
        target: target.parse().ok()?,
        routes: routes
            .iter()
            .map(|route| route.parse().ok())
            .collect::<Option<_>>()?,
        local_cseq: (local_cseq < CSEQ_MAX).then(|| local_cseq + CSEQ_GAP)?,
        remote_cseq: remote_cseq.map(str::parse).transpose().ok()?,
        flow: Flow {
            transport: Transport::named(transport)?,
            remote: address.parse().ok()?,
        },
        pinned: pinned == "1",
    })
}
