//! The public API, as any program of others would use it.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

/// Nothing a test asks for takes longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Status and session of a log-in.
pub fn log_in(http: SocketAddr, user: &str, password: &str) -> (u16, Value) {
    let form = json!({"user": user, "password": password});
    ask(http, "POST", "/api/v1/session", None, Some(form))
}

/// Status, one header field and the bytes of an answer to a GET, for a range where one is named.
pub fn fetch(
    http: SocketAddr,
    path: &str,
    token: &str,
    range: Option<&str>,
    field: &str,
) -> (u16, String, Vec<u8>) {
    let agent = ureq::Agent::from(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build(),
    );
    let mut request = agent
        .get(format!("http://{http}{path}"))
        .header("Authorization", format!("Bearer {token}"));
    if let Some(range) = range {
        request = request.header("Range", range);
    }
    let mut answer = request
        .call()
        .unwrap_or_else(|fault| panic!("GET {path}: {fault}"));
    let said = answer.headers().get(field);
    let said = said.and_then(|value| value.to_str().ok()).unwrap_or("");
    let said = said.to_owned();
    let body = answer.body_mut().with_config().limit(1 << 30).read_to_vec();
    (answer.status().as_u16(), said, body.expect("a whole body"))
}

/// Status and body of a request; a body that is no JSON is null.
pub fn ask(
    http: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> (u16, Value) {
    let agent = ureq::Agent::from(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(PATIENCE))
            .build(),
    );
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://{http}{path}"));
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let answer = match body {
        Some(body) => {
            let request = request.header("Content-Type", "application/json");
            agent.run(request.body(body.to_string()).expect("a sound request"))
        }
        None => agent.run(request.body(()).expect("a sound request")),
    };
    let mut answer = answer.unwrap_or_else(|fault| panic!("{method} {path}: {fault}"));
    let text = answer.body_mut().read_to_string().unwrap_or_default();
    (
        answer.status().as_u16(),
        serde_json::from_str(&text).unwrap_or(Value::Null),
    )
}
