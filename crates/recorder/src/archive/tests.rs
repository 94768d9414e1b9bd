//! How much room speech takes in the archive: two people who talk in turn, spoken by espeak-ng, with the
//! noise of their lines, in both laws.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use domain::{AttemptId, Timestamp};
use media::{Codec, g711};

use super::{Archive, ArchiveForm, Place};
use crate::file_key::FileKey;
use crate::keys::MasterKeys;
use crate::sealed::{CHUNK, Content, Head};
use crate::spool::{SpoolFile, path_of};

const CALL: AttemptId = AttemptId::new(1);

/// Who says what, in turn.
const SAID: [(&str, &str); 6] = [
    (
        "es-419+m3",
        "Buenas tardes, hablo con la señora Marcela Gómez? Le llamo de parte de Claro.",
    ),
    (
        "es-419+f2",
        "Sí, con ella. Cuénteme, pero tengo poco tiempo, estoy saliendo para el trabajo.",
    ),
    (
        "es-419+m3",
        "Con gusto. Por ser una clienta de más de dos años tiene aprobado un equipo nuevo con \
                   veinte por ciento de descuento, y lo paga en doce cuotas con su factura.",
    ),
    (
        "es-419+f2",
        "Y en cuánto me queda la cuota? Porque yo ya pago un plan de sesenta mil pesos.",
    ),
    (
        "es-419+m3",
        "La cuota queda en treinta y ocho mil quinientos pesos, y su plan sigue siendo el mismo. \
                   Le leo ahora las condiciones del contrato para que usted las acepte.",
    ),
    (
        "es-419+f2",
        "Bueno, léamelas y miramos. Pero despacio, por favor.",
    ),
];

/// A sentence as samples of 8 kHz; `None` where nothing here speaks.
fn spoken(folder: &Path, n: usize, voice: &str, text: &str) -> Option<Vec<f64>> {
    let (said, at_8k) = (
        folder.join(format!("{n}.wav")),
        folder.join(format!("{n}-8k.wav")),
    );
    let done = |command: &mut Command| command.output().is_ok_and(|out| out.status.success());
    let mut espeak = Command::new("espeak-ng");
    espeak
        .args(["-v", voice, "-s", "160", "-w"])
        .arg(&said)
        .arg(text);
    let mut sox = Command::new("sox");
    sox.arg(&said).args(["-r", "8000", "-b", "16"]).arg(&at_8k);
    sox.args(["gain", "-n", "-9", "highpass", "200", "lowpass", "3600"]);
    if !done(&mut espeak) || !done(&mut sox) {
        return None;
    }
    let mut reader = hound::WavReader::open(at_8k).expect("sox wrote it");
    Some(
        reader
            .samples::<i16>()
            .map(|s| f64::from(s.expect("sound")))
            .collect(),
    )
}

/// A call: the customer left, the advisor right, each with noise of this size on the line.
fn dialogue(folder: &Path, noise: [f64; 2]) -> Option<Vec<[i16; 2]>> {
    let mut pairs = Vec::new();
    let mut random = 1_u64;
    for (n, (voice, text)) in SAID.iter().enumerate() {
        let side = 1 - n % 2;
        let pause = std::iter::repeat_n(0.0, 4_000);
        for sample in spoken(folder, n, voice, text)?.into_iter().chain(pause) {
            let mut pair = [0.0, 0.0];
            pair[side] = sample;
            pairs.push([0, 1].map(|side| {
                // xorshift: any noise does.
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let hiss = (random >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
                (pair[side] + hiss * noise[side]).clamp(-32_000.0, 32_000.0) as i16
            }));
        }
    }
    Some(pairs)
}

/// Bytes of an object of it, and how long packing took for each hour of it.
async fn archived(folder: &Path, law: Codec, pairs: &[[i16; 2]], form: ArchiveForm) -> (u64, f64) {
    let (keys, _) = MasterKeys::load_or_make(&folder.join("keys")).expect("ours");
    let key = FileKey::random();
    let sealed = keys.seal(&key, CALL);
    let head = Head::new(
        Content::codes(law),
        CALL,
        Timestamp::from_millis(0),
        Some(sealed),
    );
    let _ = std::fs::remove_file(path_of(folder, CALL));
    let mut file = SpoolFile::create(folder, &head, &key).expect("ours");
    let codes: Vec<u8> = pairs
        .iter()
        .flatten()
        .map(|s| g711::encode(law, *s))
        .collect();
    let chunks = codes.chunks(CHUNK).count() as u64;
    for (place, chunk) in (0..).zip(codes.chunks(CHUNK)) {
        file.write(place, chunk, place + 1 == chunks).expect("ours");
    }
    let place = Place::Folder(folder.join("archive"));
    let archive = Archive::open(&place, form).expect("ours");
    let began = Instant::now();
    let archived = archive
        .take(path_of(folder, CALL), Arc::new(keys), CALL)
        .await;
    let hours = pairs.len() as f64 / 8_000.0 / 3_600.0;
    let took = began.elapsed().as_secs_f64() / hours;
    (archived.expect("it goes there").object_bytes, took)
}

#[tokio::test]
async fn speech_takes_much_less_room_than_g711() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    if dialogue(folder, [0.0, 0.0]).is_none() {
        eprintln!("skipped: espeak-ng or sox is not installed");
        return;
    }
    for law in [Codec::Pcma, Codec::Pcmu] {
        // Silence suppressed by the network; an office; a street.
        for (line, noise, most) in [
            ("silent lines", [0.0, 0.0], 0.40),
            ("an office", [16.0, 8.0], 0.60),
            ("a street", [250.0, 30.0], 0.85),
        ] {
            let pairs = dialogue(folder, noise).expect("spoken before");
            let (flac, took) = archived(folder, law, &pairs, ArchiveForm::Flac).await;
            let (codes, plain) = archived(folder, law, &pairs, ArchiveForm::Codes).await;
            let ratio = flac as f64 / codes as f64;
            println!(
                "{law:?}, {line}: {:.1} s, FLAC {ratio:.3} of G.711, {:.1} kbit/s; an hour packed in \
                 {took:.1} s ({plain:.1} s as G.711)",
                pairs.len() as f64 / 8_000.0,
                flac as f64 * 8.0 / (pairs.len() as f64 / 8_000.0) / 1_000.0,
            );
            assert!(ratio < most, "{law:?}, {line}: {ratio:.3}");
        }
    }
}
