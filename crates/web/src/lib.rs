//! The pages, compiled in: written in `ui/`, built by `make web` into `built/`. They speak only the public API:
//! nothing here knows the engine. Served with a policy that forbids anything from elsewhere. A program that was
//! compiled without Node has a page that says so instead.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; media-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// A page may use the microphone, the camera for evidence of a sale, and nothing else of the machine.
const PERMISSIONS: &str = "microphone=(self), camera=(self), geolocation=(), display-capture=()";

/// What is served where no page was built.
const PLACEHOLDER: &str = include_str!("../placeholder.html");

/// The built pages: in the program, or on the disk of who works on them (debug builds).
#[derive(RustEmbed)]
#[folder = "built/"]
struct Built;

/// Every page and what it needs.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page =
        |name: &'static str| get(move |headers: HeaderMap| async move { page(name, &headers) });
    Router::new()
        .route("/", page("supervisor.html"))
        .route("/asesor", page("advisor.html"))
        .route("/telefono", page("phone.html"))
        .route("/oficina", page("office.html"))
        .route("/administracion", page("admin.html"))
        .route("/assets/{name}", get(asset))
}

/// A page is asked for each time, so that a new version is seen at once.
fn page(name: &str, asked: &HeaderMap) -> Response {
    match file(name, asked) {
        Some(page) => with_policy(([(CACHE_CONTROL, "no-cache")], page).into_response()),
        None => {
            let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
            with_policy((StatusCode::SERVICE_UNAVAILABLE, html, PLACEHOLDER).into_response())
        }
    }
}

/// What a page needs bears its content in its name, and never changes.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match file(&format!("assets/{name}"), &headers) {
        Some(asset) => {
            let kept = [(CACHE_CONTROL, "public, max-age=31536000, immutable")];
            with_policy((kept, asset).into_response())
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A built file; compressed for whoever reads that.
fn file(name: &str, asked: &HeaderMap) -> Option<Response> {
    let kind = match name.rsplit('.').next()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        _ => return None,
    };
    let reads_gzip = asked
        .get(ACCEPT_ENCODING)
        .and_then(|encodings| encodings.to_str().ok())
        .is_some_and(|encodings| encodings.contains("gzip"));
    let packed = reads_gzip
        .then(|| Built::get(&format!("{name}.gz")))
        .flatten();
    let headers = [(CONTENT_TYPE, kind), (VARY, "accept-encoding")];
    match packed {
        Some(file) => Some((headers, [(CONTENT_ENCODING, "gzip")], file.data).into_response()),
        None => Some((headers, Built::get(name)?.data).into_response()),
    }
}

fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_page_was_built_a_page_says_so_under_the_same_policy() {
        let said = page("not-built.html", &HeaderMap::new());
        assert_eq!(said.status(), StatusCode::SERVICE_UNAVAILABLE);
        let policy = &said.headers()[CONTENT_SECURITY_POLICY];
        assert!(
            policy
                .to_str()
                .is_ok_and(|policy| policy.starts_with("default-src 'none'"))
        );
        assert!(PLACEHOLDER.contains("make web"));
    }

    #[test]
    fn only_built_files_are_served() {
        for name in [
            "../src/lib.rs",
            ".gitignore",
            "assets/../../Cargo.toml",
            "assets/none.js",
            "",
        ] {
            assert!(file(name, &HeaderMap::new()).is_none(), "{name}");
        }
    }
}
