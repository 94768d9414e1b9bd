//! Range requests (RFC 9110 section 14): which part of a file is asked for. One range at a time;
//! what is no range, or several, is answered with the whole, as the standard allows.

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it: 200.
    Whole,
    /// This part: 206.
    Part(Range<u64>),
    /// None of what there is: 416.
    Unsatisfiable,
}

/// What is asked for of a file of `length` bytes with this entity tag.
pub(crate) fn wanted(headers: &HeaderMap, length: u64, etag: &str) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // What was begun of another file is not gone on with (section 13.1.5).
    if text(IF_RANGE).is_some_and(|tag| tag != etag) {
        return Wanted::Whole;
    }
    text(RANGE).map_or(Wanted::Whole, |range| part(range, length))
}

fn part(range: &str, length: u64) -> Wanted {
    let spec = range.trim().split_once('=');
    let Some((_, spec)) = spec.filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes")) else {
        return Wanted::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Wanted::Whole;
    };
    let number = |text: &str| match text.trim() {
        "" => Ok(None),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            // Larger than any file is past the end of this one.
            Ok(Some(digits.parse().unwrap_or(u64::MAX)))
        }
        _ => Err(()),
    };
    let range = match (number(first), number(last)) {
        (Ok(Some(first)), Ok(None)) => first..length,
        (Ok(Some(first)), Ok(Some(last))) if first <= last => {
            first..last.saturating_add(1).min(length)
        }
        (Ok(None), Ok(Some(count))) => length.saturating_sub(count)..length,
        _ => return Wanted::Whole,
    };
    match range.start < range.end {
        true => Wanted::Part(range),
        false => Wanted::Unsatisfiable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().expect("visible"));
        wanted(&headers, 1_000, "\"a\"")
    }

    #[test]
    fn one_range_is_a_part() {
        assert_eq!(asked("bytes=0-99"), Wanted::Part(0..100));
        assert_eq!(asked("bytes=900-"), Wanted::Part(900..1_000));
        assert_eq!(asked("bytes=-1"), Wanted::Part(999..1_000));
        assert_eq!(asked("bytes=-5000"), Wanted::Part(0..1_000));
        assert_eq!(
            asked("Bytes= 5-99999999999999999999999"),
            Wanted::Part(5..1_000)
        );
    }

    #[test]
    fn past_the_end_nothing_can_be_had() {
        for range in [
            "bytes=1000-",
            "bytes=1000-1001",
            "bytes=-0",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(asked(range), Wanted::Unsatisfiable, "{range}");
        }
    }

    #[test]
    fn what_is_no_range_or_several_gets_the_whole() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-b",
            "items=0-1",
            "bytes=0-1,5-6",
            "bytes=+1-2",
            "bytes=1 2-3",
        ] {
            assert_eq!(asked(range), Wanted::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_file_gets_the_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, "bytes=0-1".parse().expect("visible"));
        headers.insert(IF_RANGE, "\"b\"".parse().expect("visible"));
        assert_eq!(wanted(&headers, 10, "\"a\""), Wanted::Whole);
        assert_eq!(wanted(&headers, 10, "\"b\""), Wanted::Part(0..2));
    }
}
