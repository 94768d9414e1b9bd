//! Call-progress tones, as Colombia and most of Latin America and Europe use them (ITU-T E.180).

/// What a tone means to the ear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToneKind {
    /// 425 Hz, 1 s on, 4 s off: the far side is being rung.
    Ringback,
    /// Two soft pips every ten seconds: you are waiting, the line is alive.
    Hold,
    /// 1000 Hz for 200 ms: a call is coming through to you.
    Beep,
    /// A steady tone of so many hertz, for tests, demonstrations and line checks.
    Steady(u16),
}
