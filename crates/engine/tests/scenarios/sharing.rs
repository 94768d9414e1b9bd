//! Campaigns that share agents and a trunk: paced together, so that no two
//! count on the same free agent, and none is left without calls.

use crate::floor::{CAMPAIGN, Floor, running, secs, trunk, work};
use crate::shift::Hour;
use domain::{CampaignId, DialMode, Rate};
use engine::{CampaignLive, Input};

const OTHER: CampaignId = CampaignId::new(2);

/// Two campaigns with 8,000 strangers each; `shared` agents serve both, and so
/// many more only the one or the other.
fn two_campaigns(seed: u64, shared: i64, own: i64, targets: [f64; 2]) -> Hour {
    let target = |share: f64| Rate::new(share).expect("a share");
    let mut first = running(DialMode::Predictive);
    first.abandon_target = target(targets[0]);
    let mut second = running(DialMode::Predictive);
    second.id = OTHER;
    second.name = "Portabilidad".into();
    second.abandon_target = target(targets[1]);
    let mut floor = Floor::new(first);
    floor.trunk(trunk(300, 50.0));
    floor.feed(Input::CampaignChanged(Box::new(second)));
    floor.contacts(1..=8_000);
    for contact in 10_001..=18_000 {
        floor.shelve(work(OTHER, contact, contact, &[contact]));
    }
    floor.after(secs(1));
    for id in 1..=shared + 2 * own {
        let campaigns = match id - shared {
            ..=0 => vec![CAMPAIGN, OTHER],
            extra if extra <= own => vec![CAMPAIGN],
            _ => vec![OTHER],
        };
        floor.hire_for(id, campaigns).comes_in(id);
    }
    let mut hour = Hour::new(floor, seed);
    hour.answered.extend([(CAMPAIGN, 0.33), (OTHER, 0.12)]);
    hour
}

/// An hour and a half of each seed; live answers and abandons added up, and
/// the least utilisation, of both campaigns.
fn worked(hours: impl Iterator<Item = Hour>) -> [(u64, u64, f64); 2] {
    let mut sums = [(0, 0, 1.0_f64); 2];
    for mut hour in hours {
        hour.run(secs(5_400));
        for (sum, id) in sums.iter_mut().zip([CAMPAIGN, OTHER]) {
            let live: CampaignLive = hour.floor.live_of(id);
            sum.0 += live.live_answers;
            sum.1 += live.abandoned;
            sum.2 = sum.2.min(live.utilisation.unwrap_or(0.0));
        }
    }
    sums
}

fn share((live, abandoned, _): (u64, u64, f64)) -> f64 {
    abandoned as f64 / live as f64
}

#[test]
fn two_campaigns_of_the_same_agents_keep_them_busy_and_both_to_their_target() {
    let hours = [1, 2, 3].map(|seed| two_campaigns(seed, 20, 0, [0.03, 0.03]));
    let [first, second] = worked(hours.into_iter());
    for (name, sum) in [("first", first), ("second", second)] {
        assert!(share(sum) <= 0.03, "{name}: {sum:?}");
        assert!(sum.2 >= 0.8, "{name}: {sum:?}");
    }
    let part = first.0 as f64 / (first.0 + second.0) as f64;
    assert!((0.3..=0.7).contains(&part), "{part}: {first:?} {second:?}");
}

#[test]
fn campaigns_that_share_some_of_their_agents_count_on_those_in_part() {
    let hours = [4, 5].map(|seed| two_campaigns(seed, 8, 8, [0.03, 0.03]));
    let [first, second] = worked(hours.into_iter());
    for (name, sum) in [("first", first), ("second", second)] {
        assert!(share(sum) <= 0.03, "{name}: {sum:?}");
        assert!(sum.2 >= 0.75, "{name}: {sum:?}");
    }
}

#[test]
fn a_floor_that_shares_agents_is_paced_for_the_strictest_of_its_targets() {
    let hours = [7, 8].map(|seed| two_campaigns(seed, 20, 0, [0.05, 0.01]));
    let [loose, strict] = worked(hours.into_iter());
    assert!(share(strict) <= 0.01, "{strict:?}");
    assert!(share(loose) <= 0.05, "{loose:?}");
    let part = strict.0 as f64 / (loose.0 + strict.0) as f64;
    assert!(part >= 0.2, "the strict one is not starved: {part}");
}

#[test]
fn a_trunk_with_few_channels_serves_both_campaigns_in_turn() {
    let mut hour = two_campaigns(10, 20, 0, [0.03, 0.03]);
    hour.floor.trunk(trunk(16, 50.0));
    hour.answered.extend([(CAMPAIGN, 0.2), (OTHER, 0.2)]);
    hour.run(secs(3_600));
    let [first, second] = [CAMPAIGN, OTHER].map(|id| hour.floor.live_of(id).attempts);
    let part = first as f64 / (first + second) as f64;
    assert!((0.4..=0.6).contains(&part), "{first} {second}");
}
