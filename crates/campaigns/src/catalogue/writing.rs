//! A catalogue as the text it can be read back from, and that spreadsheets open.

use domain::{CallBack, Disposition, Occasion};

use super::CATALOGUE_COLUMNS;

/// Rows as CSV, the headings first.
pub(super) fn text(rows: &[Disposition]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: &[String]| {
        writer
            .write_record(cells)
            .expect("rows of one length are written to memory");
    };
    write(&CATALOGUE_COLUMNS.map(str::to_owned));
    for row in rows {
        write(&cells(row));
    }
    let bytes = writer.into_inner().expect("memory takes what is written");
    String::from_utf8(bytes).expect("texts were written")
}

fn cells(row: &Disposition) -> [String; 23] {
    let flag = |flag: bool| u8::from(flag).to_string();
    let words: Vec<_> = row.occasions.iter().map(|on| Occasion::word(*on)).collect();
    let retry = &row.retry;
    [
        row.code.clone(),
        row.levels[0].clone(),
        row.levels[1].clone(),
        row.levels[2].clone(),
        row.origin.word().to_owned(),
        words.join(" "),
        flag(row.human),
        flag(row.third_party),
        flag(row.holder),
        flag(row.effective_contact),
        flag(row.accepted_sale),
        flag(row.closes_record),
        flag(row.suppresses),
        row.rank.to_string(),
        (retry.wait.as_secs() / 60).to_string(),
        retry.next_phone.word().to_owned(),
        flag(retry.other_hours),
        retry
            .times_max
            .map(|times| times.to_string())
            .unwrap_or_default(),
        flag(retry.invalidates_phone),
        flag(retry.costs_attempt),
        row.call_back.map_or("", CallBack::word).to_owned(),
        flag(row.retired),
        row.next_action.clone(),
    ]
}
