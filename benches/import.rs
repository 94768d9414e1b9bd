//! Reading a client's base: headings understood, phones repaired and checked
//! against the number plan, duplicates found, every row accounted for; kept
//! nowhere. Compared with the crate csv splitting the same bytes into cells.

use std::hint::black_box;
use std::io::Cursor;

use benches::{compare, quick, rate, span};
use intake::{DryRun, ImportOptions, Source, import};

const SEED: u64 = 20_261_124;

fn main() {
    let rows = if quick() { 5_000 } else { 100_000 };
    let mut base = Vec::new();
    intake::sample::write(rows, SEED, &mut base).expect("memory takes any bytes");
    let split = rate(span(), || split(&base));
    let read = rate(span(), || read(&base));
    let what = format!("import, base of {rows} rows");
    compare(&what, read, "csv split into cells", split);
}

fn split(base: &[u8]) -> u64 {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(base);
    let (mut record, mut rows) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).expect("a sound base") {
        black_box(&record);
        rows += 1;
    }
    rows
}

fn read(base: &[u8]) -> u64 {
    let mut source = Source::seekable("base.csv", Cursor::new(base));
    let options = ImportOptions::new("base");
    let acta = import(&mut source, &options, &mut DryRun, &mut |_| ());
    black_box(acta.expect("a sound base")).received
}
