//! Files as clients make them, by the tools they have: age, GnuPG, 7-Zip, Info-ZIP (deploy/dev/install-tools). And
//! the same files cut, changed and blown up.

mod age_made;
mod bench;
mod bombs;
mod gpg_made;
mod zip_made;

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reception::{Envelope, KeyFiles, Keyring, Opened, Refusal, Signature};

/// Bytes that what is inside may have.
pub(crate) const MOST: u64 = 100 << 20;

/// Our side: keys in a folder of their own.
pub(crate) struct Ours {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) files: KeyFiles,
}

impl Ours {
    pub(crate) fn new() -> Ours {
        let folder = tempfile::tempdir().expect("a folder");
        let files = KeyFiles {
            age: folder.path().join("age.key"),
            openpgp: folder.path().join("openpgp.asc"),
            passphrases: folder.path().join("passphrases"),
        };
        files
            .make("Centro de contacto <datos@centro.test>")
            .expect("keys");
        Ours { folder, files }
    }

    pub(crate) fn with_passphrases(lines: &[&str]) -> Ours {
        let ours = Ours::new();
        let write = |path: &Path| {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::write(path, lines.join("\n"))?;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        };
        write(&ours.files.passphrases).expect("our folder");
        ours
    }

    pub(crate) fn keys(&self) -> Keyring {
        self.files.load().expect("our keys")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A base in the clear, as the client has it.
    pub(crate) fn base(&self, name: &str) -> (PathBuf, Vec<u8>) {
        let text = "DOCUMENTO;NOMBRE;CELULAR\n1020304050;Ana Peña;3001112233\n".repeat(40);
        let path = self.path(name);
        std::fs::write(&path, &text).expect("our folder");
        (path, text.into_bytes())
    }
}

/// Runs a tool; what it was asked to do must succeed.
pub(crate) fn run(command: &mut Command) -> Vec<u8> {
    let done = command.stderr(Stdio::piped()).stdin(Stdio::null()).output();
    let done = done.unwrap_or_else(|fault| {
        panic!("{command:?}: {fault}; run deploy/dev/install-tools");
    });
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
    done.stdout
}

pub(crate) fn open(bytes: &[u8], name: &str, keys: &Keyring) -> Result<Opened, Refusal> {
    let opened = reception::open(&mut Cursor::new(bytes), name, keys, MOST);
    opened.map(|it| it.expect("it is encrypted"))
}

/// What is inside.
pub(crate) fn text(opened: Opened) -> Vec<u8> {
    let mut text = Vec::new();
    let mut reader = opened.plaintext.into_reader();
    reader.read_to_end(&mut text).expect("memory");
    text
}

/// Cut at any place, or with a bit changed at any, a file says nothing else than what it said.
pub(crate) fn holds_against_damage(bytes: &[u8], name: &str, keys: &Keyring, inside: &[u8]) {
    let step = (bytes.len() / 400).max(1);
    let mut refused = 0;
    for at in (0..bytes.len()).step_by(step) {
        let cut = reception::open(&mut Cursor::new(&bytes[..at]), name, keys, MOST);
        if let Ok(Some(opened)) = cut {
            // Armour may lose its last line, and nothing with it.
            assert!(
                text(opened) == inside,
                "{name} cut at {at} says something else"
            );
            assert!(
                bytes.starts_with(b"-----BEGIN"),
                "{name} cut at {at} was opened"
            );
        }
        let mut changed = bytes.to_vec();
        changed[at] ^= 1 << (at % 8);
        match reception::open(&mut Cursor::new(changed), name, keys, MOST) {
            Ok(Some(opened)) => assert!(text(opened) == inside, "{name} changed at {at}"),
            // No envelope any more: it goes to a reader of tables, which finds no table.
            Ok(None) | Err(_) => refused += 1,
        }
    }
    assert!(
        refused > bytes.len() / step / 2,
        "{name}: {refused} refused"
    );
}

/// Peak of the memory of this process, each test of which is one.
pub(crate) fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<u64>().ok())
        .expect("a figure")
        / 1024
}

#[test]
fn a_table_is_not_opened_but_read() {
    let ours = Ours::new();
    let (_, base) = ours.base("base.csv");
    let opened = reception::open(&mut Cursor::new(base), "base.csv", &ours.keys(), MOST);
    assert!(opened.expect("nothing is wrong with it").is_none());
}

#[test]
fn keys_are_made_once_and_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let ours = Ours::new();
    assert!(ours.files.make("again").expect("there").is_empty());
    let public = ours.files.public().expect("keys");
    assert_eq!((public.age.len(), public.openpgp.len()), (1, 1));
    assert!(public.openpgp[0].1.contains("BEGIN PGP PUBLIC KEY"));
    let exposed = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&ours.files.age, exposed).expect("ours");
    let problem = ours
        .files
        .load()
        .expect_err("others may read it")
        .to_string();
    assert!(problem.contains("chmod 600"), "{problem}");
}

/// Nothing is said of what is inside, whatever is wrong with the outside.
#[test]
fn nobody_signed_what_cannot_be_signed() {
    let ours = Ours::new();
    let (path, inside) = ours.base("base.csv");
    let recipient = ours.files.public().expect("keys").age.remove(0);
    let sealed = run(Command::new("age").args(["-r", &recipient]).arg(path));
    let opened = open(&sealed, "base.csv.age", &ours.keys()).expect("it is ours");
    assert_eq!(opened.signature, Signature::Absent);
    assert_eq!(
        (opened.envelope, opened.name.as_str()),
        (Envelope::Age, "base.csv")
    );
    assert!(format!("{opened:?}").contains("bytes)"), "{opened:?}");
    assert_eq!(text(opened), inside);
}
