//! Sales: lists by stage, queue and campaign, one with its history, and their moves. What may be done with a sale is for `sales`
//! to say; here it is told to whom, and by whom it is asked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ::sales::{
    AuditState, Doer, IdentityPolicy, QueuePlace, Queues, Reason, Setting, Stage, ways_from,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use campaigns::Campaign;
use domain::{AgentId, CampaignId, SaleId, Timestamp};
use law::Pack;
use serde::Deserialize;
use store::{
    EvidenceRow, NewMove, Paper, PaperRow, Role, SaleAuditRow, SaleFilter, SaleMoveRow, SaleRow,
    Store,
};
use utoipa::IntoParams;
use wire::{
    Sale, SaleAudit, SaleAuditReply, SaleEvidence, SaleMove, SaleMoveForm, SalePage, SalePaper,
    SaleRecord, SaleWay,
};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::sale_papers::hide;

/// Most sales on a page.
const PAGE_MAX: u32 = 1_000;
/// Longest note, in characters.
const NOTE_MAX: usize = 2_000;

/// Who looks at sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// As whom they move them; none: they only read.
    pub doer: Option<Doer>,
    /// An advisor sees the sales of this agent alone.
    pub agent: Option<AgentId>,
}

impl Viewer {
    /// Whoever has the machine.
    pub const MACHINE: Viewer = Viewer {
        doer: Some(Doer::Supervisor),
        agent: None,
    };

    pub(crate) fn of(caller: &Caller) -> Result<Viewer, ApiError> {
        let doer = match caller.user.role {
            Role::Admin | Role::Supervisor => Some(Doer::Supervisor),
            Role::BackOffice => Some(Doer::BackOffice),
            Role::Advisor => Some(Doer::Advisor),
            Role::Client => None,
        };
        let agent = match doer {
            Some(Doer::Advisor) => Some(caller.agent()?),
            _ => None,
        };
        Ok(Viewer { doer, agent })
    }

    /// As whom they change something.
    pub(crate) fn doer(self) -> Result<Doer, ApiError> {
        self.doer.ok_or(ApiError::NotAllowed)
    }

    /// Passes the back office and those above.
    pub(crate) fn desk(self) -> Result<Doer, ApiError> {
        match self.doer {
            Some(doer @ (Doer::BackOffice | Doer::Supervisor)) => Ok(doer),
            _ => Err(ApiError::NotAllowed),
        }
    }

    /// A sale they may see.
    pub async fn sale(self, store: &dyn Store, id: SaleId) -> Result<SaleRow, ApiError> {
        let sale = store.sale(id).await?;
        let mine = |sale: &SaleRow| self.agent.is_none() || sale.agent == self.agent;
        sale.filter(mine)
            .ok_or_else(|| ApiError::NotFound(format!("sale {id}")))
    }
}

/// What sales of a campaign are judged by.
struct Rules {
    name: String,
    policy: IdentityPolicy,
    queues: Queues,
    pack: Option<Pack>,
}

/// Shows sales, each by the rules of its campaign.
pub(crate) struct Shelf<'s> {
    store: &'s dyn Store,
    viewer: Viewer,
    at: Timestamp,
    campaigns: Vec<Campaign>,
    agents: BTreeMap<AgentId, String>,
    rules: BTreeMap<CampaignId, Rules>,
}

impl<'s> Shelf<'s> {
    /// For somebody, at an instant.
    pub(crate) async fn of(
        store: &'s dyn Store,
        viewer: Viewer,
        at: Timestamp,
    ) -> Result<Shelf<'s>, ApiError> {
        let agents = store.agents().await?;
        Ok(Shelf {
            store,
            viewer,
            at,
            campaigns: store.campaigns().await?,
            agents: agents
                .into_iter()
                .map(|agent| (agent.id, agent.name))
                .collect(),
            rules: BTreeMap::new(),
        })
    }

    async fn rules(&mut self, campaign: CampaignId) -> Result<&Rules, ApiError> {
        let place = match self.rules.entry(campaign) {
            Entry::Occupied(known) => return Ok(known.into_mut()),
            Entry::Vacant(place) => place,
        };
        let known = self.campaigns.iter().find(|known| known.id == campaign);
        let (_, policy) = self.store.sale_setting(campaign, Setting::Identity).await?;
        let (_, queues) = self.store.sale_setting(campaign, Setting::Queues).await?;
        Ok(place.insert(Rules {
            name: known.map(|known| known.name.clone()).unwrap_or_default(),
            policy: IdentityPolicy::read(&policy).map_err(ApiError::internal)?,
            queues: Queues::read(&queues).map_err(ApiError::internal)?,
            pack: known.and_then(|known| Pack::by_id(&known.law_pack).ok()),
        }))
    }

    /// A sale as it stands, with its place in its queue.
    pub(crate) async fn show(&mut self, row: &SaleRow) -> Result<(Sale, QueuePlace), ApiError> {
        let (viewer, at) = (self.viewer, self.at);
        let agent = row.agent.and_then(|agent| self.agents.get(&agent).cloned());
        let rules = self.rules(row.campaign).await?;
        let place = match &rules.pack {
            Some(pack) => rules.queues.place(row.stage, row.since, at, pack),
            None => QueuePlace {
                since: row.since,
                due: None,
                is_overdue: false,
            },
        };
        let was_returned = row.returned > 0;
        let (policy, standing) = (&rules.policy, row.standing());
        let expires = policy.expires(
            &row.code,
            row.accepted_at,
            row.stage,
            was_returned,
            &row.evidence,
        );
        let wanted = matches!(
            row.stage,
            Stage::Accepted | Stage::InValidation | Stage::ReturnedToAdvisor
        );
        let ways = viewer.doer.map(|doer| standing.open_to(doer, policy));
        let sale = Sale {
            id: row.id.get(),
            attempt: row.attempt.get(),
            campaign: rules.name.clone(),
            campaign_id: row.campaign.get(),
            contact: row.contact.get(),
            person: row.person.get(),
            agent,
            code: row.code.clone(),
            accepted_at: row.accepted_at.as_millis(),
            stage: row.stage.word().to_owned(),
            since: row.since.as_millis(),
            due_at: place.due.map(Timestamp::as_millis),
            overdue: place.is_overdue,
            expires_at: expires.map(Timestamp::as_millis),
            returned: row.returned,
            has_sheet: row.has_sheet,
            value: row.value,
            reserved: row.reservation > 0,
            audit: row.audit.word().to_owned(),
            audit_why: row.audit_why.clone(),
            by_correction: row.by_correction,
            missing_evidence: match wanted {
                true => policy.missing(&row.evidence),
                false => Vec::new(),
            },
            may: ways
                .unwrap_or_default()
                .iter()
                .map(|way| way_shown(way))
                .collect(),
        };
        Ok((sale, place))
    }
}

fn way_shown(way: &::sales::Way) -> SaleWay {
    let reasons = match way.reason {
        Reason::None => &[],
        Reason::OneOf(reasons) => reasons,
    };
    SaleWay {
        to: way.to.word().to_owned(),
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    }
}

/// Which sales.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalesWanted {
    /// Which.
    pub filter: SaleFilter,
    /// In the order of a queue: what is due first.
    pub as_queue: bool,
    /// Those whose term is over.
    pub overdue: bool,
}

/// Sales, in order of number or of a queue.
pub async fn sales(
    store: &dyn Store,
    viewer: Viewer,
    wanted: &SalesWanted,
    at: Timestamp,
) -> Result<SalePage, ApiError> {
    let limit = wanted.filter.limit.clamp(1, PAGE_MAX);
    let whole = wanted.as_queue || wanted.overdue;
    let filter = SaleFilter {
        agent: viewer.agent.or(wanted.filter.agent),
        // The order of a queue is known only when all of it is.
        limit: if whole { 0 } else { limit },
        ..wanted.filter.clone()
    };
    let rows = store.sales(&filter).await?;
    let mut shelf = Shelf::of(store, viewer, at).await?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in &rows {
        let (sale, place) = shelf.show(row).await?;
        if !wanted.overdue || place.is_overdue {
            shown.push((sale, place));
        }
    }
    if wanted.as_queue {
        shown.sort_by(|(a, first), (b, second)| first.order(second).then(a.id.cmp(&b.id)));
    }
    let full = !whole && rows.len() == limit as usize;
    shown.truncate(limit as usize);
    Ok(SalePage {
        next: rows.last().filter(|_| full).map(|row| row.id.get()),
        sales: shown.into_iter().map(|(sale, _)| sale).collect(),
    })
}

/// A sale with all that is known of it.
pub async fn sale(
    store: &dyn Store,
    viewer: Viewer,
    id: SaleId,
    at: Timestamp,
) -> Result<SaleRecord, ApiError> {
    let row = viewer.sale(store, id).await?;
    let (shown, _) = Shelf::of(store, viewer, at).await?.show(&row).await?;
    let of_one = SaleFilter {
        only: Some(id),
        ..SaleFilter::default()
    };
    let moves = store.sale_moves(&of_one).await?;
    let mut record = SaleRecord {
        sale: shown,
        moves: moves.iter().map(move_shown).collect(),
        sheet: newest(store, id, Paper::Sheet).await?,
        reservation: newest(store, id, Paper::Reservation).await?,
        evidence: store
            .evidence(id)
            .await?
            .iter()
            .map(evidence_shown)
            .collect(),
        audits: store
            .sale_audits(id)
            .await?
            .iter()
            .map(audit_shown)
            .collect(),
    };
    if viewer.doer.is_none() {
        hide(store, row.campaign, &mut record).await?;
    }
    Ok(record)
}

async fn newest(
    store: &dyn Store,
    id: SaleId,
    paper: Paper,
) -> Result<Option<SalePaper>, ApiError> {
    let papers = store.papers(id, paper).await?;
    Ok(papers.first().map(paper_shown))
}

/// Moves a sale.
pub async fn move_sale(
    store: &dyn Store,
    viewer: Viewer,
    id: SaleId,
    form: &SaleMoveForm,
    at: Timestamp,
) -> Result<Sale, ApiError> {
    let row = viewer.sale(store, id).await?;
    let doer = viewer.doer()?;
    let to = Stage::from_word(&form.to).ok_or_else(|| {
        let ways: Vec<_> = ways_from(row.stage).map(|way| way.to.word()).collect();
        ApiError::Invalid(format!(
            "there is no stage `{}`; from {} a sale may become {}",
            form.to,
            row.stage,
            ways.join(", ")
        ))
    })?;
    if form.note.chars().count() > NOTE_MAX {
        return Err(ApiError::Invalid(format!(
            "a note has {NOTE_MAX} characters at most"
        )));
    }
    let new = NewMove {
        sale: id,
        to,
        doer,
        reason: form.reason.clone(),
        note: form.note.clone(),
        source: None,
        at,
    };
    let moved = store.move_sale(&new).await?;
    let (shown, _) = Shelf::of(store, viewer, at).await?.show(&moved).await?;
    Ok(shown)
}

pub(crate) fn move_shown(row: &SaleMoveRow) -> SaleMove {
    SaleMove {
        n: row.n,
        at: row.at.as_millis(),
        from: row.from.map(|stage| stage.word().to_owned()),
        to: row.to.word().to_owned(),
        doer: row.doer.clone(),
        user: row.user.clone(),
        reason: row.reason.clone(),
        note: row.note.clone(),
        by_file: row.source.is_some(),
    }
}

pub(crate) fn paper_shown(row: &PaperRow) -> SalePaper {
    SalePaper {
        version: row.version,
        at: row.at.as_millis(),
        by: row.by.clone(),
        form: row.form,
        values: row.values.clone(),
    }
}

pub(crate) fn evidence_shown(row: &EvidenceRow) -> SaleEvidence {
    SaleEvidence {
        id: row.id.get(),
        kind: row.kind.clone(),
        name: row.name.clone(),
        media_type: row.media_type.clone(),
        bytes: row.bytes,
        sha256: row.sha256.clone(),
        at: row.at.as_millis(),
        by: row.by.clone(),
        erased_at: row.erased_at.map(Timestamp::as_millis),
    }
}

pub(crate) fn audit_shown(row: &SaleAuditRow) -> SaleAudit {
    SaleAudit {
        n: row.n,
        at: row.at.as_millis(),
        by: row.by.clone(),
        scorecard: row.scorecard,
        answers: row
            .answers
            .iter()
            .map(|(key, answer)| (key.clone(), answer.word().to_owned()))
            .collect(),
        score: row.score,
        verdict: row.verdict.word().to_owned(),
        note: row.note.clone(),
        reply: row
            .reply
            .as_ref()
            .map(|(at, disputes, words)| SaleAuditReply {
                at: at.as_millis(),
                disputes: *disputes,
                words: words.clone(),
            }),
    }
}

/// Which sales.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of this campaign.
    campaign: Option<i64>,
    /// At these stages, separated by commas.
    stage: Option<String>,
    /// Whose audit is `due` or `failed`: those that wait for one.
    audit: Option<bool>,
    /// In the order of a queue: what is due first.
    queue: bool,
    /// Those whose term is over.
    overdue: bool,
    /// Accepted at or after, in ms since 1970 UTC.
    from: Option<i64>,
    /// Accepted before.
    to: Option<i64>,
    /// Cursor: the `next` of the page before.
    after: Option<i64>,
    /// At most so many, up to 1,000.
    limit: Option<u32>,
}

/// Stages by their words.
pub fn stages_of(words: &str) -> Result<Vec<Stage>, ApiError> {
    let words = words
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    words
        .map(|word| {
            let all: Vec<_> = Stage::ALL.iter().map(|stage| stage.word()).collect();
            Stage::from_word(word).ok_or_else(|| {
                ApiError::Invalid(format!(
                    "there is no stage `{word}`; use {}",
                    all.join(", ")
                ))
            })
        })
        .collect()
}

/// Sales by stage, campaign and time; of an advisor, their own. Asked for as a queue, what is due first comes first.
#[utoipa::path(get, path = "/api/v1/sales", tag = "sales", params(Wanted),
    responses((status = 200, body = SalePage), (status = 422, body = wire::Problem)))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Wanted>,
) -> Result<Json<SalePage>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let wanted = SalesWanted {
        filter: SaleFilter {
            only: None,
            campaign: asked.campaign.map(CampaignId::new),
            stages: stages_of(asked.stage.as_deref().unwrap_or_default())?,
            agent: None,
            from: asked.from.map(Timestamp::from_millis),
            to: asked.to.map(Timestamp::from_millis),
            after: asked.after.map(SaleId::new),
            limit: asked.limit.unwrap_or(100),
        },
        as_queue: asked.queue,
        overdue: asked.overdue,
    };
    if let Some(campaign) = wanted.filter.campaign {
        find(app.store.as_ref(), campaign).await?;
    }
    let mut page = sales(app.store.as_ref(), viewer, &wanted, now()).await?;
    if let Some(waits) = asked.audit {
        let due = [AuditState::Due.word(), AuditState::Failed.word()];
        page.sales
            .retain(|sale| due.contains(&sale.audit.as_str()) == waits);
    }
    Ok(Json(page))
}

/// A sale with its moves, sheet, reservation, evidence and audits. The client sees it without what says who the customer is.
#[utoipa::path(get, path = "/api/v1/sales/{id}", tag = "sales",
    responses((status = 200, body = SaleRecord), (status = 404, body = wire::Problem)))]
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<SaleRecord>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    sale(app.store.as_ref(), viewer, SaleId::new(id), now())
        .await
        .map(Json)
}

/// Move a sale to another stage. Refused with the reason and the stages it may go to. In the audit log.
#[utoipa::path(post, path = "/api/v1/sales/{id}/move", tag = "sales", request_body = SaleMoveForm,
    responses((status = 200, body = Sale), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn make_move(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<SaleMoveForm>,
) -> Result<Json<Sale>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let store = caller.store.as_ref();
    move_sale(store, viewer, SaleId::new(id), &form, now())
        .await
        .map(Json)
}
