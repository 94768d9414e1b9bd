//! Peers that nobody wants: the tools of SIPVicious look for telephones, extensions and passwords
//! and find none; who guesses is banned, and the ban is seen and lifted. What happens to live audio and
//! calls under attack is in `crates/telephony/tests/signalling/attack.rs`.

use std::process::Command;
use std::thread;

use serde_json::Value;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, log_in};
use tests::{Floor, Running};

/// The extensions that exist, among a hundred that are tried.
pub(crate) const EXTENSIONS: std::ops::Range<u32> = 141..146;
/// Wrong passwords that a source may try before it is banned.
pub(crate) const GUESSES: usize = 16;

/// How extensions are looked for: as the tool does of itself, in disguise (without a User-Agent), and
/// going on whatever it sees.
const WAYS: [&[&str]; 3] = [&[], &["-c"], &["-c", "--force"]];

/// Phones to be found, and the engine that answers for them.
pub(crate) struct Target {
    pub(crate) floor: Floor,
    pub(crate) engine: Running,
    /// The password of each.
    pub(crate) passwords: Vec<String>,
}

impl Target {
    pub(crate) fn new() -> Target {
        let floor = Floor::new();
        // The one digest that the tools know, so that they would be right if they guessed right.
        floor.sip_setting("digests = [\"MD5\"]");
        let hired = EXTENSIONS.map(|extension| {
            let name = extension.to_string();
            let agent = floor.run(&["agent", "set", &name, "--sip-user", &name]);
            let password = agent["sip_password"].as_str();
            password.expect("shown once").to_owned()
        });
        let passwords = hired.collect();
        let engine = floor.serve();
        Target {
            floor,
            engine,
            passwords,
        }
    }

    /// What a tool says.
    fn says(&self, tool: &str, arguments: &[&str]) -> String {
        let sip = self.engine.sip();
        let out = Command::new(tool)
            .args(["-x", "127.0.0.1", "-p", &sip.port().to_string()])
            .args(arguments)
            .arg(sip.ip().to_string())
            .current_dir(self.floor.folder())
            .env("HOME", self.floor.folder())
            .output()
            .unwrap_or_else(|problem| {
                panic!("{tool} does not start ({problem}); `make tools` installs it")
            });
        let said = [out.stdout, out.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(!said.contains("Traceback"), "{tool} {arguments:?}: {said}");
        said
    }

    /// Has svcrack try these passwords for a phone.
    fn cracks(&self, extension: u32, passwords: &[&str]) -> String {
        let file = format!("passwords-{extension}");
        self.floor.file(&file, passwords.join("\n"));
        let user = extension.to_string();
        // Ten messages a second: faster, it would spend the budget of its source before it has guessed.
        let how = [
            "-c",
            "-t",
            "0.1",
            "-u",
            &user,
            "-d",
            &file,
            "--maximumtime",
            "2",
        ];
        let where_to = ["--domain", "cadencia.local"];
        self.says("svcrack", &[&how[..], &where_to[..]].concat())
    }

    pub(crate) fn figure(&self, name: &str) -> f64 {
        let answer = ureq::get(format!("http://{}/metrics", self.engine.http())).call();
        let mut answer = answer.expect("metrics need no log-in");
        let metrics = answer.body_mut().read_to_string().expect("text");
        let label = format!("figure=\"{name}\"");
        let line = metrics.lines().find(|line| line.contains(&label));
        let value = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
        value.unwrap_or_else(|| panic!("no {name} in {metrics}"))
    }
}

/// The first cells of a table that a tool prints, without those of its head.
fn listed(said: &str) -> Vec<&str> {
    let rows = said.lines().filter_map(|line| line.strip_prefix('|'));
    let cells = rows.filter_map(|row| row.split('|').next());
    let cells = cells.map(str::trim).filter(|cell| !cell.is_empty());
    cells.skip(1).collect()
}

#[test]
fn scans_find_no_telephone_and_no_extension() {
    let target = Target::new();
    let methods = ["OPTIONS", "REGISTER", "INVITE"];
    thread::scope(|scope| {
        for method in methods {
            let target = &target;
            // Telephones, by the request that the tool sends of itself.
            scope.spawn(move || {
                let said = target.says("svmap", &["-m", method]);
                assert!(said.contains("found nothing"), "{method}: {said}");
            });
            for more in WAYS {
                scope.spawn(move || {
                    let mut arguments = vec!["-m", method, "-e", "100-199", "--maximumtime", "2"];
                    arguments.extend(more);
                    let said = target.says("svwar", &arguments);
                    assert!(listed(&said).is_empty(), "{arguments:?}: {said}");
                });
            }
        }
        // In disguise it is told that somebody is there, who asks for a password, and no more.
        scope.spawn(|| {
            let said = target.says("svmap", &["-c"]);
            assert_eq!(listed(&said), [target.engine.sip().to_string()]);
            assert!(!said.to_lowercase().contains("cadencia"), "{said}");
        });
    });
    assert!(target.figure("scanners") >= 6.0);
    target.engine.stop();
}

#[test]
fn who_guesses_passwords_finds_none_and_is_banned_until_somebody_lifts_it() {
    // The tool is no toy: it finds what it is given.
    let target = Target::new();
    let right = &target.passwords[0];
    let said = target.cracks(141, &["12345", right]);
    assert!(said.contains(right), "{said}");
    target.engine.stop();

    // Not in a list that is longer than what may be tried, for several phones at a time.
    let target = Target::new();
    let wrong: Vec<String> = (0..3 * GUESSES).map(|n| format!("clave{n}")).collect();
    thread::scope(|scope| {
        let (target, wrong) = (&target, &wrong);
        for (extension, right) in EXTENSIONS.zip(&target.passwords).take(3) {
            scope.spawn(move || {
                let mut list: Vec<&str> = wrong.iter().map(String::as_str).collect();
                list.push(right);
                let said = target.cracks(extension, &list);
                assert!(!said.contains(right) && listed(&said).is_empty(), "{said}");
            });
        }
    });
    until("it is counted", PATIENCE, || target.figure("bans") >= 1.0);
    assert!(target.figure("wrong_logins") >= GUESSES as f64);

    let http = target.engine.http();
    let first = target
        .engine
        .said
        .first()
        .expect("a first start makes a user");
    let password = first["password"].as_str().expect("and shows its password");
    let (_, session) = log_in(http, "admin", password);
    let token = session["token"].as_str().expect("a token");
    let bans = || {
        let (status, bans) = ask(http, "GET", "/api/v1/sip/bans", Some(token), None);
        assert_eq!(status, 200);
        bans.as_array().expect("a list").clone()
    };
    let seen = bans();
    let ban: Option<&Value> = seen.iter().find(|ban| ban["source"] == "127.0.0.1");
    let ban = ban.unwrap_or_else(|| panic!("{seen:?}"));
    assert!(
        ban["wrong_logins"].as_u64() >= Some(GUESSES as u64),
        "{ban}"
    );
    assert!(ban["expires_in_s"].as_u64() <= Some(600), "{ban}");
    let lift = || {
        let path = "/api/v1/sip/bans/127.0.0.1";
        ask(http, "DELETE", path, Some(token), None).0
    };
    assert_eq!((lift(), lift()), (204, 404));
    assert!(bans().is_empty());
    target.engine.stop();
}
