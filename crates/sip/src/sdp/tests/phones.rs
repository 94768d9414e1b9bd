//! Offers in the shape that phones and exchanges of the field give them.

use super::*;

fn expect(offer: &str, codec: Codec, telephone_event: Option<u8>) -> (String, Negotiated) {
    let (sdp, negotiated) = answered(&offer.replace('\n', "\r\n"));
    assert_eq!(negotiated.codec, codec);
    assert_eq!(negotiated.telephone_event, telephone_event);
    (sdp, negotiated)
}

#[test]
fn baresip_with_opus_and_video() {
    let (sdp, negotiated) = expect(
        "v=0
o=- 3094711520 1263470611 IN IP4 198.51.100.21
s=-
c=IN IP4 198.51.100.21
t=0 0
a=tool:baresip 3.12.0
m=audio 10512 RTP/AVP 96 9 8 0 101 97
a=rtpmap:96 opus/48000/2
a=fmtp:96 stereo=1;sprop-stereo=1
a=rtpmap:9 G722/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=rtpmap:97 telephone-event/48000
a=rtcp:10513
a=sendrecv
a=label:1
a=rtcp-rsize
a=ssrc:2711084419 cname:sip:advisor@example.com
a=minptime:20
a=ptime:20
a=mid:0
m=video 10514 RTP/AVP 98
b=AS:512
a=rtpmap:98 VP8/90000
a=framerate:30.00
a=rtcp-fb:* nack pli
a=sendrecv
a=content:main
a=label:2
a=mid:1
",
        Codec::Pcma,
        Some(101),
    );
    assert_eq!(negotiated.remote.port(), 10512);
    assert_eq!(
        streams(&sdp),
        ["m=audio 20000 RTP/AVP 8 101", "m=video 0 RTP/AVP 98"]
    );
}

#[test]
fn linphone_with_ice_and_extended_reports() {
    let (_, negotiated) = expect(
        "v=0
o=advisor 3357 3332 IN IP4 198.51.100.22
s=Talk
c=IN IP4 198.51.100.22
b=AS:380
t=0 0
a=ice-pwd:0123456789abcdef01234567
a=ice-ufrag:89abcdef
a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics
a=record:off
m=audio 7078 RTP/AVP 96 97 98 0 8 18 101 99 100
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:97 speex/16000
a=fmtp:97 vbr=on
a=rtpmap:98 speex/8000
a=fmtp:98 vbr=on
a=fmtp:18 annexb=yes
a=rtpmap:101 telephone-event/48000
a=rtpmap:99 telephone-event/16000
a=rtpmap:100 telephone-event/8000
a=rtcp:7079
a=candidate:1 1 UDP 2130706303 198.51.100.22 7078 typ host
a=candidate:1 2 UDP 2130706302 198.51.100.22 7079 typ host
a=rtcp-fb:* trr-int 1000
a=rtcp-fb:* ccm tmmbr
",
        Codec::Pcmu,
        Some(100),
    );
    assert_eq!(negotiated.remote.to_string(), "198.51.100.22:7078");
}

#[test]
fn zoiper_with_multiplexed_reports_and_no_packet_length() {
    let (sdp, negotiated) = expect(
        "v=0
o=Z 0 143891320 IN IP4 198.51.100.23
s=Z
c=IN IP4 198.51.100.23
t=0 0
m=audio 8000 RTP/AVP 3 8 0 98 101
a=rtpmap:98 iLBC/8000
a=fmtp:98 mode=20
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
a=rtcp-mux
",
        Codec::Pcma,
        Some(101),
    );
    assert_eq!(negotiated.ptime_ms, 20);
    assert!(!sdp.contains("rtcp-mux"), "left out is declined");
}

#[test]
fn asterisk_putting_a_call_on_hold() {
    let (_, negotiated) = expect(
        "v=0
o=- 1208530113 1208530115 IN IP4 198.51.100.24
s=Asterisk
c=IN IP4 198.51.100.24
t=0 0
m=audio 18442 RTP/AVP 8 0 101
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=maxptime:150
a=sendonly
",
        Codec::Pcma,
        Some(101),
    );
    assert_eq!(negotiated.direction, Direction::RecvOnly);
}

#[test]
fn an_old_gateway_in_lower_case() {
    expect(
        "v=0
o=AudiocodesGW 30221 87035 IN IP4 198.51.100.25
s=Phone-Call
c=IN IP4 198.51.100.25
t=0 0
m=audio 7210 RTP/AVP 8 96
a=rtpmap:8 pcma/8000
a=ptime:20
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
",
        Codec::Pcma,
        Some(96),
    );
}

#[test]
fn a_click_to_dial_server_that_has_no_address_yet() {
    let (_, negotiated) = expect(
        "v=0
o=click-to-dial 0 0 IN IP4 0.0.0.0
s=session
c=IN IP4 0.0.0.0
b=CT:1000
t=0 0
m=audio 9 RTP/AVP 0
a=rtpmap:0 PCMU/8000
",
        Codec::Pcmu,
        None,
    );
    assert!(!negotiated.direction.sends());
}

#[test]
fn a_browser_is_refused_for_its_transport() {
    let offer = theirs(
        "a=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126\r\na=rtcp-mux\r\na=setup:actpass\r\n",
    );
    assert_eq!(
        refusal(&offer),
        SdpError::Transport("UDP/TLS/RTP/SAVPF".to_owned())
    );
}

#[test]
fn linphone_accepts_our_offer_with_its_own_numbers() {
    let ours = offer(local(), 1, &BOTH, Direction::SendRecv);
    let reply = "v=0\r\no=advisor 1 1 IN IP4 198.51.100.22\r\ns=Talk\r\nc=IN IP4 198.51.100.22\r\nt=0 0\r\n\
        m=audio 7078 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=rtcp:7079\r\n";
    let negotiated = accept(&ours, reply).expect("an accepted answer");
    assert_eq!(negotiated.codec, Codec::Pcma);
    assert_eq!(negotiated.remote.port(), 7078);
}
