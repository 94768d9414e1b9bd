//! Days of a record as Parquet, read back by programs of others: DuckDB and pandas (PyPI), and compared with what the record
//! itself counts.

mod shop;

use std::path::{Path, PathBuf};
use std::process::Command;

use export::{DayWanted, ExportError, MANIFEST, export_day};
use kpi::Period;
use serde_json::{Value, json};

use crate::shop::{CALLS, Shop, at, day, hours};

async fn written(shop: &Shop, date: &str, root: &Path) -> export::DayExported {
    let wanted = DayWanted {
        campaign: &shop.campaign,
        day: day(date),
        masked: true,
    };
    let made = export_day(shop.store.as_ref(), wanted, root, hours(72)).await;
    made.expect("a closed day")
}

fn rows(made: &export::DayExported, table: &str) -> u64 {
    let name = format!("{table}.parquet");
    let file = made.manifest.files.iter().find(|file| file.name == name);
    file.expect("one of the tables").rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_day_is_written_once_and_again_when_something_else_is_said_of_it() {
    let mut shop = Shop::open().await;
    shop.call(0..30).await;
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let wanted = DayWanted {
        campaign: &shop.campaign,
        day: day("2026-01-01"),
        masked: true,
    };
    let early = export_day(shop.store.as_ref(), wanted, root, hours(10)).await;
    assert!(matches!(early, Err(ExportError::NotOver(_))), "{early:?}");
    assert!(!root.join("campaign=1").exists(), "nothing is left behind");

    let first = written(&shop, "2026-01-01", root).await;
    assert!(first.is_new && first.manifest.restates.is_none());
    assert_eq!((first.manifest.version, rows(&first, "attempts")), (1, 30));
    assert_eq!(first.folder, root.join("campaign=1/day=2026-01-01"));
    let again = written(&shop, "2026-01-01", root).await;
    assert!(!again.is_new, "nothing was said since");
    assert_eq!(again.manifest, first.manifest);

    let bytes = std::fs::read(first.folder.join(MANIFEST)).expect("a manifest");
    shop.correct(3, "NI01").await;
    let second = written(&shop, "2026-01-01", root).await;
    let restates = second.manifest.restates.as_ref().expect("marked");
    assert_eq!((second.manifest.version, restates.version), (2, 1));
    assert_eq!(
        (restates.said_since, restates.manifest_sha256.len()),
        (1, 64)
    );
    assert_ne!(
        bytes,
        std::fs::read(second.folder.join(MANIFEST)).expect("one")
    );
    assert_eq!(
        rows(&second, "typifications"),
        rows(&first, "typifications") + 1
    );
    // What was there went, and nothing that was for the time being is left.
    let left: Vec<_> = std::fs::read_dir(root.join("campaign=1"))
        .expect("ours")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["day=2026-01-01"]);

    // A file that is not what was written is written again.
    std::fs::write(second.folder.join("attempts.parquet"), b"PAR1").expect("ours");
    let third = written(&shop, "2026-01-01", root).await;
    assert_eq!(third.manifest.version, 3);
    assert_eq!(third.manifest.restates.expect("marked").said_since, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_which_a_call_goes_on_is_not_closed() {
    let mut shop = Shop::open().await;
    shop.begin(1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = DayWanted {
        campaign: &shop.campaign,
        day: day("2026-01-01"),
        masked: true,
    };
    let open = export_day(shop.store.as_ref(), wanted, folder.path(), hours(72)).await;
    assert!(
        matches!(open, Err(ExportError::Open { open: 1, .. })),
        "{open:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_masked_unless_somebody_says_otherwise() {
    let mut shop = Shop::open().await;
    shop.call(0..3).await;
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let made = written(&shop, "2026-01-01", root).await;
    let found = |made: &export::DayExported, text: &str| {
        let bytes = |name: &str| std::fs::read(made.folder.join(name)).expect("written");
        let both = [bytes("contacts.parquet"), bytes("attempts.parquet")].concat();
        both.windows(text.len())
            .any(|piece| piece == text.as_bytes())
    };
    for secret in ["573100000001", "Persona 1", "CC10000001"] {
        assert!(!found(&made, secret), "{secret} is in a masked file");
    }
    let clear = DayWanted {
        campaign: &shop.campaign,
        day: day("2026-01-01"),
        masked: false,
    };
    let clear = export_day(shop.store.as_ref(), clear, root, hours(72)).await;
    let clear = clear.expect("a closed day");
    assert_eq!((clear.manifest.version, clear.manifest.masked), (2, false));
    for told in ["573100000001", "Persona 1", "CC10000001"] {
        assert!(found(&clear, told), "{told} is not in a file in the clear");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duckdb_and_pandas_read_what_the_record_counts() {
    let Some(python) = python() else {
        eprintln!("passed over: no DuckDB and pandas here; deploy/dev/install-tools fetches them");
        return;
    };
    let mut shop = Shop::open().await;
    // More than a row group on the first day, a few on the second.
    shop.call(0..CALLS).await;
    shop.correct(7, "NI01").await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut days = Vec::new();
    for date in ["2026-01-01", "2026-01-02"] {
        days.push(written(&shop, date, folder.path()).await);
    }
    let said = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet/read.py"))
        .arg(folder.path())
        .output()
        .expect("Python runs");
    let errors = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{errors}");
    let read: Value = serde_json::from_slice(&said.stdout).expect("JSON");
    let (duckdb, pandas) = (&read["duckdb"], &read["pandas"]);
    for key in ["days", "said", "agent_ms", "accepted", "contacts", "phone"] {
        assert_eq!(duckdb[key], pandas[key], "they differ in {key}");
    }
    assert_eq!(
        duckdb["kinds"],
        json!(["TIMESTAMP WITH TIME ZONE", "VARCHAR", "BIGINT"])
    );
    assert_eq!(pandas["kinds"], json!(["datetime64[ms, UTC]"]));

    let mut sales = 0;
    for (made, told) in days.iter().zip(duckdb["days"].as_array().expect("days")) {
        let manifest = &made.manifest;
        let period = Period::new(at(manifest.from_ms), at(manifest.to_ms));
        let facts = shop
            .store
            .facts(shop.campaign.id, &period)
            .await
            .expect("counts");
        assert_eq!(told[0], manifest.day);
        assert_eq!(told[1], rows(made, "attempts"));
        assert_eq!(told[1], facts.attempts, "calls of {}", manifest.day);
        assert_eq!(told[2], facts.attempts, "each with a code");
        assert_eq!(told[3].as_u64(), Some(facts.talk.as_millis() as u64));
        assert_eq!(told[4], facts.worked, "records of {}", manifest.day);
        assert_eq!(told[7], facts.sales_accepted, "sales of {}", manifest.day);
        sales += facts.sales_accepted;
    }
    assert_eq!(duckdb["accepted"], sales + 1, "one was taken back later");
    assert_eq!(duckdb["said"], json!([shop.said, 1]));
    assert_eq!(duckdb["contacts"][1], CALLS);
    // From 8 to 20 h at work; otherwise it is known that nobody was.
    assert_eq!(duckdb["agent_ms"], 40 * 3_600_000);
    assert_eq!(duckdb["phone"], "+*********001");
}

fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("../../target/oracles/bin/python");
    let has_them = Command::new(&python)
        .args(["-c", "import duckdb, pandas, pyarrow"])
        .output();
    has_them.ok()?.status.success().then_some(python)
}
