//! The register of ideas: who, when, what, and what became of it.

use ::practices::IdeaState;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::Timestamp;
use store::{IdeaRow, IdeaStepRow, Store};
use wire::{Idea, IdeaForm, IdeaStep, IdeaStepForm};

use crate::App;
use crate::action_plans::text;
use crate::auth::{Caller, now};
use crate::error::ApiError;

const WORDS_MAX: usize = 1_000;
const AUTHOR_MAX: usize = 80;

/// Every idea, in order of its number.
pub async fn ideas(store: &dyn Store) -> Result<Vec<Idea>, ApiError> {
    Ok(store.ideas().await?.into_iter().map(shown).collect())
}

/// Writes an idea down; it is of `by` where the form names nobody.
pub async fn put_idea(
    store: &dyn Store,
    form: &IdeaForm,
    by: &str,
    at: Timestamp,
) -> Result<Idea, ApiError> {
    let author = form.author.as_deref().unwrap_or(by);
    let new = IdeaRow {
        id: 0,
        at,
        by: String::new(),
        author: text("author", author, 1..=AUTHOR_MAX)?,
        words: text("words", &form.words, 1..=WORDS_MAX)?,
        steps: Vec::new(),
    };
    let id = store.put_idea(&new).await?;
    Ok(shown(row(store, id).await?))
}

/// Says what becomes of an idea.
pub async fn step_idea(
    store: &dyn Store,
    id: i64,
    form: &IdeaStepForm,
    at: Timestamp,
) -> Result<Idea, ApiError> {
    let Some(next) = IdeaState::from_word(&form.state) else {
        let words: Vec<_> = IdeaState::ALL.iter().map(|state| state.word()).collect();
        let said = format!("`{}` is no state; use {}", form.state, words.join(", "));
        return Err(ApiError::Invalid(said));
    };
    let known = row(store, id).await?;
    let state = state_of(&known);
    if !state.may_become(next) {
        let (is, cannot) = (state.word(), next.word());
        return Err(ApiError::Conflict(format!(
            "idea {id} is {is} and cannot become {cannot}"
        )));
    }
    let new = IdeaStepRow {
        at,
        by: String::new(),
        state: next.word().to_owned(),
        words: text("words", &form.words, 0..=WORDS_MAX)?,
    };
    let steps = u32::try_from(known.steps.len()).unwrap_or(u32::MAX);
    store.step_idea(id, steps, &new).await?;
    Ok(shown(row(store, id).await?))
}

async fn row(store: &dyn Store, id: i64) -> Result<IdeaRow, ApiError> {
    let rows = store.ideas().await?;
    let found = rows.into_iter().find(|row| row.id == id);
    found.ok_or_else(|| ApiError::NotFound(format!("idea {id}")))
}

fn state_of(row: &IdeaRow) -> IdeaState {
    let last = row.steps.last();
    last.and_then(|step| IdeaState::from_word(&step.state))
        .unwrap_or(IdeaState::New)
}

fn shown(row: IdeaRow) -> Idea {
    let step = |step: IdeaStepRow| IdeaStep {
        at: step.at.as_millis(),
        by: step.by,
        state: step.state,
        words: step.words,
    };
    Idea {
        id: row.id,
        at: row.at.as_millis(),
        state: state_of(&row).word().to_owned(),
        by: row.by,
        author: row.author,
        words: row.words,
        steps: row.steps.into_iter().map(step).collect(),
    }
}

/// Every idea.
#[utoipa::path(get, path = "/api/v1/ideas", tag = "practices",
    responses((status = 200, body = [Idea])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<Idea>>, ApiError> {
    caller.supervisor()?;
    ideas(app.store.as_ref()).await.map(Json)
}

/// Write an idea down; of an advisor, their own. In the audit log.
#[utoipa::path(post, path = "/api/v1/ideas", tag = "practices", request_body = IdeaForm,
    responses((status = 201, body = Idea), (status = 422, body = wire::Problem)))]
pub(crate) async fn put(
    caller: Caller,
    Json(mut form): Json<IdeaForm>,
) -> Result<(StatusCode, Json<Idea>), ApiError> {
    if caller.supervisor().is_err() {
        form.author = None;
    }
    let store = caller.store.as_ref();
    let made = put_idea(store, &form, &caller.user.name, now()).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Say what becomes of an idea. In the audit log.
#[utoipa::path(post, path = "/api/v1/ideas/{id}/steps", tag = "practices", request_body = IdeaStepForm,
    responses((status = 200, body = Idea), (status = 404, body = wire::Problem),
              (status = 409, body = wire::Problem)))]
pub(crate) async fn step(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<IdeaStepForm>,
) -> Result<Json<Idea>, ApiError> {
    caller.supervisor()?;
    step_idea(caller.store.as_ref(), id, &form, now())
        .await
        .map(Json)
}
