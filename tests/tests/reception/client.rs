//! A client with tools of their own, and the installation they send to.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::Floor;

pub(crate) const HEADINGS: &str = "DOCUMENTO;NOMBRE;CELULAR\n";

/// An installation with keys and one place, `claro`, of the campaign `hogares`.
pub(crate) struct Office {
    pub(crate) floor: Floor,
    recipient: String,
}

impl Office {
    pub(crate) fn new(place: &str) -> Office {
        let floor = Floor::new();
        let path = floor.folder().join("cadencia.toml");
        let text = std::fs::read_to_string(&path).expect("written by `new`");
        let reception = format!(
            "[reception]\nsteady_s = 1\n[[reception.place]]\nname = \"claro\"\nlegal_basis = \"cliente\"\n{place}\n"
        );
        floor.file("cadencia.toml", format!("{text}{reception}"));
        let keys = floor.run(&["reception", "keys", "make"]);
        let recipient = keys["age"][0].as_str().expect("a recipient").to_owned();
        // Makes the folders.
        floor.run(&["reception", "status"]);
        Office { floor, recipient }
    }

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.floor.folder().join("reception/claro").join(name)
    }

    /// Encrypts a text with age and drops it, complete.
    pub(crate) fn drop_in(&self, name: &str, text: &str) -> PathBuf {
        self.drop_bytes(name, text.as_bytes())
    }

    /// The same of any bytes.
    pub(crate) fn drop_bytes(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.sealed(name, bytes);
        let dropped = self.folder("in").join(path.file_name().expect("a name"));
        std::fs::rename(path, &dropped).expect("same disk");
        self.mark(&dropped);
        dropped
    }

    pub(crate) fn sealed(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let clear = self.floor.file(name, text);
        let sealed = self.floor.folder().join(format!("{name}.age"));
        let _ = std::fs::remove_file(&sealed);
        run(Command::new("age")
            .args(["-r", &self.recipient, "-o"])
            .arg(&sealed)
            .arg(&clear));
        std::fs::remove_file(clear).expect("ours");
        sealed
    }

    /// Says that a dropped file is complete.
    pub(crate) fn mark(&self, dropped: &Path) {
        let mut marker = dropped.as_os_str().to_owned();
        marker.push(".done");
        std::fs::write(marker, "").expect("our folder");
    }

    pub(crate) fn take(&self) -> Vec<Value> {
        let fates = self.floor.run(&["reception", "take"]);
        fates.as_array().expect("a list").clone()
    }

    /// Names in a folder of the place that are not hidden, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let names = std::fs::read_dir(self.folder(folder))
            .expect("a folder")
            .map(|entry| {
                let name = entry.expect("a file").file_name();
                name.to_string_lossy().into_owned()
            });
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }

    pub(crate) fn contacts(&self, list: &str) -> u64 {
        let lists = self.floor.run(&["list", "list"]);
        let lists = lists.as_array().expect("a list");
        let found = lists.iter().find(|it| it["name"] == list);
        found.map_or(0, |it| it["contacts"].as_u64().expect("a count"))
    }

    /// Every file of the installation that has these bytes in it.
    pub(crate) fn files_with(&self, bytes: &[u8]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.floor.folder().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("a file").path();
                if path.is_dir() {
                    folders.push(path);
                } else if std::fs::read(&path)
                    .is_ok_and(|all| all.windows(bytes.len()).any(|it| it == bytes))
                {
                    found.push(path);
                }
            }
        }
        found
    }
}

pub(crate) fn base(from: u32, to: u32) -> String {
    let row = |n: u32| format!("{};Persona {n};300{:07}\n", 10_000_000 + n, n);
    (from..to).fold(HEADINGS.to_owned(), |text, n| text + &row(n))
}

pub(crate) fn run(command: &mut Command) -> Vec<u8> {
    let done = command.stdin(Stdio::null()).output();
    let done =
        done.unwrap_or_else(|fault| panic!("{command:?}: {fault}; run deploy/dev/install-tools"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
    done.stdout
}

/// A client's GnuPG, which has our key, and theirs is in `client.asc` the first time.
pub(crate) struct Gpg {
    home: tempfile::TempDir,
    ours: String,
    pub(crate) fingerprint: String,
}

impl Gpg {
    pub(crate) fn new(office: &Office) -> Gpg {
        let home = tempfile::Builder::new()
            .prefix("gpg")
            .tempdir()
            .expect("a folder");
        let keys = office.floor.run(&["reception", "keys", "show"]);
        let text = |name: &str| keys["openpgp"][0][name].as_str().expect("a key").to_owned();
        let mut gpg = Gpg {
            home,
            ours: text("fingerprint"),
            fingerprint: String::new(),
        };
        let ours = office.floor.file("ours.asc", text("key"));
        gpg.run(&["--import", ours.to_str().expect("ASCII")]);
        gpg.run(&[
            "--passphrase",
            "",
            "--quick-gen-key",
            "Claro <bases@claro.test>",
            "ed25519",
            "sign",
        ]);
        let listed =
            String::from_utf8(gpg.run(&["--with-colons", "--list-secret-keys"])).expect("text");
        let line = listed
            .lines()
            .find(|line| line.starts_with("fpr:"))
            .expect("a key");
        line.split(':')
            .nth(9)
            .expect("a fingerprint")
            .clone_into(&mut gpg.fingerprint);
        gpg.run(&[
            "--passphrase",
            "",
            "--quick-add-key",
            &gpg.fingerprint,
            "cv25519",
            "encr",
        ]);
        if !office.floor.folder().join("client.asc").exists() {
            office.floor.file(
                "client.asc",
                gpg.run(&["--armor", "--export", &gpg.fingerprint]),
            );
        }
        gpg
    }

    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let mut gpg = Command::new("gpg");
        gpg.env("GNUPGHOME", self.home.path())
            .args([
                "--batch",
                "--yes",
                "--quiet",
                "--pinentry-mode",
                "loopback",
                "--trust-model",
                "always",
            ])
            .args(arguments);
        run(&mut gpg)
    }

    pub(crate) fn drop_in(&self, office: &Office, name: &str, text: &str, how: &[&str]) {
        let clear = office.floor.file(name, text);
        let out = office.folder("in").join(format!("{name}.gpg"));
        let mut arguments = vec!["--output", out.to_str().expect("ASCII"), "-r", &self.ours];
        arguments.extend(how);
        arguments.push(clear.to_str().expect("ASCII"));
        self.run(&arguments);
        std::fs::remove_file(clear).expect("ours");
        office.mark(&out);
    }
}

/// Its agent would go on for ever.
impl Drop for Gpg {
    fn drop(&mut self) {
        let mut conf = Command::new("gpgconf");
        conf.env("GNUPGHOME", self.home.path())
            .args(["--kill", "gpg-agent"]);
        let _ = conf.output();
    }
}
