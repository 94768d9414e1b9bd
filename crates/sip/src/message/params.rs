//! `;name=value` lists behind URIs and header values, in order, values as written on the wire.

use super::lexer::{self, Run, cut, optional, trim, trim_start};
use std::borrow::Cow;
use std::fmt;

/// Parameters in order; names compare without case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Params {
    list: Vec<(Cow<'static, str>, Option<String>)>,
}

/// Names that most messages hold, kept without a copy of each.
const USUAL: [&str; 12] = [
    "branch",
    "tag",
    "rport",
    "received",
    "lr",
    "transport",
    "expires",
    "refresher",
    "user",
    "q",
    "ob",
    "reg-id",
];

/// No more than so many stand in most lists.
const USUALLY: usize = 2;

/// `name` as it is kept.
fn kept(name: &str) -> Cow<'static, str> {
    match USUAL.into_iter().find(|usual| *usual == name) {
        Some(usual) => Cow::Borrowed(usual),
        None => Cow::Owned(name.to_owned()),
    }
}

impl Params {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `name`; `None` if absent or without a value (see [`Self::has`]).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entry(name).and_then(|value| value.as_deref())
    }

    /// The value of `name` without quotes.
    pub fn get_unquoted(&self, name: &str) -> Option<String> {
        self.get(name).map(lexer::unquote)
    }

    /// Whether `name` is there, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Sets `name` to `value` (`None`: a flag), in place if it is there.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        let value = value.map(str::to_owned);
        match self
            .list
            .iter_mut()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            Some(entry) => entry.1 = value,
            None => self.list.push((kept(name), value)),
        }
    }

    /// Sets `name` to `value` in quotes, as what is no token must be.
    pub fn set_quoted(&mut self, name: &str, value: &str) {
        self.set(name, Some(&super::lexer::quote(value)));
    }

    /// The same parameters and `name`, for building.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<&str>) -> Self {
        self.set(name, value);
        self
    }

    /// Removes `name`.
    pub fn remove(&mut self, name: &str) {
        self.list
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    /// Name and value of each, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.list
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_deref()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn entry(&self, name: &str) -> Option<&Option<String>> {
        self.list
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Reads header parameters: empty, or `;name=value;flag`, blanks allowed around each mark. One
    /// stray `;` at the end is forgiven, since phones in the field write it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut list = Vec::with_capacity(text.len().min(USUALLY));
        read(text, |name, value| list.push(owned(name, value)))?;
        Some(Self { list })
    }

    /// Whether [`Self::parse`] would read `text`.
    pub(crate) fn is_list(text: &str) -> bool {
        read(text, |_, _| {}).is_some()
    }

    /// Reads URI parameters: no blanks, no quotes.
    pub(crate) fn parse_uri(text: &str) -> Option<Self> {
        let mut list = Vec::with_capacity(text.len().min(USUALLY));
        read_uri(text, |name, value| list.push(owned(name, value)))?;
        Some(Self { list })
    }

    /// Whether [`Self::parse_uri`] would read `text`.
    pub(crate) fn is_uri_list(text: &str) -> bool {
        read_uri(text, |_, _| {}).is_some()
    }

    /// Writes URI parameters, escaping what would end the URI or its parameter.
    pub(crate) fn write_uri(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.iter() {
            write!(f, ";{}", crate::uri::escape_breakers(name, ";=?@"))?;
            if let Some(value) = value {
                write!(f, "={}", crate::uri::escape_breakers(value, ";?@"))?;
            }
        }
        Ok(())
    }
}

fn owned(name: &str, value: Option<&str>) -> (Cow<'static, str>, Option<String>) {
    (kept(name), value.map(str::to_owned))
}

/// Goes through header parameters; `None` at the first that is none.
fn read<'a>(text: &'a str, mut each: impl FnMut(&'a str, Option<&'a str>)) -> Option<()> {
    let mut rest = trim(text);
    if rest.is_empty() {
        return Some(());
    }
    loop {
        let (name, after) = NAME.split(trim_start(rest.strip_prefix(';')?));
        let value = |text| read_value(trim_start(text));
        let (value, after) = optional(trim_start(after), '=', value)?;
        if name.is_empty() {
            return None;
        }
        each(name, value);
        rest = trim_start(after);
        if matches!(rest, "" | ";") {
            return Some(());
        }
    }
}

/// The value at the start of `text`, a word or a quoted string, and what follows.
fn read_value(text: &str) -> Option<(&str, &str)> {
    let (value, rest) = match text.starts_with('"') {
        true => text.split_at(lexer::after_quoted(text.as_bytes(), 0)?),
        false => WORD.split(text),
    };
    (!value.is_empty()).then_some((value, rest))
}

/// Goes through URI parameters; `None` at the first that is none.
fn read_uri<'a>(text: &'a str, mut each: impl FnMut(&'a str, Option<&'a str>)) -> Option<()> {
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = cut(rest, b';').unwrap_or((rest, ""));
        rest = after;
        if part.is_empty() {
            continue;
        }
        let (name, value) = match cut(part, b'=') {
            Some((name, value)) => (name, Some(value)),
            None => (part, None),
        };
        if name.is_empty() {
            return None;
        }
        each(name, value);
    }
    Some(())
}

/// Values without quotes.
static WORD: Run = Run::until(b" \",;<>");

static NAME: Run = Run::until(b" \",;<>=");

/// Header parameters. A value that could not be read back as it stands is quoted.
impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.iter() {
            write!(f, ";{}", name.replace(|c| !NAME.has(c), ""))?;
            match value {
                Some(value) if matches!(read_value(value), Some((_, ""))) => write!(f, "={value}")?,
                Some(value) => write!(f, "={}", lexer::quote(value))?,
                None => {}
            }
        }
        Ok(())
    }
}
