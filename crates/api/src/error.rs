//! One table from error to status, stable code and words for people. Details
//! of our own faults go to the log, never to the caller.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use campaigns::RowProblem;
use domain::Timestamp;
use engine::Rejection;
use sales::FieldProblem;
use store::StoreError;
use wire::{Problem, ProblemRow};

use crate::typifications::problem_shown;

/// Why a request was not granted.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody is logged in.
    #[error("log in first: POST /api/v1/session")]
    NotLoggedIn,
    /// Wrong user or password.
    #[error("user or password is wrong")]
    WrongPassword,
    /// Too many wrong passwords.
    #[error("too many wrong passwords; wait a minute and try again")]
    TooManyTries,
    /// Too many passwords wait to be hashed.
    #[error("too many people log in at once; try again in a few seconds")]
    Busy,
    /// Too many wait for events.
    #[error("too many follow events at once; ask again in some seconds, or end a stream")]
    Crowded,
    /// Another rehearsal runs.
    #[error("another rehearsal is running; try again when it is over")]
    Rehearsing,
    /// The role does not allow it.
    #[error("your role may not do this; ask an administrator")]
    NotAllowed,
    /// A request another site may have made for the user.
    #[error("send the header `X-Cadencia: 1` with requests that change something")]
    CrossSite,
    /// What was asked for does not exist.
    #[error("there is no {0}")]
    NotFound(String),
    /// The request contradicts what is.
    #[error("{0}")]
    Conflict(String),
    /// The request makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Rows that were sent cannot be used.
    #[error("{}", lines(.0))]
    Rows(Vec<RowProblem>),
    /// Fields that were sent cannot be used.
    #[error("{}", fields(.0))]
    Fields(Vec<FieldProblem>),
    /// The engine did not grant it.
    #[error("{}", .0.words)]
    Rejected(Rejection),
    /// The archive of recordings gives nothing now.
    #[error("the archive of recordings does not answer now; try again later, and see the log")]
    Away(#[source] Box<recorder::ArchiveError>),
    /// Our own fault.
    #[error("the server could not do this; see its log")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ApiError {
    /// Stable code and status.
    pub fn code(&self) -> (&'static str, StatusCode) {
        match self {
            Self::NotLoggedIn => ("not_logged_in", StatusCode::UNAUTHORIZED),
            Self::WrongPassword => ("wrong_password", StatusCode::UNAUTHORIZED),
            Self::TooManyTries => ("too_many_tries", StatusCode::TOO_MANY_REQUESTS),
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE),
            Self::Crowded => ("crowded", StatusCode::SERVICE_UNAVAILABLE),
            Self::Rehearsing => ("rehearsing", StatusCode::TOO_MANY_REQUESTS),
            Self::NotAllowed => ("not_allowed", StatusCode::FORBIDDEN),
            Self::CrossSite => ("cross_site", StatusCode::FORBIDDEN),
            Self::NotFound(_) => ("not_found", StatusCode::NOT_FOUND),
            Self::Conflict(_) => ("conflict", StatusCode::CONFLICT),
            Self::Invalid(_) => ("invalid", StatusCode::UNPROCESSABLE_ENTITY),
            Self::Rows(_) => ("invalid_rows", StatusCode::UNPROCESSABLE_ENTITY),
            Self::Fields(_) => ("invalid_fields", StatusCode::UNPROCESSABLE_ENTITY),
            Self::Rejected(rejection) => (rejection.code, StatusCode::CONFLICT),
            Self::Away(_) => ("archive_away", StatusCode::SERVICE_UNAVAILABLE),
            Self::Internal(_) => ("internal", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// Wraps a fault of ours.
    pub fn internal(fault: impl std::error::Error + Send + Sync + 'static) -> ApiError {
        ApiError::Internal(Box::new(fault))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Conflict(words) => ApiError::Conflict(words),
            StoreError::NotFound { what, id } => ApiError::NotFound(format!("{what} {id}")),
            other => ApiError::internal(other),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match &self {
            Self::Internal(fault) => {
                tracing::error!(fault = %chain(fault.as_ref()), "a request failed");
            }
            Self::Away(fault) => {
                tracing::warn!(fault = %chain(fault.as_ref()), "a recording cannot be heard now");
            }
            _ => {}
        }
        let (code, status) = self.code();
        let problem = Problem {
            code: code.to_owned(),
            message: self.to_string(),
            next_at: match &self {
                Self::Rejected(rejection) => rejection.opens.map(Timestamp::as_millis),
                _ => None,
            },
            rows: match &self {
                Self::Rows(problems) => problems.iter().map(problem_shown).collect(),
                Self::Fields(problems) => problems.iter().map(field_shown).collect(),
                _ => Vec::new(),
            },
        };
        (status, Json(problem)).into_response()
    }
}

fn lines(problems: &[RowProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(RowProblem::to_string).collect();
    lines.join("\n")
}

fn fields(problems: &[FieldProblem]) -> String {
    let line = |problem: &FieldProblem| format!("{}: {}", problem.field, problem.words);
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A field is a column of the one row that a sheet is.
fn field_shown(problem: &FieldProblem) -> ProblemRow {
    ProblemRow {
        line: 2,
        column: problem.field.clone(),
        code: problem.code.to_owned(),
        message: problem.words.clone(),
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// For addresses nobody serves.
pub(crate) async fn no_such_route() -> ApiError {
    ApiError::NotFound("such address; see /api/v1/openapi.json".to_owned())
}
