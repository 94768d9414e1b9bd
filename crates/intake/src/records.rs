//! Records of delimited text (RFC 4180, tolerant): quoted cells, quotes doubled
//! inside them, line breaks inside them up to a bound.
//!
//! A quote that never closes would swallow the rest of the file. Here the line
//! where it opens is reported broken and the next lines are read for themselves.

use std::collections::VecDeque;
use std::io::Read;

use crate::acta::Reason;
use crate::lines::{Line, LineError, Lines};

/// One record: raw cells, or the fault that makes it unreadable.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Line where it begins.
    pub(crate) line: u64,
    pub(crate) cells: Vec<Vec<u8>>,
    pub(crate) fault: Option<Reason>,
    pub(crate) done: u64,
}

pub(crate) struct Records<R> {
    lines: Lines<R>,
    /// Lines read ahead in search of a closing quote.
    held: VecDeque<Line>,
    delimiter: u8,
    breaks_max: usize,
    bytes_max: usize,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(
        lines: Lines<R>,
        delimiter: u8,
        breaks_max: usize,
        bytes_max: usize,
    ) -> Records<R> {
        Records {
            lines,
            held: VecDeque::new(),
            delimiter,
            breaks_max,
            bytes_max,
        }
    }

    pub(crate) fn into_inner(self) -> R {
        self.lines.into_inner()
    }

    pub(crate) fn next(&mut self) -> Result<Option<Record>, LineError> {
        let Some(first) = self.line()? else {
            return Ok(None);
        };
        let mut splitter = Splitter::new(self.delimiter);
        let mut end = splitter.line(&first.bytes);
        let mut more: Vec<Line> = Vec::new();
        let mut bytes = first.bytes.len();
        while end == End::Open && more.len() < self.breaks_max && bytes < self.bytes_max {
            let Some(line) = self.line()? else { break };
            bytes += line.bytes.len();
            end = splitter.line(&line.bytes);
            more.push(line);
        }
        if end == End::Closed {
            return Ok(Some(Record {
                line: first.number,
                done: more.last().unwrap_or(&first).done,
                cells: splitter.cells,
                fault: None,
            }));
        }
        for line in more.into_iter().rev() {
            self.held.push_front(line);
        }
        Ok(Some(self.broken(first)))
    }

    fn line(&mut self) -> Result<Option<Line>, LineError> {
        match self.held.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }

    fn broken(&self, line: Line) -> Record {
        let cells = line.bytes.split(|b| *b == self.delimiter);
        Record {
            line: line.number,
            cells: cells.map(<[u8]>::to_vec).collect(),
            fault: Some(Reason::BrokenQuotes),
            done: line.done,
        }
    }
}

/// How a line leaves the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// All cells closed.
    Closed,
    /// Inside quotes.
    Open,
    /// A quote closed where none can: an earlier one was never closed.
    Broken,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell: its end, or half a doubled quote.
    Quote,
}

struct Splitter {
    delimiter: u8,
    cells: Vec<Vec<u8>>,
    cell: Vec<u8>,
    at: At,
    /// The quoted cell holds a delimiter or a line break, so that text right
    /// after its closing quote means that the quotes do not pair.
    swallowed: bool,
}

impl Splitter {
    fn new(delimiter: u8) -> Splitter {
        Splitter {
            delimiter,
            cells: Vec::new(),
            cell: Vec::new(),
            at: At::CellStart,
            swallowed: false,
        }
    }

    fn line(&mut self, bytes: &[u8]) -> End {
        if self.at == At::Quoted {
            self.cell.push(b'\n');
            self.swallowed = true;
        }
        for &byte in bytes {
            if self.byte(byte) == End::Broken {
                return End::Broken;
            }
        }
        if self.at == At::Quoted {
            return End::Open;
        }
        self.close_cell();
        End::Closed
    }

    fn byte(&mut self, byte: u8) -> End {
        match self.at {
            At::CellStart if byte == b'"' => {
                self.at = At::Quoted;
                self.swallowed = false;
            }
            At::CellStart | At::Plain if byte == self.delimiter => self.close_cell(),
            At::CellStart | At::Plain => {
                self.cell.push(byte);
                self.at = At::Plain;
            }
            At::Quoted if byte == b'"' => self.at = At::Quote,
            At::Quoted => {
                self.swallowed |= byte == self.delimiter;
                self.cell.push(byte);
            }
            At::Quote if byte == b'"' => {
                self.cell.push(byte);
                self.at = At::Quoted;
            }
            At::Quote if byte == self.delimiter => self.close_cell(),
            At::Quote if self.swallowed && byte != b' ' => return End::Broken,
            At::Quote => {
                self.cell.push(byte);
                self.at = At::Plain;
            }
        }
        End::Closed
    }

    fn close_cell(&mut self) {
        self.cells.push(std::mem::take(&mut self.cell));
        self.at = At::CellStart;
    }
}

#[cfg(test)]
mod tests;
