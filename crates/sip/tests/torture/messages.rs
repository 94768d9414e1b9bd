//! The 49 messages of RFC 4475, byte for byte.

/// Name in the RFC and bytes.
pub(crate) const MESSAGES: [(&str, &[u8]); 49] = [
    ("badaspec", include_bytes!("messages/badaspec.dat")),
    ("badbranch", include_bytes!("messages/badbranch.dat")),
    ("baddate", include_bytes!("messages/baddate.dat")),
    ("baddn", include_bytes!("messages/baddn.dat")),
    ("badinv01", include_bytes!("messages/badinv01.dat")),
    ("badvers", include_bytes!("messages/badvers.dat")),
    ("bcast", include_bytes!("messages/bcast.dat")),
    ("bext01", include_bytes!("messages/bext01.dat")),
    ("bigcode", include_bytes!("messages/bigcode.dat")),
    ("clerr", include_bytes!("messages/clerr.dat")),
    ("cparam01", include_bytes!("messages/cparam01.dat")),
    ("cparam02", include_bytes!("messages/cparam02.dat")),
    ("dblreq", include_bytes!("messages/dblreq.dat")),
    ("esc01", include_bytes!("messages/esc01.dat")),
    ("esc02", include_bytes!("messages/esc02.dat")),
    ("escnull", include_bytes!("messages/escnull.dat")),
    ("escruri", include_bytes!("messages/escruri.dat")),
    ("insuf", include_bytes!("messages/insuf.dat")),
    ("intmeth", include_bytes!("messages/intmeth.dat")),
    ("inv2543", include_bytes!("messages/inv2543.dat")),
    ("invut", include_bytes!("messages/invut.dat")),
    ("longreq", include_bytes!("messages/longreq.dat")),
    ("ltgtruri", include_bytes!("messages/ltgtruri.dat")),
    ("lwsdisp", include_bytes!("messages/lwsdisp.dat")),
    ("lwsruri", include_bytes!("messages/lwsruri.dat")),
    ("lwsstart", include_bytes!("messages/lwsstart.dat")),
    ("mcl01", include_bytes!("messages/mcl01.dat")),
    ("mismatch01", include_bytes!("messages/mismatch01.dat")),
    ("mismatch02", include_bytes!("messages/mismatch02.dat")),
    ("mpart01", include_bytes!("messages/mpart01.dat")),
    ("multi01", include_bytes!("messages/multi01.dat")),
    ("ncl", include_bytes!("messages/ncl.dat")),
    ("noreason", include_bytes!("messages/noreason.dat")),
    ("novelsc", include_bytes!("messages/novelsc.dat")),
    ("quotbal", include_bytes!("messages/quotbal.dat")),
    ("regaut01", include_bytes!("messages/regaut01.dat")),
    ("regbadct", include_bytes!("messages/regbadct.dat")),
    ("regescrt", include_bytes!("messages/regescrt.dat")),
    ("scalar02", include_bytes!("messages/scalar02.dat")),
    ("scalarlg", include_bytes!("messages/scalarlg.dat")),
    ("sdp01", include_bytes!("messages/sdp01.dat")),
    ("semiuri", include_bytes!("messages/semiuri.dat")),
    ("transports", include_bytes!("messages/transports.dat")),
    ("trws", include_bytes!("messages/trws.dat")),
    ("unkscm", include_bytes!("messages/unkscm.dat")),
    ("unksm2", include_bytes!("messages/unksm2.dat")),
    ("unreason", include_bytes!("messages/unreason.dat")),
    ("wsinv", include_bytes!("messages/wsinv.dat")),
    ("zeromf", include_bytes!("messages/zeromf.dat")),
];

/// The message called `name`.
pub(crate) fn bytes(name: &str) -> &'static [u8] {
    MESSAGES
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, bytes)| *bytes)
        .expect("the name of a message")
}
