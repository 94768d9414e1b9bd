//! The house rules that a compiler does not hold: which crate may depend on
//! which, no clock or I/O in the pure crates, a head on every file, bounded
//! files, no dead migration. Reads the checkout as text; builds nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may depend on whom inside the workspace (ARCHITECTURE.md). A new arrow
/// is a decision record.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("law", &["domain"]),
    ("segments", &[]),
    ("pacing", &["domain"]),
    ("agents", &["domain"]),
    ("campaigns", &["domain", "law"]),
    ("kpi", &["domain"]),
    ("sales", &["domain", "law"]),
    ("practices", &["law"]),
    ("schedules", &["domain", "law"]),
    (
        "engine",
        &["domain", "law", "pacing", "agents", "campaigns"],
    ),
    ("sip", &[]),
    ("media", &[]),
    ("webrtc", &["media"]),
    ("recorder", &["domain", "media"]),
    ("intake", &["domain", "campaigns", "media"]),
    ("reception", &[]),
    (
        "telephony",
        &["domain", "engine", "sip", "media", "recorder", "webrtc"],
    ),
    (
        "store",
        &["domain", "campaigns", "kpi", "sales", "schedules"],
    ),
    ("export", &["domain", "law", "campaigns", "store"]),
    ("delivery", &["domain", "law", "schedules", "store"]),
    ("wire", &["domain"]),
    ("web", &[]),
    (
        "api",
        &[
            "domain",
            "law",
            "wire",
            "campaigns",
            "segments",
            "intake",
            "engine",
            "kpi",
            "sales",
            "practices",
            "store",
            "recorder",
            "reception",
            "web",
            "simulator",
            "schedules",
            "delivery",
            "export",
        ],
    ),
    (
        "simulator",
        &["domain", "law", "pacing", "agents", "campaigns", "engine"],
    ),
    ("carrier", &["sip", "media", "telephony"]),
    (
        "server",
        &[
            "domain",
            "law",
            "pacing",
            "agents",
            "campaigns",
            "engine",
            "telephony",
            "media",
            "recorder",
            "reception",
            "delivery",
            "store",
            "api",
            "kpi",
            "wire",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "law",
            "segments",
            "pacing",
            "campaigns",
            "intake",
            "kpi",
            "store",
            "recorder",
            "reception",
            "schedules",
            "export",
            "delivery",
            "wire",
            "server",
            "api",
            "simulator",
            "carrier",
            "telephony",
            "engine",
        ],
    ),
];

/// Crates without I/O, clock, threads, async or unseeded randomness.
const PURE: &[&str] = &[
    "domain",
    "law",
    "segments",
    "pacing",
    "agents",
    "campaigns",
    "kpi",
    "sales",
    "practices",
    "schedules",
    "engine",
    "sip",
    "media",
];

/// What a pure crate never says, and what to say instead.
const BANNED_IN_PURE: &[(&str, &str)] = &[
    ("Instant::now", "take `now` as a parameter"),
    ("SystemTime", "take a `Timestamp` as a parameter"),
    ("Utc::now", "take a `Timestamp` as a parameter"),
    ("Local::now", "take a `Timestamp` as a parameter"),
    ("thread::sleep", "return the next wake"),
    ("std::thread", "let a shell own threads"),
    ("std::net::Udp", "let a shell own sockets"),
    ("std::net::Tcp", "let a shell own sockets"),
    ("std::fs", "take bytes or text"),
    ("tokio::", "let a shell own the runtime"),
    ("rand::rng()", "take a seed"),
    ("thread_rng", "take a seed"),
    ("from_os_rng", "take a seed"),
    ("println!", "return what is to be said"),
];

/// A file longer than this hides a second noun.
const FILE_LINES_MAX: usize = 700;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the checkout")
        .into()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(dir) else {
        return found;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|n| n != "target") {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names in `[dependencies]` (not dev or build ones) of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside {
            let end = line.find(['.', '=', ' ']).unwrap_or(line.len());
            if end > 0 && !line.starts_with('#') {
                names.push(line[..end].to_owned());
            }
        }
    }
    names
}

/// A source file without its test module and without comments.
fn production_code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    body.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn arrows_between_crates_point_inward() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("crates"))
        .expect("crates/ exists")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(may) = allowed.get(name.as_str()) else {
            wrong.push(format!("{name}: not in the table of arrows"));
            continue;
        };
        for dependency in dependencies(&read(&entry.path().join("Cargo.toml"))) {
            if allowed.contains_key(dependency.as_str()) && !may.contains(&dependency.as_str()) {
                wrong.push(format!("{name} -> {dependency}: no such arrow"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_crates_know_no_clock_and_do_no_io() {
    let mut wrong = Vec::new();
    for name in PURE {
        for file in rust_files(&root().join("crates").join(name).join("src")) {
            let is_test = file.components().any(|c| c.as_os_str() == "tests")
                || file.file_name().is_some_and(|n| n == "tests.rs");
            if is_test {
                continue;
            }
            let code = production_code(&read(&file));
            for (word, instead) in BANNED_IN_PURE {
                if code.contains(word) {
                    wrong.push(format!("{}: `{word}`; {instead}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_opens_with_its_head() {
    let mut wrong = Vec::new();
    for folder in ["crates", "tests", "benches"] {
        for file in rust_files(&root().join(folder)) {
            if !read(&file).starts_with("//!") {
                wrong.push(file.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "files without a `//!` head: {wrong:#?}");
}

#[test]
fn no_file_outgrows_its_noun() {
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("crates")) {
        let lines = read(&file).lines().count();
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{}: {lines} lines", file.display()));
        }
    }
    assert!(wrong.is_empty(), "split these: {wrong:#?}");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |kind: &str| {
        let mut names: Vec<String> =
            fs::read_dir(root().join("crates/store/migrations").join(kind))
                .map(|entries| {
                    entries
                        .flatten()
                        .map(|e| e.file_name().to_string_lossy().into_owned())
                        .collect()
                })
                .unwrap_or_default();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn nothing_names_a_place_on_somebodys_machine() {
    let mut wrong = Vec::new();
    for folder in ["crates", "tests", "benches"] {
        for file in rust_files(&root().join(folder)) {
            let text = read(&file);
            for place in ["/work/", "/home/", "/root/"] {
                if text.contains(place) && !file.ends_with("tidy.rs") {
                    wrong.push(format!("{}: {place}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a handler changes through `app.store` would be in the audit log under nobody's name.
#[test]
fn handlers_change_the_record_on_behalf_of_their_caller() {
    let folder = root().join("crates/api/src");
    let mut nameless = Vec::new();
    for path in rust_files(&folder) {
        let text = read(&path);
        for (place, line) in text.lines().enumerate() {
            let changes = [
                "put_",
                "remove_",
                "set_campaign",
                "suppress(",
                "attach_list(",
            ];
            let said = line.split("app.store.").nth(1).unwrap_or_default();
            if changes.iter().any(|word| said.starts_with(word)) {
                nameless.push(format!("{}:{}", path.display(), place + 1));
            }
        }
    }
    assert!(nameless.is_empty(), "use `caller.store`: {nameless:?}");
}
