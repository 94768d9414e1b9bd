//! Attempts, page by page with a cursor: what reporting jobs read.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{
    AgentId, AttemptId, CampaignId, ConsentId, ListId, Outcome, PhoneNumber, Timestamp, TrunkId,
};
use serde::Deserialize;
use store::{AttemptFilter, AttemptRow, PageQuality};
use utoipa::IntoParams;
use wire::{Attempt, AttemptPage, LegQuality, Typification};

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;

/// Most attempts on a page.
const PAGE_MAX: u32 = 10_000;

/// Which attempts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of this campaign.
    campaign: Option<i64>,
    /// Of this list.
    list: Option<i64>,
    /// INVITE at or after, in ms since 1970 UTC.
    from: Option<i64>,
    /// INVITE before.
    to: Option<i64>,
    /// With this outcome.
    outcome: Option<String>,
    /// Taken by this agent.
    agent: Option<i64>,
    /// Over this trunk.
    trunk: Option<i64>,
    /// That showed this number, in E.164.
    caller_id: Option<String>,
    /// With this typification.
    code: Option<String>,
    /// Counted by an indicator (its `drill`).
    set: Option<String>,
    /// The latest first; then `after` goes back.
    newest_first: bool,
    /// Cursor: `next` of the page before.
    after: Option<i64>,
    /// At most so many; 100 by default, 10000 at most.
    limit: Option<u32>,
}

/// Attempts by filter, in order of id.
#[utoipa::path(get, path = "/api/v1/attempts", tag = "attempts", params(Wanted),
    responses((status = 200, body = AttemptPage), (status = 422, body = wire::Problem)))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AttemptPage>, ApiError> {
    caller.supervisor()?;
    let filter = filter(wanted)?;
    let limit = filter.limit as usize;
    let rows = app.store.attempts(&filter).await?;
    let next = (rows.len() == limit)
        .then(|| rows.last().map(|row| row.id.get()))
        .flatten();
    let attempts = rows.iter().map(attempt_shown).collect();
    Ok(Json(AttemptPage { attempts, next }))
}

/// What was said of an attempt, oldest first.
#[utoipa::path(get, path = "/api/v1/attempts/{id}/typifications", tag = "attempts",
    responses((status = 200, body = [Typification])))]
pub(crate) async fn typifications(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<Typification>>, ApiError> {
    caller.supervisor()?;
    let rows = app.store.typifications(AttemptId::new(id)).await?;
    let shown = rows.into_iter().map(|row| Typification {
        at: row.at.as_millis(),
        agent: row.agent.map(AgentId::get),
        code: row.code,
        note: row.note,
        corrects: row.corrects,
        user: row.user,
        opt_out: row.opt_out,
    });
    Ok(Json(shown.collect()))
}

/// How the legs of an attempt sounded; empty where it was not answered.
#[utoipa::path(get, path = "/api/v1/attempts/{id}/quality", tag = "attempts",
    responses((status = 200, body = [LegQuality])))]
pub(crate) async fn quality(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<LegQuality>>, ApiError> {
    caller.supervisor()?;
    let (store, id) = (app.store.as_ref(), AttemptId::new(id));
    let legs = store.call_quality(id).await?;
    let mut shown: Vec<_> = legs.iter().map(quality_shown).collect();
    let page = store.page_quality(id).await?;
    shown.extend(page.map(page_shown));
    Ok(Json(shown))
}

fn page_shown(page: PageQuality) -> LegQuality {
    let leg = domain::LegQuality {
        leg: domain::CallLeg::Agent,
        received: page.received,
        lost: page.lost,
        jitter_us: page.jitter_us,
        rtt_us: page.rtt_us,
        remote_lost: page.remote_lost,
        remote_jitter_us: None,
        r_tenths: page.r_tenths,
    };
    LegQuality {
        leg: "page".to_owned(),
        made_up: Some(f64::from(page.made_up_ppm) / 1e6),
        ..quality_shown(&leg)
    }
}

fn quality_shown(leg: &domain::LegQuality) -> LegQuality {
    let ms = |micros: u32| f64::from(micros) / 1_000.0;
    let r_factor = f64::from(leg.r_tenths) / 10.0;
    LegQuality {
        leg: leg.leg.word().to_owned(),
        received: leg.received,
        lost: leg.lost,
        jitter_ms: ms(leg.jitter_us),
        rtt_ms: leg.rtt_us.map(ms),
        remote_lost: leg.remote_lost,
        remote_jitter_ms: leg.remote_jitter_us.map(ms),
        r_factor,
        mos: leg.mean_opinion_score(),
        made_up: None,
    }
}

fn filter(wanted: Wanted) -> Result<AttemptFilter, ApiError> {
    let outcome = wanted.outcome.map(|word| {
        let outcomes = Outcome::ALL.iter().copied();
        let known = outcomes.into_iter().find(|outcome| outcome.word() == word);
        known.ok_or_else(|| ApiError::Invalid(format!("`{word}` is no outcome")))
    });
    let set = wanted.set.map(|word| {
        kpi::AttemptSet::from_word(&word)
            .ok_or_else(|| ApiError::Invalid(format!("`{word}` is no set of attempts")))
    });
    let caller_id = wanted.caller_id.map(|number| {
        PhoneNumber::from_e164(&number)
            .map_err(|_| ApiError::Invalid(format!("`{number}` is no number in E.164")))
    });
    Ok(AttemptFilter {
        campaign: wanted.campaign.map(CampaignId::new),
        list: wanted.list.map(ListId::new),
        from: wanted.from.map(Timestamp::from_millis),
        to: wanted.to.map(Timestamp::from_millis),
        outcome: outcome.transpose()?,
        agent: wanted.agent.map(AgentId::new),
        trunk: wanted.trunk.map(TrunkId::new),
        caller_id: caller_id.transpose()?,
        newest_first: wanted.newest_first,
        code: wanted.code,
        set: set.transpose()?,
        after: wanted.after.map(AttemptId::new),
        limit: wanted.limit.unwrap_or(100).clamp(1, PAGE_MAX),
        ..AttemptFilter::default()
    })
}

/// An attempt in public words.
pub fn attempt_shown(row: &AttemptRow) -> Attempt {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    let consents = row.under.as_ref().map(|under| under.consents);
    let consents = consents.unwrap_or_default();
    Attempt {
        id: row.id.get(),
        campaign: row.campaign.get(),
        list: row.list.get(),
        contact: row.contact.get(),
        segment: row.segment.clone(),
        phone: row.phone.dialable(),
        trunk: row.trunk.get(),
        caller_id: row.caller_id.dialable(),
        mode: row.mode.word().to_owned(),
        agent: row.agent.map(AgentId::get),
        intended_at: row.intended_at.as_millis(),
        placed_at: ms(row.placed_at),
        ringing_at: ms(row.ringing_at),
        answered_at: ms(row.answered_at),
        bridged_at: ms(row.bridged_at),
        ended_at: ms(row.ended_at),
        waited_ms: row
            .waited
            .map(|waited| i64::try_from(waited.as_millis()).unwrap_or(i64::MAX)),
        outcome: row.outcome.map(|outcome| outcome.word().to_owned()),
        sip_status: row.cause.sip_status,
        q850: row.cause.q850,
        cause_text: row.cause.text.clone(),
        code: row.code.clone(),
        coded_by: row.coded_by.map(AgentId::get),
        catalogue: row.catalogue.get(),
        gate: row.gate.as_ref().map(|gate| gate.rule.clone()),
        purpose: row.purpose.word().to_owned(),
        serves: row.serves.map(AttemptId::get),
        hours_consent: consents.hours.map(ConsentId::get),
        calls_consent: consents.calls.map(ConsentId::get),
    }
}
