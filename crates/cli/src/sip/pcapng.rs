//! Messages and packets in a file of Wireshark's form (pcapng, draft-ietf-opsawg-pcapng): a section, an
//! interface for signalling and one for each leg of a call, raw IP packets (LINKTYPE_RAW), and at the end
//! how many were missed. IP and UDP heads are made up, since nobody here saw the real ones.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use etherparse::PacketBuilder;
use wire::{TracedMessage, TracedPacket};

const SECTION: u32 = 0x0A0D_0D0A;
const BYTE_ORDER: u32 = 0x1A2B_3C4D;
const INTERFACE: u32 = 1;
const STATISTICS: u32 = 5;
const PACKET: u32 = 6;

const LINKTYPE_RAW: u16 = 101;
const SNAPLEN: u32 = 65_535;
const TTL: u8 = 64;

/// Options of blocks.
const END_OF_OPTIONS: u16 = 0;
const COMMENT: u16 = 1;
const IF_NAME: u16 = 2;
const IF_DESCRIPTION: u16 = 3;
const ISB_IFDROP: u16 = 5;

/// The interface of messages: the first.
const SIGNALLING: u32 = 0;

/// A file being written.
pub(crate) struct Pcapng<W: Write> {
    file: W,
    /// The interface of each leg of each call.
    legs: HashMap<(i64, u64), u32>,
    messages: u64,
    packets: u64,
    bytes: u64,
    latest_us: i64,
}

impl<W: Write> Pcapng<W> {
    /// Writes the head.
    pub(crate) fn begin(file: W) -> io::Result<Pcapng<W>> {
        let mut pcapng = Pcapng {
            file,
            legs: HashMap::new(),
            messages: 0,
            packets: 0,
            bytes: 0,
            latest_us: 0,
        };
        let mut body = BYTE_ORDER.to_le_bytes().to_vec();
        // Version 1.0; how long the section is, is not known yet.
        body.extend([1, 0, 0, 0]);
        body.extend(u64::MAX.to_le_bytes());
        pcapng.block(SECTION, &body)?;
        pcapng.interface("sip", "SIP messages")?;
        Ok(pcapng)
    }

    /// Writes a message.
    pub(crate) fn add_message(&mut self, message: &TracedMessage) -> io::Result<()> {
        let (local, remote) = (address(&message.local)?, address(&message.remote)?);
        let packet = datagram((local, remote), &message.direction, message.text.as_bytes())?;
        // What was cut off the message was cut off the packet.
        let cut = message.length.saturating_sub(message.text.len() as u64);
        self.messages += 1;
        self.add(SIGNALLING, message.at_us, (&packet, cut), None)
    }

    /// Writes a packet of a leg; the first of it also its interface.
    pub(crate) fn add_packet(&mut self, packet: &TracedPacket) -> io::Result<()> {
        let leg = (packet.attempt, packet.leg);
        let known = self.legs.get(&leg).copied();
        let interface = match known {
            Some(interface) => interface,
            None => self.add_leg(packet)?,
        };
        let bytes = STANDARD.decode(&packet.bytes).map_err(io::Error::other)?;
        let (local, remote) = (address(&packet.local)?, address(&packet.remote)?);
        let bytes = datagram((local, remote), &packet.direction, &bytes)?;
        let comment = packet.hidden.then_some("what it carries is hidden");
        self.packets += 1;
        self.add(interface, packet.at_us, (&bytes, 0), comment)
    }

    fn add_leg(&mut self, packet: &TracedPacket) -> io::Result<u32> {
        let (attempt, side) = (packet.attempt, &packet.side);
        // The customer has one leg; of agents there may be several, and one leg has several calls.
        let name = match side.as_str() {
            "customer" => format!("attempt-{attempt}-customer"),
            side => format!("attempt-{attempt}-{side}-{}", packet.leg),
        };
        self.interface(&name, &format!("{side}'s leg of attempt {attempt}"))?;
        let number = self.legs.len() as u32 + 1;
        self.legs.insert((attempt, packet.leg), number);
        Ok(number)
    }

    /// Messages written.
    pub(crate) fn messages(&self) -> u64 {
        self.messages
    }

    /// Packets of audio written.
    pub(crate) fn packets(&self) -> u64 {
        self.packets
    }

    /// Calls of which there are any.
    pub(crate) fn calls(&self) -> usize {
        let calls = self.legs.keys().map(|(attempt, _)| attempt);
        calls.collect::<std::collections::HashSet<_>>().len()
    }

    /// Bytes written.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes how many messages and packets were missed, and what waits.
    pub(crate) fn end(mut self, messages_missed: u64, packets_missed: u64) -> io::Result<u64> {
        let first_leg = (!self.legs.is_empty()).then_some((1, packets_missed));
        for (interface, missed) in [(SIGNALLING, messages_missed)].into_iter().chain(first_leg) {
            let mut body = interface.to_le_bytes().to_vec();
            body.extend(stamp(self.latest_us));
            option(&mut body, ISB_IFDROP, &missed.to_le_bytes());
            if interface != SIGNALLING {
                let whose = "of all legs together";
                option(&mut body, COMMENT, whose.as_bytes());
            }
            option(&mut body, END_OF_OPTIONS, &[]);
            self.block(STATISTICS, &body)?;
        }
        self.file.flush()?;
        Ok(self.bytes)
    }

    fn interface(&mut self, name: &str, description: &str) -> io::Result<()> {
        let mut body = LINKTYPE_RAW.to_le_bytes().to_vec();
        body.extend([0, 0]);
        body.extend(SNAPLEN.to_le_bytes());
        option(&mut body, IF_NAME, name.as_bytes());
        option(&mut body, IF_DESCRIPTION, description.as_bytes());
        option(&mut body, END_OF_OPTIONS, &[]);
        self.block(INTERFACE, &body)
    }

    /// Writes bytes that passed, of which so many more were cut off.
    fn add(
        &mut self,
        interface: u32,
        at_us: i64,
        (packet, cut): (&[u8], u64),
        comment: Option<&str>,
    ) -> io::Result<()> {
        self.latest_us = self.latest_us.max(at_us);
        let mut body = interface.to_le_bytes().to_vec();
        body.extend(stamp(at_us));
        for length in [packet.len() as u64, packet.len() as u64 + cut] {
            body.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        }
        body.extend(packet);
        pad(&mut body);
        if let Some(comment) = comment {
            option(&mut body, COMMENT, comment.as_bytes());
            option(&mut body, END_OF_OPTIONS, &[]);
        }
        self.block(PACKET, &body)
    }

    fn block(&mut self, kind: u32, body: &[u8]) -> io::Result<()> {
        let length = body.len() as u32 + 12;
        self.file.write_all(&kind.to_le_bytes())?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(body)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.bytes += u64::from(length);
        Ok(())
    }
}

/// A time in microseconds, the upper half first.
fn stamp(at_us: i64) -> Vec<u8> {
    let at = at_us.max(0) as u64;
    let halves = [(at >> 32) as u32, at as u32];
    halves.iter().flat_map(|half| half.to_le_bytes()).collect()
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    pad(body);
}

/// Blocks and options end at a multiple of four.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

fn address(text: &str) -> io::Result<SocketAddr> {
    text.parse().map_err(io::Error::other)
}

fn datagram(
    (local, remote): (SocketAddr, SocketAddr),
    direction: &str,
    payload: &[u8],
) -> io::Result<Vec<u8>> {
    let local = like(local, remote);
    let (from, to) = match direction {
        "out" => (local, remote),
        _ => (remote, local),
    };
    let builder = match (from.ip(), to.ip()) {
        (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), TTL),
        (from, to) => PacketBuilder::ipv4(octets(from), octets(to), TTL),
    };
    let builder = builder.udp(from.port(), to.port());
    let mut packet = Vec::with_capacity(builder.size(payload.len()));
    builder
        .write(&mut packet, payload)
        .map_err(io::Error::other)?;
    Ok(packet)
}

/// Our address in the family of theirs.
fn like(local: SocketAddr, remote: SocketAddr) -> SocketAddr {
    match remote.ip() {
        _ if local.is_ipv4() == remote.is_ipv4() => local,
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, local.port()).into(),
        IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, local.port()).into(),
    }
}

fn octets(ip: IpAddr) -> [u8; 4] {
    match ip {
        IpAddr::V4(ip) => ip.octets(),
        IpAddr::V6(_) => [0; 4],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};

    fn message(local: &str, remote: &str, direction: &str) -> TracedMessage {
        TracedMessage {
            at_us: 1_700_000_000_123_456,
            direction: direction.to_owned(),
            transport: "TLS".to_owned(),
            local: local.to_owned(),
            remote: remote.to_owned(),
            trunk: None,
            attempt: None,
            call_id: "c".to_owned(),
            start: "OPTIONS sip:a SIP/2.0".to_owned(),
            method: Some("OPTIONS".to_owned()),
            status: None,
            cseq: "1 OPTIONS".to_owned(),
            again: false,
            text: "OPTIONS sip:a SIP/2.0\r\n\r\n".to_owned(),
            length: 9_000,
            masked: true,
        }
    }

    fn packet(attempt: i64, leg: u64, side: &str) -> TracedPacket {
        TracedPacket {
            at_us: 1_700_000_000_200_000,
            direction: "in".to_owned(),
            local: "192.0.2.1:16384".to_owned(),
            remote: "192.0.2.9:4000".to_owned(),
            attempt,
            side: side.to_owned(),
            leg,
            sealed: false,
            hidden: false,
            bytes: STANDARD.encode([0x80, 8, 0, 1]),
        }
    }

    /// Kinds and bodies of the blocks of a file, as the draft has them read.
    fn blocks(mut file: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let word = |at: &[u8]| u32::from_le_bytes(at[..4].try_into().expect("four"));
        let mut blocks = Vec::new();
        while !file.is_empty() {
            let (kind, length) = (word(file), word(&file[4..]) as usize);
            assert_eq!(length % 4, 0);
            assert_eq!(word(&file[length - 4..]) as usize, length, "said twice");
            blocks.push((kind, file[8..length - 4].to_vec()));
            file = &file[length..];
        }
        blocks
    }

    fn written(fill: impl FnOnce(&mut Pcapng<&mut Vec<u8>>)) -> Vec<(u32, Vec<u8>)> {
        let mut bytes = Vec::new();
        let mut pcapng = Pcapng::begin(&mut bytes).expect("memory");
        fill(&mut pcapng);
        let said = pcapng.end(3, 4).expect("memory");
        assert_eq!(said, bytes.len() as u64);
        blocks(&bytes)
    }

    #[test]
    fn packets_are_read_back_by_another_reader() {
        for (local, remote) in [
            ("192.0.2.1:5060", "192.0.2.9:5070"),
            ("[2001:db8::1]:5060", "[2001:db8::9]:5070"),
        ] {
            let message = message(local, remote, "in");
            let blocks = written(|it| it.add_message(&message).expect("memory"));
            let kinds: Vec<_> = blocks.iter().map(|(kind, _)| *kind).collect();
            assert_eq!(kinds, [SECTION, INTERFACE, PACKET, STATISTICS]);
            let packet = SlicedPacket::from_ip(&blocks[2].1[20..]).expect("an IP packet");
            let Some(TransportSlice::Udp(udp)) = packet.transport else {
                panic!("no UDP in {packet:?}");
            };
            assert_eq!((udp.source_port(), udp.destination_port()), (5070, 5060));
            assert_eq!(udp.payload(), message.text.as_bytes());
            let six = matches!(packet.net, Some(NetSlice::Ipv6(_)));
            assert_eq!(six, local.starts_with('['));
        }
    }

    #[test]
    fn times_and_lengths_are_those_of_the_message() {
        let message = message("0.0.0.0:5060", "192.0.2.9:5070", "out");
        let blocks = written(|it| it.add_message(&message).expect("memory"));
        let body = &blocks[2].1;
        let word = |at: usize| u32::from_le_bytes(body[at..at + 4].try_into().expect("four"));
        let at = u64::from(word(4)) << 32 | u64::from(word(8));
        assert_eq!(at, 1_700_000_000_123_456);
        assert_eq!(word(16) - word(12), 9_000 - message.text.len() as u32);
    }

    #[test]
    fn each_leg_of_each_call_has_an_interface_of_its_own() {
        let mut counts = (0, 0);
        let blocks = written(|it| {
            for (attempt, leg, side) in [
                (7, 4, "customer"),
                (7, 1, "agent"),
                (7, 4, "customer"),
                (8, 1, "agent"),
            ] {
                let packet = packet(attempt, leg, side);
                it.add_packet(&packet).expect("memory");
            }
            counts = (it.packets(), it.calls());
        });
        assert_eq!(counts, (4, 2));
        let of = |wanted: u32| blocks.iter().filter(move |(kind, _)| *kind == wanted);
        let interfaces: Vec<_> = of(PACKET).map(|(_, body)| body[0]).collect();
        assert_eq!(interfaces, [1, 2, 1, 3]);
        let names: Vec<_> = of(INTERFACE)
            .map(|(_, body)| {
                String::from_utf8_lossy(&body[12..12 + usize::from(body[10])]).into_owned()
            })
            .collect();
        assert_eq!(
            names,
            [
                "sip",
                "attempt-7-customer",
                "attempt-7-agent-1",
                "attempt-8-agent-1"
            ]
        );
        let missed: Vec<_> = of(STATISTICS).map(|(_, body)| body[16]).collect();
        assert_eq!(missed, [3, 4]);
    }
}
