//! How long what is allowed takes: a base of a million records, in each envelope.

use std::fs::File;
use std::process::Command;
use std::time::Instant;

use crate::gpg_made::Client;
use crate::{MOST, peak_mib, run, zip_made};

/// Not in every run: it is a figure, not a promise. `cargo nextest run -p reception --run-ignored only`.
#[test]
#[ignore = "a figure, of a minute"]
fn a_million_records_in_each_envelope() {
    let (ours, client) = (zip_made::ours(), Client::new());
    let us = client.knows(&ours);
    let rows: String = (0..1_000_000)
        .map(|n| {
            format!(
                "{};Persona {n} de Ejemplo;3{:09};Bogotá;pospago\n",
                10_000_000 + n,
                n * 997
            )
        })
        .collect();
    let path = ours.path("base.csv");
    std::fs::write(
        &path,
        format!("DOCUMENTO;NOMBRE;CELULAR;CIUDAD;PLAN\n{rows}"),
    )
    .expect("our folder");
    let recipient = ours.files.public().expect("keys").age.remove(0);
    run(Command::new("age")
        .args(["-r", &recipient, "-o"])
        .arg(ours.path("b.age"))
        .arg(&path));
    let gpg = client.make(&["-r", &us, "--encrypt"], &path);
    std::fs::write(ours.path("b.gpg"), gpg).expect("our folder");
    zip_made::seven_zip(&ours, &["-mem=AES256"], &["base.csv"]);
    for name in ["b.age", "b.gpg", "out.zip"] {
        let mut file = File::open(ours.path(name)).expect("it was made");
        let begun = Instant::now();
        let opened = reception::open(&mut file, name, &ours.keys(), MOST).expect("it is ours");
        let bytes = opened.expect("it is encrypted").plaintext.len();
        println!(
            "{name}: {bytes} bytes in {:?}, peak {} MiB",
            begun.elapsed(),
            peak_mib()
        );
    }
}
