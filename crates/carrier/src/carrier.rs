//! The far side of a trunk: takes calls, rings, answers, refuses, hangs up, by
//! a [`Mix`] and a seed. The same number with the same seed meets the same fate.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sip::endpoint::{CallEvent, CallHandle, Endpoint, EndpointConfig, Event};
use sip::message::Status;
use sip::sdp::{self, Codec, Direction};
use telephony::media::{LegHandle, LegId, MediaConfig, MediaEvent, MediaPool, Playback};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::callee::{Act, acts};
use crate::mix::{Fate, InvalidMix, Mix};
use crate::phone::remote_of;
use crate::sound;
use crate::stats::{CarrierStats, WireCount};
use crate::user_agent::{self, Inputs, Line, Party};

/// How a carrier is set up.
#[derive(Clone, Debug)]
pub struct CarrierConfig {
    /// Where it listens; loopback only.
    pub bind: SocketAddr,
    /// Seed of every fate.
    pub seed: u64,
    /// What becomes of calls.
    pub mix: Mix,
}

/// Why there is no carrier.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// The address.
    #[error("cannot listen on {0}")]
    Bind(SocketAddr, #[source] io::Error),
    /// The media threads.
    #[error("cannot start the media threads")]
    Media(#[source] io::Error),
    /// The mix.
    #[error(transparent)]
    Mix(#[from] InvalidMix),
}

/// A running carrier.
#[derive(Debug)]
pub struct Carrier {
    local: SocketAddr,
    party: Arc<Mutex<Callees>>,
    wire: Arc<Mutex<WireCount>>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Carrier {
    /// Starts listening.
    pub async fn start(config: CarrierConfig) -> Result<Carrier, CarrierError> {
        config.mix.check()?;
        let refused = |source| CarrierError::Bind(config.bind, source);
        let socket = user_agent::bind(config.bind).await.map_err(refused)?;
        let local = socket.local_addr().map_err(refused)?;
        let (events, heard) = mpsc::unbounded_channel();
        let media = MediaPool::start(MediaConfig::loopback(config.seed), events)
            .map_err(CarrierError::Media)?;
        let mut seed = [0x5a; 32];
        seed[..8].copy_from_slice(&config.seed.to_le_bytes());
        let endpoint = Endpoint::new(
            EndpointConfig {
                user_agent: "cadencia-carrier".to_owned(),
                local,
                seed,
                accept_calls: true,
                source_rate: 0,
                ..EndpointConfig::default()
            },
            Instant::now(),
        );
        let wire = Arc::new(Mutex::new(WireCount::default()));
        let party = Arc::new(Mutex::new(Callees::new(local, config.seed, config.mix)));
        let (stop, stopped) = oneshot::channel();
        let inputs = Inputs {
            heard: Some(heard),
            stop: stopped,
            wire: Some(Arc::clone(&wire)),
        };
        let line = Line { endpoint, media };
        let task = tokio::spawn(user_agent::run(socket, line, Arc::clone(&party), inputs));
        Ok(Carrier {
            local,
            party,
            wire,
            stop: Some(stop),
            task,
        })
    }

    /// Where it listens.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Its figures so far.
    pub fn stats(&self) -> CarrierStats {
        let wire = self.wire.lock().expect("no panic holds it");
        let party = self.party.lock().expect("no panic holds it");
        CarrierStats {
            wire_invites: wire.calls(),
            invite_datagrams: wire.datagrams(),
            live: party.calls.len() as u64,
            ..party.stats
        }
    }

    /// Hangs up what is left and stops.
    pub async fn stop(mut self) -> CarrierStats {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
        self.stats()
    }
}

/// Every called party of this carrier.
#[derive(Debug)]
struct Callees {
    local: SocketAddr,
    seed: u64,
    mix: Mix,
    calls: HashMap<CallHandle, Callee>,
    by_leg: HashMap<LegId, CallHandle>,
    agenda: BTreeMap<(Instant, u64), (CallHandle, Act)>,
    booked: u64,
    times_called: HashMap<String, u32>,
    stats: CarrierStats,
}

#[derive(Debug)]
struct Callee {
    fate: Fate,
    offer: Option<String>,
    leg: Option<LegHandle>,
}

impl Callees {
    fn new(local: SocketAddr, seed: u64, mix: Mix) -> Callees {
        Callees {
            local,
            seed,
            mix,
            calls: HashMap::new(),
            by_leg: HashMap::new(),
            agenda: BTreeMap::new(),
            booked: 0,
            times_called: HashMap::new(),
            stats: CarrierStats::default(),
        }
    }

    /// The fate of the next call to this number: by seed, number and how
    /// often it was called, whatever the order of calls to other numbers.
    fn fate(&mut self, number: &str) -> Fate {
        let times = self.times_called.entry(number.to_owned()).or_default();
        *times += 1;
        let mut hash = self.seed ^ 0xcbf2_9ce4_8422_2325;
        for byte in number.bytes().chain(times.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.mix.fate(&mut StdRng::seed_from_u64(hash))
    }

    fn incoming(&mut self, now: Instant, call: CallHandle, number: &str, offer: Option<String>) {
        let fate = self.fate(number);
        for (at, act) in acts(fate, now) {
            self.booked += 1;
            self.agenda.insert((at, self.booked), (call, act));
        }
        let callee = Callee {
            fate,
            offer,
            leg: None,
        };
        self.calls.insert(call, callee);
    }

    fn act(&mut self, now: Instant, call: CallHandle, act: Act, line: &mut Line) {
        if !self.calls.contains_key(&call) {
            return;
        }
        match act {
            Act::Ring => line.endpoint.ring(now, call, None),
            Act::Refuse(status) => {
                self.stats.refused += 1;
                let status = Status::new(status).expect("fates only name real statuses");
                line.endpoint.reject(now, call, status);
                self.gone(call, line);
            }
            Act::HangUp => line.endpoint.hang_up(now, call, None),
            Act::PickUp => self.pick_up(now, call, line),
        }
    }

    fn pick_up(&mut self, now: Instant, call: CallHandle, line: &mut Line) {
        let Some(callee) = self.calls.get_mut(&call) else {
            return;
        };
        let offer = callee.offer.take().unwrap_or_default();
        let Ok(leg) = line.media.open("callee") else {
            line.endpoint.reject(now, call, busy_everywhere());
            return;
        };
        let answer = sdp::answer(
            &offer,
            leg.local,
            call.number(),
            &[Codec::Pcma, Codec::Pcmu],
            Direction::SendRecv,
        );
        let Ok((answer, negotiated)) = answer else {
            line.media.close(leg.id);
            line.endpoint.reject(now, call, not_acceptable());
            return;
        };
        line.media.set_remote(leg.id, remote_of(&negotiated));
        let voice = if matches!(callee.fate, Fate::Machine { .. }) {
            self.stats.answered_by_machine += 1;
            &sound::MACHINE
        } else {
            self.stats.answered_by_person += 1;
            &sound::PERSON
        };
        line.media
            .play(leg.id, Playback::Prompt(Arc::clone(voice)), false);
        callee.leg = Some(leg);
        self.by_leg.insert(leg.id, call);
        line.endpoint.answer(now, call, answer);
    }

    /// The other side put us on hold or moved its media: follow.
    fn reinvited(&mut self, now: Instant, call: CallHandle, offer: Option<&str>, line: &mut Line) {
        let leg = self.calls.get(&call).and_then(|callee| callee.leg);
        let answer = leg.zip(offer).and_then(|(leg, offer)| {
            let codecs = [Codec::Pcma, Codec::Pcmu];
            let (answer, negotiated) = sdp::answer(
                offer,
                leg.local,
                call.number(),
                &codecs,
                Direction::SendRecv,
            )
            .ok()?;
            line.media.set_remote(leg.id, remote_of(&negotiated));
            Some(answer)
        });
        line.endpoint.answer_reinvite(now, call, answer);
    }

    fn gone(&mut self, call: CallHandle, line: &mut Line) {
        if let Some(leg) = self.calls.remove(&call).and_then(|callee| callee.leg) {
            self.by_leg.remove(&leg.id);
            line.media.close(leg.id);
        }
    }
}

fn not_acceptable() -> Status {
    Status::new(488).expect("a real status")
}

fn busy_everywhere() -> Status {
    Status::new(503).expect("a real status")
}

impl Party for Callees {
    fn event(&mut self, now: Instant, event: Event, line: &mut Line) {
        match event {
            Event::Incoming {
                call,
                request,
                offer,
                ..
            } => {
                let number = request.uri.user_decoded().unwrap_or_default();
                tracing::debug!(local = %self.local, "called");
                self.incoming(now, call, &number, offer);
            }
            Event::Call { call, event } => match event {
                CallEvent::Cancelled => {
                    self.stats.cancelled += 1;
                    self.gone(call, line);
                }
                CallEvent::Failed { .. } | CallEvent::Ended { .. } => self.gone(call, line),
                CallEvent::Reinvite { offer } => self.reinvited(now, call, offer.as_deref(), line),
                _ => {}
            },
            _ => {}
        }
    }

    /// A person who has said hello goes on chatting; a machine is silent.
    fn heard(&mut self, _now: Instant, event: MediaEvent, line: &mut Line) {
        let MediaEvent::PlaybackDone { leg } = event else {
            return;
        };
        let callee = self.by_leg.get(&leg).and_then(|call| self.calls.get(call));
        if callee.is_some_and(|callee| matches!(callee.fate, Fate::Person { .. })) {
            let chatter = Playback::Prompt(Arc::clone(&sound::CHATTER));
            line.media.play(leg, chatter, true);
        }
    }

    fn wake(&mut self, now: Instant, line: &mut Line) {
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > now {
                return;
            }
            let (call, act) = entry.remove();
            self.act(now, call, act, line);
        }
    }

    fn next_wake(&self) -> Option<Instant> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    fn stop(&mut self, now: Instant, line: &mut Line) {
        for call in self.calls.keys().copied().collect::<Vec<_>>() {
            line.endpoint.hang_up(now, call, None);
        }
    }
}
