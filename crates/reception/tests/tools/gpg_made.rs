//! Messages that GnuPG made, and ours that GnuPG opens and whose signature it checks.

use std::io::Cursor;
use std::path::PathBuf;
use std::process::Command;

use reception::{Recipient, RecipientKind, Refusal, Signature};

use crate::{Ours, holds_against_damage, open, run, text};

/// A client with a GnuPG of their own.
pub(crate) struct Client {
    home: tempfile::TempDir,
    out: PathBuf,
}

impl Client {
    pub(crate) fn new() -> Client {
        let home = tempfile::Builder::new()
            .prefix("gpg")
            .tempdir()
            .expect("a folder");
        let client = Client {
            out: home.path().join("out"),
            home,
        };
        client.gpg(&[
            "--passphrase",
            "",
            "--quick-gen-key",
            "Claro <bases@claro.test>",
            "ed25519",
            "sign",
        ]);
        let fingerprint = client.fingerprint();
        client.gpg(&[
            "--passphrase",
            "",
            "--quick-add-key",
            &fingerprint,
            "cv25519",
            "encr",
        ]);
        client
    }

    pub(crate) fn gpg(&self, arguments: &[&str]) -> Vec<u8> {
        let mut gpg = Command::new("gpg");
        gpg.env("GNUPGHOME", self.home.path())
            .args(["--batch", "--yes", "--quiet", "--pinentry-mode", "loopback"])
            .args(["--trust-model", "always"])
            .args(arguments);
        run(&mut gpg)
    }

    pub(crate) fn fingerprint(&self) -> String {
        let listed = self.gpg(&["--with-colons", "--list-keys"]);
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let line = listed.lines().find(|line| line.starts_with("fpr:"));
        line.and_then(|line| line.split(':').nth(9))
            .expect("a key")
            .to_owned()
    }

    pub(crate) fn certificate(&self) -> String {
        let key = self.gpg(&["--armor", "--export", &self.fingerprint()]);
        String::from_utf8(key).expect("armoured")
    }

    /// Knows our key from then on; returns its fingerprint.
    pub(crate) fn knows(&self, ours: &Ours) -> String {
        let (fingerprint, certificate) = ours.files.public().expect("keys").openpgp.remove(0);
        let path = ours.path("ours.asc");
        std::fs::write(&path, certificate).expect("our folder");
        self.gpg(&["--import", path.to_str().expect("ASCII")]);
        fingerprint
    }

    /// What gpg makes of a file.
    pub(crate) fn make(&self, arguments: &[&str], file: &std::path::Path) -> Vec<u8> {
        let out = self.out.to_str().expect("ASCII");
        let mut all = vec!["--output", out];
        all.extend(arguments);
        all.push(file.to_str().expect("ASCII"));
        self.gpg(&all);
        std::fs::read(&self.out).expect("gpg made it")
    }
}

/// Its agent would go on for ever.
impl Drop for Client {
    fn drop(&mut self) {
        let mut conf = Command::new("gpgconf");
        conf.env("GNUPGHOME", self.home.path())
            .args(["--kill", "gpg-agent"]);
        let _ = conf.output();
    }
}

#[test]
fn a_message_to_our_key_is_opened_however_it_is_packed() {
    let (ours, client) = (Ours::new(), Client::new());
    let us = client.knows(&ours);
    let (path, inside) = ours.base("base.csv");
    for more in [
        &[][..],
        &["--armor"],
        &["-z", "0"],
        &["--compress-algo", "zip"],
        &["--hidden-recipient", &us],
    ] {
        let mut arguments = more.to_vec();
        arguments.extend(["-r", &us, "--encrypt"]);
        let sealed = client.make(&arguments, &path);
        let opened = open(&sealed, "base.csv.gpg", &ours.keys()).expect("it is ours");
        assert_eq!(
            (opened.name.as_str(), &opened.signature),
            ("base.csv", &Signature::Absent)
        );
        assert!(text(opened) == inside, "{more:?}");
    }
}

#[test]
fn a_signature_counts_when_its_key_is_the_clients() {
    let (ours, client) = (Ours::new(), Client::new());
    let us = client.knows(&ours);
    let (path, _) = ours.base("base.csv");
    let sealed = client.make(&["-r", &us, "--sign", "--encrypt"], &path);
    let opened = open(&sealed, "base.csv.gpg", &ours.keys()).expect("it is ours");
    assert_eq!(opened.signature, Signature::UnknownKey);
    let theirs = Recipient::parse(&client.certificate()).expect("their key");
    assert_eq!(theirs.kind(), RecipientKind::OpenPgp);
    assert_eq!(theirs.name(), client.fingerprint());
    let keys = ours.keys().knowing(&theirs);
    let opened = open(&sealed, "base.csv.gpg", &keys).expect("it is ours");
    let fingerprint = client.fingerprint();
    assert_eq!(opened.signature, Signature::Valid { fingerprint });
}

#[test]
fn a_message_to_somebody_else_is_refused() {
    let (ours, client) = (Ours::new(), Client::new());
    let (path, _) = ours.base("base.csv");
    let sealed = client.make(&["-r", &client.fingerprint(), "--encrypt"], &path);
    let refused = open(&sealed, "base.csv.gpg", &ours.keys()).expect_err("it is theirs");
    assert!(matches!(refused, Refusal::NoKey), "{refused}");
}

#[test]
fn a_message_that_is_only_signed_is_refused() {
    let (ours, client) = (Ours::new(), Client::new());
    let (path, _) = ours.base("base.csv");
    let signed = client.make(&["--armor", "--sign"], &path);
    let refused = open(&signed, "base.csv.asc", &ours.keys()).expect_err("anybody can read it");
    assert!(matches!(refused, Refusal::OnlySigned), "{refused}");
}

#[test]
fn a_message_under_a_passphrase_is_opened_with_any_of_ours() {
    let ours = Ours::with_passphrases(&["otra", "ñandú y café 9", "tercera"]);
    let client = Client::new();
    let (path, inside) = ours.base("base.csv");
    let sealed = client.make(&["--passphrase", "ñandú y café 9", "--symmetric"], &path);
    let opened = open(&sealed, "base.csv.gpg", &ours.keys()).expect("one of our passphrases");
    assert!(text(opened) == inside);
    let refused = open(&sealed, "base.csv.gpg", &Ours::new().keys()).expect_err("none of them");
    assert!(matches!(refused, Refusal::NoPassphrase), "{refused}");
}

#[test]
fn a_damaged_message_says_nothing() {
    let (ours, client) = (Ours::new(), Client::new());
    let us = client.knows(&ours);
    let (path, inside) = ours.base("base.csv");
    for more in [&["-z", "0"][..], &["--armor"]] {
        let mut arguments = more.to_vec();
        arguments.extend(["-r", &us, "--encrypt"]);
        let sealed = client.make(&arguments, &path);
        holds_against_damage(&sealed, "base.csv.gpg", &ours.keys(), &inside);
    }
}

#[test]
fn a_message_without_protection_against_changes_is_refused() {
    let (ours, client) = (Ours::new(), Client::new());
    let us = client.knows(&ours);
    let (path, _) = ours.base("base.csv");
    let mut sealed = client.make(&["-z", "0", "-r", &us, "--encrypt"], &path);
    // Tag 18, protected, becomes 9, as before 2001; whatever it says then. It follows the key, whose length is its
    // second byte.
    assert_eq!(sealed[0], 0x84, "a packet with a key");
    let at = 2 + usize::from(sealed[1]);
    assert_eq!(sealed[at], 0xD2, "a protected packet");
    sealed[at] = 0xC9;
    let refused = open(&sealed, "base.csv.gpg", &ours.keys()).expect_err("anybody could change it");
    assert!(matches!(refused, Refusal::NoIntegrity), "{refused}");
}

#[test]
fn what_goes_back_is_opened_by_gpg_and_signed_by_us() {
    let (ours, client) = (Ours::new(), Client::new());
    let us = client.knows(&ours);
    let theirs = Recipient::parse(&client.certificate()).expect("their key");
    let said = b"DOCUMENTO;ESTADO\n1020304050;virgen\n".repeat(10_000);
    let mut sealed = Vec::new();
    theirs
        .seal(
            "retorno.csv",
            &mut Cursor::new(&said),
            &ours.keys(),
            &mut sealed,
        )
        .expect("memory");
    let path = ours.path("retorno.csv.gpg");
    std::fs::write(&path, &sealed).expect("our folder");
    let status = ours.path("status");
    let status_text = status.to_str().expect("ASCII");
    assert!(client.make(&["--status-file", status_text, "--decrypt"], &path) == said);
    let status = std::fs::read_to_string(status).expect("gpg wrote it");
    assert!(status.contains(&format!("VALIDSIG {us}")), "{status}");
}

#[test]
fn a_key_that_has_expired_gets_nothing() {
    let client = Client::new();
    client.gpg(&[
        "--passphrase",
        "",
        "--faked-system-time",
        "20200101T000000",
        "--quick-gen-key",
        "Viejo <viejo@claro.test>",
        "rsa2048",
        "sign",
        "1y",
    ]);
    let listed =
        String::from_utf8(client.gpg(&["--with-colons", "--list-keys", "viejo"])).expect("text");
    let line = listed
        .lines()
        .find(|line| line.starts_with("fpr:"))
        .expect("a key");
    let fingerprint = line.split(':').nth(9).expect("a fingerprint").to_owned();
    client.gpg(&[
        "--passphrase",
        "",
        "--faked-system-time",
        "20200101T000000",
        "--quick-add-key",
        &fingerprint,
        "rsa2048",
        "encr",
        "1y",
    ]);
    let key =
        String::from_utf8(client.gpg(&["--armor", "--export", &fingerprint])).expect("armoured");
    let problem = Recipient::parse(&key).expect_err("it expired").to_string();
    assert!(problem.contains("expired"), "{problem}");
}
