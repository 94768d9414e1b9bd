//! After a crash: what was open is closed as `unknown_crash`, its dialogs get
//! BYE or CANCEL, phones and lines are known again, and whoever was at work
//! goes on. Nobody is dialed twice: a closed attempt waits like any other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use campaigns::After;
use domain::{
    AgentId, AgentStatus, Cause, EndedBy, Event, Outcome, Recorded, Timestamp, WorkItem, WorkState,
    WorkUpdate,
};
use engine::{AgentRequest, Input};
use store::{OpenAttempt, Result, Store};
use telephony::{BindingRecord, Telephony};

use crate::floor::Floor;

/// Wait before a person whose call a crash took may be called again, where
/// the catalogue does not say.
const COOL_OFF: Duration = Duration::from_secs(3_600);
/// How far back to look for who was at work.
const SHIFT: Duration = Duration::from_secs(16 * 3_600);

/// Ends what the earlier run left open: facts first, then dialogs.
pub(crate) async fn close_orphans(
    store: &Arc<dyn Store>,
    telephony: &Telephony,
    floor: &Floor,
    now: Timestamp,
) -> Result<usize> {
    let open = store.open_attempts().await?;
    let mut seq = store.numbering().await?.next_seq;
    let mut events = Vec::new();
    for orphan in &open {
        events.push(Recorded {
            seq,
            at: now,
            event: Event::AttemptClosed {
                attempt: orphan.intent.attempt,
                outcome: Outcome::UnknownCrash,
                cause: Cause::default(),
                ended_by: EndedBy::System,
                next: Some(next_work(store, floor, orphan, now).await?),
            },
        });
        seq += 1;
    }
    store.commit(&events).await?;
    for orphan in &open {
        let intent = &orphan.intent;
        telephony.end_orphan(
            intent.attempt,
            intent.trunk,
            intent.phone,
            intent.caller_id,
            orphan.signalling.clone(),
        );
    }
    Ok(open.len())
}

/// As the catalogue says for a call nobody knows the end of.
async fn next_work(
    store: &Arc<dyn Store>,
    floor: &Floor,
    orphan: &OpenAttempt,
    now: Timestamp,
) -> Result<WorkUpdate> {
    let intent = &orphan.intent;
    let contact = store.contact(intent.contact).await?;
    let campaign = floor.campaigns.get(&intent.campaign);
    let code = Outcome::UnknownCrash.system_code();
    let disposition = floor
        .catalogues
        .get(&intent.campaign)
        .and_then(|rows| rows.iter().find(|row| Some(row.code.as_str()) == code));
    if let (Some(contact), Some(campaign), Some(disposition)) = (contact, campaign, disposition) {
        let attempts: u16 = contact.phones.iter().map(|phone| phone.attempts).sum();
        let work = WorkItem {
            campaign: intent.campaign,
            contact,
            attempts,
            repeats: 0,
            last_code: None,
            next_phone: intent.ordinal,
            due: now,
            callback_agent: None,
        };
        let after = After {
            work: &work,
            phone: intent.ordinal,
            disposition,
            costs_attempt: true,
            callback_at: None,
            callback_agent: None,
        };
        let mut update = after.update(campaign, now);
        update.next_at = update.next_at.max(now + COOL_OFF);
        return Ok(update);
    }
    Ok(WorkUpdate {
        campaign: intent.campaign,
        contact: intent.contact,
        state: WorkState::Ready,
        next_at: now + COOL_OFF,
        next_phone: intent.ordinal,
        attempts: 1,
        repeats: 1,
        code: code.map(str::to_owned),
        invalid_phone: None,
        suppress: false,
        callback_agent: None,
    })
}

/// Phones that were registered, and lines to be hung up before they are
/// raised anew.
pub(crate) async fn restore_phones(
    store: &Arc<dyn Store>,
    telephony: &Telephony,
    now: Timestamp,
) -> Result<()> {
    for binding in store.bindings().await? {
        if binding.expires_at > now {
            telephony.restore_binding(BindingRecord {
                user: binding.user,
                line: binding.line,
                expires_at: binding.expires_at,
            });
        }
    }
    for (agent, record) in store.line_dialogs().await? {
        telephony.restore_line(agent, record);
        store.put_line_dialog(agent, None).await?;
    }
    Ok(())
}

/// Who was at work: they are logged in again, and those who took calls are
/// ready as soon as their line is up.
pub(crate) async fn at_work(
    store: &Arc<dyn Store>,
    now: Timestamp,
) -> Result<HashMap<AgentId, AgentStatus>> {
    let from = Timestamp::from_millis(now.as_millis() - SHIFT.as_millis() as i64);
    let log = store
        .agent_log(None, from, now + Duration::from_secs(1))
        .await?;
    let mut last = HashMap::new();
    for change in log {
        last.insert(change.agent, change.to);
    }
    last.retain(|_, status| *status != AgentStatus::Offline);
    Ok(last)
}

/// What an agent who was at work would have asked for.
pub(crate) fn log_in(agent: AgentId) -> Input {
    Input::Agent {
        agent,
        request: AgentRequest::LogIn,
    }
}
