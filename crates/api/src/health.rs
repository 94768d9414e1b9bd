//! For machines that watch: alive, ready, figures, and the OpenAPI document.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::OpenApi;

use crate::App;
use crate::auth::now;
use crate::rights_metrics;

pub(crate) fn routes(document: OpenApi) -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route(
            "/api/v1/openapi.json",
            get(move || async move { Json(document) }),
        )
}

async fn ready(State(app): State<App>) -> (StatusCode, String) {
    let not = |words| (StatusCode::SERVICE_UNAVAILABLE, format!("{words}\n"));
    if let Err(words) = app.control.ready() {
        return not(words);
    }
    if app.store.ping().await.is_err() {
        return not("the database does not answer".to_owned());
    }
    (StatusCode::OK, "ready\n".to_owned())
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let rights = rights_metrics::text(app.store.as_ref(), now()).await;
    ([(CONTENT_TYPE, kind)], app.control.metrics() + &rights)
}
