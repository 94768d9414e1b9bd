//! A base far larger than memory would like: 200,000 rows made while they are
//! read. Only the hashes that tell duplicates may grow with it.

use std::fs;
use std::io::{self, Read};

use intake::{DryRun, ImportOptions, Source, import};

const ROWS: u64 = 200_000;
/// Two tables of 200,000 entries (document 16 bytes, phone 8) while they
/// double, and the acta; less than half of what the base takes.
const GROWTH_MAX_KB: u64 = 30_000;

/// Makes rows of some 400 bytes as they are asked for: 80 MB in all.
struct Generated {
    next: u64,
    text: Vec<u8>,
    at: usize,
    filler: String,
}

impl Generated {
    fn new() -> Generated {
        Generated {
            next: 0,
            text: b"documento;nombre;celular;nota\n".to_vec(),
            at: 0,
            filler: "observaciones del cliente ".repeat(14),
        }
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            if self.next == ROWS {
                return Ok(0);
            }
            // Every tenth row is the one before it again.
            let person = self.next - u64::from(self.next % 10 == 9);
            self.text.clear();
            self.text.extend_from_slice(
                format!(
                    "{};Ana Peña;{};{}\n",
                    1_000_000_000 + person,
                    3_100_000_000 + person * 37,
                    self.filler
                )
                .as_bytes(),
            );
            self.next += 1;
            self.at = 0;
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Most memory this process ever held, in kilobytes.
fn peak_memory_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let figure = line.and_then(|line| line.split_whitespace().nth(1));
    figure
        .and_then(|kb| kb.parse().ok())
        .expect("a figure in kB")
}

#[test]
fn two_hundred_thousand_rows_are_read_in_bounded_memory() {
    // The number plan is loaded once, whatever the size of the base.
    let mut warm = Source::stream("una.csv", &b"celular\n3001234567\n"[..]);
    let mut options = ImportOptions::new("grande");
    options.limits.rows_listed = 1_000;
    import(&mut warm, &options, &mut DryRun, &mut |_| {}).expect("readable");
    let before = peak_memory_kb();

    let mut source = Source::stream("grande.csv", Generated::new());
    let mut reports = 0;
    let acta = import(&mut source, &options, &mut DryRun, &mut |_| reports += 1).expect("readable");

    assert_eq!((acta.received, acta.valid), (ROWS, ROWS / 10 * 9));
    assert_eq!(acta.duplicates.by_document, ROWS / 10);
    assert_eq!(acta.duplicate_rows.len(), 1_000);
    assert!(acta.bytes > 70_000_000, "{}", acta.bytes);
    assert_eq!(reports, 201);
    let growth = peak_memory_kb() - before;
    assert!(growth < GROWTH_MAX_KB, "memory grew by {growth} kB");
}
