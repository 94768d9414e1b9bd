//! RTP packets (RFC 3550, section 5.1), read and written through `rtp-rs`, and the test that
//! tells them from RTCP on one port (RFC 5761, section 4).

use rtp_rs::{RtpPacketBuilder, RtpReader};

/// An RTP packet, without contributing sources and extensions, which nobody here needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What the payload is.
    pub payload_type: u8,
    /// The first packet after a pause or a change of source.
    pub marker: bool,
    /// One more for each packet.
    pub sequence: u16,
    /// Sampling instant of the payload's first sample.
    pub timestamp: u32,
    /// The stream.
    pub ssrc: u32,
    /// The audio or the telephone event.
    pub payload: &'a [u8],
}

/// What a datagram on a media port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datagram<'a> {
    /// Audio or a telephone event.
    Rtp(Packet<'a>),
    /// A report, still to be parsed.
    Rtcp(&'a [u8]),
    /// Neither.
    Malformed,
}

/// Says what a datagram is.
pub fn read(bytes: &[u8]) -> Datagram<'_> {
    if is_rtcp(bytes) {
        return Datagram::Rtcp(bytes);
    }
    match RtpReader::new(bytes) {
        Ok(reader) => Datagram::Rtp(Packet {
            payload_type: reader.payload_type(),
            marker: reader.mark(),
            sequence: reader.sequence_number().into(),
            timestamp: reader.timestamp(),
            ssrc: reader.ssrc(),
            payload: reader.payload(),
        }),
        Err(_) => Datagram::Malformed,
    }
}

/// Writes a packet; `None` if the buffer is too small or the payload type is above 127.
pub fn write(packet: &Packet<'_>, buffer: &mut [u8]) -> Option<usize> {
    RtpPacketBuilder::new()
        .payload_type(packet.payload_type)
        .marked(packet.marker)
        .sequence(packet.sequence.into())
        .timestamp(packet.timestamp)
        .ssrc(packet.ssrc)
        .payload(packet.payload)
        .build_into(buffer)
        .ok()
}

/// Whether it is a report, protected or not.
pub fn is_rtcp(bytes: &[u8]) -> bool {
    matches!(bytes, [first, 192..=223, _, _, ..] if first >> 6 == 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn garbage_is_malformed() {
        for bytes in [
            &b""[..],
            b"x",
            b"OPTIONS sip:a SIP/2.0\r\n\r\n",
            &[0x80; 11],
        ] {
            assert_eq!(read(bytes), Datagram::Malformed);
        }
    }

    #[test]
    fn a_report_on_the_media_port_is_told_from_audio() {
        let report = [0x80, 200, 0, 1, 0, 0, 0, 9];
        assert_eq!(read(&report), Datagram::Rtcp(&report));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(
            payload_type in 0u8..128, marker: bool, sequence: u16, timestamp: u32, ssrc: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..320),
        ) {
            // With the marker set, types 64 to 95 are RTCP's: RFC 5761 forbids them to RTP.
            prop_assume!(!(marker && (64..96).contains(&payload_type)));
            let packet = Packet { payload_type, marker, sequence, timestamp, ssrc, payload: &payload };
            let mut buffer = [0; 400];
            let length = write(&packet, &mut buffer).expect("the buffer is large enough");
            prop_assert_eq!(read(&buffer[..length]), Datagram::Rtp(packet));
        }

        #[test]
        fn no_datagram_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
