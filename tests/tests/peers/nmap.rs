//! nmap's scripts for SIP, by datagrams and by connections: they learn of no method, no extension and no
//! password, and whoever guesses on is banned.

use std::process::Command;

use tests::floor::{PATIENCE, until};

use crate::alone::alone;
use crate::sipvicious::{EXTENSIONS, GUESSES, Target};

/// How ports are scanned.
const WAYS: [&str; 2] = ["-sU", "-sT"];

/// What nmap says of the engine by these scripts; it must have reached it.
fn says(target: &Target, way: &str, scripts: &str, arguments: &str) -> String {
    let sip = target.engine.sip();
    let out = Command::new("nmap")
        .args(["-n", "-Pn", way, "-p", &sip.port().to_string()])
        .args(["--script", scripts, "--script-args", arguments])
        .arg(sip.ip().to_string())
        .current_dir(target.floor.folder())
        .output()
        .unwrap_or_else(|problem| {
            panic!("nmap does not start ({problem}); `make tools` installs it")
        });
    let said = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    assert!(said.contains(" open"), "{way} {scripts}: {said}");
    said
}

#[test]
fn nmap_learns_of_no_method_and_no_extension() {
    if !alone("nmap::nmap_learns_of_no_method_and_no_extension") {
        return;
    }
    let target = Target::new();
    let range = format!(
        "sip-enum-users.minext={},sip-enum-users.maxext={},sip.timeout=1",
        EXTENSIONS.start - 1,
        EXTENSIONS.end + 4
    );
    for way in WAYS {
        let said = says(&target, way, "+sip-methods,+sip-enum-users", &range);
        for found in ["sip-methods", "sip-enum-users", "cadencia"] {
            assert!(!said.to_lowercase().contains(found), "{way}: {said}");
        }
    }
    // It asked, and was told the same of all: nothing.
    assert!(target.figure("sip_in") >= 4.0);
    target.engine.stop();
}

#[test]
fn nmap_guesses_no_password_and_is_banned() {
    if !alone("nmap::nmap_guesses_no_password_and_is_banned") {
        return;
    }
    let target = Target::new();
    let users: Vec<String> = EXTENSIONS.map(|user| user.to_string()).collect();
    target.floor.file("users", users.join("\n"));
    let mut words: Vec<String> = (0..GUESSES).map(|n| format!("clave{n}")).collect();
    words.extend(target.passwords.iter().cloned());
    target.floor.file("words", words.join("\n"));
    let lists = "userdb=users,passdb=words,brute.threads=2,brute.delay=100ms,sip.timeout=1,\
                 unpwdb.timelimit=5s";
    for way in WAYS {
        let said = says(&target, way, "+sip-brute", lists);
        assert!(!said.contains("Valid credentials"), "{way}: {said}");
        assert!(
            !target.passwords.iter().any(|word| said.contains(word)),
            "{way}: {said}"
        );
    }
    until("it is banned", PATIENCE, || target.figure("bans") >= 1.0);
    assert!(target.figure("wrong_logins") >= GUESSES as f64);
    target.engine.stop();
}
