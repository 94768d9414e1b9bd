//! How a supervisor takes part in a call of somebody else's.

/// Who hears the supervisor. They themselves hear everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Supervision {
    /// Nobody.
    Listen,
    /// The advisor alone.
    Whisper,
    /// Everybody.
    Barge,
}

impl Supervision {
    /// Every way.
    pub const ALL: [Supervision; 3] = [Self::Listen, Self::Whisper, Self::Barge];

    /// The word used in the API, the record and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::Barge => "barge",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<Supervision> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}
