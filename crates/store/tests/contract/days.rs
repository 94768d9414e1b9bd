//! What happened on a day: calls by their INVITE, with all that was said of them whenever it was said.

use domain::{AgentStatus, Event, Outcome};
use sales::{Doer, Stage};
use store::DaySpan;

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, at, attempt, bridged, closed, intended, leased, load, people, placed,
    typified,
};
use crate::sales::{all, sheet, sold, to};

contract!(
    a_day_has_its_calls_and_what_was_said_of_them_even_later,
    a_day_has_the_records_called_on_it_and_those_that_came,
    agents_time_is_cut_at_midnight,
    moves_of_sales_are_of_the_day_they_were_made,
);

fn span(campaign: domain::CampaignId, from: i64, to: i64) -> DaySpan {
    DaySpan {
        campaign,
        from: at(from),
        to: at(to),
    }
}

async fn a_day_has_its_calls_and_what_was_said_of_them_even_later(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    let (day, next) = (span(campaign, 0, 100), span(campaign, 100, 200));
    let begun = vec![intended(1, &items[0]), placed(1)];
    writer.commit(store, 10, begun).await;
    assert_eq!(store.open_on(&day).await.unwrap(), 1);
    assert_eq!(store.open_on(&next).await.unwrap(), 0);
    let ended = vec![
        bridged(1, 500),
        typified(1, "CE01", false, again(&items[0], 600, 1)),
        closed(1, Outcome::Connected, None),
    ];
    writer.commit(store, 105, ended).await;
    assert_eq!(store.open_on(&day).await.unwrap(), 0);
    let said = store.said_on(&day, 0, 9).await.unwrap();
    assert_eq!(said.len(), 1, "its call left on the day");
    assert_eq!(store.said_on(&next, 0, 9).await.unwrap(), []);
    let through = said[0].seq;
    assert_eq!(store.said_after(&day, through).await.unwrap(), 0);
    let fix = typified(1, "CE02", true, again(&items[0], 600, 1));
    writer.commit(store, 150, vec![fix]).await;
    assert_eq!(store.said_after(&day, through).await.unwrap(), 1);
    assert_eq!(store.said_after(&next, through).await.unwrap(), 0);
    let later = store.said_on(&day, through, 9).await.unwrap();
    assert!(later.len() == 1 && later[0].corrects, "{later:?}");
}

async fn a_day_has_the_records_called_on_it_and_those_that_came(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    // Of another campaign: none of this one's.
    load(store, "otra", &people(10..12)).await;
    let mut writer = Writer::default();
    for n in [1, 2] {
        let call = vec![
            intended(n, &items[0]),
            placed(n),
            closed(n, Outcome::Busy, Some(again(&items[0], 600, 1))),
        ];
        writer.commit(store, 200 + n, call).await;
    }
    // The base came at 0.
    let came = store
        .contacts_on(&span(campaign, 0, 100), None, 9)
        .await
        .unwrap();
    let told = |rows: &[store::DayContact]| -> Vec<(i64, u32)> {
        rows.iter().map(|it| (it.id.get(), it.attempts)).collect()
    };
    let ids: Vec<i64> = items.iter().map(|item| item.contact.id.get()).collect();
    assert_eq!(told(&came), [(ids[0], 0), (ids[1], 0), (ids[2], 0)]);
    assert_eq!(came[0].document, "CC1");
    assert_eq!(came[0].phones, [crate::fixture::phone(1)]);
    let day = span(campaign, 200, 300);
    let called = store.contacts_on(&day, None, 9).await.unwrap();
    assert_eq!(told(&called), [(ids[0], 2)]);
    let pages = store
        .contacts_on(&span(campaign, 0, 300), Some(called[0].id), 1)
        .await
        .unwrap();
    assert_eq!(told(&pages), [(ids[1], 0)], "a page after another");
}

async fn agents_time_is_cut_at_midnight(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    let change = |from, to, reason: Option<&str>| Event::AgentStateChanged {
        agent: agent(),
        from,
        to,
        reason: reason.map(str::to_owned),
        attempt: None,
    };
    let (off, ready, pause) = (AgentStatus::Offline, AgentStatus::Ready, AgentStatus::Break);
    writer
        .commit(store, 50, vec![change(off, ready, None)])
        .await;
    let call = vec![
        intended(1, &items[0]),
        placed(1),
        bridged(1, 10),
        closed(1, Outcome::Connected, None),
    ];
    writer.commit(store, 110, call).await;
    let paused = change(ready, pause, Some("almuerzo"));
    writer.commit(store, 150, vec![paused]).await;
    let back = change(pause, ready, None);
    writer.commit(store, 250, vec![back]).await;
    let rows = store.time_on(&span(campaign, 100, 200)).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.status, row.from, row.to, row.reason.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (ready, at(100), at(150), None),
            (pause, at(150), at(200), Some("almuerzo")),
        ]
    );
}

async fn moves_of_sales_are_of_the_day_they_were_made(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    // Accepted at 10, moved at 100.
    sold(store, &mut writer, 1, &items[0], "VE03").await;
    let sale = all(store).await[0].id;
    store.put_paper(&sheet(sale, &[])).await.unwrap();
    let moved = to(sale, Stage::InValidation, Doer::BackOffice);
    store.move_sale(&moved).await.unwrap();
    let first = store
        .moves_on(&span(campaign, 0, 100), None, 9)
        .await
        .unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].attempt, first[0].from), (attempt(1), None));
    assert_eq!(
        (first[0].to, first[0].value),
        (Stage::Accepted, Some(1_250_000))
    );
    let both = span(campaign, 0, 200);
    let rest = store.moves_on(&both, Some((sale, 1)), 9).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].to, Stage::InValidation);
}
