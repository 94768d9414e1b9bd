//! Logging in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What someone may do. Supervisors may do what advisors may, but for the advisor's own desk, and
/// administrators everything; the back office has nothing but sales, the client reads them and its reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Whose base it is: reads sales and its reports, without what says who a customer is.
    Client,
    /// Sales after their call: validation, reservation, delivery, legalisation.
    BackOffice,
    /// Takes calls: their own desk only.
    Advisor,
    /// Watches the floor, starts and stops campaigns, reads reports.
    Supervisor,
    /// Sets up everything.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] = [
        Self::Client,
        Self::BackOffice,
        Self::Advisor,
        Self::Supervisor,
        Self::Admin,
    ];

    /// The word used in the API, the CLI and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::BackOffice => "back_office",
            Self::Advisor => "advisor",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

/// A word that is no role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRole(pub String);

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no role; use client, back_office, advisor, supervisor or admin",
            self.0
        )
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Role, UnknownRole> {
        Role::ALL
            .into_iter()
            .find(|role| role.word() == word)
            .ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

/// Who wants in.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogInForm {
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// The password stays out of logs.
impl fmt::Debug for LogInForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogInForm")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Who is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Session {
    /// Give it as `Authorization: Bearer`, or let the cookie carry it.
    pub token: String,
    /// User name.
    pub user: String,
    /// What they may do.
    pub role: Role,
    /// The agent they work as, if they take calls.
    pub agent: Option<i64>,
    /// Until when, in ms since 1970 UTC.
    pub expires_at: i64,
}
