//! Events come to web hooks in their order, each batch the same however often it takes, and whatever breaks off between.

use std::sync::Arc;

use delivery::{EventWriter, Fault, HookPass, HookRunner, Place, Webhook, signature};
use domain::{CampaignId, CampaignState, Event, Recorded, Secret, Timestamp};
use store::{FeedEvent, FeedPlace, HookRow, NewHook};

use crate::listener::{Does, Listener};
use crate::office::{HOUR, Office};

/// Writes the ids of events.
struct Ids;

impl EventWriter for Ids {
    fn written(&self, _: &HookRow, events: &[FeedEvent]) -> Result<Vec<u8>, Fault> {
        let ids = events.iter().map(|event| event.place.to_string());
        Ok(ids.collect::<Vec<_>>().join(" ").into_bytes())
    }
}

/// A hook that was told nothing of what a campaign did so far.
async fn following(listener: &Listener, events: u64, batch: u32) -> Office {
    let hook = Webhook {
        url: listener.url(),
        secret: Secret::new("un secreto"),
    };
    let office = Office::open(Place::Webhook(Box::new(hook))).await;
    office.store.take_over().await.expect("ours");
    happens(&office, 1..events + 1).await;
    let new = NewHook {
        name: "crm".to_owned(),
        place: "allí".to_owned(),
        campaign: None,
        kinds: Vec::new(),
        batch,
        clear: false,
        after: FeedPlace::BEGIN,
        at: office.now(),
    };
    office.store.put_web_hook(&new).await.expect("a hook");
    office
}

async fn happens(office: &Office, seqs: std::ops::Range<u64>) {
    let event = |seq| Recorded {
        seq,
        at: Timestamp::from_millis(0),
        event: Event::CampaignStateChanged {
            campaign: CampaignId::new(1),
            state: CampaignState::Paused,
            reason: format!("{seq}"),
        },
    };
    let batch: Vec<_> = seqs.map(event).collect();
    office.store.commit(&batch).await.expect("commits");
}

/// What a process does that starts now.
async fn pass(office: &Office) -> Option<HookPass> {
    let runner = office.runner();
    let hooks = HookRunner {
        store: runner.store,
        places: runner.places,
        writer: Arc::new(Ids),
        clock: runner.clock,
    };
    let hook = hooks.due().await.expect("hooks").pop()?;
    Some(hooks.pass(&hook, None).await.expect("passes"))
}

fn bodies(listener: &Listener) -> Vec<String> {
    let taken = listener.taken();
    let text = taken.iter().map(|it| String::from_utf8(it.body.clone()));
    text.collect::<Result<_, _>>().expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_fails_comes_again_as_it_was_and_what_follows_waits() {
    let listener = Listener::start(vec![
        Does::Fail,
        Does::TakeAndHangUp,
        Does::Take,
        Does::Take,
    ]);
    let office = following(&listener, 3, 2).await;
    assert!(matches!(pass(&office).await, Some(HookPass::Failed(_))));
    assert_eq!(pass(&office).await, None, "not before its time");
    // What happens meanwhile makes the batch no larger.
    happens(&office, 4..5).await;
    office.wait(HOUR);
    assert!(matches!(pass(&office).await, Some(HookPass::Failed(_))));
    office.wait(HOUR);
    assert_eq!(pass(&office).await, Some(HookPass::Arrived(2)));
    assert_eq!(pass(&office).await, Some(HookPass::Arrived(2)));
    let end = office.store.feed_end().await.expect("the end");
    assert_eq!(pass(&office).await, Some(HookPass::Looked(end, false)));
    assert_eq!(
        bodies(&listener),
        ["1.0 2.0", "1.0 2.0", "1.0 2.0", "3.0 4.0"]
    );
    let taken = listener.taken();
    let keys: Vec<_> = taken.iter().map(|it| it.field("idempotency-key")).collect();
    assert!(
        keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3],
        "{keys:?}"
    );
    for request in &taken {
        let timestamp = request
            .field("cadencia-timestamp")
            .parse()
            .expect("seconds");
        let key = request.field("idempotency-key");
        let signed = signature(&Secret::new("un secreto"), timestamp, key, &request.body);
        assert_eq!(request.field("cadencia-signature"), signed);
        assert_eq!(request.field("content-type"), "application/json");
    }
    let hook = office.store.web_hooks().await.expect("hooks").remove(0);
    assert_eq!((hook.events, hook.tries, hook.fault), (4, 0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_never_takes_dies_and_goes_on_where_it_stopped() {
    let mut does: Vec<Does> = (0..schedules::TRIES_MAX).map(|_| Does::Fail).collect();
    does.extend([Does::Take, Does::Take]);
    let listener = Listener::start(does);
    let office = following(&listener, 2, 1).await;
    for _ in 1..schedules::TRIES_MAX {
        assert!(matches!(pass(&office).await, Some(HookPass::Failed(_))));
        office.wait(HOUR);
    }
    let last = pass(&office).await;
    assert!(
        matches!(&last, Some(HookPass::Died(why)) if why.contains("500")),
        "{last:?}"
    );
    office.wait(24 * HOUR);
    assert_eq!(pass(&office).await, None, "somebody has to look");
    assert_eq!(office.audited("webhook.dead").await.len(), 1);
    let hook = office.store.web_hooks().await.expect("hooks").remove(0);
    let revived = office.store.revive_web_hook(hook.id, None, office.now());
    revived.await.expect("it was dead");
    assert_eq!(pass(&office).await, Some(HookPass::Arrived(1)));
    assert_eq!(pass(&office).await, Some(HookPass::Arrived(1)));
    let bodies = bodies(&listener);
    assert_eq!(bodies.last().map(String::as_str), Some("2.0"));
    assert!(bodies[..bodies.len() - 1].iter().all(|body| body == "1.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_send_at_once_neither_skips_or_goes_back() {
    let listener = Listener::start((0..20).map(|_| Does::Take).collect());
    let office = following(&listener, 8, 2).await;
    for _ in 0..8 {
        tokio::join!(pass(&office), pass(&office));
    }
    let bodies = bodies(&listener);
    let mut once = bodies.clone();
    once.dedup();
    once.sort();
    once.dedup();
    assert_eq!(
        once,
        ["1.0 2.0", "3.0 4.0", "5.0 6.0", "7.0 8.0"],
        "{bodies:?}"
    );
    let hook = office.store.web_hooks().await.expect("hooks").remove(0);
    assert_eq!(hook.events, 8, "each counted once");
}
