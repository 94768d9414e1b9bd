//! Files of registers of numbers that must not be called: a number on a line, or a table of which one
//! column has them. Read line by line in bounded memory, however long; what is no number is counted.

use std::io::{self, BufRead, BufReader, Read};

use domain::PhoneNumber;
use sha2::{Digest as _, Sha256};

use crate::reading::number;

/// A longer line is no line of a register.
const LINE_MAX: usize = 4_096;
/// Lines that are no number and are shown.
const SHOWN_MAX: usize = 5;

/// Whose numbers they are where no country is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterCountry {
    /// Colombia: ten digits.
    Colombia,
    /// United States: ten digits, perhaps the area in a column of its own.
    UnitedStates,
    /// United Kingdom: eleven digits from zero.
    UnitedKingdom,
}

impl RegisterCountry {
    /// From the word: `co`, `us` or `uk`.
    pub fn from_word(word: &str) -> Option<RegisterCountry> {
        match word.to_ascii_lowercase().as_str() {
            "co" => Some(RegisterCountry::Colombia),
            "us" => Some(RegisterCountry::UnitedStates),
            "uk" | "gb" => Some(RegisterCountry::UnitedKingdom),
            _ => None,
        }
    }

    /// Whose a register is by its usual name; Colombia's where nobody knows.
    pub fn of_register(name: &str) -> RegisterCountry {
        match name {
            "dnc" => RegisterCountry::UnitedStates,
            "tps" | "ctps" => RegisterCountry::UnitedKingdom,
            _ => RegisterCountry::Colombia,
        }
    }
}

/// What was in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterAccount {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Lines with something on them, but for the heading.
    pub lines: u64,
    /// Of which so many are no number.
    pub rejected: u64,
    /// Where the first of those are.
    pub rejected_lines: Vec<u64>,
}

/// A file as it is read.
pub struct RegisterFile<R> {
    source: BufReader<R>,
    digest: Sha256,
    country: RegisterCountry,
    column: Column,
    line: Vec<u8>,
    line_number: u64,
    account: RegisterAccount,
}

/// Where the numbers stand.
enum Column {
    /// Nothing was read yet; perhaps the name of the column.
    Unread(Option<String>),
    /// In this cell.
    At(usize),
    /// In the first cell that is one.
    Any,
}

impl<R: Read> RegisterFile<R> {
    /// Reads from `source`; `column` is the heading of the numbers, where there are several columns.
    pub fn new(source: R, country: RegisterCountry, column: Option<String>) -> RegisterFile<R> {
        RegisterFile {
            source: BufReader::with_capacity(1 << 16, source),
            digest: Sha256::new(),
            country,
            column: Column::Unread(column),
            line: Vec::new(),
            line_number: 0,
            account: RegisterAccount::default(),
        }
    }

    /// Bytes read so far could be told by the caller's reader; this is how many lines were.
    pub fn lines(&self) -> u64 {
        self.account.lines
    }

    /// The next number; none at the end.
    pub fn next_number(&mut self) -> io::Result<Option<PhoneNumber>> {
        while self.next_line()? {
            let line = String::from_utf8_lossy(&self.line).into_owned();
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() {
                continue;
            }
            let cells = cells(line);
            if let Column::Unread(name) = &mut self.column {
                let name = name.take();
                let (column, is_heading) = self.heading(&cells, name)?;
                self.column = column;
                if is_heading {
                    continue;
                }
            }
            self.account.lines += 1;
            match self.number_in(&cells) {
                Some(number) => return Ok(Some(number)),
                None => self.reject(),
            }
        }
        Ok(None)
    }

    /// What the whole file was; after its end.
    pub fn account(self) -> RegisterAccount {
        let digest = self.digest.finalize();
        RegisterAccount {
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            ..self.account
        }
    }

    fn reject(&mut self) {
        self.account.rejected += 1;
        if self.account.rejected_lines.len() < SHOWN_MAX {
            self.account.rejected_lines.push(self.line_number);
        }
    }

    fn heading(&self, cells: &[&str], name: Option<String>) -> io::Result<(Column, bool)> {
        let Some(name) = name else {
            return Ok((Column::Any, self.number_among(cells).is_none()));
        };
        let found = cells
            .iter()
            .position(|cell| cell.eq_ignore_ascii_case(name.trim()));
        match found {
            Some(at) => Ok((Column::At(at), true)),
            None => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it has no column `{name}`; it has {}", cells.join(", ")),
            )),
        }
    }

    fn number_in(&self, cells: &[&str]) -> Option<PhoneNumber> {
        match self.column {
            Column::At(at) => read(cells.get(at)?, self.country),
            Column::Any | Column::Unread(_) => self.number_among(cells),
        }
    }

    /// The first cell that is a number; in the United States also the area and the rest.
    fn number_among(&self, cells: &[&str]) -> Option<PhoneNumber> {
        let first = cells.iter().find_map(|cell| read(cell, self.country));
        first.or_else(|| match (self.country, cells) {
            (RegisterCountry::UnitedStates, [area, rest, ..]) if area.len() == 3 => {
                read(&format!("{area}{rest}"), self.country)
            }
            _ => None,
        })
    }

    /// The next line without its end; false after the last. Of one that is too long its beginning.
    fn next_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        let mut any = false;
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                self.line_number += u64::from(any);
                return Ok(any);
            }
            any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(buffer.len(), |end| end + 1);
            let room = LINE_MAX.saturating_sub(self.line.len());
            self.line.extend_from_slice(&buffer[..taken.min(room)]);
            self.digest.update(&buffer[..taken]);
            self.source.consume(taken);
            if end.is_some() {
                self.line_number += 1;
                return Ok(true);
            }
        }
    }
}

/// A register is a list: no cell of it has a delimiter inside.
fn cells(line: &str) -> Vec<&str> {
    let cells = line.split([';', ',', '\t', '|']);
    cells
        .map(|cell| cell.trim().trim_matches('"').trim())
        .collect()
}

/// A number as a register writes it: the plain form at once, anything else as people write numbers.
fn read(cell: &str, country: RegisterCountry) -> Option<PhoneNumber> {
    let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
    let plain = cell
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.'));
    if !plain || digits.len() < 7 {
        return None;
    }
    if cell.starts_with('+') {
        return PhoneNumber::from_e164(&digits).ok();
    }
    let with = |code: &str, rest: &str| PhoneNumber::from_e164(&format!("{code}{rest}")).ok();
    match (country, digits.len()) {
        (RegisterCountry::Colombia, 10) if digits.starts_with(['3', '6']) => with("57", &digits),
        (RegisterCountry::Colombia, 12) if digits.starts_with("57") => with("", &digits),
        (RegisterCountry::Colombia, _) => number(cell),
        (RegisterCountry::UnitedStates, 10) => with("1", &digits),
        (RegisterCountry::UnitedStates, 11) if digits.starts_with('1') => with("", &digits),
        (RegisterCountry::UnitedKingdom, 10 | 11) if digits.starts_with('0') => {
            with("44", &digits[1..])
        }
        (RegisterCountry::UnitedKingdom, 11..=12) if digits.starts_with("44") => with("", &digits),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, country: &str, column: Option<&str>) -> (Vec<String>, RegisterAccount) {
        let country = RegisterCountry::from_word(country).expect("a country");
        let column = column.map(str::to_owned);
        let mut file = RegisterFile::new(text.as_bytes(), country, column);
        let mut numbers = Vec::new();
        while let Some(number) = file.next_number().expect("it is in memory") {
            numbers.push(number.dialable());
        }
        (numbers, file.account())
    }

    #[test]
    fn a_list_of_numbers_is_read_line_by_line() {
        let text = "\u{feff}3001234567\r\n573009876543\n\n+57 301 000 0001\nno\n601 555 0100";
        let (numbers, account) = all(text, "co", None);
        let expected = [
            "+573001234567",
            "+573009876543",
            "+573010000001",
            "+576015550100",
        ];
        assert_eq!(numbers, expected);
        assert_eq!((account.lines, account.rejected), (5, 1));
        assert_eq!(account.rejected_lines, [5]);
        let hash = Sha256::digest(text.as_bytes());
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(account.sha256, hash);
    }

    #[test]
    fn tables_are_read_by_the_column_that_is_named_or_has_numbers() {
        let table = "documento;celular;canal\n1020304050;\"3001234567\";llamada\n;3009876543;sms\n";
        let (numbers, account) = all(table, "co", Some("CELULAR"));
        assert_eq!(numbers, ["+573001234567", "+573009876543"]);
        assert_eq!((account.lines, account.rejected), (2, 0));
        let (numbers, _) = all("area,number\n212,5551234\n(212) 555-1235\n", "us", None);
        assert_eq!(numbers, ["+12125551234", "+12125551235"]);
        let (numbers, _) = all("07700 900123\n447700900124\n", "uk", None);
        assert_eq!(numbers, ["+447700900123", "+447700900124"]);
        let mut file = RegisterFile::new(
            "a;b\n1;2\n".as_bytes(),
            RegisterCountry::Colombia,
            Some("c".to_owned()),
        );
        let error = file.next_number().expect_err("no such column").to_string();
        assert!(error.contains("it has a, b"), "{error}");
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let long = std::io::repeat(b'3').take(50_000_000);
        let mut file = RegisterFile::new(long, RegisterCountry::Colombia, None);
        assert_eq!(file.next_number().expect("read"), None);
        assert!(file.line.capacity() < 100_000, "{}", file.line.capacity());
    }
}
