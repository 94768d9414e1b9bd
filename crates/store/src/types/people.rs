//! Those who may log in.

use domain::{AgentId, Timestamp, UserId};

/// What a user may do. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum Role {
    /// Everything.
    Admin = 1,
    /// Campaigns, lists, the floor, reports.
    Supervisor = 2,
    /// Their own calls.
    Advisor = 3,
    /// Sales after their call: validation, reservation, delivery, legalisation.
    BackOffice = 4,
    /// Whose base it is: reads sales and figures, without what says who a customer is.
    Client = 5,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] = [
        Self::Admin,
        Self::Supervisor,
        Self::Advisor,
        Self::BackOffice,
        Self::Client,
    ];

    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// The word used in the API and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Supervisor => "supervisor",
            Self::Advisor => "advisor",
            Self::BackOffice => "back_office",
            Self::Client => "client",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Someone who may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Which; 0 before it is stored.
    pub id: UserId,
    /// Unique log-in name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Argon2 string (PHC); the store never sees a password.
    pub password_hash: String,
    /// The agent they are, for advisors.
    pub agent: Option<AgentId>,
}

/// A log-in that lasts. Only the hash of its token is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user: UserId,
    /// Begun.
    pub created_at: Timestamp,
    /// Void from.
    pub expires_at: Timestamp,
}
