//! Zips that 7-Zip and Info-ZIP made.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use reception::{Envelope, Refusal};

use crate::{Ours, holds_against_damage, open, run, text};

const PASSPHRASE: &str = "clave de marzo 2026";

pub(crate) fn ours() -> Ours {
    Ours::with_passphrases(&["la de febrero", PASSPHRASE])
}

/// What 7-Zip makes of files, named from the folder they are in.
pub(crate) fn seven_zip(ours: &Ours, options: &[&str], files: &[&str]) -> Vec<u8> {
    let out = ours.path("out.zip");
    let _ = std::fs::remove_file(&out);
    let mut made = Command::new("7zz");
    made.current_dir(ours.folder.path())
        .args(["a", "-tzip", "-bso0", "-bsp0", &format!("-p{PASSPHRASE}")])
        .args(options)
        .arg(&out)
        .args(files);
    run(&mut made);
    std::fs::read(out).expect("it made it")
}

const AES: &[&str] = &["-mem=AES256"];

#[test]
fn a_zip_with_aes_is_opened() {
    let ours = ours();
    let (_, inside) = ours.base("base ñ.csv");
    for options in [
        AES,
        &["-mem=AES128"],
        &["-mem=AES192"],
        &["-mem=AES256", "-mx=0"],
    ] {
        let zip = seven_zip(&ours, options, &["base ñ.csv"]);
        let opened = open(&zip, "envío.zip", &ours.keys()).expect("one of our passphrases");
        assert_eq!(
            (opened.envelope, opened.name.as_str()),
            (Envelope::Zip, "base ñ.csv")
        );
        assert!(text(opened) == inside, "{options:?}");
    }
}

#[test]
fn a_zip_under_another_passphrase_is_refused() {
    let ours = ours();
    ours.base("base.csv");
    let zip = seven_zip(&ours, AES, &["base.csv"]);
    for others in [Ours::new(), Ours::with_passphrases(&["a", "b"])] {
        let refused = open(&zip, "base.zip", &others.keys()).expect_err("not ours");
        assert!(matches!(refused, Refusal::NoPassphrase), "{refused}");
    }
}

#[test]
fn zip_crypto_is_refused_with_what_to_do() {
    let ours = ours();
    let (base, _) = ours.base("base.csv");
    let by_7zip = seven_zip(&ours, &["-mem=ZipCrypto"], &["base.csv"]);
    let out = ours.path("info.zip");
    run(Command::new("zip")
        .args(["-q", "-j", "-P", PASSPHRASE])
        .arg(&out)
        .arg(base));
    for zip in [by_7zip, std::fs::read(out).expect("it made it")] {
        let refused = open(&zip, "base.zip", &ours.keys()).expect_err("no protection");
        assert!(matches!(refused, Refusal::ZipCrypto), "{refused}");
        assert!(refused.to_string().contains("-mem=AES256"), "{refused}");
        assert!(refused.spanish().contains("AES-256"));
    }
}

#[test]
fn a_damaged_zip_says_nothing() {
    let ours = ours();
    let (_, inside) = ours.base("base.csv");
    let zip = seven_zip(&ours, AES, &["base.csv"]);
    holds_against_damage(&zip, "base.zip", &ours.keys(), &inside);
    // Each encrypted byte, and each of the code at the end.
    let from = zip
        .windows(8)
        .position(|it| it == b"base.csv")
        .expect("its name")
        + 8;
    let to = zip
        .windows(4)
        .position(|it| it == b"PK\x01\x02")
        .expect("its directory");
    for at in from + 40..to {
        let mut changed = zip.clone();
        changed[at] ^= 0x10;
        let refused = open(&changed, "base.zip", &ours.keys()).expect_err("it was changed");
        assert!(matches!(refused, Refusal::Damaged(_)), "{at}: {refused}");
    }
}

#[test]
fn one_base_is_sent_at_a_time() {
    let ours = ours();
    ours.base("base.csv");
    ours.base("otra.csv");
    let zip = seven_zip(&ours, AES, &["base.csv", "otra.csv"]);
    let refused = open(&zip, "base.zip", &ours.keys()).expect_err("which of them?");
    assert!(
        matches!(refused, Refusal::ManyFiles { files: 2 }),
        "{refused}"
    );
    std::fs::create_dir(ours.path("carpeta")).expect("our folder");
    let (_, inside) = ours.base("carpeta/base.csv");
    let zip = seven_zip(&ours, AES, &["carpeta"]);
    let opened = open(&zip, "base.zip", &ours.keys()).expect("a folder is no file");
    assert_eq!(opened.name, "base.csv");
    assert!(text(opened) == inside);
}

/// Renames the file in an archive, in both of its places, to a name as long.
fn renamed(zip: &[u8], name: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(name.len(), to.len());
    let mut out = zip.to_vec();
    let found: Vec<usize> = (0..=zip.len() - name.len())
        .filter(|at| zip[*at..].starts_with(name))
        .collect();
    assert!(found.len() >= 2, "{found:?}");
    for at in found {
        out[at..at + to.len()].copy_from_slice(to);
    }
    out
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let ours = ours();
    ours.base("abcdefghijkl.csv");
    let zip = seven_zip(&ours, AES, &["abcdefghijkl.csv"]);
    for name in [
        "../../etc/pas.sw",
        "/etc/profile.csv",
        "C:\\Windows\\ab.cs",
        "..\\..\\autoex.bat",
        "a/../../../x.csv",
        "base\u{1b}[2Jabcde.cs",
    ] {
        let named = renamed(&zip, b"abcdefghijkl.csv", name.as_bytes());
        let refused = open(&named, "base.zip", &ours.keys()).expect_err(name);
        assert!(matches!(refused, Refusal::UnsafeName), "{name}: {refused}");
    }
}

#[test]
fn a_link_is_refused() {
    let ours = ours();
    symlink("/etc/passwd", ours.path("base.csv")).expect("our folder");
    let zip = seven_zip(&ours, &["-mem=AES256", "-snl"], &["base.csv"]);
    let refused = open(&zip, "base.zip", &ours.keys()).expect_err("a link");
    assert!(matches!(refused, Refusal::Link), "{refused}");
}

#[test]
fn a_method_that_is_not_read_is_refused_with_what_to_do() {
    let ours = ours();
    ours.base("base.csv");
    for method in ["-mm=LZMA", "-mm=PPMd"] {
        let zip = seven_zip(&ours, &["-mem=AES256", method], &["base.csv"]);
        let refused = open(&zip, "base.zip", &ours.keys()).expect_err(method);
        assert!(matches!(refused, Refusal::Method), "{method}: {refused}");
    }
}

#[test]
fn a_zip_in_the_clear_is_nothing_to_open() {
    let ours = ours();
    let (base, _) = ours.base("base.csv");
    let out: PathBuf = ours.path("info.zip");
    run(Command::new("zip").args(["-q", "-j"]).arg(&out).arg(base));
    let mut file = std::fs::File::open(Path::new(&out)).expect("it made it");
    let envelope = reception::envelope_of(&mut file).expect("readable");
    assert_eq!(envelope, Envelope::Clear);
}
