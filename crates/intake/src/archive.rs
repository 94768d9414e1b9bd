//! Looks over a workbook's archive before anything unpacks it: what it is, and
//! that it is no bomb. Declared sizes are checked first, then the real ones, by
//! unpacking every part into nothing.

use std::io::Read;

use zip::ZipArchive;

use crate::error::IntakeError;
use crate::options::Limits;
use crate::source::ReadSeek;

/// Parts smaller than this may be packed as tightly as they like.
const RATIO_FROM: u64 = 10 << 20;
/// Longest text between two marks of XML; a cell of Excel holds 32,767 letters.
const TEXT_MAX: usize = 1 << 20;
/// Shortest a shared text can be: `<si><t/></si>`.
const SHARED_TEXT_BYTES_MIN: u64 = 13;
/// Read at a time.
const PIECE: usize = 64 * 1024;

/// Refuses what is no workbook, and what would exhaust the machine.
pub(crate) fn check(
    bytes: &mut dyn ReadSeek,
    file: &str,
    limits: &Limits,
) -> Result<(), IntakeError> {
    let broken = |why: String| IntakeError::Workbook {
        file: file.to_owned(),
        why,
    };
    let damaged =
        |error: zip::result::ZipError| broken(format!("its archive is damaged ({error})"));
    let mut archive = ZipArchive::new(bytes).map_err(damaged)?;
    if archive.len() > limits.zip_entries {
        return Err(broken(format!(
            "its archive has {} parts, more than {}",
            archive.len(),
            limits.zip_entries
        )));
    }
    kind(&mut archive, file)?;
    declared_sizes(&mut archive, limits).map_err(broken)?;
    if archive.has_overlapping_files().map_err(damaged)? {
        return Err(broken("parts of its archive overlap".to_owned()));
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.into_owned();
        let packed = part.compressed_size();
        let unpacked = real_size(&mut part, &name, total, limits).map_err(broken)?;
        bounded(&name, packed, unpacked, limits).map_err(broken)?;
        total += unpacked;
    }
    Ok(())
}

type Archive<'b> = ZipArchive<&'b mut dyn ReadSeek>;

/// Other files that are archives too are refused by name.
fn kind(archive: &mut Archive<'_>, file: &str) -> Result<(), IntakeError> {
    let refuse = |found, advice| IntakeError::Format {
        file: file.to_owned(),
        found,
        advice,
    };
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(index) else {
            continue;
        };
        if part.encrypted() {
            return Err(refuse(
                "an archive protected with a password",
                "unpack it with its password and import the file inside",
            ));
        }
        names.push(String::from_utf8_lossy(part.name_raw()).to_ascii_lowercase());
    }
    let has = |start: &str| names.iter().any(|name| name.starts_with(start));
    if has("xl/workbook.bin") {
        return Err(refuse(
            "a binary workbook (.xlsb)",
            "open it in Excel and save it as XLSX or CSV",
        ));
    }
    if has("[content_types].xml")
        && (has("xl/") || names.iter().any(|n| n.ends_with("workbook.xml")))
    {
        return Ok(());
    }
    if has("mimetype") && has("content.xml") {
        return Err(refuse(
            "an OpenDocument file (.ods)",
            "open it and save it as XLSX or CSV",
        ));
    }
    if has("word/") || has("ppt/") {
        return Err(refuse(
            "a document or presentation",
            "ask for the base as XLSX or CSV",
        ));
    }
    Err(refuse(
        "a ZIP archive",
        "unpack it and import the file inside, one base at a time",
    ))
}

fn declared_sizes(archive: &mut Archive<'_>, limits: &Limits) -> Result<(), String> {
    let mut total: u64 = 0;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(index) else {
            return Err("its archive is damaged".to_owned());
        };
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        bounded(&name, part.compressed_size(), part.size(), limits)?;
        total = total.saturating_add(part.size());
    }
    if total > limits.unzipped_bytes {
        return Err(too_big(limits.unzipped_bytes));
    }
    Ok(())
}

fn too_big(most: u64) -> String {
    format!("it would unpack to more than {} MB", most >> 20)
}

fn bounded(name: &str, packed: u64, unpacked: u64, limits: &Limits) -> Result<(), String> {
    if is_shared_texts(name) && unpacked > limits.shared_text_bytes {
        return Err(format!(
            "its table of texts is larger than {} MB",
            limits.shared_text_bytes >> 20
        ));
    }
    if unpacked > RATIO_FROM && unpacked / packed.max(1) > limits.zip_ratio {
        return Err(format!(
            "the part {name} is packed more than {} to 1, as only a bomb is",
            limits.zip_ratio
        ));
    }
    Ok(())
}

fn is_shared_texts(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("sharedstrings.xml")
}

/// Unpacks a part into nothing, after `before` bytes of other parts.
fn real_size(
    part: &mut impl Read,
    name: &str,
    before: u64,
    limits: &Limits,
) -> Result<u64, String> {
    let is_xml = name.ends_with(".xml");
    let mut count = Counted::default();
    let mut scan = XmlScan::default();
    let mut piece = vec![0; PIECE];
    loop {
        let read = part
            .read(&mut piece)
            .map_err(|error| format!("the part {name} is damaged ({error})"))?;
        if read == 0 {
            break;
        }
        count.bytes += read as u64;
        if before + count.bytes > limits.unzipped_bytes {
            return Err(too_big(limits.unzipped_bytes));
        }
        if is_xml && !scan.pass(&piece[..read]) {
            return Err(format!("the part {name} has a text of more than 1 MB"));
        }
        if is_shared_texts(name) {
            count.note_declared(&piece[..read]);
        }
    }
    // The reader makes room for as many texts as are declared.
    if count.declared > count.bytes / SHARED_TEXT_BYTES_MIN + 1 {
        return Err(format!(
            "its table of texts declares {} texts and cannot hold them",
            count.declared
        ));
    }
    Ok(count.bytes)
}

/// Follows how long a text without marks gets.
#[derive(Default)]
struct XmlScan {
    run: usize,
}

impl XmlScan {
    /// False once a text is too long.
    fn pass(&mut self, piece: &[u8]) -> bool {
        let mut runs = piece.split(|b| *b == b'<');
        let Some(first) = runs.next() else {
            return true;
        };
        self.run += first.len();
        let mut longest = self.run;
        for run in runs {
            self.run = run.len();
            longest = longest.max(self.run);
        }
        longest <= TEXT_MAX
    }
}

/// Bytes of a part, and how many texts it says it has.
#[derive(Default)]
struct Counted {
    bytes: u64,
    declared: u64,
    /// End of the last piece, so that nothing is missed between two.
    tail: Vec<u8>,
}

const DECLARATION: &[u8] = b"uniqueCount";

impl Counted {
    fn note_declared(&mut self, piece: &[u8]) {
        self.tail.extend_from_slice(piece);
        let window = &self.tail;
        for at in 0..window.len().saturating_sub(DECLARATION.len()) {
            if window[at..].starts_with(DECLARATION) {
                let digits: Vec<u8> = window[at + DECLARATION.len()..]
                    .iter()
                    .copied()
                    .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\''))
                    .take_while(u8::is_ascii_digit)
                    .collect();
                let number = String::from_utf8_lossy(&digits).parse().unwrap_or(
                    // No digits: nothing declared. Too many: more than can be.
                    if digits.is_empty() { 0 } else { u64::MAX },
                );
                self.declared = self.declared.max(number);
            }
        }
        let kept = self.tail.len().min(200);
        self.tail.drain(..self.tail.len() - kept);
    }
}
