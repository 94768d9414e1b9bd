//! Little files of which much would come. Refused in five seconds and 256 MiB, each in a process of its own.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reception::{Keyring, Refusal};

use crate::gpg_made::Client;
use crate::{MOST, Ours, peak_mib, run, zip_made};

const LONGEST: Duration = Duration::from_secs(5);
const MOST_MIB: u64 = 256;

/// A file of nothing at all, of which the disk has nothing either.
fn emptiness(ours: &Ours, mib: u64) {
    let file = File::create(ours.path("base.csv")).expect("our folder");
    file.set_len(mib << 20).expect("a hole");
}

fn refused_in_time(path: &Path, keys: &Keyring) {
    let mut file = File::open(path).expect("it was made");
    let begun = Instant::now();
    let refused = reception::open(&mut file, "base.csv", keys, MOST).expect_err("too much");
    let (took, peak) = (begun.elapsed(), peak_mib());
    assert!(matches!(refused, Refusal::TooLarge { .. }), "{refused}");
    println!("{}: {took:?}, {peak} MiB", path.display());
    assert!(took < LONGEST, "{took:?}");
    assert!(peak < MOST_MIB, "{peak} MiB");
}

#[test]
fn a_bomb_in_a_zip_is_refused() {
    let ours = zip_made::ours();
    emptiness(&ours, 400);
    zip_made::seven_zip(&ours, &["-mem=AES256", "-mx=1"], &["base.csv"]);
    // It also lies about its size, in both places.
    let path = ours.path("out.zip");
    let zip = std::fs::read(&path).expect("it was made");
    assert!(zip.len() < 4 << 20, "{} bytes", zip.len());
    refused_in_time(&path, &ours.keys());
    let says = (400_u32 << 20).to_le_bytes();
    let mut lies = zip.clone();
    let places: Vec<usize> = (0..zip.len() - 4)
        .filter(|at| zip[*at..].starts_with(&says))
        .collect();
    for at in places {
        lies[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes());
    }
    assert!(lies != zip, "its size is in it");
    std::fs::write(&path, lies).expect("our folder");
    let mut file = File::open(&path).expect("it was made");
    let begun = Instant::now();
    let refused = reception::open(&mut file, "base.csv", &ours.keys(), MOST).expect_err("it lies");
    println!(
        "lying: {refused}, {:?}, {} MiB",
        begun.elapsed(),
        peak_mib()
    );
    assert!(begun.elapsed() < LONGEST && peak_mib() < MOST_MIB);
}

#[test]
fn a_bomb_in_a_message_is_refused() {
    let (ours, client) = (Ours::new(), Client::new());
    let us = client.knows(&ours);
    emptiness(&ours, 400);
    let sealed = client.make(&["-z", "1", "-r", &us, "--encrypt"], &ours.path("base.csv"));
    assert!(sealed.len() < 4 << 20, "{} bytes", sealed.len());
    let path = ours.path("base.csv.gpg");
    std::fs::write(&path, sealed).expect("our folder");
    refused_in_time(&path, &ours.keys());
}

#[test]
fn a_file_of_age_that_is_too_large_is_not_even_read() {
    let ours = Ours::new();
    emptiness(&ours, 300);
    let recipient = ours.files.public().expect("keys").age.remove(0);
    let path = ours.path("base.csv.age");
    let mut age = Command::new("age");
    run(age
        .args(["-r", &recipient])
        .arg("-o")
        .arg(&path)
        .arg(ours.path("base.csv")));
    refused_in_time(&path, &ours.keys());
}
