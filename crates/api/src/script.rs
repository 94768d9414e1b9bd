//! The script of a campaign in force, for who reads it to customers. Its text is a setting in versions (`sale_settings.rs`).

use axum::Json;
use axum::extract::{Path, State};
use domain::CampaignId;
use sales::{Setting, Words};
use store::Store;
use wire::{Script, ScriptAnswer, ScriptObjection, ScriptStep, ScriptWords};

use crate::App;
use crate::auth::Caller;
use crate::campaigns::find;
use crate::error::ApiError;

/// What an advisor says in calls of a campaign, as a path of steps.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/script", tag = "campaigns",
    responses((status = 200, body = Script), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    _caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Script>, ApiError> {
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let (_, script) = newer(app.store.as_ref(), id, None).await?;
    script
        .map(Json)
        .ok_or_else(|| ApiError::NotFound(format!("script of campaign {id}")))
}

/// A script that somebody has: of which campaign, in which version.
pub(crate) type Known = (CampaignId, u32);

/// The script of a campaign, unless it is the one they have.
pub(crate) async fn newer(
    store: &dyn Store,
    campaign: CampaignId,
    has: Option<Known>,
) -> Result<(Known, Option<Script>), ApiError> {
    let (version, text) = store.sale_setting(campaign, Setting::Script).await?;
    let known = (campaign, version);
    if has == Some(known) {
        return Ok((known, None));
    }
    let script = sales::Script::read(&text).map_err(ApiError::internal)?;
    Ok((known, Some(shown(script, version))))
}

fn shown(script: sales::Script, version: u32) -> Script {
    Script {
        version,
        steps: script.steps.into_iter().map(step_shown).collect(),
        objections: script
            .objections
            .into_iter()
            .map(|objection| ScriptObjection {
                title: words(objection.title),
                say: words(objection.say),
            })
            .collect(),
    }
}

fn step_shown(step: sales::Step) -> ScriptStep {
    let answers = step.answers.into_iter().map(|answer| ScriptAnswer {
        label: words(answer.label),
        go: answer.go,
        typify: answer.typify,
    });
    ScriptStep {
        key: step.key,
        stage: step.stage.word().to_owned(),
        say: words(step.say),
        required: step.required,
        answers: answers.collect(),
    }
}

fn words(words: Words) -> ScriptWords {
    ScriptWords {
        es: words.es,
        en: words.en,
    }
}
