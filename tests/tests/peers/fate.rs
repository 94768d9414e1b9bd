//! What becomes of each person of the base. The number called decides:
//! `carrier.xml` plays it, this says what the record must then hold.

/// What the carrier does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Busy,
    /// 607: the person, or who answers for them, wants no such calls.
    Unwanted,
    /// 603+: analytics of the network blocked it, and says so.
    Blocked,
    Invalid,
    SwitchedOff,
    Silent,
    Congested,
    /// Answers, at once or late, plays its voice and hangs up.
    Speaks,
    /// Answers and listens until the advisor hangs up.
    Listens,
    /// Answers and hangs up in the same breath.
    Leaves,
}

impl Fate {
    /// That of a person, or of any number that ends in theirs.
    pub(crate) fn of(person: usize) -> Fate {
        match (person / 10 % 10, person % 10) {
            (0 | 1, 3) => Fate::Unwanted,
            (2 | 3, 3) => Fate::Blocked,
            (_, 0..=3) => Fate::Busy,
            (_, 4) => Fate::Invalid,
            (_, 5 | 6) | (2 | 3, 7) => Fate::Speaks,
            (0 | 1, 7) => Fate::Silent,
            (4..=6, 7) => Fate::Congested,
            (_, 7) => Fate::Listens,
            (_, 8) => Fate::Leaves,
            _ => Fate::SwitchedOff,
        }
    }

    /// What a proxy makes of that: its 503 would take the proxy itself for the one out of service
    /// (RFC 3261 section 16.7 step 6), so it says 500, in words of its own and without a Reason.
    pub(crate) fn recorded_behind(self, proxy: bool) -> (&'static str, Option<u64>, Option<u64>) {
        match (self, proxy) {
            (Fate::Congested, true) => ("congestion", Some(500), None),
            _ => self.recorded(),
        }
    }

    /// The outcome, SIP status and Q.850 cause the record must hold.
    pub(crate) fn recorded(self) -> (&'static str, Option<u64>, Option<u64>) {
        match self {
            Fate::Busy => ("busy", Some(486), Some(17)),
            Fate::Unwanted => ("unwanted", Some(607), None),
            Fate::Blocked => ("blocked", Some(603), Some(21)),
            Fate::Invalid => ("invalid_number", Some(404), Some(1)),
            Fate::SwitchedOff => ("unreachable", Some(480), Some(20)),
            // What a CANCEL makes of an INVITE (RFC 3261 section 9.2).
            Fate::Silent => ("no_answer", Some(487), None),
            Fate::Congested => ("congestion", Some(503), Some(34)),
            Fate::Speaks | Fate::Leaves => ("connected", None, Some(16)),
            Fate::Listens => ("connected", None, None),
        }
    }

    /// Whether an advisor talks to them.
    pub(crate) fn talks(self) -> bool {
        self.recorded().0 == "connected"
    }
}

/// What customers who speak say, in Hz, by the last digit from 5 on.
pub(crate) const VOICES: [f64; 3] = [440.0, 340.0, 540.0];

/// Which voice is theirs, of those who speak.
pub(crate) fn voice(person: usize) -> Option<usize> {
    (Fate::of(person) == Fate::Speaks).then_some(person % 10 - 5)
}

/// The person behind a number.
pub(crate) fn person(number: &str) -> usize {
    let digits = number.len().checked_sub(3).map(|at| &number[at..]);
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("{number} is nobody's"))
}

/// What an advisor types after a call with them.
pub(crate) fn code(person: usize) -> &'static str {
    ["NI07", "VE01", "TE01"][person % 3]
}

/// A few people, and among them every fate at least once.
pub(crate) fn one_of_each() -> Vec<usize> {
    let sevens = (17..100).step_by(10);
    (0..10)
        .chain([23, 36, 45, 55, 66, 78, 88])
        .chain(sevens)
        .collect()
}

/// The base as a client would send it.
pub(crate) fn base(people: &[usize]) -> String {
    let mut text = String::from("documento;nombre;celular;segmento;ciudad\r\n");
    for person in people {
        text += &format!(
            "{};Persona Número {person};300{:07};Oro;Bogotá D.C.\r\n",
            10_000_000 + person,
            5_550_000 + person
        );
    }
    text
}
