//! Signalling in public words: messages as they pass, ladders of calls that are over, figures of
//! trunks. Masks what nobody asked to see, apart from the signalling thread.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Outcome, Timestamp};
use engine::{BreakerLive, LiveState};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use media::Side;
use telephony::media::Copied;
use telephony::{
    Board, CallLadder, MediaTrace, MediaWanted, Spread, Trace, TraceFilter, Traced, TrunkFigures,
    TrunkTotals,
};
use tokio::sync::watch;
use tokio::time::Instant;
use wire::{
    Ladder, LadderMessage, TraceLine, TracedMessage, TracedPacket, TrunkBreaker, TrunkSpan,
    TrunkStats,
};

/// How often somebody who watches hears at least something: so they know that it works, and we
/// that they are there.
const BEAT: Duration = Duration::from_secs(2);

/// How often packets are looked for: to be woken for each would cost the media threads.
const LOOK: Duration = Duration::from_millis(20);

/// What telephony is to watch for.
pub(crate) fn filter(wanted: &api::TraceWanted) -> TraceFilter {
    TraceFilter {
        call_id: wanted.call_id.clone(),
        attempt: wanted.attempt,
        trunk: wanted.trunk,
        sip_user: wanted.sip_user.clone(),
        number_ends: wanted.number_ends.clone(),
    }
}

/// What of the calls' audio is to be captured, if any.
pub(crate) fn media(wanted: &api::TraceWanted) -> Option<MediaWanted> {
    let media = wanted.media?;
    Some(MediaWanted {
        clear: media.clear,
        keys: wanted.unmasked,
        calls: media.calls,
    })
}

/// What somebody watches.
pub(crate) struct Watched {
    /// Messages.
    pub(crate) trace: Trace,
    /// Packets of calls, where they are wanted.
    pub(crate) packets: Option<MediaTrace>,
    /// Whether numbers and secrets are shown.
    pub(crate) unmasked: bool,
    /// The trunks there are.
    pub(crate) board: watch::Receiver<Board>,
}

/// The lines of a trace, until telephony ends or nobody takes them.
pub(crate) fn lines(watched: Watched) -> BoxStream<'static, TraceLine> {
    // The first beat at once: whoever watches sees that the engine listens.
    let start = (watched, Instant::now());
    stream::unfold(start, |(mut watched, mut beat_at)| async move {
        let line = watched.line(&mut beat_at).await?;
        Some((line, (watched, beat_at)))
    })
    .boxed()
}

impl Watched {
    async fn line(&mut self, beat_at: &mut Instant) -> Option<TraceLine> {
        loop {
            let now = Instant::now();
            // No flood may keep the count of drops back.
            if now >= *beat_at {
                *beat_at = now + BEAT;
                return Some(self.beat());
            }
            // Messages first: they say what the packets after them are.
            if let Some(traced) = self.trace.try_next() {
                return Some(self.message(traced));
            }
            let until = match &self.packets {
                Some(packets) => {
                    if let Some(copied) = packets.next() {
                        return Some(TraceLine::Packet(packet(&copied)));
                    }
                    (now + LOOK).min(*beat_at)
                }
                None => *beat_at,
            };
            match tokio::time::timeout_at(until, self.trace.next()).await {
                Ok(Some(traced)) => return Some(self.message(traced)),
                // Telephony has ended.
                Ok(None) => return None,
                Err(_) => {}
            }
        }
    }

    fn message(&self, traced: Traced) -> TraceLine {
        TraceLine::Message(message(traced, self.unmasked, &self.board.borrow()))
    }

    fn beat(&self) -> TraceLine {
        let packets = self.packets.as_ref();
        TraceLine::Beat {
            at: micros(SystemTime::now()) / 1_000,
            dropped: self.trace.dropped(),
            packets_dropped: packets.map(MediaTrace::dropped).unwrap_or_default(),
        }
    }
}

fn packet(copied: &Copied) -> TracedPacket {
    TracedPacket {
        at_us: micros(copied.at),
        direction: direction(copied.ours),
        local: copied.local.to_string(),
        remote: copied.remote.to_string(),
        attempt: copied.attempt.get(),
        side: match copied.side {
            Side::Customer => "customer".to_owned(),
            Side::Agent => "agent".to_owned(),
        },
        leg: copied.leg.0,
        sealed: copied.sealed,
        hidden: copied.hidden,
        bytes: STANDARD.encode(&copied.bytes),
    }
}

fn message(mut traced: Traced, unmasked: bool, trunks: &[TrunkFigures]) -> TracedMessage {
    if !unmasked {
        traced.mask();
    }
    let [start, call_id, cseq] = traced.lines();
    let trunk = trunks.iter().find(|trunk| Some(trunk.id) == traced.trunk);
    TracedMessage {
        at_us: micros(traced.at),
        direction: direction(traced.ours),
        transport: traced.transport().to_owned(),
        local: traced.local.to_string(),
        remote: traced.remote.to_string(),
        trunk: trunk.map(|trunk| trunk.name.clone()),
        attempt: traced.attempt.map(domain::AttemptId::get),
        call_id,
        start,
        method: traced.method().map(str::to_owned),
        status: traced.status(),
        cseq,
        again: traced.again,
        text: traced.text(),
        length: traced.length as u64,
        masked: !unmasked,
    }
}

fn direction(ours: bool) -> String {
    match ours {
        true => "out".to_owned(),
        false => "in".to_owned(),
    }
}

/// The wall clock, for people: nothing is decided by it.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(micros(SystemTime::now()) / 1_000)
}

fn micros(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A ladder as it is kept.
pub(crate) fn ladder_shown(call: &CallLadder) -> Ladder {
    let (said, elided, after) = call.said();
    let messages = said.into_iter().map(|said| {
        let mut headers = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in said.fields {
            headers.entry(name).or_default().push(value);
        }
        LadderMessage {
            ms: in_ms(said.after),
            direction: direction(said.ours),
            start: said.start,
            cseq: said.cseq,
            again: said.again,
            sdp: said.sdp,
            headers,
        }
    });
    Ladder {
        attempt: call.attempt.get(),
        trunk: call.trunk.clone(),
        call_id: call.call_id.clone(),
        began: micros(call.began) / 1_000,
        transport: call.transport().to_owned(),
        local: call.local.to_string(),
        remote: call.remote.to_string(),
        messages: messages.collect(),
        elided,
        elided_after: match elided {
            0 => 0,
            _ => u32::try_from(after).unwrap_or(u32::MAX),
        },
    }
}

/// A trunk's figures in public words, and what the engine makes of it.
pub(crate) fn stats(figures: &TrunkFigures, live: &LiveState) -> TrunkStats {
    let known = live.trunks.iter().find(|trunk| trunk.id == figures.id);
    TrunkStats {
        id: figures.id.get(),
        name: figures.name.clone(),
        channels_in_use: figures.open,
        calls_per_second: figures.calls_per_second,
        breaker: known
            .map(|trunk| breaker(&trunk.breaker, live.at))
            .unwrap_or_default(),
        minute: span(&figures.minute),
        quarter_hour: span(&figures.quarter),
        since_start: span(&figures.since_start),
    }
}

fn breaker(breaker: &BreakerLive, at: Timestamp) -> TrunkBreaker {
    TrunkBreaker {
        state: breaker.state.word().to_owned(),
        since: breaker.since.map(Timestamp::as_millis),
        retry_at: breaker.retry_at.map(Timestamp::as_millis),
        retry_after_s: breaker.retry_at.map(|until| until.since(at).as_secs_f64()),
        asked: breaker.asked,
    }
}

/// The names of the classes of status, in the order in which they are counted.
pub(crate) const CLASSES: [&str; 5] = ["none", "3xx", "4xx", "5xx", "6xx"];

fn span(totals: &TrunkTotals) -> TrunkSpan {
    let some = |(name, count): (&str, u64)| (count > 0).then(|| (name.to_owned(), count));
    let mean = |spread: &Spread| spread.mean().map(in_ms);
    let outcomes = Outcome::ALL.iter().map(|outcome| outcome.word());
    TrunkSpan {
        attempts: totals.attempts,
        answers: totals.answers,
        failures: totals.failures,
        answer_seizure_ratio: totals.answer_seizure_ratio(),
        network_effectiveness_ratio: totals.network_effectiveness(),
        post_dial_delay_ms: mean(&totals.post_dial),
        post_dial_delay_p95_ms: totals.post_dial.quantile(0.95).map(in_ms),
        answer_delay_ms: mean(&totals.answer_delay),
        failures_by_outcome: outcomes.zip(totals.by_outcome).filter_map(some).collect(),
        failures_by_status: CLASSES
            .into_iter()
            .zip(totals.by_class)
            .filter_map(some)
            .collect(),
        retransmissions_sent: totals.repeats_sent,
        retransmissions_received: totals.repeats_heard,
    }
}

fn in_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
