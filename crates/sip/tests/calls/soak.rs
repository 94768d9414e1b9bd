//! Thousands of calls over a network that loses, doubles and reorders. Whatever happens, each call
//! ends once on each side that heard of it, and nothing is kept.

use crate::world::{ALICE, BOB, Faults, World, address, call_to, secs};
use rand::Rng;
use sip::endpoint::{CallEvent, CallHandle, Event};
use sip::message::Status;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

const CALLS: u64 = 700;

/// What a person does later.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Ring,
    Answer,
    Refuse,
    HangUp,
}

#[derive(Default)]
struct Soak {
    deeds: BTreeMap<(Instant, u64), (usize, CallHandle, Deed)>,
    number: u64,
    /// Last events per side and call.
    ends: HashMap<(usize, CallHandle), u32>,
    born: Vec<(usize, CallHandle)>,
    answered: u64,
    seen: [usize; 2],
}

impl Soak {
    fn later(&mut self, at: Instant, side: usize, call: CallHandle, deed: Deed) {
        self.number += 1;
        self.deeds.insert((at, self.number), (side, call, deed));
    }

    /// Decides what people do about the events since the last look.
    fn look(&mut self, world: &mut World) {
        for side in [ALICE, BOB] {
            let events = world.sides[side].events[self.seen[side]..].to_vec();
            self.seen[side] += events.len();
            for event in events {
                match event {
                    Event::Incoming { call, .. } => self.plan_callee(world, call),
                    Event::Call { call, event } => self.note(world, side, call, &event),
                    _ => {}
                }
            }
        }
    }

    fn plan_callee(&mut self, world: &mut World, call: CallHandle) {
        self.born.push((BOB, call));
        let after = |world: &mut World, most: u64| {
            world.now + Duration::from_millis(world.rng.next_u64() % most)
        };
        if !world.chance(200) {
            let at = after(world, 2000);
            self.later(at, BOB, call, Deed::Ring);
        }
        let at = after(world, 20_000);
        let deed = match world.rng.next_u64() % 10 {
            0 => Deed::Refuse,
            1 => Deed::HangUp,
            // These ring until somebody gives up.
            2 => return,
            _ => Deed::Answer,
        };
        self.later(at, BOB, call, deed);
    }

    fn note(&mut self, world: &mut World, side: usize, call: CallHandle, event: &CallEvent) {
        match event {
            CallEvent::Answered { .. } | CallEvent::Confirmed => {
                self.answered += 1;
                let talk = Duration::from_millis(world.rng.next_u64() % 30_000);
                // Both will hang up; whoever is first, the other's is harmless.
                self.later(world.now + talk, side, call, Deed::HangUp);
            }
            CallEvent::Failed { .. } | CallEvent::Cancelled | CallEvent::Ended { .. } => {
                *self.ends.entry((side, call)).or_default() += 1;
            }
            _ => {}
        }
    }

    fn do_due(&mut self, world: &mut World) {
        while let Some(entry) = self.deeds.first_entry() {
            if entry.key().0 > world.now {
                return;
            }
            let (side, call, deed) = entry.remove();
            world.act(side, |endpoint, now| match deed {
                Deed::Ring => endpoint.ring(now, call, None),
                Deed::Answer => endpoint.answer(now, call, "v=0".to_owned()),
                Deed::Refuse => {
                    let busy = Status::new(486).expect("a status");
                    endpoint.reject(now, call, busy);
                }
                Deed::HangUp => endpoint.hang_up(now, call, None),
            });
        }
    }

    /// Lets everything happen until nothing more does.
    fn run(&mut self, world: &mut World, until: Option<Instant>) {
        loop {
            self.look(world);
            let deed = self.deeds.first_key_value().map(|((at, _), _)| *at);
            let next = [world.next(), deed].into_iter().flatten().min();
            let Some(at) = next.filter(|at| until.is_none_or(|until| *at <= until)) else {
                break;
            };
            assert!(at < world.start + secs(36_000), "never comes to rest");
            world.step_to(at);
            self.do_due(world);
        }
        if let Some(until) = until {
            world.now = until;
        }
    }
}

fn soak(seed: u64, faults: Faults) -> u64 {
    let mut world = World::pair().seeded(seed, faults);
    let mut soak = Soak::default();
    for _ in 0..CALLS {
        let mut call = call_to(address(2));
        call.ring_timeout = secs(5 + world.rng.next_u64() % 30);
        let call = world.act(ALICE, |alice, now| alice.invite(now, call));
        soak.born.push((ALICE, call));
        if world.chance(150) {
            let at = world.now + Duration::from_millis(world.rng.next_u64() % 15_000);
            soak.later(at, ALICE, call, Deed::HangUp);
        }
        let pause = Duration::from_millis(world.rng.next_u64() % 200);
        let until = world.now + pause;
        soak.run(&mut world, Some(until));
    }
    soak.run(&mut world, None);
    for (side, call) in &soak.born {
        let ends = soak.ends.get(&(*side, *call)).copied().unwrap_or(0);
        assert_eq!(
            ends,
            1,
            "seed {seed}: {call:?} of side {side} ended {ends} times: {:?}",
            world.told(*side, *call)
        );
    }
    world.expect_at_rest();
    soak.answered
}

#[test]
fn calls_end_and_nothing_leaks_on_a_perfect_network() {
    let answered = soak(1, Faults::default());
    assert!(answered > CALLS / 2, "{answered}");
}

#[test]
fn calls_end_and_nothing_leaks_when_a_tenth_is_lost() {
    for seed in 10..13 {
        let faults = Faults {
            lost: 100,
            doubled: 50,
            late: 100,
        };
        let answered = soak(seed, faults);
        assert!(answered > CALLS / 2, "{answered}");
    }
}

#[test]
fn calls_end_and_nothing_leaks_when_everything_is_doubled_and_shuffled() {
    for seed in 20..22 {
        let faults = Faults {
            lost: 0,
            doubled: 1000,
            late: 700,
        };
        soak(seed, faults);
    }
}

#[test]
fn calls_end_and_nothing_leaks_when_half_is_lost() {
    for seed in 30..33 {
        let faults = Faults {
            lost: 500,
            doubled: 100,
            late: 200,
        };
        soak(seed, faults);
    }
}
