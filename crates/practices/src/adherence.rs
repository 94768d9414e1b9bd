//! How far each role adheres to its practices.

use crate::agenda::{Item, State};
use crate::model::Role;

/// Of one role, or of all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adherence {
    /// How many were to be held by now.
    pub goal: u32,
    /// How many of them were.
    pub done: u32,
    /// How many were not, and can be no more.
    pub missed: u32,
    /// How many are still to be held.
    pub left: u32,
}

impl Adherence {
    /// Done of goal; none where nothing was due.
    pub fn share(&self) -> Option<f64> {
        (self.goal > 0).then(|| f64::from(self.done) / f64::from(self.goal))
    }

    fn add(&mut self, item: &Item) {
        self.done += item.counted();
        match item.state {
            State::Done => self.goal += item.goal,
            State::Missed => {
                self.goal += item.goal;
                self.missed += item.short();
            }
            // What there is still time for is neither kept nor broken.
            State::Planned => {
                self.goal += item.counted();
                self.left += item.short();
            }
        }
    }
}

/// By role, and of all of them.
pub fn adherence(items: &[Item]) -> (Vec<(Role, Adherence)>, Adherence) {
    let sum = |of: &dyn Fn(&Item) -> bool| {
        let mut sum = Adherence::default();
        items
            .iter()
            .filter(|item| of(item))
            .for_each(|item| sum.add(item));
        sum
    };
    let by_role = Role::ALL.map(|role| (role, sum(&|item| item.role == role)));
    (by_role.to_vec(), sum(&|_| true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agenda::agenda;
    use crate::agenda::tests::{day, held, house};

    #[test]
    fn adherence_is_what_was_held_of_what_was_to_be_held_by_now() {
        // 7 to 13 December 2026 has four working days. It is Friday.
        let week = (day("2026-12-07"), day("2026-12-13"));
        let sessions = [
            held("dialogo_diario", Role::Supervisor, "2026-12-07"),
            held("dialogo_diario", Role::Supervisor, "2026-12-07"),
            held("confirmacion_proceso", Role::Supervisor, "2026-12-09"),
            held("confirmacion_funcion", Role::Coordinator, "2026-12-09"),
        ];
        let of = |today: &str, sessions: &[_]| {
            let (by_role, all) = adherence(&agenda(&house(), sessions, week, day(today)));
            (by_role[0].1, by_role[1].1, all)
        };
        let (supervisor, coordinator, _) = of("2026-12-11", &sessions);
        // Monday, Wednesday and Thursday are over: two a day. Friday's two and the leader's agenda are left.
        let expected = Adherence {
            goal: 6,
            done: 2,
            missed: 4,
            left: 3,
        };
        assert_eq!(supervisor, expected);
        assert_eq!(supervisor.share(), Some(2.0 / 6.0));
        // One of three function confirmations is held, nothing is missed yet.
        assert_eq!((coordinator.share(), coordinator.left), (Some(1.0), 5));
        let (supervisor, coordinator, all) = of("2026-12-14", &sessions);
        assert_eq!((supervisor.goal, supervisor.done), (9, 2));
        assert_eq!(
            (coordinator.goal, coordinator.done, coordinator.left),
            (6, 1, 0)
        );
        assert_eq!(all.goal, 9 + 6 + 3);
        let (_, _, none) = of("2026-12-06", &[]);
        assert_eq!(none.share(), None, "nothing was due: s/d, not 0 %");
    }

    proptest::proptest! {
        #[test]
        fn adherence_is_a_share_whatever_was_held(days in proptest::collection::vec((0_u64..30, 0_usize..9, 0_usize..3), 0..60),
                                                  today in 0_u64..60) {
            let first = day("2026-11-30");
            let model = crate::Model::house();
            let sessions: Vec<_> = days.iter().map(|(offset, practice, role)| crate::Held {
                practice: model.practices[*practice].key.clone(),
                role: Role::ALL[*role],
                leader: String::new(),
                day: first + chrono::Days::new(*offset),
            }).collect();
            let items = agenda(&house(), &sessions, (first, day("2026-12-31")), first + chrono::Days::new(today));
            let (by_role, all) = adherence(&items);
            let goal: u32 = by_role.iter().map(|(_, it)| it.goal).sum();
            proptest::prop_assert_eq!(goal, all.goal);
            proptest::prop_assert_eq!(all.goal, all.done + all.missed);
            let owed: u32 = items.iter().map(|item| item.goal).sum();
            proptest::prop_assert_eq!(owed, all.goal + all.left);
        }
    }
}
