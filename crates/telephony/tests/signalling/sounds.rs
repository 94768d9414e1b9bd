//! Recordings chosen for a campaign: who hears which, and that a new one is heard without a stop.

use std::sync::Arc;

use domain::{CampaignId, LineMode, SoundUse};
use engine::{CallProgress, Command, Party, RecordOrder};
use telephony::media::{Codec, Prompt};
use telephony::{Report, SoundBook};

use crate::floor::{
    ADVISOR, AGENT, ANNOUNCEMENT, ANSWERS, CAMPAIGN, CUSTOMER, Floor, MENU, MESSAGE, carrier,
    picks_up, until,
};

/// What recordings say.
const OWN: u8 = 0x55;
const NEWER: u8 = 0x66;
const EVERYBODYS: u8 = 0x77;
/// Samples of a second.
const SECOND: usize = 8_000;

fn recording(voice: u8) -> Arc<Prompt> {
    Arc::new(Prompt::from_g711(Codec::Pcma, &[voice; SECOND]).expect("a second of G.711"))
}

fn chosen(campaign: Option<CampaignId>, on: SoundUse, voice: u8) -> SoundBook {
    let mut book = SoundBook::default();
    book.choose(campaign, on, &recording(voice));
    book
}

#[tokio::test]
async fn a_campaign_hears_its_own_message_else_that_of_all_else_the_usual() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let mut heard = Vec::new();
    let mut both = chosen(Some(CAMPAIGN), SoundUse::Abandon, OWN);
    both.choose(None, SoundUse::Abandon, &recording(EVERYBODYS));
    let elsewhere = chosen(Some(CampaignId::new(99)), SoundUse::Abandon, NEWER);
    let all = chosen(None, SoundUse::Abandon, EVERYBODYS);
    for (book, wanted) in [
        (both, SECOND),
        (all, 2 * SECOND),
        (elsewhere, 2 * SECOND + 4_000),
    ] {
        floor.telephony.set_sounds(book);
        let call = floor.calls(ANSWERS);
        floor.answered(call).await;
        floor.orders(Command::PlayMessage { attempt: call });
        floor.next_end(call).await;
        let voices =
            || [OWN, EVERYBODYS, MESSAGE, NEWER].map(|voice| carrier.heard(ANSWERS, voice));
        until("the last of it is heard", || {
            voices().iter().sum::<usize>() >= wanted
        })
        .await;
        heard.push(voices());
    }
    let all = [
        [SECOND, 0, 0, 0],
        [SECOND, SECOND, 0, 0],
        [SECOND, SECOND, 4_000, 0],
    ];
    assert_eq!(heard, all);
}

#[tokio::test]
async fn a_new_recording_is_heard_by_the_next_call_and_the_one_that_plays_goes_on() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let voices = || (carrier.heard(ANSWERS, OWN), carrier.heard(ANSWERS, NEWER));
    floor
        .telephony
        .set_sounds(chosen(Some(CAMPAIGN), SoundUse::Abandon, OWN));
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::PlayMessage { attempt: call });
    until("it plays", || voices().0 > 1_600).await;
    floor
        .telephony
        .set_sounds(chosen(Some(CAMPAIGN), SoundUse::Abandon, NEWER));
    floor.next_end(call).await;
    until("all of the first", || voices() == (SECOND, 0)).await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::PlayMessage { attempt: call });
    floor.next_end(call).await;
    until("all of the new one", || voices() == (SECOND, SECOND)).await;
}

#[tokio::test]
async fn an_agent_hears_the_whisper_before_the_customer_and_the_customer_who_waits_hears_music() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let mut book = chosen(Some(CAMPAIGN), SoundUse::Whisper, OWN);
    book.choose(Some(CAMPAIGN), SoundUse::Hold, &recording(MENU));
    floor.telephony.set_sounds(book);
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    let bridged = |report: &Report| matches!(report, Report::BridgeTook { .. });
    floor.report(bridged).await;
    until("the whisper is over", || phone.heard("adv1", OWN) == SECOND).await;
    // Some packets may have passed before it began and since it ended, of the 50 of that second.
    let before = phone.heard("adv1", CUSTOMER);
    assert!(before < SECOND / 2, "{before} samples of the customer");
    assert!(
        carrier.heard(ANSWERS, ADVISOR) > SECOND / 2,
        "heard meanwhile"
    );
    until("they talk", || {
        phone.heard("adv1", CUSTOMER) > before + 1_600
    })
    .await;
    let talk = vec![Party::Agent(AGENT)];
    floor.orders(Command::Arrange {
        attempt: call,
        talk,
    });
    until("music, again and again", || {
        carrier.heard(ANSWERS, MENU) > SECOND * 3 / 2
    })
    .await;
    let talk = vec![Party::Customer, Party::Agent(AGENT)];
    floor.orders(Command::Arrange {
        attempt: call,
        talk,
    });
    let before = phone.heard("adv1", CUSTOMER);
    until("they talk", || {
        phone.heard("adv1", CUSTOMER) > before + 1_600
    })
    .await;
    assert_eq!(
        phone.heard("adv1", OWN),
        SECOND,
        "the whisper is heard once"
    );
}

#[tokio::test]
async fn a_customer_is_told_that_the_call_is_recorded_to_the_end_of_it_and_then_hears_the_agent() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    let bridged = |report: &Report| matches!(report, Report::BridgeTook { .. });
    floor.report(bridged).await;
    let order = RecordOrder::Announce;
    floor.orders(Command::Record {
        attempt: call,
        order,
    });
    assert_eq!(floor.next(call).await, CallProgress::Announced);
    until("all of it was heard", || {
        carrier.heard(ANSWERS, ANNOUNCEMENT) == 4_000
    })
    .await;
    let before = carrier.heard(ANSWERS, ADVISOR);
    until("then they talk", || {
        carrier.heard(ANSWERS, ADVISOR) > before + 1_600
    })
    .await;
    assert!(
        phone.heard("adv1", CUSTOMER) > 1_600,
        "the agent heard them meanwhile"
    );
    assert_eq!(carrier.heard(ANSWERS, ANNOUNCEMENT), 4_000, "once");
}
