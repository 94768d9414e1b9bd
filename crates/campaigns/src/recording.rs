//! Which calls of a campaign are recorded, from when on, and how long they are kept.

use std::time::Duration;

use domain::{AttemptId, Rate};
use law::Pack;

/// Longest time a recording may be kept: a contract's term and what follows it.
const KEEP_DAYS_MAX: u32 = 36_500;
/// Most classes of a campaign.
const CLASSES_MAX: usize = 50;
/// What is kept where neither the campaign nor its law pack says anything.
const KEEP_DAYS: u32 = 180;

/// The rules of a campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingRules {
    /// The share of calls that are recorded: none, all, or some.
    pub share: Rate,
    /// From when on.
    pub from: RecordFrom,
    /// Whether the customer must agree first.
    pub consent: Consent,
    /// Whether nobody is dialed while nothing can be recorded.
    pub required: bool,
    /// A pause ends by itself after so long: an agent forgets.
    pub pause_max: Duration,
    /// How long recordings are kept; `None`: as its law pack says.
    pub keep: Option<Retention>,
}

/// From when on a call is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFrom {
    /// Since the customer picked up.
    Answer,
    /// Since an agent hears them.
    Bridge,
}

impl RecordFrom {
    /// The word used in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Bridge => "bridge",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<RecordFrom> {
        [Self::Answer, Self::Bridge]
            .into_iter()
            .find(|from| from.word() == word)
    }
}

/// What law asks of the customer before their voice is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Nothing: the base brings the authorisation.
    NotNeeded,
    /// The agent tells them and says that they agreed; nothing is kept before.
    Asked,
    /// A recording tells them when an agent hears them; nothing is kept before it was played.
    Announced,
}

impl Consent {
    /// The word used in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotNeeded => "not_needed",
            Self::Asked => "asked",
            Self::Announced => "announced",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<Consent> {
        [Self::NotNeeded, Self::Asked, Self::Announced]
            .into_iter()
            .find(|consent| consent.word() == word)
    }
}

/// How long recordings are kept, by what their calls were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days, of calls that no class names.
    pub days: u32,
    /// How typifications of a class begin, and its days. The longest that fits decides.
    pub classes: Vec<(String, u32)>,
}

impl Default for RecordingRules {
    fn default() -> RecordingRules {
        RecordingRules {
            share: Rate::ZERO,
            from: RecordFrom::Bridge,
            consent: Consent::NotNeeded,
            required: false,
            pause_max: Duration::from_secs(180),
            keep: None,
        }
    }
}

impl RecordingRules {
    /// Whether any call is recorded.
    pub fn records(&self) -> bool {
        self.share > Rate::ZERO
    }

    /// Whether this call is one of the share: decided by its number alone, so that it can be shown
    /// afterwards that nobody chose.
    pub fn chooses(&self, attempt: AttemptId) -> bool {
        // The finaliser of SplitMix64: neighbours share nothing.
        let mut bits = (attempt.get() as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1_u64 << 53) as f64 > 1.0 - self.share.get()
            || self.share.get() >= 1.0
    }

    /// The class of a call with this typification, and how many days its recording is kept: by the
    /// campaign, else by its law pack.
    pub fn kept<'a>(&'a self, pack: Option<&'a Pack>, code: &str) -> (&'a str, u32) {
        if let Some(keep) = &self.keep {
            return keep.of(code);
        }
        match pack.and_then(|pack| pack.recording_kept(code)) {
            Some(("", days)) => (DEFAULT, days),
            Some(kept) => kept,
            None => (DEFAULT, KEEP_DAYS),
        }
    }

    /// Refuses what cannot be; the words say what to change.
    pub fn check(&self) -> Result<(), &'static str> {
        if !(Duration::from_secs(10)..=Duration::from_secs(900)).contains(&self.pause_max) {
            return Err("a pause of a recording lasts from 10 s to 15 min at most");
        }
        let Some(keep) = &self.keep else {
            return Ok(());
        };
        let days = keep.classes.iter().map(|(_, days)| *days);
        if days
            .chain([keep.days])
            .any(|days| !(1..=KEEP_DAYS_MAX).contains(&days))
        {
            return Err("recordings are kept from 1 day to 100 years");
        }
        if keep.classes.len() > CLASSES_MAX {
            return Err("there are at most 50 classes of recordings");
        }
        let is_code = |class: &str| {
            (1..=16).contains(&class.len()) && class.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if keep.classes.iter().any(|(class, _)| !is_code(class)) {
            return Err("a class of recordings is how codes of typifications begin, such as VE");
        }
        Ok(())
    }
}

/// The class of calls that no other names.
const DEFAULT: &str = "default";

impl Default for Retention {
    fn default() -> Retention {
        Retention {
            days: KEEP_DAYS,
            classes: Vec::new(),
        }
    }
}

impl Retention {
    /// The class of a call with this typification, and how many days it is kept.
    pub fn of(&self, code: &str) -> (&str, u32) {
        let fits = self
            .classes
            .iter()
            .filter(|(class, _)| code.starts_with(class.as_str()));
        fits.max_by_key(|(class, _)| class.len())
            .map_or((DEFAULT, self.days), |(class, days)| (class, *days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(text: &str) -> RecordingRules {
        RecordingRules {
            share: text.parse().expect("a share"),
            ..RecordingRules::default()
        }
    }

    #[test]
    fn a_share_chooses_that_share_of_the_calls_and_always_the_same_ones() {
        let rules = share("25%");
        let chosen = |n: &i64| rules.chooses(AttemptId::new(*n));
        let count = (1..=10_000).filter(chosen).count();
        assert!((2_300..2_700).contains(&count), "{count}");
        assert!((1..=100).filter(chosen).eq((1..=100).filter(chosen)));
        assert!((1..=1_000).all(|n| share("100%").chooses(AttemptId::new(n))));
        assert!(!(1..=1_000).any(|n| share("0%").chooses(AttemptId::new(n))));
    }

    #[test]
    fn the_longest_beginning_of_a_code_is_the_class() {
        let keep = Retention {
            days: 30,
            classes: vec![("VE".into(), 1_825), ("VE02".into(), 90), ("AB".into(), 7)],
        };
        assert_eq!(keep.of("VE01"), ("VE", 1_825));
        assert_eq!(keep.of("VE02"), ("VE02", 90));
        assert_eq!(keep.of("NC05"), ("default", 30));
    }

    #[test]
    fn a_campaign_says_how_long_or_its_law_pack_does() {
        let pack = Pack::colombia();
        let rules = share("100%");
        assert_eq!(rules.kept(Some(&pack), "VE01"), ("VE", 1_825));
        assert_eq!(rules.kept(Some(&pack), "NI01"), (DEFAULT, 180));
        assert_eq!(rules.kept(None, "VE01"), (DEFAULT, KEEP_DAYS));
        let own = RecordingRules {
            keep: Some(Retention {
                days: 90,
                classes: vec![("VE".into(), 3_650)],
            }),
            ..rules
        };
        assert_eq!(own.kept(Some(&pack), "VE01"), ("VE", 3_650));
        assert_eq!(own.kept(Some(&pack), "EX01"), (DEFAULT, 90));
    }

    #[test]
    fn rules_that_cannot_be_are_refused_with_advice() {
        let keep = |days, classes| RecordingRules {
            keep: Some(Retention { days, classes }),
            ..share("100%")
        };
        assert_eq!(share("100%").check(), Ok(()));
        assert!(keep(0, vec![]).check().is_err());
        assert!(keep(1, vec![("V E".into(), 3)]).check().is_err());
        let hour = RecordingRules {
            pause_max: Duration::from_secs(3_600),
            ..share("1%")
        };
        assert!(hour.check().expect_err("too long").contains("15 min"));
    }
}
