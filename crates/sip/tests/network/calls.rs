//! Calls between two endpoints. However the network is, each ends once on either side, both sides tell
//! the same story, no dialog comes up twice, every 2xx is acknowledged or its call ended, and a while
//! later nothing is kept of any of them.

use crate::net::{Faults, Net, address, flow};
use rand::Rng;
use sip::endpoint::{CallEvent, CallHandle, EndedBy, Event, Load, NewCall};
use sip::message::{NameAddr, Status};
use sip::uri::Uri;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

const CALLER: usize = 0;
const CALLEE: usize = 1;
/// Calls placed a second.
const RATE: u64 = 50;
const RING_MAX: Duration = Duration::from_secs(15);

/// What somebody does at a later time.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Ring,
    Answer,
    Refuse,
    HangUp,
}

/// What the two sides say of one call.
#[derive(Clone, Debug, Default)]
struct Story {
    /// How often it came in.
    came: u32,
    /// The caller heard an answer, in time or not.
    answered: bool,
    picked_up_late: bool,
    /// The callee answered, and heard the ACK.
    gave_answer: bool,
    confirmed: bool,
    refused: bool,
    /// Whether the caller called it off before an answer.
    called_off: bool,
    /// How either side saw the end.
    ends: [Vec<CallEvent>; 2],
}

pub(crate) struct Floor {
    seed: u64,
    net: Net,
    stories: Vec<Story>,
    /// Calls of earlier waves.
    gone: usize,
    /// Which call a handle of either side is.
    known: [HashMap<CallHandle, usize>; 2],
    deeds: BTreeMap<(Instant, u64), (usize, CallHandle, Deed)>,
    planned: u64,
    last_end: Instant,
}

/// What came of many calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Meant to be answered: the callee picks up while the caller waits.
    pub(crate) meant: u32,
    /// And were.
    pub(crate) set_up: u32,
    /// Answered by the callee, who never heard the ACK.
    pub(crate) unacked: u32,
    pub(crate) digest: u64,
}

impl Floor {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        let net = Net::new(2, seed, faults);
        Self {
            seed,
            last_end: net.now,
            net,
            stories: Vec::new(),
            gone: 0,
            known: [HashMap::new(), HashMap::new()],
            deeds: BTreeMap::new(),
            planned: 0,
        }
    }

    fn later(&mut self, wait: Duration, side: usize, call: CallHandle, deed: Deed) {
        self.planned += 1;
        let at = self.net.now + wait;
        self.deeds.insert((at, self.planned), (side, call, deed));
    }

    fn place(&mut self) {
        let number = self.stories.len();
        self.stories.push(Story::default());
        let name = |user: &str| -> NameAddr {
            let uri = format!("sip:{user}@example.com");
            NameAddr::new(uri.parse().expect("a URI"))
        };
        let call = NewCall {
            flow: flow(CALLEE),
            request_uri: Uri::sip_at(Some("bob"), address(CALLEE)),
            from: name("alice"),
            to: name("bob"),
            call_id: Some(format!("{}@alice", self.gone + number)),
            from_tag: None,
            branch: None,
            offer: "v=0 offer".to_owned(),
            credentials: None,
            ring_timeout: RING_MAX,
            headers: Vec::new(),
        };
        let handle = self.net.act(CALLER, |alice, now| alice.invite(now, call));
        self.known[CALLER].insert(handle, number);
        if self.net.chance(50) {
            let wait = self.net.up_to(RING_MAX);
            self.stories[number].called_off = true;
            self.later(wait, CALLER, handle, Deed::HangUp);
        }
    }

    /// A call came in: what its callee will do about it.
    fn came(&mut self, handle: CallHandle, call_id: &str) {
        let number = call_id.trim_end_matches("@alice").parse();
        let number: usize = number.expect("a call of ours");
        let number = number - self.gone;
        self.known[CALLEE].insert(handle, number);
        self.stories[number].came += 1;
        self.later(Duration::ZERO, CALLEE, handle, Deed::Ring);
        let wait = Duration::from_secs(1) + self.net.up_to(Duration::from_secs(8));
        match self.net.rng.next_u64() % 10 {
            // Nobody is at home.
            0 => {}
            1 => self.later(wait, CALLEE, handle, Deed::Refuse),
            // In the very moment in which the caller gives up.
            2 => {
                let about = RING_MAX - Duration::from_millis(300);
                let wait = about + self.net.up_to(Duration::from_millis(600));
                self.later(wait, CALLEE, handle, Deed::Answer);
            }
            _ => self.later(wait, CALLEE, handle, Deed::Answer),
        }
    }

    fn note(&mut self, side: usize, handle: CallHandle, event: CallEvent) {
        let number = self.known[side][&handle];
        let talk = Duration::from_secs(1) + self.net.up_to(Duration::from_secs(20));
        let story = &mut self.stories[number];
        match event {
            CallEvent::Answered { .. } => {
                story.answered = true;
                self.later(talk, side, handle, Deed::HangUp);
            }
            CallEvent::PickedUp => story.picked_up_late = true,
            CallEvent::Confirmed => {
                story.confirmed = true;
                self.later(talk, side, handle, Deed::HangUp);
            }
            CallEvent::Failed { .. } | CallEvent::Cancelled | CallEvent::Ended { .. } => {
                story.ends[side].push(event);
                self.last_end = self.net.now;
            }
            _ => {}
        }
    }

    fn listen(&mut self) {
        for (side, event) in self.net.events() {
            match event {
                Event::Incoming { call, request, .. } => {
                    let call_id = request.headers.call_id().expect("it was read").to_owned();
                    self.came(call, &call_id);
                }
                Event::Call { call, event } => self.note(side, call, event),
                _ => {}
            }
        }
    }

    fn do_deed(&mut self, side: usize, call: CallHandle, deed: Deed) {
        let number = self.known[side][&call];
        let story = &mut self.stories[number];
        let over = !story.ends[side].is_empty();
        match deed {
            Deed::Answer => story.gave_answer |= !over,
            Deed::Refuse => story.refused |= !over,
            Deed::Ring | Deed::HangUp => {}
        }
        self.net.act(side, |endpoint, now| match deed {
            Deed::Ring => endpoint.ring(now, call, None),
            Deed::Answer => endpoint.answer(now, call, "v=0 answer".to_owned()),
            Deed::Refuse => {
                let busy = Status::new(486).expect("a status");
                endpoint.reject(now, call, busy);
            }
            Deed::HangUp => endpoint.hang_up(now, call, None),
        });
    }

    /// Lets things happen until `until`; without it, until nothing more does.
    fn run(&mut self, until: Option<Instant>) {
        loop {
            self.listen();
            let deed = self.deeds.first_key_value().map(|((at, _), _)| *at);
            let next = [self.net.next(), deed].into_iter().flatten().min();
            let Some(at) = next.filter(|at| until.is_none_or(|until| *at <= until)) else {
                break;
            };
            self.net.now = self.net.now.max(at);
            if deed.is_some_and(|deed| deed <= self.net.now) {
                let due = self.deeds.pop_first();
                let (_, (side, call, deed)) = due.expect("one is due");
                self.do_deed(side, call, deed);
            } else {
                self.net.step();
            }
        }
        self.net.now = until.unwrap_or(self.net.now);
    }

    /// Places so many calls and sees that all of them go as calls must, and that nothing is left.
    pub(crate) fn wave(&mut self, calls: usize) -> Tally {
        let pause = Duration::from_millis(1000 / RATE);
        for _ in 0..calls {
            self.place();
            self.run(Some(self.net.now + pause));
        }
        self.come_to_rest();
        let mut tally = Tally {
            digest: self.net.digest,
            ..Tally::default()
        };
        for (number, story) in self.stories.iter().enumerate() {
            if let Err(why) = judge(story, &mut tally) {
                let number = self.gone + number;
                panic!("seed {}, call {number}: {why}: {story:?}", self.seed);
            }
        }
        self.gone += self.stories.len();
        self.stories.clear();
        self.known = [HashMap::new(), HashMap::new()];
        tally
    }

    /// Waits until every call has ended, and a minute more for what remembers it.
    fn come_to_rest(&mut self) {
        let goes_on = |story: &Story| story.ends[CALLER].is_empty();
        while self.stories.iter().any(goes_on) {
            self.run(Some(self.net.now + Duration::from_secs(1)));
            let waited = self.net.now.saturating_duration_since(self.last_end);
            assert!(
                waited < Duration::from_secs(300),
                "seed {}: a call never ends",
                self.seed
            );
        }
        loop {
            let until = self.last_end + Duration::from_secs(64);
            self.run(Some(until));
            if until == self.last_end + Duration::from_secs(64) {
                break;
            }
        }
        for side in [CALLER, CALLEE] {
            let left = self.net.load(side);
            assert_eq!(left, Load::default(), "seed {}, side {side}", self.seed);
        }
    }
}

/// Places calls over such a network and sees that all of them go as calls must.
fn live_through(calls: usize, seed: u64, faults: Faults) -> Tally {
    Floor::new(seed, faults).wave(calls)
}

/// Whether the two sides of a call agree.
fn judge(story: &Story, tally: &mut Tally) -> Result<(), &'static str> {
    let never_came = story.came == 0;
    match story.ends[CALLER].len() {
        1 => {}
        0 => return Err("the caller never heard of the end"),
        _ => return Err("the caller heard of the end twice"),
    }
    if story.came > 1 {
        return Err("it came in twice");
    }
    if !never_came && story.ends[CALLEE].len() != 1 {
        return Err("it did not end once for the callee");
    }
    if (story.answered || story.picked_up_late) && !story.gave_answer {
        return Err("an answer that nobody gave");
    }
    if story.confirmed && !story.answered && !story.picked_up_late {
        return Err("an ACK that nobody sent");
    }
    let end = &story.ends[CALLER][0];
    if story.answered != matches!(end, CallEvent::Ended { .. }) {
        return Err("answered and not ended, or ended and not answered");
    }
    let unacked = story.gave_answer && !story.confirmed;
    let lost = CallEvent::Ended {
        by: EndedBy::Failure,
        q850: None,
    };
    // Every 2xx is acknowledged, or the callee knows that it was not and lets go.
    if unacked && story.answered && story.ends[CALLEE][0] == lost {
        tally.unacked += 1;
    }
    if story.gave_answer && !story.called_off {
        tally.meant += 1;
        tally.set_up += u32::from(story.answered || story.picked_up_late);
    }
    Ok(())
}

#[test]
fn forty_thousand_calls_where_one_in_a_hundred_is_lost() {
    let tally = live_through(40_000, crate::seed(), Faults::losing(1));
    assert!(
        tally.meant > 25_000 && tally.set_up == tally.meant,
        "{tally:?}"
    );
    assert_eq!(tally.unacked, 0, "{tally:?}");
}

#[test]
fn forty_thousand_calls_where_one_in_twenty_is_lost() {
    let tally = live_through(40_000, crate::seed(), Faults::losing(5));
    let share = f64::from(tally.set_up) / f64::from(tally.meant);
    assert!(tally.meant > 25_000 && share >= 0.999, "{tally:?}");
    assert_eq!(tally.unacked, 0, "{tally:?}");
}

#[test]
fn twenty_thousand_calls_where_one_in_five_is_lost() {
    let tally = live_through(20_000, crate::seed(), Faults::losing(20));
    let share = f64::from(tally.set_up) / f64::from(tally.meant);
    assert!(tally.meant > 12_000 && share >= 0.99, "{tally:?}");
    // An ACK may get lost eleven times in a row; then the call ends on both sides.
    assert!(tally.unacked < 20, "{tally:?}");
}

#[test]
fn the_same_seed_gives_the_same_run_to_the_byte() {
    let run = |seed| live_through(1000, seed, Faults::losing(10));
    assert_eq!(run(crate::seed()), run(crate::seed()));
    assert_ne!(run(crate::seed()), run(crate::seed() + 1));
}
