//! "¿Por qué no marca?": how many contacts of a campaign each gate lets through, and what opens next when.

use axum::Json;
use axum::extract::{Path, State};
use campaigns::Campaign;
use domain::{CampaignId, CampaignState, RegisterSnapshot, Timestamp, WorkState};
use intake::Acta;
use law::{Pack, Purpose};
use store::{HeldByRule, Store, WorkDue};
use wire::{Funnel, FunnelGate, FunnelRule};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::segment_gate::outside;

/// Why a campaign calls nobody: a count for each gate.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/funnel", tag = "campaigns",
    responses((status = 200, body = Funnel), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Funnel>, ApiError> {
    caller.supervisor()?;
    let funnel = funnel(app.store.as_ref(), CampaignId::new(id), now()).await?;
    Ok(Json(funnel))
}

/// The funnel of a campaign at this instant.
pub async fn funnel(
    store: &dyn Store,
    campaign: CampaignId,
    now: Timestamp,
) -> Result<Funnel, ApiError> {
    let campaign = find(store, campaign).await?;
    let received = received(store, &campaign).await?;
    let work = store.work_counts(campaign.id).await?;
    let due = store.work_due(campaign.id, now).await?;
    let shut = closed(&campaign, &store.registers().await?, now);
    let outside = outside(store, &campaign, now).await?;
    let mut gates = gates(&campaign, received, &work, due, outside, shut);
    name_rules(&mut gates, &store.held_by_rule(campaign.id, now).await?);
    Ok(Funnel {
        sentence: sentence(&gates),
        campaign: campaign.name,
        at: now.as_millis(),
        gates,
    })
}

/// Rows of the files of its lists, and the contacts they became.
async fn received(store: &dyn Store, campaign: &Campaign) -> Result<(u64, u64), ApiError> {
    let lists = store.lists().await?;
    let theirs = lists
        .iter()
        .filter(|list| campaign.lists.contains(&list.id));
    let (mut rows, mut contacts) = (0, 0);
    for list in theirs {
        contacts += list.contacts;
        let actas = store.actas(list.id).await?;
        let received = actas
            .iter()
            .filter_map(|text| serde_json::from_str::<Acta>(text).ok());
        rows += received.map(|acta| acta.received).sum::<u64>();
    }
    // A list that was not loaded from a file has no acta.
    Ok((rows.max(contacts), contacts))
}

fn gates(
    campaign: &Campaign,
    (rows, contacts): (u64, u64),
    work: &[(WorkState, u64)],
    due: WorkDue,
    outside: Option<(u64, String)>,
    shut: Option<(String, Option<Timestamp>)>,
) -> Vec<FunnelGate> {
    let count = |state| {
        work.iter()
            .filter(|(of, _)| *of == state)
            .map(|(_, n)| n)
            .sum::<u64>()
    };
    let all: u64 = work.iter().map(|(_, n)| n).sum();
    let mut gates = Gates {
        left: rows,
        list: Vec::new(),
    };
    gates.holds("received", 0, None, None);
    let rejected = rows - contacts;
    gates.holds(
        "valid",
        rejected,
        Some("rejected or there already; see the acta de cargue"),
        None,
    );
    let elsewhere = contacts.saturating_sub(all);
    gates.holds(
        "in_campaign",
        elsewhere,
        Some("the same person under another record"),
        None,
    );
    gates.holds(
        "not_excluded",
        count(WorkState::Suppressed),
        Some("asked not to be called, or on an exclusion list"),
        None,
    );
    gates.holds(
        "not_closed",
        count(WorkState::Closed),
        Some("closed by a typification"),
        None,
    );
    gates.holds(
        "under_budget",
        count(WorkState::Exhausted),
        Some("no attempts or phones left"),
        None,
    );
    if let Some((held, why)) = outside {
        gates.holds("in_segment", held, Some(&why), None);
    }
    let left = gates.left;
    match campaign.state {
        CampaignState::Running => gates.holds("running", 0, None, None),
        state => gates.holds(
            "running",
            left,
            Some(&format!("the campaign is {}", state.word())),
            None,
        ),
    }
    let left = gates.left;
    match shut {
        None => gates.holds("in_window", 0, None, None),
        Some((words, opens)) => gates.holds("in_window", left, Some(&words), opens),
    }
    let waiting = due.waiting.min(gates.left);
    let why = "wait for their next attempt, by retries, call-backs or the law";
    gates.holds("due", waiting, Some(why), due.next);
    let leased = count(WorkState::Leased).saturating_sub(due.open);
    let ready = gates.left.saturating_sub(count(WorkState::Leased));
    gates.holds("leased", ready, Some("ready, to be taken up next"), None);
    gates.holds(
        "ringing",
        leased.min(gates.left),
        Some("in the hopper"),
        None,
    );
    gates.list
}

/// Gates one after another.
struct Gates {
    left: u64,
    list: Vec<FunnelGate>,
}

impl Gates {
    fn holds(&mut self, gate: &str, held: u64, why: Option<&str>, opens: Option<Timestamp>) {
        let held = held.min(self.left);
        self.left -= held;
        self.list.push(FunnelGate {
            gate: gate.to_owned(),
            through: self.left,
            held,
            why: why.filter(|_| held > 0).map(str::to_owned),
            opens_at: opens.filter(|_| held > 0).map(Timestamp::as_millis),
            rules: Vec::new(),
        });
    }
}

/// Says at each gate which rules hold whom.
fn name_rules(gates: &mut [FunnelGate], held: &[HeldByRule]) {
    for gate in gates {
        let state = match gate.gate.as_str() {
            "not_closed" => WorkState::Closed,
            "under_budget" => WorkState::Exhausted,
            "due" => WorkState::Ready,
            _ => continue,
        };
        let theirs = held.iter().filter(|held| held.state == state);
        gate.rules = theirs
            .map(|held| FunnelRule {
                rule: held.rule.clone(),
                contacts: held.contacts,
                opens_at: (state == WorkState::Ready).then(|| held.first.as_millis()),
            })
            .collect();
    }
}

/// Why the law lets nobody be called now, and until when.
fn closed(
    campaign: &Campaign,
    known: &[RegisterSnapshot],
    now: Timestamp,
) -> Option<(String, Option<Timestamp>)> {
    match Pack::by_id(&campaign.law_pack) {
        Ok(pack) => {
            let consulted = pack.registers_consulted(Purpose::Commercial, known, now);
            let refusal = pack.may_call_somebody(now).err().or(consulted.err())?;
            let words = format!("{} ({}): {}", refusal.rule, refusal.pack, refusal.words);
            Some((words, Some(refusal.opens)))
        }
        Err(problem) => Some((problem.to_string(), None)),
    }
}

/// The first gate behind which nobody is left.
fn sentence(gates: &[FunnelGate]) -> String {
    let stop = gates
        .iter()
        .find(|gate| gate.through == 0 && gate.gate != "ringing");
    match stop {
        None => "Somebody is called, or is about to be.".to_owned(),
        Some(gate) if gate.gate == "received" => {
            "Nobody can be called: its lists are empty.".to_owned()
        }
        Some(gate) if gate.gate == "leased" => {
            "Nobody is being called just now, but somebody is ready; see `explain`.".to_owned()
        }
        Some(gate) => {
            let why = gate.why.as_deref().unwrap_or("nobody is left");
            format!(
                "Nobody is called: all {} who are left are held at `{}`: {why}.",
                gate.held, gate.gate
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(
        state: CampaignState,
        work: &[(WorkState, u64)],
        due: WorkDue,
        now: i64,
    ) -> (String, Vec<(String, u64, u64)>) {
        let mut campaign = Campaign::new(CampaignId::new(1), "ventas");
        campaign.state = state;
        let now = Timestamp::from_millis(now);
        let fresh = RegisterSnapshot {
            id: 1,
            register: "rne".to_owned(),
            as_of: "2026-11-25".to_owned(),
            sha256: String::new(),
            overridden: false,
        };
        let shut = closed(&campaign, &[fresh], now);
        let gates = gates(&campaign, (120, 100), work, due, None, shut);
        let counts = gates
            .iter()
            .map(|gate| (gate.gate.clone(), gate.through, gate.held));
        (sentence(&gates), counts.collect())
    }

    /// Wednesday 2026-11-25, 10:00 in Bogotá, and midnight.
    const MORNING: i64 = 1_795_618_800_000;
    const NIGHT: i64 = 1_795_582_800_000;

    const WORK: [(WorkState, u64); 5] = [
        (WorkState::Ready, 60),
        (WorkState::Leased, 12),
        (WorkState::Closed, 10),
        (WorkState::Exhausted, 6),
        (WorkState::Suppressed, 2),
    ];

    fn due(waiting: u64) -> WorkDue {
        WorkDue {
            due: 60 - waiting,
            waiting,
            next: Some(Timestamp::from_millis(MORNING + 1)),
            open: 5,
        }
    }

    #[test]
    fn what_one_gate_lets_through_is_before_the_next() {
        let (sentence, counts) = told(CampaignState::Running, &WORK, due(50), MORNING);
        let wanted = [
            ("received", 120, 0),
            ("valid", 100, 20),
            ("in_campaign", 90, 10),
            ("not_excluded", 88, 2),
            ("not_closed", 78, 10),
            ("under_budget", 72, 6),
            ("running", 72, 0),
            ("in_window", 72, 0),
            ("due", 22, 50),
            ("leased", 12, 10),
            ("ringing", 5, 7),
        ];
        let wanted = wanted.map(|(gate, through, held)| (gate.to_owned(), through, held));
        assert_eq!(counts, wanted);
        assert!(sentence.starts_with("Somebody is called"), "{sentence}");
    }

    #[test]
    fn the_first_gate_that_lets_nobody_through_is_named() {
        let (sentence, _) = told(CampaignState::Paused, &WORK, due(0), MORNING);
        assert!(
            sentence.contains("all 72 who are left are held at `running`"),
            "{sentence}"
        );
        let (sentence, _) = told(CampaignState::Running, &WORK, due(0), NIGHT);
        assert!(sentence.contains("`in_window`: CO-1.hours"), "{sentence}");
        let only_waiting = [(WorkState::Ready, 60)];
        let (sentence, _) = told(CampaignState::Running, &only_waiting, due(60), MORNING);
        assert!(
            sentence.contains("`due`: wait for their next attempt"),
            "{sentence}"
        );
    }
}
