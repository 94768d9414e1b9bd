//! CSeq (RFC 3261 section 20.16): a number below 2^31 and a method.

use super::lexer::{cut_at_blank, trim};
use super::{HeaderProblem, Method};
use std::fmt;

/// Sequence number and method of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CSeq {
    /// Below 2^31.
    pub number: u32,
    /// The method, which is that of the request.
    pub method: Method,
}

impl CSeq {
    /// Reads `number method`.
    pub(crate) fn parse(text: &str) -> Result<Self, HeaderProblem> {
        let (number, method) = cut_at_blank(text).ok_or(HeaderProblem::Malformed)?;
        let number = parse_number(number)?;
        if number >= 1 << 31 {
            return Err(HeaderProblem::OutOfRange);
        }
        let method = Method::parse(trim(method)).ok_or(HeaderProblem::Malformed)?;
        Ok(Self { number, method })
    }
}

/// Reads a decimal number; digits only, since `str::parse` would take a sign.
pub(crate) fn parse_number(text: &str) -> Result<u32, HeaderProblem> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HeaderProblem::Malformed);
    }
    text.parse().map_err(|_| HeaderProblem::OutOfRange)
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}
