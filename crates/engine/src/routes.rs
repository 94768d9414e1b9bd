//! Over which trunks a campaign's calls may leave, in which order: its route plan, or its trunks as
//! listed. Rows of the longest prefix first, then by priority and cost; rows alike share the calls
//! by weight, in turns that need no lots drawn (each gains its weight, the richest pays for all).

use std::collections::BTreeMap;

use campaigns::Campaign;
use domain::{PhoneNumber, Route, TrunkId};

/// The ways of a campaign's calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    /// By prefix; the rows of each in order of rank.
    by_prefix: BTreeMap<String, Vec<Row>>,
    /// Every trunk of it, once.
    trunks: Vec<TrunkId>,
}

#[derive(Clone, Debug)]
struct Row {
    trunk: TrunkId,
    rank: (u16, u64),
    weight: i64,
    /// What its weight has earned it and no call has used up.
    credit: i64,
}

impl Routes {
    pub(crate) fn of(campaign: &Campaign) -> Routes {
        let mut routes = Routes::default();
        if campaign.routes.is_empty() {
            for (place, trunk) in campaign.trunks.iter().enumerate() {
                let priority = u16::try_from(place).unwrap_or(u16::MAX);
                let route = Route {
                    priority,
                    ..Route::over(*trunk)
                };
                routes.add(&route);
            }
        } else {
            campaign.routes.iter().for_each(|route| routes.add(route));
        }
        for rows in routes.by_prefix.values_mut() {
            // Stable: rows alike stay as they were written.
            rows.sort_by_key(|row| row.rank);
        }
        routes
    }

    fn add(&mut self, route: &Route) {
        if !self.trunks.contains(&route.trunk) {
            self.trunks.push(route.trunk);
        }
        let rows = self.by_prefix.entry(route.prefix.digits().to_owned());
        rows.or_default().push(Row {
            trunk: route.trunk,
            rank: route.rank(),
            weight: i64::from(route.weight),
            credit: 0,
        });
    }

    /// Every trunk that some call may leave over.
    pub(crate) fn trunks(&self) -> &[TrunkId] {
        &self.trunks
    }

    /// Whether all numbers go the same ways.
    pub(crate) fn are_the_same_for_all(&self) -> bool {
        self.by_prefix.keys().all(String::is_empty)
    }

    /// The trunks for a number, best first; one may come more than once.
    pub(crate) fn ways(&self, number: PhoneNumber) -> impl Iterator<Item = TrunkId> {
        let prefixes = self.prefixes(number);
        let rows = prefixes
            .into_iter()
            .filter_map(|prefix| self.by_prefix.get(&prefix));
        rows.flatten().map(|row| row.trunk)
    }

    /// The trunk for a call: the best that `open` says takes one.
    pub(crate) fn choose(
        &mut self,
        number: PhoneNumber,
        open: impl Fn(TrunkId) -> bool,
    ) -> Option<TrunkId> {
        for prefix in self.prefixes(number) {
            let Some(rows) = self.by_prefix.get_mut(&prefix) else {
                continue;
            };
            for alike in rows.chunk_by_mut(|one, next| one.rank == next.rank) {
                if let Some(trunk) = next_of(alike, &open) {
                    return Some(trunk);
                }
            }
        }
        None
    }

    /// The beginnings of a number that have rows, longest first.
    fn prefixes(&self, number: PhoneNumber) -> Vec<String> {
        let digits = number.as_u64().to_string();
        let all = (0..=digits.len()).rev().map(|length| &digits[..length]);
        all.filter(|prefix| self.by_prefix.contains_key(*prefix))
            .map(str::to_owned)
            .collect()
    }
}

/// Whose turn it is among rows that are alike.
fn next_of(rows: &mut [Row], open: &impl Fn(TrunkId) -> bool) -> Option<TrunkId> {
    let mut total = 0;
    for row in rows.iter_mut().filter(|row| open(row.trunk)) {
        row.credit += row.weight;
        total += row.weight;
    }
    let is_open = |row: &&mut Row| open(row.trunk);
    // The first of those equally rich.
    let richest = rows
        .iter_mut()
        .rev()
        .filter(is_open)
        .max_by_key(|row| row.credit)?;
    richest.credit -= total;
    Some(richest.trunk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{CampaignId, CostPerMinute};

    const A: TrunkId = TrunkId::new(1);
    const B: TrunkId = TrunkId::new(2);
    const C: TrunkId = TrunkId::new(3);

    fn row(prefix: &str, trunk: TrunkId, priority: u16, weight: u16, cost: f64) -> Route {
        Route {
            prefix: prefix.parse().expect("a prefix"),
            trunk,
            priority,
            weight,
            cost: CostPerMinute::new(cost).filter(|_| cost > 0.0),
        }
    }

    fn plan(routes: Vec<Route>) -> Routes {
        let mut campaign = Campaign::new(CampaignId::new(1), "Claro");
        campaign.trunks = vec![A, B];
        campaign.routes = routes;
        Routes::of(&campaign)
    }

    fn mobile() -> PhoneNumber {
        PhoneNumber::from_e164("+573001234567").expect("a mobile")
    }

    fn shares(routes: &mut Routes, open: impl Fn(TrunkId) -> bool) -> [usize; 3] {
        let mut counts = [0; 3];
        for _ in 0..100 {
            let chosen = routes.choose(mobile(), &open).expect("one is open");
            counts[chosen.get() as usize - 1] += 1;
        }
        counts
    }

    #[test]
    fn without_a_plan_the_trunks_go_in_their_order() {
        let mut routes = plan(Vec::new());
        assert_eq!(shares(&mut routes, |_| true), [100, 0, 0]);
        assert_eq!(shares(&mut routes, |trunk| trunk != A), [0, 100, 0]);
        assert_eq!(routes.choose(mobile(), |_| false), None);
    }

    #[test]
    fn rows_alike_share_by_weight_and_evenly_in_time() {
        let rows = vec![row("*", A, 1, 70, 0.0), row("*", B, 1, 30, 0.0)];
        let mut routes = plan(rows);
        assert_eq!(shares(&mut routes, |_| true), [70, 30, 0]);
        let ten: Vec<_> = (0..10)
            .filter_map(|_| routes.choose(mobile(), |_| true))
            .collect();
        assert!(!ten.windows(4).any(|four| four == [A; 4]), "{ten:?}");
    }

    #[test]
    fn what_one_cannot_take_overflows_to_its_like_and_then_to_the_next() {
        let rows = vec![
            row("*", A, 1, 50, 0.0),
            row("*", B, 1, 50, 0.0),
            row("*", C, 2, 1, 0.0),
        ];
        let mut routes = plan(rows);
        assert_eq!(shares(&mut routes, |trunk| trunk != A), [0, 100, 0]);
        assert_eq!(shares(&mut routes, |trunk| trunk == C), [0, 0, 100]);
        assert_eq!(
            shares(&mut routes, |_| true),
            [50, 50, 0],
            "no debts are left"
        );
    }

    #[test]
    fn the_longest_prefix_goes_first_then_priority_then_cost() {
        let rows = vec![
            row("*", A, 0, 1, 0.001),
            row("+57", B, 2, 1, 0.01),
            row("+57", A, 1, 1, 0.02),
            row("+573", C, 9, 1, 0.9),
            row("+571", A, 0, 1, 0.001),
        ];
        let routes = plan(rows);
        let ways: Vec<_> = routes.ways(mobile()).collect();
        assert_eq!(ways, [C, A, B, A]);
        assert!(!routes.are_the_same_for_all());
        let cheap = plan(vec![
            row("*", A, 1, 9, 0.02),
            row("*", B, 1, 1, 0.01),
            row("*", C, 1, 5, 0.0),
        ]);
        let ways: Vec<_> = cheap.ways(mobile()).collect();
        assert_eq!(ways, [B, A, C], "a cost nobody told comes last");
    }

    #[test]
    fn a_number_no_row_fits_goes_nowhere() {
        let mut routes = plan(vec![row("+1", A, 0, 1, 0.0)]);
        assert_eq!(routes.choose(mobile(), |_| true), None);
        assert_eq!(routes.ways(mobile()).count(), 0);
    }

    #[test]
    fn a_weight_of_nothing_takes_what_the_others_leave() {
        let mut routes = plan(vec![row("*", A, 1, 0, 0.0), row("*", B, 1, 5, 0.0)]);
        assert_eq!(shares(&mut routes, |_| true), [0, 100, 0]);
        assert_eq!(shares(&mut routes, |trunk| trunk == A), [100, 0, 0]);
    }
}
