//! The pages, compiled in. They speak only the public API: nothing here knows
//! the engine. Served with a policy that forbids anything from elsewhere.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// A page may use the microphone, and nothing else of the machine.
const PERMISSIONS: &str = "microphone=(self), camera=(), geolocation=(), display-capture=()";

macro_rules! asset {
    ($router:expr, $path:literal, $file:literal, $kind:literal) => {
        $router.route(
            $path,
            get(|| async { page(include_str!(concat!("../pages/", $file)), $kind) }),
        )
    };
}

/// Every page and what it needs.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = Router::new();
    let router = asset!(router, "/", "supervisor.html", "text/html; charset=utf-8");
    let router = asset!(
        router,
        "/asesor",
        "advisor.html",
        "text/html; charset=utf-8"
    );
    let router = asset!(
        router,
        "/telefono",
        "phone.html",
        "text/html; charset=utf-8"
    );
    let router = asset!(
        router,
        "/phone.js",
        "phone.js",
        "text/javascript; charset=utf-8"
    );
    let router = asset!(router, "/style.css", "style.css", "text/css; charset=utf-8");
    let router = asset!(
        router,
        "/words.js",
        "words.js",
        "text/javascript; charset=utf-8"
    );
    let router = asset!(
        router,
        "/session.js",
        "session.js",
        "text/javascript; charset=utf-8"
    );
    let router = asset!(
        router,
        "/line.js",
        "line.js",
        "text/javascript; charset=utf-8"
    );
    let router = asset!(
        router,
        "/supervisor.js",
        "supervisor.js",
        "text/javascript; charset=utf-8"
    );
    asset!(
        router,
        "/advisor.js",
        "advisor.js",
        "text/javascript; charset=utf-8"
    )
}

fn page(text: &'static str, kind: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static(PERMISSIONS),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, text).into_response()
}
