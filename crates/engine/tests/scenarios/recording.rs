//! Which calls are recorded, what their agents may do with that, and why a call is not recorded.

use crate::floor::{Floor, running, secs};
use campaigns::{Consent, RecordFrom, RecordingRules, Retention};
use domain::{AttemptId, DialMode, Event, NoRecording, RecordingFact};
use engine::{AgentRequest, CallProgress, Command, Input, RecordOrder};

/// One customer about to pick up, agent 1 ready.
fn about_to_answer(rules: RecordingRules) -> (Floor, AttemptId) {
    let mut campaign = running(DialMode::Progressive);
    campaign.recording = rules;
    let floor = Floor::with(campaign, 1, 1);
    let call = floor.last_dialed();
    (floor, call)
}

fn all() -> RecordingRules {
    RecordingRules {
        share: "100%".parse().expect("a share"),
        ..RecordingRules::default()
    }
}

fn facts(floor: &Floor) -> Vec<RecordingFact> {
    let facts = floor.facts.iter().filter_map(|event| match event {
        Event::Recording { fact, .. } => Some(fact.clone()),
        _ => None,
    });
    facts.collect()
}

fn declined(floor: &Floor) -> Option<NoRecording> {
    match facts(floor).as_slice() {
        [RecordingFact::Declined(why)] => Some(*why),
        _ => None,
    }
}

fn orders(floor: &Floor) -> Vec<RecordOrder> {
    let orders = floor.orders.iter().filter_map(|command| match command {
        Command::Record { order, .. } => Some(*order),
        _ => None,
    });
    orders.collect()
}

fn mark(kind: &str) -> AgentRequest {
    AgentRequest::MarkRecording {
        kind: kind.to_owned(),
        text: "lectura".to_owned(),
    }
}

#[test]
fn a_campaign_that_records_nothing_says_so_of_each_answered_call() {
    let (mut floor, call) = about_to_answer(RecordingRules::default());
    floor.answers(call).hangs_up(call);
    assert_eq!(declined(&floor), Some(NoRecording::Off));
    assert_eq!(orders(&floor), []);
}

#[test]
fn a_call_is_recorded_from_the_bridge_on_and_kept_by_what_it_was() {
    let keep = Some(Retention {
        days: 30,
        classes: vec![("VE".to_owned(), 1_825)],
    });
    let (mut floor, call) = about_to_answer(RecordingRules { keep, ..all() });
    floor.answers(call);
    let began = floor.now;
    assert_eq!(orders(&floor), [RecordOrder::Start { at: began }]);
    floor.after(secs(60)).hangs_up(call);
    floor.types(1, call, "VE01");
    let [RecordingFact::Started, first, last] = &facts(&floor)[..] else {
        panic!("{:?}", facts(&floor));
    };
    // Until somebody says what it was, it is any call.
    assert!(matches!(first, RecordingFact::Classed { class, .. } if class == "default"));
    let RecordingFact::Classed { class, keep_until } = last else {
        panic!("{last:?}");
    };
    assert_eq!(class, "VE");
    assert_eq!(*keep_until, floor.now + secs(1_825 * 86_400));
    // A correction says it anew.
    floor.types(1, call, "NI01");
    assert!(matches!(
        facts(&floor).last(),
        Some(RecordingFact::Classed { class, .. }) if class == "default"
    ));
}

#[test]
fn from_the_answer_on_one_is_recorded_that_no_agent_heard() {
    let from = RecordFrom::Answer;
    let (mut floor, call) = about_to_answer(RecordingRules { from, ..all() });
    floor.line(1, engine::LineEvent::Down("lost".to_owned()));
    floor.answers(call).hangs_up(call);
    assert_eq!(facts(&floor)[0], RecordingFact::Started);
    let (mut floor, call) = about_to_answer(all());
    floor.line(1, engine::LineEvent::Down("lost".to_owned()));
    floor.answers(call).hangs_up(call);
    assert_eq!(declined(&floor), Some(NoRecording::NotBridged));
}

#[test]
fn a_share_is_chosen_by_the_number_of_the_attempt() {
    let share = "0.1%".parse().expect("a share");
    let rules = RecordingRules { share, ..all() };
    let (mut floor, call) = about_to_answer(rules.clone());
    assert!(
        !rules.chooses(call),
        "the first is not the one in a thousand"
    );
    floor.answers(call);
    assert_eq!(declined(&floor), Some(NoRecording::NotChosen));
}

#[test]
fn nothing_is_recorded_before_the_customer_agreed() {
    let consent = Consent::Asked;
    let (mut floor, call) = about_to_answer(RecordingRules { consent, ..all() });
    floor.answers(call).after(secs(10));
    assert_eq!(facts(&floor), []);
    floor.asks(1, mark("stage"));
    assert_eq!(floor.rejection(), "not_recorded");
    floor.asks(1, AgentRequest::ConsentToRecording);
    assert!(matches!(
        facts(&floor)[..],
        [RecordingFact::Consented { .. }, RecordingFact::Started]
    ));
    floor.asks(1, AgentRequest::ConsentToRecording);
    assert_eq!(floor.rejection(), "no_consent_awaited");
    let (mut floor, call) = about_to_answer(RecordingRules { consent, ..all() });
    floor.answers(call).after(secs(10)).hangs_up(call);
    assert_eq!(declined(&floor), Some(NoRecording::NoConsent));
}

#[test]
fn nothing_is_recorded_before_the_customer_was_told() {
    let consent = Consent::Announced;
    let (mut floor, call) = about_to_answer(RecordingRules { consent, ..all() });
    floor.answers(call);
    assert_eq!(orders(&floor), [RecordOrder::Announce]);
    floor.asks(1, AgentRequest::ConsentToRecording);
    assert_eq!(floor.rejection(), "no_consent_awaited");
    floor.call(call, CallProgress::Announced);
    assert_eq!(
        facts(&floor),
        [RecordingFact::Announced, RecordingFact::Started]
    );
    // Nobody is told twice, and a word that comes late changes nothing.
    floor.call(call, CallProgress::Announced).hangs_up(call);
    floor.call(call, CallProgress::Announced);
    assert_eq!(orders(&floor).len(), 2);
    let (mut floor, call) = about_to_answer(RecordingRules { consent, ..all() });
    floor.answers(call).hangs_up(call);
    assert_eq!(declined(&floor), Some(NoRecording::NotAnnounced));
}

#[test]
fn a_pause_that_nobody_ends_ends_by_itself() {
    let (mut floor, call) = about_to_answer(all());
    floor.answers(call);
    floor.asks(1, AgentRequest::PauseRecording);
    floor.asks(1, AgentRequest::PauseRecording);
    floor.asks(1, AgentRequest::ResumeRecording);
    floor.asks(1, AgentRequest::PauseRecording).after(secs(179));
    assert_eq!(orders(&floor).len(), 4);
    floor.after(secs(2));
    assert_eq!(
        orders(&floor)[1..],
        [
            RecordOrder::Pause,
            RecordOrder::Resume,
            RecordOrder::Pause,
            RecordOrder::Resume
        ]
    );
    let by_itself = RecordingFact::Resumed { agent: None };
    assert_eq!(facts(&floor).last(), Some(&by_itself));
}

#[test]
fn holds_and_stages_are_marked() {
    let (mut floor, call) = about_to_answer(all());
    floor.answers(call);
    floor.asks(1, AgentRequest::Hold);
    floor.asks(1, AgentRequest::Resume);
    floor.asks(1, mark("contract"));
    let facts = facts(&floor);
    let kinds = facts.iter().filter_map(|fact| match fact {
        RecordingFact::Marked { kind, .. } => Some(kind.as_str()),
        _ => None,
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["hold", "unhold", "contract"]);
    for bad in ["", "Contract", "a b", "a-name-that-is-longer-than-32-chars"] {
        floor.asks(1, mark(bad));
        assert_eq!(floor.rejection(), "bad_mark", "{bad}");
    }
}

#[test]
fn a_full_disk_lets_no_recording_begin_and_no_call_leave_that_must_have_one() {
    let (mut floor, call) = about_to_answer(all());
    floor.feed(Input::RecordingRoom(false));
    floor.answers(call);
    assert_eq!(declined(&floor), Some(NoRecording::DiskLow));
    let mut campaign = running(DialMode::Progressive);
    campaign.recording = RecordingRules {
        required: true,
        ..all()
    };
    let mut floor = Floor::new(campaign);
    floor.feed(Input::RecordingRoom(false));
    floor.contacts(1..=1);
    floor.agent_ready(1).after(secs(5));
    assert_eq!(floor.dialed(), []);
    floor.feed(Input::RecordingRoom(true));
    floor.after(secs(5));
    assert_eq!(floor.dialed().len(), 1);
}
