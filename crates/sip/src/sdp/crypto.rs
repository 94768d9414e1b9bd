//! `a=crypto` (RFC 4568): the key that the sender of a description protects its audio with. Only the
//! suites of section 6.2, without master key identifiers and session parameters: a line with more
//! is passed over, as the RFC wants of those who do not know it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sdp_types::Attribute;

/// There is no phone with more suites than this; a longer list is not read to its end.
const LINES_MAX: usize = 16;

/// Key and salt, as `inline:` carries them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MasterKey(pub [u8; 30]);

/// It is a secret: not for any log.
impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// What audio is protected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CryptoSuite {
    /// `AES_CM_128_HMAC_SHA1_80`, which all have who have any.
    Tag80,
    /// `AES_CM_128_HMAC_SHA1_32`.
    Tag32,
}

/// The key that we send with, and whether we talk without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keying {
    /// Ours; chosen anew for each session.
    pub key: MasterKey,
    /// Audio in clear is refused.
    pub required: bool,
}

/// What both sides agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crypto {
    /// Both ways.
    pub suite: CryptoSuite,
    /// What we send with.
    pub ours: MasterKey,
    /// What they send with.
    pub theirs: MasterKey,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) tag: u32,
    pub(super) suite: CryptoSuite,
    pub(super) key: MasterKey,
}

impl CryptoSuite {
    const ALL: [CryptoSuite; 2] = [CryptoSuite::Tag80, CryptoSuite::Tag32];

    const fn name(self) -> &'static str {
        match self {
            CryptoSuite::Tag80 => "AES_CM_128_HMAC_SHA1_80",
            CryptoSuite::Tag32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }
}

impl Line {
    /// The one we offer.
    pub(super) fn offered(key: MasterKey) -> Line {
        Line {
            tag: 1,
            suite: CryptoSuite::Tag80,
            key,
        }
    }

    /// `1 AES_CM_128_HMAC_SHA1_80 inline:KEY`, with or without a lifetime, which no call outlasts.
    fn parse(value: &str) -> Option<Line> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next()?.parse().ok()?;
        let name = words.next()?;
        let mut suites = CryptoSuite::ALL.into_iter();
        let suite = suites.find(|suite| suite.name().eq_ignore_ascii_case(name))?;
        let (method, info) = words.next()?.split_once(':')?;
        let plain = method.eq_ignore_ascii_case("inline") && !info.contains([':', ';']);
        // A hint of the window's size binds nobody; all other parameters do (6.3, 6.3.7).
        let binding = words.any(|word| !word.starts_with('-') && !word.starts_with("WSH="));
        if !plain || binding {
            return None;
        }
        let key = info.split('|').next()?;
        let key = BASE64.decode(key).ok()?.try_into().ok()?;
        Some(Line {
            tag,
            suite,
            key: MasterKey(key),
        })
    }

    /// Those of a stream that we could use, in its order.
    pub(super) fn all(attributes: &[Attribute]) -> impl Iterator<Item = Line> {
        attributes
            .iter()
            .filter(|a| a.attribute.eq_ignore_ascii_case("crypto"))
            .take(LINES_MAX)
            .filter_map(|a| Line::parse(a.value.as_deref()?.trim()))
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (tag, suite) = (self.tag, self.suite.name());
        write!(f, "{tag} {suite} inline:{}", BASE64.encode(self.key.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 4568, section 4.
    const KEY: &str = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";

    #[test]
    fn a_line_reads_as_it_was_written_and_a_lifetime_is_passed_over() {
        let text = format!("2 AES_CM_128_HMAC_SHA1_32 inline:{KEY}");
        let line = Line::parse(&text).expect("a line");
        assert_eq!((line.tag, line.suite), (2, CryptoSuite::Tag32));
        assert_eq!(line.to_string(), text);
        for more in ["|2^20", "|1048576", " WSH=64", " -X=1"] {
            assert_eq!(Line::parse(&format!("{text}{more}")), Some(line), "{more}");
        }
    }

    #[test]
    fn what_we_could_not_keep_is_passed_over() {
        for text in [
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} KDR=1"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY};inline:{KEY}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{}", &KEY[4..]),
            format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
            format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
            "1 AES_CM_128_HMAC_SHA1_80 inline:".to_owned(),
            "1 AES_CM_128_HMAC_SHA1_80".to_owned(),
            String::new(),
        ] {
            assert_eq!(Line::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn no_key_is_printed() {
        let line = Line::parse(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"));
        assert!(format!("{line:?}").contains("MasterKey(…)"));
    }
}
