//! The file of master keys: made once, for its owner alone, changed while somebody uses it.

use super::*;

const ATTEMPT: AttemptId = AttemptId::new(7);

#[test]
fn the_file_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys/master");
    let (keys, made) = MasterKeys::load_or_make(&path).expect("makes it");
    assert!(made);
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = FileKey::random();
    let sealed = keys.seal(&key, ATTEMPT);
    let (again, made) = MasterKeys::load_or_make(&path).expect("reads it");
    assert!(!made);
    assert_eq!(again.unseal(&sealed, ATTEMPT).expect("ours").0, key.0);
}

#[test]
fn a_key_opens_no_other_recording_and_none_that_was_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (keys, _) = MasterKeys::load_or_make(&folder.path().join("a")).expect("made");
    let (others, _) = MasterKeys::load_or_make(&folder.path().join("b")).expect("made");
    let mut sealed = keys.seal(&FileKey::random(), ATTEMPT);
    assert!(keys.unseal(&sealed, AttemptId::new(8)).is_err());
    let other = others.unseal(&sealed, ATTEMPT).expect_err("another file");
    assert!(other.to_string().contains("put that key back"), "{other}");
    sealed[40] ^= 1;
    assert!(keys.unseal(&sealed, ATTEMPT).is_err());
    assert!(keys.unseal(&sealed[1..], ATTEMPT).is_err());
}

#[test]
fn a_new_last_line_seals_from_then_on_and_old_lines_still_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("master");
    let (keys, _) = MasterKeys::load_or_make(&path).expect("made");
    let old = keys.seal(&FileKey::random(), ATTEMPT);
    let text = fs::read_to_string(&path).expect("ours") + &"ab".repeat(32) + "\n";
    fs::write(&path, text).expect("ours");
    let new = keys.seal(&FileKey::random(), ATTEMPT);
    assert_ne!(old[..NAME], new[..NAME]);
    assert!(keys.unseal(&old, ATTEMPT).is_ok() && keys.unseal(&new, ATTEMPT).is_ok());
}

#[test]
fn a_key_is_added_for_all_and_the_old_one_goes_when_nothing_needs_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("master");
    let (keys, _) = MasterKeys::load_or_make(&path).expect("made");
    let key = FileKey::random();
    let old = hex(&keys.seal(&key, ATTEMPT));
    let name = MasterKeys::add(&path).expect("ours");
    let new = keys.reseal(&old, ATTEMPT).expect("ours");
    assert_eq!(
        (sealed_by(&new), sealed_by(&old)),
        (&*name, &*keys.names()[0])
    );
    assert_eq!(MasterKeys::drop_old(&path).expect("ours"), 1);
    let keys = MasterKeys::load(&path).expect("one key");
    assert_eq!(keys.names(), [name]);
    let opened = keys.unseal(&unhex::<SEALED_KEY>(&new).expect("hex"), ATTEMPT);
    assert_eq!(opened.expect("ours").0, key.0);
    assert!(keys.reseal(&old, ATTEMPT).is_err());
    assert!(fs::read_to_string(&path).expect("ours").starts_with('#'));
}

#[test]
fn a_file_that_others_may_read_or_that_is_none_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("master");
    let refused = |text: &str, mode| {
        fs::write(&path, text).expect("ours");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
        MasterKeys::load(&path).expect_err("no").to_string()
    };
    assert!(refused(&"0".repeat(64), 0o640).contains("chmod 600"));
    assert!(refused("# nothing\n", 0o600).contains("holds no key"));
    assert!(refused("# a\nxyz\n", 0o600).contains("line 2"));
}
