//! Files that are dropped, complete or not, and where they go.

use std::os::unix::fs::symlink;

use super::*;

fn place() -> (tempfile::TempDir, Place) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::open(&folder.path().join("claro")).expect("folders");
    (folder, place)
}

fn drop_in(place: &Place, name: &str, text: &str) {
    fs::write(place.inbox().join(name), text).expect("our folder");
}

fn names(waiting: &[Waiting]) -> Vec<String> {
    let name = |it: &Waiting| it.name.to_string_lossy().into_owned();
    waiting.iter().map(name).collect()
}

const LASTING: Duration = Duration::from_secs(5);

#[test]
fn a_file_is_complete_once_nothing_changed_for_long_enough() {
    let (_folder, place) = place();
    let mut steady = Steady::default();
    let mut look = |secs| {
        let waiting = place.waiting().expect("a folder");
        names(&steady.complete(Duration::from_secs(secs), LASTING, waiting))
    };
    drop_in(&place, "base.csv.age", "half");
    assert!(look(0).is_empty());
    assert!(look(4).is_empty());
    drop_in(&place, "base.csv.age", "half and half");
    assert!(look(6).is_empty(), "it grew");
    assert!(look(10).is_empty());
    assert_eq!(look(11), ["base.csv.age"]);
}

#[test]
fn a_marker_makes_it_complete_at_once_and_goes_with_it() {
    let (_folder, place) = place();
    drop_in(&place, "base.xlsx.gpg", "all of it");
    drop_in(&place, "base.xlsx.gpg.done", "");
    drop_in(&place, "other.csv.age.part", "not yet");
    drop_in(&place, ".hidden", "never");
    let waiting = place.waiting().expect("a folder");
    assert_eq!(names(&waiting), ["base.xlsx.gpg"]);
    let complete = Steady::default().complete(Duration::ZERO, LASTING, waiting);
    let taken = place.take(&complete[0], 7).expect("same disk");
    assert_eq!(leaf(&taken), "7-base.xlsx.gpg");
    assert!(place.waiting().expect("a folder").is_empty());
    assert!(!place.inbox().join("base.xlsx.gpg.done").exists());
    assert_eq!(place.taken().expect("a folder"), [(7, taken)]);
}

#[test]
fn a_taken_file_is_put_away_or_back() {
    let (_folder, place) = place();
    for (id, end) in [(1, "done"), (2, "quarantine"), (3, "in")] {
        drop_in(&place, "base-2026.csv.age", "bytes");
        let waiting = place.waiting().expect("a folder");
        let taken = place.take(&waiting[0], id).expect("same disk");
        let reason = Reason {
            id,
            file: "base-2026.csv.age".to_owned(),
            sha256: "ab".to_owned(),
            at: 0,
            code: "no_key".to_owned(),
            es: "ninguna llave lo abre".to_owned(),
            en: "no key opens it".to_owned(),
        };
        match end {
            "done" => place.put_done(&taken),
            "quarantine" => place.put_in_quarantine(&taken, &reason),
            _ => place.put_back(&taken),
        }
        .expect("same disk");
        assert_eq!(place.count(end).expect("a folder"), 1, "{end}");
        assert_eq!(place.count("taken").expect("a folder"), 0);
    }
    let reason = place
        .folder("quarantine")
        .join("2-base-2026.csv.age.reason.txt");
    let text = fs::read_to_string(reason).expect("beside it");
    assert!(text.starts_with("ninguna llave lo abre\n"), "{text}");
    assert!(place.inbox().join("base-2026.csv.age").exists());
}

#[test]
fn links_and_folders_are_no_files() {
    let (folder, place) = place();
    let secret = folder.path().join("secret");
    fs::write(&secret, "not the client's").expect("our folder");
    symlink(&secret, place.inbox().join("base.csv")).expect("a link");
    fs::create_dir(place.inbox().join("folder")).expect("a folder");
    let waiting = place.waiting().expect("a folder");
    assert!(waiting.iter().all(|it| !it.is_file), "{waiting:?}");
    assert!(open_file(&place.at(&waiting[0])).is_err());
    assert!(open_file(&place.at(&waiting[1])).is_err());
    assert!(open_file(&secret).is_ok());
}

#[test]
fn a_long_name_is_cut_where_a_letter_ends() {
    let name = "ñ".repeat(120);
    let kept = kept_name(12, &name);
    assert!(
        kept.len() <= NAME_MAX + 3 && kept.starts_with("12-ñ"),
        "{kept}"
    );
}
