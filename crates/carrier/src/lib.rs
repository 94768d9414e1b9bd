//! A carrier and phones for demo, tests and rehearsals: real SIP and RTP on real sockets.
