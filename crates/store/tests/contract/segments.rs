//! Campaigns called by segment: settings by version, whose turn it is, and what is enough.

use campaigns::{
    CampaignSegment, DayClock, Quota, QuotaOf, Rest, SegmentOrder, SegmentTally, Segmentation, rank,
};
use domain::{CampaignId, ListId, Outcome, SegmentId, Timestamp, WorkItem, WorkState, WorkUpdate};
use store::{SegmentPlace, SegmentSet, SegmentSubject, SpeaksOf, Store, Subjects};

use crate::database::Record;
use crate::fixture::{
    Writer, again, at, attempt, bridged, campaign, closed, intended, lease, load, people, placed,
    typified,
};
use crate::work::four_leasers_get_all_once;

contract!(
    segments_are_kept_by_version_and_keep_their_number_with_their_name,
    contacts_come_by_priority_and_share_and_the_rest_last,
    the_rest_is_left_alone_where_that_is_said,
    nobody_is_called_before_it_is_known_where_they_belong,
    within_a_segment_the_order_says_who_is_next,
    at_an_hour_those_whose_best_hour_it_is_come_first,
    a_spread_segment_is_called_over_the_hours_of_the_day_and_more_of_it_where_nobody_else_is,
    those_to_be_called_again_come_before_or_after,
    calls_and_what_is_left_are_told_by_segment,
    a_quota_of_attempts_a_day_is_never_exceeded_and_ends_with_the_day,
    a_quota_of_sales_ends_a_segment_and_a_correction_opens_it,
    a_segment_with_nothing_to_sell_waits_until_there_is_something,
    call_backs_come_first_whatever_the_segment,
    four_leasers_at_once_share_segments_without_overlap,
);

pub(crate) fn segment(name: &str, priority: u16, share: u8) -> CampaignSegment {
    CampaignSegment {
        id: SegmentId::new(0),
        name: name.to_owned(),
        rule: "edad > 3".to_owned(),
        lists: Vec::new(),
        priority,
        share,
        order: SegmentOrder::Oldest,
        retries_first: false,
        quota: None,
        sells: Vec::new(),
    }
}

pub(crate) async fn put(
    store: &dyn Store,
    campaign: CampaignId,
    segments: Vec<CampaignSegment>,
) -> SegmentSet {
    let segmentation = Segmentation {
        segments,
        rest: Rest::Last,
    };
    let set = store.put_segments(campaign, &segmentation, SpeaksOf::default(), "ana", at(0));
    set.await.expect("saves")
}

/// Parts all contacts: the `n`th goes to the segment whose place `of` gives for it.
pub(crate) async fn part(
    store: &dyn Store,
    campaign: CampaignId,
    set: &SegmentSet,
    of: impl Fn(&SegmentSubject) -> Option<usize>,
) {
    let subjects = store.segment_subjects(campaign, Subjects::After(None), 1_000);
    let place = |subject: &SegmentSubject| {
        let place = of(subject);
        let segment = place.map(|place| &set.segmentation.segments[place]);
        SegmentPlace {
            contact: subject.contact.id,
            segment: Some(segment.map_or(SegmentId::new(0), |segment| segment.id)),
            rank: segment.map_or(0, |one| {
                rank(&one.order, subject.contact.id.get(), score(subject), None)
            }),
            spent: subject.spent,
            repeats: subject.repeats,
            pinned: subject.pinned,
        }
    };
    let places: Vec<_> = subjects.await.unwrap().iter().map(place).collect();
    assert!(
        store
            .place_contacts(campaign, set.version, &places)
            .await
            .unwrap()
    );
    store
        .segments_walked(campaign, set.version, None)
        .await
        .unwrap();
}

/// The number a person has in the base, turned around: the first has the least.
fn score(subject: &SegmentSubject) -> Option<f64> {
    number(subject).map(|n| f64::from(n % 3))
}

pub(crate) fn number(subject: &SegmentSubject) -> Option<u32> {
    subject.contact.document.strip_prefix("CC")?.parse().ok()
}

/// By number: 1 to 4 to the first segment, 5 to 8 to the second, others to none.
pub(crate) fn by_fours(subject: &SegmentSubject) -> Option<usize> {
    number(subject).and_then(|n| match n {
        1..=4 => Some(0),
        5..=8 => Some(1),
        _ => None,
    })
}

pub(crate) fn names(items: &[WorkItem]) -> Vec<u32> {
    let number = |item: &WorkItem| item.contact.document[2..].parse().expect("a number");
    items.iter().map(number).collect()
}

pub(crate) async fn base(store: &dyn Store, many: u64) -> (CampaignId, ListId) {
    store.take_over().await.expect("takes over");
    let list = load(store, "base", &people(1..many + 1)).await;
    (campaign(store, "ventas", &[list]).await, list)
}

pub(crate) async fn next(
    store: &dyn Store,
    campaign: CampaignId,
    now: Timestamp,
    count: u32,
) -> Vec<u32> {
    names(&store.lease_work(campaign, now, count).await.unwrap().0)
}

async fn segments_are_kept_by_version_and_keep_their_number_with_their_name(record: Record) {
    let store = &*record.store;
    let (campaign, list) = base(store, 1).await;
    assert_eq!(store.segments(campaign).await.unwrap(), None);
    let full = CampaignSegment {
        lists: vec![list],
        order: SegmentOrder::Score("saldo".to_owned()),
        retries_first: true,
        quota: Some(Quota {
            of: QuotaOf::Contacts,
            most: 40,
            per_day: true,
        }),
        ..segment("Alto valor", 1, 60)
    };
    let first = put(store, campaign, vec![full.clone(), segment("B", 1, 40)]).await;
    let second = put(
        store,
        campaign,
        vec![segment("C", 1, 50), CampaignSegment { share: 50, ..full }],
    )
    .await;
    assert_eq!((first.version, second.version), (1, 2));
    let (old, new) = (&first.segmentation.segments, &second.segmentation.segments);
    assert_eq!(old[0].id, new[1].id);
    assert_ne!(old[1].id, new[0].id);
    let kept = store.segments(campaign).await.unwrap().unwrap();
    assert_eq!(kept, second);
    assert_eq!(
        kept.segmentation.segments[1].order,
        SegmentOrder::Score("saldo".to_owned())
    );
    assert_eq!(
        kept.segmentation.segments[1].quota.map(|quota| quota.most),
        Some(40)
    );
    let versions = store.segment_versions(campaign).await.unwrap();
    let shown: Vec<_> = versions
        .iter()
        .map(|v| (v.version, v.saved_by.as_str(), v.segments))
        .collect();
    assert_eq!(shown, [(2, "ana", 2), (1, "ana", 2)]);
}

async fn contacts_come_by_priority_and_share_and_the_rest_last(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 10).await;
    let set = put(
        store,
        campaign,
        vec![segment("A", 1, 75), segment("B", 1, 25)],
    )
    .await;
    part(store, campaign, &set, by_fours).await;
    let (items, due) = store.lease_work(campaign, at(0), 4).await.unwrap();
    assert_eq!(names(&items), [1, 2, 5, 3]);
    assert_eq!(due, Some(at(0)), "the lease is full: there may be more");
    let (items, due) = store.lease_work(campaign, at(0), 10).await.unwrap();
    assert_eq!(names(&items), [4, 6, 7, 8, 9, 10]);
    assert_eq!(due, None);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn the_rest_is_left_alone_where_that_is_said(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 10).await;
    let segmentation = Segmentation {
        segments: vec![segment("A", 1, 100), segment("B", 2, 100)],
        rest: Rest::Never,
    };
    let set = store.put_segments(campaign, &segmentation, SpeaksOf::default(), "ana", at(0));
    let set = set.await.unwrap();
    part(store, campaign, &set, by_fours).await;
    let (items, due) = store.lease_work(campaign, at(0), 20).await.unwrap();
    assert_eq!(names(&items), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(due, None);
}

async fn nobody_is_called_before_it_is_known_where_they_belong(record: Record) {
    let store = &*record.store;
    let (campaign, list) = base(store, 3).await;
    let set = put(
        store,
        campaign,
        vec![segment("A", 1, 100), segment("B", 2, 100)],
    )
    .await;
    let (items, due) = store.lease_work(campaign, at(0), 20).await.unwrap();
    assert_eq!((names(&items), due), (vec![], Some(at(1))));
    part(store, campaign, &set, by_fours).await;
    // More of the base comes in.
    let target = store::ListTarget::Existing(list);
    let import = store.begin_import(&target, at(0)).await.unwrap();
    store.import_chunk(import, &people(4..6)).await.unwrap();
    store
        .finish_import(import, "{}", "00", at(0))
        .await
        .unwrap();
    let (items, due) = store.lease_work(campaign, at(0), 20).await.unwrap();
    assert_eq!((names(&items), due), (vec![1, 2, 3], Some(at(1))));
    let unparted = store
        .segment_subjects(campaign, Subjects::Unparted, 10)
        .await
        .unwrap();
    let found: Vec<_> = unparted.iter().filter_map(number).collect();
    assert_eq!(found, [4, 5]);
    part(store, campaign, &set, by_fours).await;
    assert_eq!(next(store, campaign, at(0), 20).await, [4, 5]);
}

async fn within_a_segment_the_order_says_who_is_next(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 8).await;
    let order = |name: &str, priority, order| CampaignSegment {
        order,
        ..segment(name, priority, 100)
    };
    let newest = order("A", 1, SegmentOrder::Newest);
    let score = order("B", 2, SegmentOrder::Score("resto".to_owned()));
    let set = put(store, campaign, vec![newest, score]).await;
    part(store, campaign, &set, by_fours).await;
    // Of 5 to 8, the scores are 2, 0, 1, 2.
    assert_eq!(
        next(store, campaign, at(0), 20).await,
        [4, 3, 2, 1, 5, 8, 7, 6]
    );
}

async fn at_an_hour_those_whose_best_hour_it_is_come_first(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 4).await;
    let by_hour = CampaignSegment {
        order: SegmentOrder::BestHour(None),
        ..segment("A", 1, 100)
    };
    let set = put(store, campaign, vec![by_hour]).await;
    let subjects = store
        .segment_subjects(campaign, Subjects::After(None), 10)
        .await
        .unwrap();
    // Not known, 9, 8 and 15; at(0) is 8 in the morning in Bogotá.
    let hours = [24, 9, 8, 15];
    let place = |(subject, hour): (&SegmentSubject, i64)| SegmentPlace {
        contact: subject.contact.id,
        segment: Some(set.segmentation.segments[0].id),
        rank: hour,
        spent: 0,
        repeats: 0,
        pinned: None,
    };
    let places: Vec<_> = subjects.iter().zip(hours).map(place).collect();
    assert!(
        store
            .place_contacts(campaign, set.version, &places)
            .await
            .unwrap()
    );
    assert_eq!(next(store, campaign, at(0), 2).await, [3, 1]);
    assert_eq!(next(store, campaign, at(3_600), 1).await, [2]);
    assert_eq!(
        next(store, campaign, at(3_600), 2).await,
        [4],
        "nobody else is left"
    );
}

async fn a_spread_segment_is_called_over_the_hours_of_the_day_and_more_of_it_where_nobody_else_is(
    record: Record,
) {
    let store = &*record.store;
    let (campaign, _) = base(store, 200).await;
    let spread = CampaignSegment {
        order: SegmentOrder::Spread,
        ..segment("A", 1, 100)
    };
    let set = put(store, campaign, vec![spread, segment("B", 2, 100)]).await;
    part(store, campaign, &set, |subject| {
        number(subject).map(|n| usize::from(n > 110))
    })
    .await;
    // Friday, at eight and each ten minutes after: calls leave until seven, so that 110 are ten an hour.
    let eight = 86_400;
    let of_spread = |leased: &[u32]| leased.iter().filter(|n| **n <= 110).count();
    let first = next(store, campaign, at(eight), 4).await;
    assert_eq!(first, [111, 112, 113, 114]);
    let mut called = 0;
    for minutes in [10, 20, 30, 40, 50, 60] {
        let leased = next(store, campaign, at(eight + minutes * 60), 4).await;
        assert_eq!(leased.len(), 4);
        assert!(of_spread(&leased) <= 2, "{leased:?}");
        called += of_spread(&leased);
    }
    assert!((9..=10).contains(&called), "{called} within the first hour");
    // A lease of all: the others first, and then whoever is left.
    let rest = next(store, campaign, at(eight + 3_601), 300).await;
    let others = 200 - 110 - 4 - (24 - called);
    assert_eq!(of_spread(&rest[..others]), 0, "{rest:?}");
    assert_eq!(of_spread(&rest), 110 - called);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn calls_and_what_is_left_are_told_by_segment(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 9).await;
    let set = put(
        store,
        campaign,
        vec![segment("A", 1, 100), segment("B", 2, 100)],
    )
    .await;
    part(store, campaign, &set, by_fours).await;
    let (items, _) = store.lease_work(campaign, at(0), 5).await.unwrap();
    let mut writer = Writer::default();
    for (n, item) in (1..).zip([&items[0], &items[4]]) {
        let ended = closed(n, Outcome::NoAnswer, Some(again(item, 900, 1)));
        let call = vec![intended(n, item), placed(n), ended];
        writer.commit(store, 10 * n, call).await;
    }
    // Whoever asks what segments did has the calls counted.
    store.segment_standings(campaign, at(60)).await.unwrap();
    let (a, b) = (
        set.segmentation.segments[0].id,
        set.segmentation.segments[1].id,
    );
    let of = |first, last| store.attempt_segments(campaign, attempt(first), attempt(last));
    let both = [(attempt(1), a), (attempt(2), b)];
    assert_eq!(of(1, 9).await.unwrap(), both);
    assert_eq!(of(2, 2).await.unwrap(), both[1..]);
    let stock = store.work_stock(campaign).await.unwrap();
    let mut left = std::collections::BTreeMap::new();
    for of in stock {
        *left.entry((of.segment, of.attempts)).or_insert(0) += of.contacts;
    }
    let rest = SegmentId::new(0);
    let wanted = [(a, 0, 3), (a, 1, 1), (b, 0, 3), (b, 1, 1), (rest, 0, 1)];
    let wanted = wanted.map(|(of, attempts, many)| ((Some(of), attempts), many));
    assert_eq!(left, wanted.into_iter().collect());
}

async fn those_to_be_called_again_come_before_or_after(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 8).await;
    let first = CampaignSegment {
        retries_first: true,
        ..segment("A", 1, 100)
    };
    let set = put(store, campaign, vec![first, segment("B", 2, 100)]).await;
    part(store, campaign, &set, by_fours).await;
    let leased = lease(store, campaign).await;
    let back = |item: &WorkItem| match item.contact.document.as_str() {
        "CC2" => again(item, 60, 1),
        "CC4" => again(item, 30, 1),
        "CC6" => again(item, 30, 1),
        _ => campaigns::give_back(item),
    };
    let back: Vec<_> = leased.iter().map(back).collect();
    store.update_work(&back).await.unwrap();
    assert_eq!(next(store, campaign, at(29), 2).await, [1, 3]);
    let (items, due) = store.lease_work(campaign, at(29), 20).await.unwrap();
    assert_eq!((names(&items), due), (vec![5, 7, 8], Some(at(30))));
    store
        .update_work(&[campaigns::give_back(&items[2])])
        .await
        .unwrap();
    assert_eq!(next(store, campaign, at(90), 20).await, [4, 2, 8, 6]);
}

fn quota(of: QuotaOf, most: u32, per_day: bool) -> Option<Quota> {
    Some(Quota { of, most, per_day })
}

async fn a_quota_of_attempts_a_day_is_never_exceeded_and_ends_with_the_day(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 4).await;
    let limited = CampaignSegment {
        quota: quota(QuotaOf::Attempts, 2, true),
        ..segment("A", 1, 100)
    };
    let set = put(store, campaign, vec![limited]).await;
    part(store, campaign, &set, by_fours).await;
    let mut writer = Writer::default();
    let (items, due) = store.lease_work(campaign, at(0), 3).await.unwrap();
    assert_eq!(
        (names(&items), due),
        (vec![1, 2], Some(at(1))),
        "two are under way: it waits for them"
    );
    let again_later = |item: &WorkItem| again(item, 600, 1);
    let calls = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::NoAnswer, Some(again_later(&items[0]))),
    ];
    writer.commit(store, 10, calls).await;
    // One counts, one is leased still.
    let (none, due) = store.lease_work(campaign, at(20), 3).await.unwrap();
    assert_eq!((names(&none), due), (vec![], Some(at(21))));
    // That one never left: another takes its place.
    store.update_work(&[again_later(&items[1])]).await.unwrap();
    let third = store.lease_work(campaign, at(20), 3).await.unwrap().0;
    assert_eq!(names(&third), [3]);
    let calls = vec![
        intended(2, &third[0]),
        placed(2),
        closed(2, Outcome::NoAnswer, Some(again_later(&third[0]))),
    ];
    writer.commit(store, 30, calls).await;
    let clock = DayClock::default();
    let tomorrow = clock.begins(clock.day(at(0)) + 1);
    let (none, due) = store.lease_work(campaign, at(40), 3).await.unwrap();
    assert_eq!((names(&none), due), (vec![], Some(tomorrow)));
    assert_eq!(next(store, campaign, tomorrow, 9).await, [4, 1]);
    let standings = store.segment_standings(campaign, at(40)).await.unwrap();
    let tally = SegmentTally {
        attempts: 2,
        ..SegmentTally::default()
    };
    assert_eq!((standings[0].today, standings[0].in_all), (tally, tally));
}

async fn a_segment_with_nothing_to_sell_waits_until_there_is_something(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 8).await;
    let sells = |name: &str, priority, words: &[&str]| CampaignSegment {
        sells: words.iter().map(|word| (*word).to_owned()).collect(),
        ..segment(name, priority, 100)
    };
    let segments = vec![sells("A", 1, &["MOTO-G"]), sells("B", 2, &["plan"])];
    let set = put(store, campaign, segments).await;
    let kept = store.segments(campaign).await.unwrap().expect("there");
    let words: Vec<_> = kept
        .segmentation
        .segments
        .iter()
        .map(|one| one.sells.clone())
        .collect();
    assert_eq!(words, [vec!["MOTO-G".to_owned()], vec!["plan".to_owned()]]);
    part(store, campaign, &set, by_fours).await;
    let portfolio = |stock: &str| {
        let rows = [
            "code,kind,name,price,stock,valid_from,valid_to,with".to_owned(),
            format!("MOTO-G,equipo,Moto G,1250000,{stock},,,"),
            "PLAN-40,plan,Plan,60000,,,,".to_owned(),
        ];
        let cells = |row: &String| row.split(',').map(str::to_owned).collect();
        let table: Vec<Vec<String>> = rows.iter().map(cells).collect();
        sales::Portfolio::read(&table).expect("nothing is wrong")
    };
    let gone = portfolio("0");
    store.put_portfolio(campaign, &gone, at(0)).await.unwrap();
    let (items, due) = store.lease_work(campaign, at(0), 9).await.unwrap();
    assert_eq!(
        names(&items),
        [5, 6, 7, 8],
        "those of A wait, though they come first"
    );
    assert_eq!(due, Some(at(30)), "it is asked again");
    let there = portfolio("3");
    store.put_portfolio(campaign, &there, at(40)).await.unwrap();
    let (items, _) = store.lease_work(campaign, at(40), 9).await.unwrap();
    assert_eq!(names(&items), [1, 2, 3, 4]);
}

async fn a_quota_of_sales_ends_a_segment_and_a_correction_opens_it(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 4).await;
    let limited = CampaignSegment {
        quota: quota(QuotaOf::Sales, 1, false),
        ..segment("A", 1, 100)
    };
    let set = put(store, campaign, vec![limited]).await;
    part(store, campaign, &set, by_fours).await;
    let mut writer = Writer::default();
    let items = store.lease_work(campaign, at(0), 1).await.unwrap().0;
    let done = || WorkUpdate {
        state: WorkState::Closed,
        ..again(&items[0], 600, 1)
    };
    let call = vec![
        intended(1, &items[0]),
        placed(1),
        bridged(1, 500),
        closed(1, Outcome::Connected, None),
        typified(1, "VE01", false, done()),
    ];
    writer.commit(store, 10, call).await;
    let (none, due) = store.lease_work(campaign, at(20), 3).await.unwrap();
    assert_eq!((names(&none), due), (vec![], None), "it is enough for good");
    let standing = store.segment_standings(campaign, at(20)).await.unwrap()[0];
    let tally = SegmentTally {
        attempts: 1,
        contacts: 1,
        sales: 1,
    };
    assert_eq!(
        (standing.contacts, standing.fresh, standing.in_all),
        (4, 3, tally)
    );
    writer
        .commit(store, 30, vec![typified(1, "NC03", true, done())])
        .await;
    assert_eq!(next(store, campaign, at(40), 1).await, [2]);
    let standing = store.segment_standings(campaign, at(40)).await.unwrap()[0];
    assert_eq!((standing.in_all.contacts, standing.in_all.sales), (0, 0));
}

async fn call_backs_come_first_whatever_the_segment(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 9).await;
    let set = put(
        store,
        campaign,
        vec![segment("A", 1, 100), segment("B", 2, 100)],
    )
    .await;
    part(store, campaign, &set, by_fours).await;
    let leased = lease(store, campaign).await;
    let back: Vec<_> = leased
        .iter()
        .map(|item| match item.contact.document.as_str() {
            "CC9" => WorkUpdate {
                promise: Some(domain::Promise {
                    agent: None,
                    asked_in: None,
                }),
                ..again(item, 30, 1)
            },
            _ => campaigns::give_back(item),
        })
        .collect();
    store.update_work(&back).await.unwrap();
    assert_eq!(next(store, campaign, at(30), 2).await, [9, 1]);
}

async fn four_leasers_at_once_share_segments_without_overlap(record: Record) {
    let (campaign, _) = base(&*record.store, 400).await;
    let segments = vec![segment("A", 1, 70), segment("B", 1, 30)];
    let set = put(&*record.store, campaign, segments).await;
    part(&*record.store, campaign, &set, |subject| {
        number(subject).map(|n| usize::from(n % 2 == 0))
    })
    .await;
    four_leasers_get_all_once(&record, campaign, 400).await;
}
