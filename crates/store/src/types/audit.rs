//! What people did, and who they are.

use domain::{Timestamp, UserId};

/// Who writes to the record, as the audit log names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who; `None`: the program itself, or who has its machine.
    pub user: Option<UserId>,
    /// Their name.
    pub user_name: String,
    /// From where: an address, or `command line`.
    pub source: String,
}

impl Actor {
    /// Who has no name here, only a place.
    pub fn at(source: impl Into<String>) -> Actor {
        Actor {
            user: None,
            user_name: String::new(),
            source: source.into(),
        }
    }
}

impl Default for Actor {
    fn default() -> Actor {
        Actor::at("program")
    }
}

/// What going through the audit log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheck {
    /// Entries there are.
    pub entries: u64,
    /// Number of the last one that was written.
    pub last: i64,
    /// Its hash; empty before the first. Kept elsewhere, it shows later that nothing before it changed.
    pub sha256: String,
    /// What is wrong; empty when nothing is.
    pub faults: Vec<AuditFault>,
}

/// An entry that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFault {
    /// Its number.
    pub number: i64,
    /// What is wrong with it, in words that follow the number.
    pub what: String,
}

/// Somebody did something that others must be able to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who; `None`: the program itself, or who has its machine.
    pub user: Option<UserId>,
    /// Their name then.
    pub user_name: String,
    /// From where: an address, or `command line`.
    pub source: String,
    /// What: a word such as `recording.listen`.
    pub action: String,
    /// With what: a word and a number, such as `attempt 17`.
    pub subject: String,
    /// The particulars.
    pub detail: String,
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// By this user.
    pub user_name: Option<String>,
    /// With this subject.
    pub subject: Option<String>,
    /// Of this kind, such as `campaign.start`.
    pub action: Option<String>,
    /// Cursor: entries above this one.
    pub after: Option<i64>,
    /// At most so many, never more than 10,000.
    pub limit: u32,
}

/// An entry with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// From 1, without a gap since there are hashes.
    pub id: i64,
    /// What happened.
    pub entry: AuditEntry,
    /// The hash of the entry before; `None`: from before there were any.
    pub previous: Option<String>,
    /// SHA-256 of the entry and that hash, in hexadecimal.
    pub sha256: Option<String>,
}
