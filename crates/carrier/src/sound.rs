//! The voices: recordings compiled in, made once with a speech synthesiser.

use std::sync::{Arc, LazyLock};

use telephony::media::Prompt;

macro_rules! voice {
    ($(#[$doc:meta])* $name:ident, $file:literal) => {
        $(#[$doc])*
        pub(crate) static $name: LazyLock<Arc<Prompt>> = LazyLock::new(|| {
            let wav = include_bytes!(concat!("../voices/", $file));
            Arc::new(Prompt::from_wav(wav).expect("the recording is part of the crate"))
        });
    };
}

voice!(
    /// A person picks up.
    PERSON, "person.wav"
);
voice!(
    /// A person keeps talking.
    CHATTER, "chatter.wav"
);
voice!(
    /// An answering machine and its tone.
    MACHINE, "machine.wav"
);
voice!(
    /// An advisor's offer.
    PITCH, "pitch.wav"
);
