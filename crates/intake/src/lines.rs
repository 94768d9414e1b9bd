//! Physical lines of a text file, numbered, each bounded in length. Lines end
//! in LF, CRLF, or a lone CR where the file has no other.

use std::io::{self, BufRead, BufReader, Read};

/// One line, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
    /// Bytes of the text up to its end.
    pub(crate) done: u64,
}

/// Why there is no next line.
#[derive(Debug)]
pub(crate) enum LineError {
    Io(io::Error),
    /// The line of this number passes the bound.
    TooLong(u64),
}

pub(crate) struct Lines<R> {
    inner: BufReader<R>,
    end: u8,
    bytes_max: usize,
    number: u64,
    done: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(inner: R, end: u8, bytes_max: usize) -> Lines<R> {
        Lines {
            inner: BufReader::with_capacity(64 * 1024, inner),
            end,
            bytes_max,
            number: 0,
            done: 0,
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Line>, LineError> {
        let mut bytes = Vec::new();
        let bound = self.bytes_max as u64 + 2;
        let read = (&mut self.inner)
            .take(bound)
            .read_until(self.end, &mut bytes)
            .map_err(LineError::Io)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.done += read as u64;
        if bytes.last() == Some(&self.end) {
            bytes.pop();
        }
        while bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if bytes.len() > self.bytes_max {
            return Err(LineError::TooLong(self.number));
        }
        Ok(Some(Line {
            number: self.number,
            bytes,
            done: self.done,
        }))
    }

    pub(crate) fn into_inner(self) -> R {
        self.inner.into_inner()
    }
}

/// The byte that ends lines here.
pub(crate) fn line_end(head: &[u8]) -> u8 {
    if !head.contains(&b'\n') && head.contains(&b'\r') {
        b'\r'
    } else {
        b'\n'
    }
}
