//! When the system sets a typification by itself. Which one is data: the row of the catalogue that
//! names the occasion.

use crate::Outcome;

/// When the system speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// An attempt ended so, and no agent is to say what it was.
    Ended(Outcome),
    /// Wrap-up ran out and nobody said what the call was.
    Untyped,
    /// Who called us pressed the key to be called back.
    KeyCallBack,
    /// Who called us pressed the key never to be called again.
    KeyOptOut,
}

impl Occasion {
    /// The occasion of an outcome; `None` where an agent must say, or nobody.
    pub const fn of(outcome: Outcome) -> Option<Occasion> {
        match outcome {
            Outcome::Connected | Outcome::Unserved => None,
            other => Some(Occasion::Ended(other)),
        }
    }

    /// Every occasion: a catalogue has one typification for each.
    pub fn all() -> impl Iterator<Item = Occasion> {
        let ended = Outcome::ALL.iter().filter_map(|outcome| Self::of(*outcome));
        ended.chain([Self::Untyped, Self::KeyCallBack, Self::KeyOptOut])
    }

    /// The word used in catalogues.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ended(outcome) => outcome.word(),
            Self::Untyped => "untyped",
            Self::KeyCallBack => "key_call_back",
            Self::KeyOptOut => "key_opt_out",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Occasion> {
        Self::all().find(|occasion| occasion.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occasion_comes_back_from_its_word_and_no_two_share_one() {
        for occasion in Occasion::all() {
            assert_eq!(Occasion::from_word(occasion.word()), Some(occasion));
        }
        assert_eq!(Occasion::of(Outcome::Connected), None);
    }
}
