//! Figures for the metrics page: counted on the signalling thread, read from anywhere.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::media::LegStats;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The figures at one moment. All but `calls_open`, `lines_up` and `connections_open`
        /// only ever rise.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counters { $($(#[$doc])* pub $name: u64,)* }

        /// Where they are counted.
        #[derive(Debug, Default)]
        pub(crate) struct Meters { $(pub(crate) $name: Meter,)* }

        impl Meters {
            pub(crate) fn read(&self) -> Counters {
                Counters { $($name: self.$name.get(),)* }
            }
        }
    };
}

counters! {
    /// Customer calls sent to a trunk.
    invites_sent,
    /// SIP messages received, well-formed or not.
    sip_in,
    /// SIP messages sent, retransmissions included.
    sip_out,
    /// Bytes received that are not SIP.
    malformed,
    /// Messages of strangers beyond their budget, or of banned ones: not answered.
    unheard,
    /// Requests of tools that scan: not answered.
    scanners,
    /// Logins with a wrong name or password.
    wrong_logins,
    /// Sources banned for guessing passwords, each time.
    bans,
    /// Datagrams and streams the system did not take.
    send_errors,
    /// Connections refused for want of room, or closed for silence or nonsense.
    connections_refused,
    /// Connections that came to nothing before SIP was spoken: no TLS, no
    /// WebSocket, or not whom it should be.
    handshakes_failed,
    /// Connections open now.
    connections_open,
    /// Customer calls open now.
    calls_open,
    /// Agents' lines up now.
    lines_up,
    /// Customer and agent joined.
    bridges,
    /// Messages played to abandoned callers, to the end.
    messages_played,
    /// Phones that did not answer an INVITE, where the agent had another.
    phones_passed_over,
    /// REGISTERs that did not fit into the queue; phones send them again.
    registers_dropped,
    /// Calls of others that were taken in.
    calls_taken,
    /// INVITEs that were not taken in, for whatever reason.
    calls_refused,
    /// Of these, by phones of ours: they may call nobody.
    refused_phones,
    /// To a number that is not ours (404).
    refused_numbers,
    /// From somebody we are talking to, or over a trunk that is full (486).
    refused_busy,
    /// Without audio that we speak, or in clear where that is not wanted (488).
    refused_audio,
    /// While stopping, or for want of room or of an answer in time (503).
    refused_overload,
    /// Legs closed for want of audio.
    silent_legs,
    /// Dialogs and calls of an earlier life that were ended.
    orphans_ended,
    /// Dialogs that nobody owned, or whose owner was gone, ended by the reaper.
    reaped_dialogs,
    /// Legs that nobody spoke through, closed by it.
    reaped_legs,
    /// Calls of which only one of engine and telephony knew, ended by it.
    reaped_calls,
    /// Lines likewise.
    reaped_lines,
    /// RTP packets received on closed legs.
    rtp_in,
    /// RTP packets sent on closed legs.
    rtp_out,
    /// RTP packets lost on closed legs.
    rtp_lost,
    /// RTP packets from strangers dropped on closed legs.
    rtp_foreign,
}

/// One figure.
#[derive(Debug, Default)]
pub(crate) struct Meter(AtomicU64);

impl Meter {
    pub(crate) fn count(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, value: usize) {
        self.0.store(value as u64, Ordering::Relaxed);
    }

    /// Takes a figure over that is counted elsewhere.
    pub(crate) fn rise_to(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Meters {
    /// Adds the figures of a leg that closed.
    pub(crate) fn leg_closed(&self, stats: &LegStats) {
        self.rtp_in.add(stats.packets_in);
        self.rtp_out.add(stats.packets_out);
        self.rtp_lost.add(stats.lost);
        self.rtp_foreign.add(stats.foreign_dropped);
    }
}
