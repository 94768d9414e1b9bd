//! People and answering machines are not taken for networks or fax machines, whatever they say. Speaks by espeak-ng, and
//! skips where that is not installed.

use media::detect::{Detector, Heard};

fn heard(mut detector: Detector, samples: &[i16]) -> Option<Heard> {
    samples.chunks(160).find_map(|packet| detector.hear(packet))
}

/// Speech of `espeak-ng` at 22,050 samples a second, brought to the telephone's rate.
fn spoken(voice: &str, words: &str) -> Option<Vec<i16>> {
    let said = std::process::Command::new("espeak-ng")
        .args(["--stdout", "-v", voice, words])
        .output();
    let sound = media::wav::read(&said.ok()?.stdout).ok()?;
    media::resample::level(&sound.to_telephone())
}

#[test]
fn no_speech_is_taken_for_a_tone() {
    let texts = [
        (
            "es",
            "Alo, buenos dias. No estoy en este momento, deje su mensaje despues del tono y le llamo mas tarde, muchas gracias.",
        ),
        (
            "es-419",
            "Si, digame, con quien hablo? Un momento por favor, si, si, ocho, siete, seis, cinco, cuatro.",
        ),
        (
            "en",
            "Hello? Who is this? You have reached the voice mailbox of five five five, please leave a message after the tone.",
        ),
        (
            "en+f3",
            "See, this is easy: sixty six sizzling sausages, please. Whooo? Hooooo. Eeeee. Sheee sells sea shells.",
        ),
        (
            "fr",
            "Bonjour, vous etes bien sur le repondeur, laissez un message apres le bip sonore.",
        ),
        (
            "de",
            "Ja, bitte? Hier ist niemand. Sie, sie, sie, sieben und siebzig. Tschuess!",
        ),
    ];
    let mut seconds = 0;
    for (voice, words) in texts {
        let Some(speech) = spoken(voice, words) else {
            println!("skipped: espeak-ng is not here to speak");
            return;
        };
        seconds += speech.len() / 8_000;
        for detector in [Detector::default(), Detector::of_fax()] {
            assert_eq!(heard(detector, &speech), None, "{voice}: {words}");
        }
    }
    println!("{seconds} s of speech, nothing taken for a tone");
    assert!(seconds > 15);
}
