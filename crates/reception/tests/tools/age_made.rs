//! Files that age made, and ours that age opens.

use std::io::Cursor;
use std::process::Command;

use reception::{Recipient, Refusal};

use crate::{Ours, holds_against_damage, open, run, text};

fn sealed(ours: &Ours, more: &[&str]) -> (Vec<u8>, Vec<u8>) {
    let (path, inside) = ours.base("base.csv");
    let recipient = ours.files.public().expect("keys").age.remove(0);
    let sealed = run(Command::new("age")
        .args(more)
        .args(["-r", &recipient])
        .arg(path));
    (sealed, inside)
}

#[test]
fn a_file_of_age_is_opened_armoured_or_not() {
    let ours = Ours::new();
    for more in [&[][..], &["-a"]] {
        let (sealed, inside) = sealed(&ours, more);
        let opened = open(&sealed, "Base Marzo.csv.AGE", &ours.keys()).expect("it is ours");
        assert_eq!(opened.name, "Base Marzo.csv");
        assert!(text(opened) == inside);
    }
}

#[test]
fn a_file_of_age_to_somebody_else_is_refused() {
    let (sealed, _) = sealed(&Ours::new(), &[]);
    let refused = open(&sealed, "base.age", &Ours::new().keys()).expect_err("not ours");
    assert!(matches!(refused, Refusal::NoKey), "{refused}");
    assert!(refused.spanish().contains("llave pública"));
}

#[test]
fn a_damaged_file_of_age_says_nothing() {
    let ours = Ours::new();
    let (sealed, inside) = sealed(&ours, &[]);
    holds_against_damage(&sealed, "base.csv.age", &ours.keys(), &inside);
    let mut longer = sealed.clone();
    longer.push(0);
    let refused = open(&longer, "base.csv.age", &ours.keys()).expect_err("more than it was");
    assert!(matches!(refused, Refusal::Damaged(_)), "{refused}");
}

#[test]
fn a_file_of_age_under_a_passphrase_is_opened_with_any_of_ours() {
    let ours = Ours::with_passphrases(&["first of them", "correct horse battery staple"]);
    let (path, inside) = ours.base("base.csv");
    let out = ours.path("base.csv.age");
    // It asks on a terminal only.
    let age = format!("age -p -o {} {}", out.display(), path.display());
    let mut script = Command::new("script");
    script.args(["-qec", &age, "/dev/null"]);
    typed(
        &mut script,
        "correct horse battery staple\ncorrect horse battery staple\n",
    );
    let sealed = std::fs::read(&out).expect("age made it");
    let opened = open(&sealed, "base.csv.age", &ours.keys()).expect("one of our passphrases");
    assert!(text(opened) == inside);
    let refused = open(&sealed, "base.csv.age", &Ours::new().keys()).expect_err("none of them");
    assert!(matches!(refused, Refusal::NoPassphrase), "{refused}");
}

fn typed(command: &mut Command, keys: &str) {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("util-linux is everywhere");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(keys.as_bytes()).expect("it listens");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn what_goes_back_is_opened_by_age() {
    let ours = Ours::new();
    let theirs = run(Command::new("age-keygen")
        .arg("-o")
        .arg(ours.path("client.key")));
    drop(theirs);
    let key = run(Command::new("age-keygen")
        .arg("-y")
        .arg(ours.path("client.key")));
    let recipient = Recipient::parse(&String::from_utf8_lossy(&key)).expect("a recipient");
    let mut sealed = Vec::new();
    recipient
        .seal(
            "retorno.csv",
            &mut Cursor::new(b"DOCUMENTO;ESTADO\n"),
            &ours.keys(),
            &mut sealed,
        )
        .expect("memory");
    let path = ours.path("retorno.csv.age");
    std::fs::write(&path, &sealed).expect("our folder");
    let back = run(Command::new("age")
        .arg("-d")
        .arg("-i")
        .arg(ours.path("client.key"))
        .arg(path));
    assert_eq!(back, b"DOCUMENTO;ESTADO\n");
    assert!(
        open(&sealed, "retorno.csv.age", &ours.keys()).is_err(),
        "it is theirs alone"
    );
}

#[test]
fn a_private_key_is_taken_for_no_recipient() {
    let problem = Recipient::parse("AGE-SECRET-KEY-1QQQ")
        .expect_err("a secret")
        .to_string();
    assert!(problem.contains("private"), "{problem}");
    for odd in ["", "age1qqqq", "ssh-ed25519 AAAA", "hello"] {
        assert!(Recipient::parse(odd).is_err(), "{odd}");
    }
}
