//! Lists put to work some contacts at a time: whatever comes between, everybody is put to work, and once.

use std::sync::Arc;
use std::time::Duration;

use domain::{CampaignId, WorkState};
use store::{ListTarget, Store, Verdict};

use crate::database::Record;
use crate::fixture::{at, campaign, load, people};

contract!(
    a_list_left_half_at_work_is_gone_on_with,
    a_load_that_ends_after_a_later_one_is_put_to_work_whole,
    a_list_let_go_and_taken_again_gets_whoever_came_meanwhile,
    others_write_between_the_slices_of_a_load,
);

/// More than are put to work at once.
const MANY: u64 = 2_600;

async fn at_work(store: &dyn Store, campaign: CampaignId) -> u64 {
    let counts = store.work_counts(campaign).await.expect("counts");
    let ready = |(state, n): &(WorkState, u64)| (*state == WorkState::Ready).then_some(*n);
    counts.iter().filter_map(ready).sum()
}

async fn a_list_left_half_at_work_is_gone_on_with(record: Record) {
    let store = Arc::clone(&record.store);
    let list = load(&*store, "base", &people(1..MANY + 1)).await;
    let campaign = campaign(&*store, "ventas", &[]).await;
    let attaching = Arc::clone(&store);
    let attaching = tokio::spawn(async move { attaching.attach_list(campaign, list).await });
    while at_work(&*store, campaign).await == 0 {
        tokio::task::yield_now().await;
    }
    attaching.abort();
    let _ = attaching.await;
    let done = at_work(&*store, campaign).await;
    assert!(0 < done && done < MANY, "stopped half way, at {done}");
    // What was being committed when it was stopped may have come after the count.
    let rest = store.put_to_work().await.unwrap();
    assert!(
        0 < rest && rest <= MANY - done,
        "{rest} of {MANY} after {done}"
    );
    assert_eq!(at_work(&*store, campaign).await, MANY);
    assert_eq!(store.put_to_work().await.unwrap(), 0);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_load_that_ends_after_a_later_one_is_put_to_work_whole(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..11)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let target = ListTarget::Existing(list);
    let slow = store.begin_import(&target, at(0)).await.unwrap();
    store.import_chunk(slow, &people(11..21)).await.unwrap();
    let quick = store.begin_import(&target, at(0)).await.unwrap();
    store.import_chunk(quick, &people(21..31)).await.unwrap();
    store.finish_import(quick, "{}", "01", at(0)).await.unwrap();
    assert_eq!(at_work(store, campaign).await, 20);
    store.finish_import(slow, "{}", "02", at(0)).await.unwrap();
    assert_eq!(at_work(store, campaign).await, 30);
}

async fn a_list_let_go_and_taken_again_gets_whoever_came_meanwhile(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..11)).await;
    let id = campaign(store, "ventas", &[list]).await;
    let mut settings = store.campaigns().await.unwrap().remove(0);
    let kept = std::mem::take(&mut settings.lists);
    store.put_campaign(&settings).await.unwrap();
    let target = ListTarget::Existing(list);
    let more = store.begin_import(&target, at(0)).await.unwrap();
    store.import_chunk(more, &people(11..16)).await.unwrap();
    store.finish_import(more, "{}", "01", at(0)).await.unwrap();
    assert_eq!(at_work(store, id).await, 10);
    settings.lists = kept;
    store.put_campaign(&settings).await.unwrap();
    assert_eq!(at_work(store, id).await, 15);
}

async fn others_write_between_the_slices_of_a_load(record: Record) {
    let store = Arc::clone(&record.store);
    let campaign = campaign(&*store, "ventas", &[]).await;
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, at(0)).await.unwrap();
    let staging = Arc::clone(&store);
    let rows = people(1..MANY + 1);
    let staging = tokio::spawn(async move { staging.import_chunk(import, &rows).await });
    let mut written = 0;
    while !staging.is_finished() {
        let shift = Duration::from_secs(3_600 + written);
        store.put_usual_shift(campaign, Some(shift)).await.unwrap();
        written += 1;
    }
    let verdicts = staging.await.unwrap().unwrap();
    assert_eq!(verdicts.len() as u64, MANY);
    assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Accepted));
    // One may have come before the load and one after it.
    assert!(written > 10, "{written} written while a chunk was staged");
}
