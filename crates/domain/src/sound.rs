//! What is heard on a call where no person speaks: which of it can be chosen, for one campaign or for all.

/// An occasion on which a recording is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SoundUse {
    /// A customer for whom no agent was free hears this, then we hang up.
    Abandon,
    /// A caller for whom nobody is ready hears this, and may press a key.
    Menu,
    /// A caller's key was understood.
    Noted,
    /// A customer on hold, again and again.
    Hold,
    /// An agent hears this before the customer who is put through to them.
    Whisper,
    /// An agent hears that their call ends soon.
    Warning,
    /// A customer hears that the call is recorded, before it is.
    Recording,
}

impl SoundUse {
    /// Every occasion.
    pub const ALL: [SoundUse; 7] = [
        SoundUse::Abandon,
        SoundUse::Menu,
        SoundUse::Noted,
        SoundUse::Hold,
        SoundUse::Whisper,
        SoundUse::Warning,
        SoundUse::Recording,
    ];

    /// The word used in the API and the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Abandon => "abandon",
            Self::Menu => "menu",
            Self::Noted => "noted",
            Self::Hold => "hold",
            Self::Whisper => "whisper",
            Self::Warning => "warning",
            Self::Recording => "recording",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<SoundUse> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}
