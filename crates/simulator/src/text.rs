//! How people write shares, lengths of time and modes in a scenario: `2%`,
//! `90s`, `predictive`. The words are `domain`'s; this lets serde read them.

pub(crate) mod share {
    //! `3%`.
    use domain::Rate;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(rate: &Rate, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{rate:.2}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

pub(crate) mod span {
    //! `90s`.
    use std::time::Duration;

    use domain::parse_span;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{}ms", span.as_millis()))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        parse_span(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

pub(crate) mod mode {
    //! `predictive`.
    use domain::DialMode;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(mode: &DialMode, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(mode.word())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DialMode, D::Error> {
        let word = String::deserialize(from)?;
        DialMode::from_word(&word).ok_or_else(|| {
            D::Error::custom(format!(
                "\"{word}\" is no dial mode; write {}",
                DialMode::WORDS
            ))
        })
    }
}
