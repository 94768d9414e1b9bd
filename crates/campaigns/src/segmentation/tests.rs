//! Segments that can be dialed by, and those that cannot.

use super::*;

fn segment(name: &str, priority: u16, share: u8) -> CampaignSegment {
    CampaignSegment {
        id: SegmentId::new(0),
        name: name.to_owned(),
        rule: String::new(),
        lists: Vec::new(),
        priority,
        share,
        order: SegmentOrder::default(),
        retries_first: false,
        quota: None,
        sells: Vec::new(),
    }
}

fn wrong(segments: Vec<CampaignSegment>) -> String {
    let segmentation = Segmentation {
        segments,
        rest: Rest::Last,
    };
    let wrong = segmentation.check().err().unwrap_or_default();
    wrong
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn what_a_segment_sells_is_named_by_codes() {
    let with = |sells: Vec<String>| Segmentation {
        segments: vec![CampaignSegment {
            sells,
            ..segment("A", 1, 100)
        }],
        rest: Rest::Last,
    };
    assert_eq!(with(vec!["equipo".to_owned()]).check(), Ok(()));
    for sells in [
        vec![" ".to_owned()],
        vec!["x".repeat(61)],
        vec!["a".to_owned(); 21],
    ] {
        let wrong = with(sells).check().expect_err("no codes");
        assert!(wrong[0].to_string().contains("up to 20 codes"), "{wrong:?}");
    }
}

#[test]
fn shares_are_of_one_priority_and_add_up() {
    let good = vec![
        segment("A", 1, 60),
        segment("B", 1, 40),
        segment("C", 2, 100),
    ];
    assert_eq!(wrong(good), "");
    let bad = vec![segment("A", 1, 60), segment("B", 1, 30)];
    let said = wrong(bad);
    assert!(said.contains("add up to 90 %"), "{said}");
    assert!(said.contains("A 60 %, B 30 %"), "{said}");
}

#[test]
fn all_that_is_wrong_is_said() {
    let mut zero = segment("a", 0, 100);
    zero.quota = Some(Quota {
        of: QuotaOf::Sales,
        most: 0,
        per_day: true,
    });
    let said = wrong(vec![
        segment("A", 1, 100),
        zero,
        segment("=1+1", 2, 100),
        segment("Resto", 3, 100),
    ]);
    for words in [
        "another named `a`",
        "begin with 1",
        "for a formula",
        "`resto` is what fits",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(wrong(Vec::new()).contains("no segment"));
}

#[test]
fn quotas_stop_at_their_number() {
    let tally = |attempts, sales| SegmentTally {
        attempts,
        sales,
        contacts: 0,
    };
    let quota = |of, per_day| Quota {
        of,
        most: 10,
        per_day,
    };
    let left = |quota: Quota, under_way| quota.left(tally(7, 10), tally(70, 10), under_way);
    assert_eq!(left(quota(QuotaOf::Attempts, true), 1), Left::Most(2));
    assert_eq!(left(quota(QuotaOf::Attempts, true), 3), Left::Waits);
    assert_eq!(left(quota(QuotaOf::Attempts, false), 0), Left::Reached);
    assert_eq!(left(quota(QuotaOf::Sales, true), 0), Left::Reached);
    assert_eq!(left(quota(QuotaOf::Contacts, true), 50), Left::Any);
}

#[test]
fn ranks_order_as_they_say() {
    let score = |score| rank(&SegmentOrder::Score("saldo".to_owned()), 1, score, None);
    let scores = [
        Some(900.5),
        Some(900.0),
        Some(0.0),
        Some(-3.0),
        Some(-4.5),
        None,
    ];
    let ranks = scores.map(score);
    assert!(ranks.is_sorted(), "{ranks:?}");
    assert!(ranks.windows(2).all(|two| two[0] < two[1]), "{ranks:?}");
    let newest = |contact| rank(&SegmentOrder::Newest, contact, None, None);
    assert!(newest(2) < newest(1));
    let hour = |hour| rank(&SegmentOrder::BestHour(None), 1, None, hour);
    assert_eq!([hour(Some(9)), hour(Some(24)), hour(None)], [9, 24, 24]);
    let spread: Vec<i64> = (1..100)
        .map(|id| rank(&SegmentOrder::Spread, id, None, None))
        .collect();
    assert!(spread.iter().all(|rank| *rank >= 0) && !spread.is_sorted());
}

#[test]
fn at_an_hour_all_hours_come_once_and_the_next_one_last() {
    let hours: Vec<i64> = hours_from(10).collect();
    assert_eq!(hours[..4], [10, 24, 9, 8]);
    assert_eq!(hours.last(), Some(&11));
    let mut all = hours.clone();
    all.sort_unstable();
    assert_eq!(all, (0..=24).collect::<Vec<_>>());
}
