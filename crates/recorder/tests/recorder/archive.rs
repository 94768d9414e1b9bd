//! From the spool to the archive: what is heard from there is what was heard before, by any range;
//! nobody hears it without its key, and nothing that was changed.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use domain::AttemptId;
use media::{LegId, Side};
use recorder::{Archive, ArchiveForm, Archived, Form, Place, Playable, RecordingError, Vault};

use crate::rig::{MS, Rig, Speaker, now, spool, wait_until};

const CALL: AttemptId = AttemptId::new(5);
const FORMS: [ArchiveForm; 2] = [ArchiveForm::Flac, ArchiveForm::Codes];

/// A recording that lasts so long, with a tone in its first second.
fn recorded(length: u32) -> Rig {
    // The recorder is waited for by threads, not by tasks.
    let recorded = std::thread::spawn(move || record(length));
    recorded.join().expect("recorded")
}

fn record(length: u32) -> Rig {
    let mut rig = Rig::new();
    let frames = rig.recorder.frames();
    let began = Instant::now();
    rig.recorder.begin(CALL, began, now());
    rig.recorder.seat(CALL, LegId(1), Side::Customer);
    let mut customer = Speaker::new(LegId(1), 440);
    wait_until(began + 40 * MS);
    for packet in 2..50 {
        let at = began + 20 * packet * MS;
        wait_until(at);
        customer.says(at, &frames);
    }
    rig.recorder.end(CALL, began + length * MS);
    assert_eq!(rig.outcome().pairs, 8 * u64::from(length));
    rig
}

fn vault(rig: &Rig, form: ArchiveForm) -> Vault {
    let place = Place::Folder(rig.folder.path().join("archive"));
    Vault {
        spool: spool(rig.folder.path()),
        archive: Archive::open(&place, form).expect("a folder of ours"),
        keys: rig.keys.clone(),
        form: Form::Pcm,
    }
}

async fn opened(vault: &Vault, archived: &Archived) -> Result<Playable, RecordingError> {
    vault
        .stored(CALL, &archived.object, &archived.sealed_key)
        .await
}

fn file_of(rig: &Rig, archived: &Archived) -> PathBuf {
    rig.folder.path().join("archive").join(&archived.object)
}

#[tokio::test]
async fn what_is_heard_from_the_archive_is_what_was_heard_before() {
    let rig = recorded(3_137);
    for form in FORMS {
        let vault = vault(&rig, form);
        let spooled = vault.spooled(CALL).await.expect("in the spool");
        let archived = vault.store(CALL).await.expect("goes there");
        assert_eq!(archived.object, "2023/11/14/5.rec");
        let stored = opened(&vault, &archived).await.expect("in the archive");
        assert_eq!(stored.wav(), spooled.wav());
        assert_eq!(stored.wav().len(), archived.wav_bytes);
        assert_eq!(stored.sha256().await.expect("sound"), archived.wav_sha256);
        let file = fs::read(file_of(&rig, &archived)).expect("there");
        assert_eq!(file.len() as u64, archived.object_bytes);
        let length = stored.wav().len();
        // Heads, places where frames and seconds meet, and the end.
        for start in [
            0,
            43,
            44,
            45,
            15_999,
            16_044,
            32_043,
            47_999,
            length - 1,
            length,
        ] {
            for size in [1, 3, 16_000, 20_001, length] {
                let range = start..(start + size).min(length);
                let there = stored.read(range.clone()).await.expect("sound");
                assert_eq!(there, spooled.read(range).await.expect("sound"));
            }
        }
    }
}

#[tokio::test]
async fn a_flac_file_is_what_any_player_takes() {
    let rig = recorded(1_700);
    let vault = vault(&rig, ArchiveForm::Flac);
    let archived = vault.store(CALL).await.expect("goes there");
    let stored = opened(&vault, &archived).await.expect("in the archive");
    let length = stored.flac().expect("it is one");
    let file = stored.read_flac(0..length).await.expect("sound");
    let mut reader = claxon::FlacReader::new(file.as_slice()).expect("a FLAC file");
    let samples: Vec<i32> = reader.samples().map(|s| s.expect("sound")).collect();
    let wav = stored.read(44..stored.wav().len()).await.expect("sound");
    let exact = wav
        .chunks(2)
        .map(|b| i32::from(i16::from_le_bytes([b[0], b[1]])));
    // The lattice of A-law: at most 8 below what it was.
    assert_eq!(samples.len(), wav.len() / 2);
    assert!(
        samples
            .iter()
            .zip(exact)
            .all(|(s, e)| (0..=8).contains(&(e - s)))
    );
}

#[tokio::test]
async fn a_long_call_goes_in_parts_and_comes_back_whole() {
    // Ten minutes and a half: more than one part of 8 MiB.
    let rig = recorded(630_000);
    let vault = vault(&rig, ArchiveForm::Codes);
    let archived = vault.store(CALL).await.expect("goes there");
    assert!(archived.object_bytes > 8 << 20);
    let stored = opened(&vault, &archived).await.expect("in the archive");
    assert_eq!(stored.sha256().await.expect("sound"), archived.wav_sha256);
    // Silence is nearly all of it.
    let flac = crate::archive::vault(&rig, ArchiveForm::Flac);
    let small = flac.store(CALL).await.expect("goes there");
    assert!(small.object_bytes < archived.object_bytes / 100);
}

#[tokio::test]
async fn what_was_changed_cut_off_or_is_of_another_is_not_played() {
    let rig = recorded(3_000);
    for form in FORMS {
        let vault = vault(&rig, form);
        let archived = vault.store(CALL).await.expect("goes there");
        let path = file_of(&rig, &archived);
        let whole = fs::read(&path).expect("ours");
        // No sound lies there in the clear.
        assert!(!whole.windows(4).any(|bytes| bytes == b"fLaC"));
        for at in [9, 30, whole.len() - 10] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, changed).expect("ours");
            let refused = opened(&vault, &archived).await;
            assert!(refused.is_err(), "byte {at} of {form:?}");
        }
        for length in [0, 100, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..length]).expect("ours");
            assert!(opened(&vault, &archived).await.is_err(), "{length} bytes");
        }
        fs::write(&path, &whole).expect("ours");
        let other = vault.stored(AttemptId::new(6), &archived.object, &archived.sealed_key);
        assert!(other.await.is_err());
        vault.archive.remove(&archived.object).await.expect("ours");
        vault
            .archive
            .remove(&archived.object)
            .await
            .expect("gone already");
        let gone = opened(&vault, &archived).await.expect_err("removed");
        assert!(matches!(gone, RecordingError::Away(fault) if fault.is_not_found()));
    }
}

#[tokio::test]
async fn each_object_has_a_key_of_its_own_and_no_copy_of_it() {
    let rig = recorded(1_000);
    let vault = vault(&rig, ArchiveForm::Codes);
    let first = vault.store(CALL).await.expect("goes there");
    let second = vault.store(CALL).await.expect("and again");
    assert_ne!(first.sealed_key, second.sealed_key);
    assert!(opened(&vault, &first).await.is_err(), "overwritten");
    assert!(opened(&vault, &second).await.is_ok());
    let object = fs::read(file_of(&rig, &second)).expect("ours");
    assert_eq!(object[48..128], [0; 80], "no key in its head");
}
