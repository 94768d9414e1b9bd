//! Recordings keep their sound, are replaced by name and language, and are heard where they were chosen.

use domain::{CampaignId, PromptId, SoundUse};
use store::{PromptRow, SoundUseRow, StoreError};

use crate::database::Record;
use crate::fixture::{at, campaign};

contract!(
    a_recording_comes_back_as_it_was_kept_and_a_new_one_takes_its_place,
    a_choice_holds_for_a_campaign_or_for_all_and_falls_with_its_recording,
    what_is_not_there_is_not_chosen,
);

fn recording(name: &str, language: &str, sha256: &str) -> PromptRow {
    PromptRow {
        id: PromptId::new(0),
        name: name.to_owned(),
        language: language.to_owned(),
        file_name: "voice.wav".to_owned(),
        sha256: sha256.to_owned(),
        samples: 2,
        imported_at: at(5),
    }
}

async fn a_recording_comes_back_as_it_was_kept_and_a_new_one_takes_its_place(record: Record) {
    let store = &*record.store;
    let before = store.config_version().await.unwrap();
    let first = recording("bye", "es", "aa");
    let id = store.put_prompt(&first, vec![0, 255, 1, 2]).await.unwrap();
    let other = recording("bye", "en", "bb");
    store.put_prompt(&other, vec![9, 9, 9, 9]).await.unwrap();
    assert_ne!(store.config_version().await.unwrap(), before);
    let again = recording("bye", "es", "cc");
    assert_eq!(
        store.put_prompt(&again, vec![7, 7, 7, 7]).await.unwrap(),
        id
    );
    let kept = store.prompts().await.unwrap();
    let words: Vec<_> = kept
        .iter()
        .map(|row| (&*row.language, &*row.sha256))
        .collect();
    assert_eq!(words, [("en", "bb"), ("es", "cc")]);
    assert_eq!(kept[1], PromptRow { id, ..again });
    let audio = store.prompt_audio(id).await.unwrap();
    assert_eq!(audio, Some(vec![7, 7, 7, 7]));
    assert_eq!(store.prompt_audio(PromptId::new(99)).await.unwrap(), None);
}

async fn a_choice_holds_for_a_campaign_or_for_all_and_falls_with_its_recording(record: Record) {
    let store = &*record.store;
    let sales = campaign(store, "sales", &[]).await;
    let bye = recording("bye", "es", "aa");
    let bye = store.put_prompt(&bye, vec![0; 4]).await.unwrap();
    let beep = recording("beep", "es", "bb");
    let beep = store.put_prompt(&beep, vec![0; 4]).await.unwrap();
    let choose = async |campaign, purpose, prompt| {
        let put = store.put_sound_use(campaign, purpose, prompt);
        put.await.unwrap();
    };
    choose(None, SoundUse::Abandon, Some(beep)).await;
    choose(None, SoundUse::Abandon, Some(bye)).await;
    choose(Some(sales), SoundUse::Abandon, Some(bye)).await;
    choose(Some(sales), SoundUse::Whisper, Some(beep)).await;
    choose(Some(sales), SoundUse::Whisper, Some(bye)).await;
    choose(None, SoundUse::Hold, Some(beep)).await;
    choose(Some(sales), SoundUse::Whisper, None).await;
    let row = |campaign, purpose, prompt| SoundUseRow {
        campaign,
        purpose,
        prompt,
    };
    let uses = store.sound_uses().await.unwrap();
    let wanted = [
        row(None, SoundUse::Abandon, bye),
        row(None, SoundUse::Hold, beep),
        row(Some(sales), SoundUse::Abandon, bye),
    ];
    assert_eq!(uses, wanted);
    store.remove_prompt(bye).await.unwrap();
    let uses = store.sound_uses().await.unwrap();
    assert_eq!(uses, [row(None, SoundUse::Hold, beep)]);
}

async fn what_is_not_there_is_not_chosen(record: Record) {
    let store = &*record.store;
    let (nothing, nowhere) = (PromptId::new(77), CampaignId::new(88));
    for refused in [
        store.remove_prompt(nothing).await,
        store
            .put_sound_use(None, SoundUse::Hold, Some(nothing))
            .await,
        store
            .put_sound_use(Some(nowhere), SoundUse::Hold, None)
            .await,
    ] {
        assert!(
            matches!(refused, Err(StoreError::NotFound { .. })),
            "{refused:?}"
        );
    }
}
