//! An advisor's softphone: registers with digest, answers the line the engine
//! raises, speaks into it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sip::endpoint::{
    CallEvent, CallHandle, Endpoint, EndpointConfig, Event, Flow, NewRegistration,
    RegistrationHandle, RegistrationState, Transport,
};
use sip::sdp::{self, Codec, Direction, Negotiated};
use telephony::media::{LearnMode, LegHandle, MediaPool, Playback, Remote};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::sound;
use crate::user_agent::{self, Inputs, Line, Party};

/// How a phone is set up.
#[derive(Clone, Debug)]
pub struct PhoneConfig {
    /// Where it listens; loopback only, port 0 lets the system choose.
    pub bind: SocketAddr,
    /// The registrar.
    pub registrar: SocketAddr,
    /// Domain of the address of record.
    pub domain: String,
    /// User part of the address of record.
    pub user: String,
    /// Password of the account.
    pub password: String,
    /// Seed of its tags and branches.
    pub seed: u64,
}

/// What a phone is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhoneState {
    /// Registered with the engine.
    pub registered: bool,
    /// On a call.
    pub on_a_call: bool,
}

/// A running phone.
#[derive(Debug)]
pub struct Phone {
    state: watch::Receiver<PhoneState>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Phone {
    /// Binds, registers, and answers from then on. `media` may be shared
    /// between phones.
    pub async fn start(config: PhoneConfig, media: MediaPool) -> io::Result<Phone> {
        let socket = user_agent::bind(config.bind).await?;
        let local = socket.local_addr()?;
        let mut seed = [0xa5; 32];
        seed[..8].copy_from_slice(&config.seed.to_le_bytes());
        let now = Instant::now();
        let mut endpoint = Endpoint::new(
            EndpointConfig {
                user_agent: "cadencia-phone".to_owned(),
                domain: config.domain.clone(),
                local,
                seed,
                accept_calls: true,
                source_rate: 0,
                ..EndpointConfig::default()
            },
            now,
        );
        let flow = Flow {
            transport: Transport::Udp,
            remote: config.registrar,
        };
        let account = NewRegistration {
            flow,
            domain: config.domain,
            user: config.user,
            password: config.password,
            expires: Duration::from_secs(120),
        };
        let registration = endpoint.register(now, account.clone());
        let (tell, state) = watch::channel(PhoneState::default());
        let party = Arc::new(Mutex::new(Softphone {
            account,
            registration,
            retry_at: None,
            call: None,
            tell,
        }));
        let (stop, stopped) = oneshot::channel();
        let inputs = Inputs {
            heard: None,
            stop: stopped,
            wire: None,
        };
        let line = Line { endpoint, media };
        let task = tokio::spawn(user_agent::run(socket, line, party, inputs));
        Ok(Phone {
            state,
            stop: Some(stop),
            task,
        })
    }

    /// What it is doing, and word of every change.
    pub fn state(&self) -> watch::Receiver<PhoneState> {
        self.state.clone()
    }

    /// Hangs up, unregisters, stops.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }
}

/// How long after a failed registration to try again.
const REGISTER_AGAIN: Duration = Duration::from_secs(1);

struct Softphone {
    account: NewRegistration,
    registration: RegistrationHandle,
    retry_at: Option<Instant>,
    call: Option<(CallHandle, LegHandle)>,
    tell: watch::Sender<PhoneState>,
}

impl Softphone {
    fn answer(&mut self, now: Instant, call: CallHandle, offer: &str, line: &mut Line) {
        self.end(line);
        let Ok(leg) = line.media.open("phone") else {
            line.endpoint.hang_up(now, call, None);
            return;
        };
        let codecs = [Codec::Pcma, Codec::Pcmu];
        let answer = sdp::answer(
            offer,
            leg.local,
            call.number(),
            &codecs,
            Direction::SendRecv,
        );
        let Ok((answer, negotiated)) = answer else {
            line.media.close(leg.id);
            line.endpoint.hang_up(now, call, None);
            return;
        };
        line.media.set_remote(leg.id, remote_of(&negotiated));
        let pitch = Playback::Prompt(Arc::clone(&sound::PITCH));
        line.media.play(leg.id, pitch, true);
        line.endpoint.answer(now, call, answer);
        self.call = Some((call, leg));
        self.tell.send_modify(|state| state.on_a_call = true);
    }

    fn reinvited(&mut self, now: Instant, call: CallHandle, offer: Option<&str>, line: &mut Line) {
        let leg = self.call.filter(|(ours, _)| *ours == call);
        let answer = leg.zip(offer).and_then(|((_, leg), offer)| {
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

    fn end(&mut self, line: &mut Line) {
        if let Some((_, leg)) = self.call.take() {
            line.media.close(leg.id);
            self.tell.send_modify(|state| state.on_a_call = false);
        }
    }
}

impl Party for Softphone {
    fn event(&mut self, now: Instant, event: Event, line: &mut Line) {
        match event {
            Event::Registration { state, .. } => {
                let registered = matches!(state, RegistrationState::Up { .. });
                self.tell.send_modify(|now| now.registered = registered);
                if !registered {
                    self.retry_at = Some(now + REGISTER_AGAIN);
                }
            }
            Event::Incoming { call, offer, .. } => {
                self.answer(now, call, offer.as_deref().unwrap_or_default(), line);
            }
            Event::Call { call, event } => match event {
                CallEvent::Reinvite { offer } => self.reinvited(now, call, offer.as_deref(), line),
                CallEvent::Cancelled | CallEvent::Failed { .. } | CallEvent::Ended { .. }
                    if self.call.is_some_and(|(ours, _)| ours == call) =>
                {
                    self.end(line);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn wake(&mut self, now: Instant, line: &mut Line) {
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
            self.registration = line.endpoint.register(now, self.account.clone());
        }
    }

    fn next_wake(&self) -> Option<Instant> {
        self.retry_at
    }

    fn stop(&mut self, now: Instant, line: &mut Line) {
        if let Some((call, _)) = self.call {
            line.endpoint.hang_up(now, call, None);
        }
        self.retry_at = None;
        line.endpoint.unregister(now, self.registration);
    }
}

/// What signalling settled, as media wants to hear it.
pub(crate) fn remote_of(negotiated: &Negotiated) -> Remote {
    Remote {
        addr: negotiated.remote,
        codec: match negotiated.codec {
            Codec::Pcma => telephony::media::Codec::Pcma,
            Codec::Pcmu => telephony::media::Codec::Pcmu,
        },
        payload_type: negotiated.payload_type,
        telephone_event: negotiated.telephone_event,
        learn: LearnMode::Sdp,
        keys: None,
    }
}
