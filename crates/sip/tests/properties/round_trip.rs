//! What is written reads back the same, and no value can become another field.

use super::generate;
use proptest::prelude::*;
use sip::message::{Message, Method, NameAddr, Request, parse_datagram};
use sip::uri::Uri;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_message_reads_back_as_it_was_written(message in generate::message()) {
        prop_assert_eq!(parse_datagram(&message.to_bytes()), Ok(message));
    }

    #[test]
    fn typed_fields_read_back_as_they_were_written(
        via in generate::via(), from in generate::name_addr(), route in generate::name_addr(),
    ) {
        let mut request = minimal();
        request.headers.set("Via", via.to_string());
        request.headers.set("From", from.to_string());
        request.headers.set("Route", format!("{route},{from}"));
        prop_assert_eq!(request.headers.via_top(), Ok(via));
        prop_assert_eq!(request.headers.from(), Ok(from.clone()));
        prop_assert_eq!(request.headers.routes(), Ok(vec![route, from]));
    }

    #[test]
    fn a_uri_reads_back_as_it_was_written(uri in generate::uri()) {
        prop_assert_eq!(uri.to_string().parse::<Uri>(), Ok(uri));
    }

    #[test]
    fn the_user_of_a_uri_is_what_it_was_made_of(user in "(?s).{1,20}") {
        let uri = Uri::sip(Some(&user), "example.com".parse().expect("a host"), None);
        let read: Uri = uri.to_string().parse().expect("what was written");
        prop_assert_eq!(read.user_decoded(), Some(user));
    }

    #[test]
    fn a_display_name_is_what_it_was_made_of(name in "\\PC{0,30}") {
        let mut from = NameAddr::new("sip:a@example.com".parse().expect("a URI"));
        from.display = Some(name.clone());
        let read: NameAddr = from.to_string().parse().expect("what was written");
        prop_assert_eq!(read.display, Some(name));
    }

    #[test]
    fn no_text_becomes_another_field(
        name in "(?s).{0,10}", value in "(?s)(.|\r\nEvil: 1\r\n|\r\n\r\n){0,10}", reason in "(?s).{0,10}",
    ) {
        let mut request = minimal();
        let added = request.headers.try_push(&name, value.clone()).is_ok();
        let count = request.headers.len();
        request.headers.push("X-Text", value);
        request.headers.push("Reason", reason);
        let message = Message::from(request);
        // Refused, or written as exactly these fields.
        if message.try_to_bytes().is_err() {
            prop_assert!(!added || count > 5);
        }
        if let Ok(read) = parse_datagram(&message.to_bytes()) {
            prop_assert!(read.headers().len() <= count + 2);
            prop_assert!(!read.headers().contains("Evil") || name.eq_ignore_ascii_case("Evil"));
        }
    }
}

/// The least that can be read.
fn minimal() -> Request {
    let uri: Uri = "sip:a@example.com".parse().expect("a URI");
    let mut request = Request::new(Method::Options, uri);
    for (name, value) in [
        ("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"),
        ("From", "<sip:a@example.com>;tag=1"),
        ("To", "<sip:b@example.com>"),
        ("Call-ID", "1"),
        ("CSeq", "1 OPTIONS"),
    ] {
        request.headers.push(name, value);
    }
    request
}
