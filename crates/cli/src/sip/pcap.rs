//! Messages as packets in a file of the form that libpcap began (draft-ietf-opsawg-pcap): a head,
//! then records of time, lengths and a raw IP packet (LINKTYPE_RAW).

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use etherparse::PacketBuilder;
use wire::TracedMessage;

const MAGIC: u32 = 0xa1b2_c3d4;
const LINKTYPE_RAW: u32 = 101;
const SNAPLEN: u32 = 65_535;
const TTL: u8 = 64;

/// A file being written.
pub(crate) struct Pcap<W: Write> {
    file: W,
    messages: u64,
    bytes: u64,
}

impl<W: Write> Pcap<W> {
    /// Writes the head.
    pub(crate) fn begin(mut file: W) -> io::Result<Pcap<W>> {
        file.write_all(&MAGIC.to_le_bytes())?;
        for half in [2u16, 4] {
            file.write_all(&half.to_le_bytes())?;
        }
        for word in [0, 0, SNAPLEN, LINKTYPE_RAW] {
            file.write_all(&word.to_le_bytes())?;
        }
        Ok(Pcap {
            file,
            messages: 0,
            bytes: 24,
        })
    }

    /// Writes a message.
    pub(crate) fn add(&mut self, message: &TracedMessage) -> io::Result<()> {
        let packet = packet(message)?;
        // What was cut off the message was cut off the packet.
        let cut = message.length.saturating_sub(message.text.len() as u64);
        let seconds = message.at_us.div_euclid(1_000_000);
        let micros = message.at_us.rem_euclid(1_000_000);
        for word in [
            seconds as u64,
            micros as u64,
            packet.len() as u64,
            packet.len() as u64 + cut,
        ] {
            let word = u32::try_from(word).unwrap_or(u32::MAX);
            self.file.write_all(&word.to_le_bytes())?;
        }
        self.file.write_all(&packet)?;
        self.messages += 1;
        self.bytes += 16 + packet.len() as u64;
        Ok(())
    }

    pub(crate) fn messages(&self) -> u64 {
        self.messages
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes what waits.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn packet(message: &TracedMessage) -> io::Result<Vec<u8>> {
    let address = |text: &str| text.parse::<SocketAddr>().map_err(io::Error::other);
    let (local, remote) = (address(&message.local)?, address(&message.remote)?);
    let local = like(local, remote);
    let (from, to) = match message.direction.as_str() {
        "out" => (local, remote),
        _ => (remote, local),
    };
    let builder = match (from.ip(), to.ip()) {
        (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), TTL),
        (from, to) => PacketBuilder::ipv4(octets(from), octets(to), TTL),
    };
    let builder = builder.udp(from.port(), to.port());
    let mut packet = Vec::with_capacity(builder.size(message.text.len()));
    builder
        .write(&mut packet, message.text.as_bytes())
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

    fn written(message: &TracedMessage) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut pcap = Pcap::begin(&mut bytes).expect("memory");
        pcap.add(message).expect("memory");
        assert_eq!(pcap.messages(), 1);
        let said = pcap.bytes();
        pcap.end().expect("memory");
        assert_eq!(said, bytes.len() as u64);
        bytes
    }

    #[test]
    fn packets_are_read_back_by_another_reader() {
        for (local, remote) in [
            ("192.0.2.1:5060", "192.0.2.9:5070"),
            ("[2001:db8::1]:5060", "[2001:db8::9]:5070"),
        ] {
            let message = message(local, remote, "in");
            let bytes = written(&message);
            let packet = SlicedPacket::from_ip(&bytes[24 + 16..]).expect("an IP packet");
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
        let bytes = written(&message);
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"));
        assert_eq!((word(24), word(28)), (1_700_000_000, 123_456));
        assert_eq!(word(32) as usize, bytes.len() - 40);
        assert_eq!(word(36) - word(32), 9_000 - message.text.len() as u32);
    }
}
