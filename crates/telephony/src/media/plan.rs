//! Who hears whom, worked out: whose packets are forwarded to whom, and whose audio is mixed.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use ::media::LegId;
use ::media::mixer::Mixer;

use super::leg::{Leg, locked};

/// What a leg hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hears {
    /// No other leg.
    Nobody,
    /// The packets of one, as they come.
    One(LegId),
    /// Several, or one who is heard by another likewise: mixed.
    Several,
}

impl Hears {
    pub(super) fn one(self) -> Option<LegId> {
        match self {
            Hears::One(leg) => Some(leg),
            Hears::Nobody | Hears::Several => None,
        }
    }
}

/// Where several are mixed.
pub(super) type Room = Arc<Mutex<Mixer>>;

/// What the thread that owns a leg is told.
#[derive(Debug)]
pub(super) struct Arranged {
    pub(super) hears: Hears,
    /// Who is forwarded its packets.
    pub(super) to: Option<Arc<Leg>>,
    /// Where its audio is mixed, or what it hears comes from.
    pub(super) room: Option<Room>,
}

/// Who hears whom.
#[derive(Debug)]
pub(super) struct Plan(Vec<(LegId, Vec<LegId>)>);

impl Plan {
    /// Of those legs that are known; nobody hears themselves.
    pub(super) fn of(legs: &[(LegId, Vec<LegId>)], known: impl Fn(LegId) -> bool) -> Plan {
        let there = |leg: LegId| known(leg) && legs.iter().any(|(one, _)| *one == leg);
        let plan = legs.iter().filter(|(leg, _)| there(*leg));
        let plan = plan.map(|(leg, hears)| {
            let others = hears.iter().copied();
            let others = others.filter(|other| other != leg && there(*other));
            (*leg, others.collect())
        });
        Plan(plan.collect())
    }

    pub(super) fn legs(&self) -> impl Iterator<Item = LegId> {
        self.0.iter().map(|(leg, _)| *leg)
    }

    pub(super) fn hears(&self, leg: LegId) -> Hears {
        let known = self.0.iter().find(|(known, _)| *known == leg);
        match known.map(|(_, hears)| hears.as_slice()) {
            None | Some([]) => Hears::Nobody,
            Some([one]) if self.forwarded_to(*one) == Some(leg) => Hears::One(*one),
            Some(_) => Hears::Several,
        }
    }

    /// The first who hears this leg and nobody else.
    pub(super) fn forwarded_to(&self, leg: LegId) -> Option<LegId> {
        let only = |(_, hears): &&(LegId, Vec<LegId>)| hears.as_slice() == [leg];
        self.0.iter().find(only).map(|(to, _)| *to)
    }

    /// Whether a leg hears others mixed, or is one of those.
    pub(super) fn is_in_room(&self, leg: LegId) -> bool {
        let mut mixed = self
            .0
            .iter()
            .filter(|(to, _)| self.hears(*to) == Hears::Several);
        mixed.any(|(to, hears)| *to == leg || hears.contains(&leg))
    }

    /// The mixer, where one is needed: the one there was, whose voices go on, or a new one.
    pub(super) fn room(&self, now: Instant, known: Option<Room>) -> Option<Room> {
        let seats = self.0.iter().filter(|(leg, _)| self.is_in_room(*leg));
        let seats: Vec<_> = seats.cloned().collect();
        if seats.is_empty() {
            return None;
        }
        if let Some(room) = known {
            locked(&room).arrange(&seats);
            return Some(room);
        }
        Some(Arc::new(Mutex::new(Mixer::of(now, &seats))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: LegId = LegId(1);
    const AGENT: LegId = LegId(2);
    const BOSS: LegId = LegId(3);

    fn plan(legs: &[(LegId, &[LegId])]) -> Plan {
        let legs: Vec<_> = legs
            .iter()
            .map(|(leg, hears)| (*leg, hears.to_vec()))
            .collect();
        Plan::of(&legs, |_| true)
    }

    #[test]
    fn two_are_forwarded_to_each_other_without_a_mixer() {
        let two = plan(&[(CUSTOMER, &[AGENT]), (AGENT, &[CUSTOMER])]);
        assert_eq!(two.hears(CUSTOMER), Hears::One(AGENT));
        assert_eq!(two.forwarded_to(CUSTOMER), Some(AGENT));
        assert!(two.room(Instant::now(), None).is_none());
    }

    #[test]
    fn two_who_are_listened_to_stay_forwarded() {
        let all = [CUSTOMER, AGENT];
        let three = plan(&[(CUSTOMER, &[AGENT]), (AGENT, &[CUSTOMER]), (BOSS, &all)]);
        assert_eq!(three.hears(CUSTOMER), Hears::One(AGENT));
        assert_eq!(three.hears(AGENT), Hears::One(CUSTOMER));
        assert_eq!(three.hears(BOSS), Hears::Several);
        assert!(
            [CUSTOMER, AGENT, BOSS]
                .iter()
                .all(|leg| three.is_in_room(*leg))
        );
    }

    #[test]
    fn a_whisper_is_mixed_for_the_agent_alone() {
        let three = plan(&[
            (CUSTOMER, &[AGENT]),
            (AGENT, &[CUSTOMER, BOSS]),
            (BOSS, &[CUSTOMER, AGENT]),
        ]);
        assert_eq!(three.hears(CUSTOMER), Hears::One(AGENT));
        assert_eq!(three.hears(AGENT), Hears::Several);
        assert_eq!(three.forwarded_to(CUSTOMER), None);
    }

    #[test]
    fn of_two_who_hear_one_alone_the_second_is_mixed() {
        let three = plan(&[(AGENT, &[]), (CUSTOMER, &[AGENT]), (BOSS, &[AGENT])]);
        assert_eq!(three.hears(CUSTOMER), Hears::One(AGENT));
        assert_eq!(three.hears(BOSS), Hears::Several);
        assert_eq!(three.hears(AGENT), Hears::Nobody);
    }

    #[test]
    fn nobody_hears_themselves_or_who_is_not_there() {
        let legs = [(AGENT, vec![AGENT, CUSTOMER]), (CUSTOMER, vec![AGENT])];
        let alone = Plan::of(&legs, |leg| leg == AGENT);
        assert_eq!(alone.hears(AGENT), Hears::Nobody);
        assert_eq!(alone.legs().collect::<Vec<_>>(), [AGENT]);
    }
}
