//! A file becomes a recording that is kept, chosen and given back, on a record of its own.

use std::sync::Arc;

use super::*;

async fn record() -> (Arc<dyn Store>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}/record.db", folder.path().display());
    (store::open(&url).await.expect("a new record"), folder)
}

/// So many seconds of 1 kHz, 8000 samples a second.
fn tone(seconds: u32) -> Bytes {
    let sample =
        |n: u32| ((f64::from(n) * 1_000.0 * std::f64::consts::TAU / RATE).sin() * 9_000.0) as i16;
    let samples: Vec<i16> = (0..seconds * 8_000).map(sample).collect();
    intake::sound::wav_of(&samples).into()
}

async fn keep(store: &dyn Store, name: &str, seconds: u32) -> Result<PromptId, ApiError> {
    let (row, audio) = read_prompt(name, "es", "voz.wav", tone(seconds)).await?;
    keep_prompt(store, &row, audio).await
}

#[tokio::test]
async fn a_file_is_kept_chosen_shown_and_given_back() {
    let (store, _folder) = record().await;
    let store = store.as_ref();
    let id = keep(store, "bye", 2).await.expect("a good file");
    choose_sound(store, None, SoundUse::Abandon, Some(id))
        .await
        .expect("short enough");
    let shown = prompts_shown(store).await.expect("a record");
    let [prompt] = shown.as_slice() else {
        panic!("{shown:?}");
    };
    assert_eq!(
        (&*prompt.name, &*prompt.language, prompt.seconds),
        ("bye", "es", 2.0)
    );
    assert_eq!(prompt.uses[0].purpose, "abandon");
    assert_eq!(prompt.sha256.len(), 64);
    let wav = prompt_wav(store, id).await.expect("its sound");
    let again = read_recording(&wav).expect("a file of ours");
    assert_eq!(again.len(), 16_000);
    store.remove_prompt(id).await.expect("it is there");
    let gone = prompt_wav(store, id).await;
    assert!(matches!(gone, Err(ApiError::NotFound(_))), "{gone:?}");
}

#[tokio::test]
async fn what_is_too_long_for_its_occasion_is_refused_when_chosen_and_when_replaced() {
    let (store, _folder) = record().await;
    let store = store.as_ref();
    let long = keep(store, "music", 50)
        .await
        .expect("long, but a recording");
    let refused = choose_sound(store, None, SoundUse::Abandon, Some(long)).await;
    let words = refused.expect_err("too long").to_string();
    assert!(
        words.contains("50.0 s") && words.contains("45 s"),
        "{words}"
    );
    choose_sound(store, None, SoundUse::Hold, Some(long))
        .await
        .expect("music");
    let beep = keep(store, "beep", 1).await.expect("short");
    choose_sound(store, None, SoundUse::Whisper, Some(beep))
        .await
        .expect("short enough");
    let refused = keep(store, "beep", 9).await;
    assert!(matches!(refused, Err(ApiError::Invalid(_))), "{refused:?}");
    let again = keep(store, "beep", 2).await.expect("short enough");
    assert_eq!(again, beep);
}

#[tokio::test]
async fn names_languages_and_files_that_are_none_are_refused_with_words() {
    for (name, language, file, why) in [
        ("", "es", tone(1), "1 to 60"),
        ("a\nb", "es", tone(1), "1 to 60"),
        ("bye", "spanish", tone(1), "`es`"),
        ("bye", "ES", tone(1), "`es`"),
        (
            "bye",
            "es",
            Bytes::from_static(b"ID3"),
            "neither WAV nor Ogg",
        ),
    ] {
        let refused = read_prompt(name, language, "f", file).await;
        let words = refused.expect_err(why).to_string();
        assert!(words.contains(why), "{words}");
    }
    assert!(occasion("abandon").is_ok());
    let words = occasion("lunch").expect_err("none").to_string();
    assert!(words.contains("whisper"), "{words}");
}
