//! The script of a campaign in force, for who reads it to customers. Its text is a setting in versions (`sale_settings.rs`).

use axum::Json;
use axum::extract::{Path, State};
use domain::CampaignId;
use sales::{Setting, Words};
use wire::{Script, ScriptAnswer, ScriptObjection, ScriptStep, ScriptWords};

use crate::App;
use crate::auth::Caller;
use crate::campaigns::find;
use crate::error::ApiError;
use crate::sale_settings::sale_setting;

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
    let setting = sale_setting(app.store.as_ref(), id, Setting::Script.word(), "").await?;
    // It was checked when it was put.
    let script = sales::Script::read(&setting.text).map_err(ApiError::internal)?;
    Ok(Json(shown(script, setting.version)))
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
