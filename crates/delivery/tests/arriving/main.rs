//! Reports that are due come to folders, web hooks and mail boxes: once for whoever looks, however often it takes.

mod hooks;
mod listener;
mod office;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use delivery::{Email, Place, Security, Webhook, signature};
use domain::Secret;
use listener::{Does, Listener};
use office::{HOUR, Office};
use store::{RunEnd, RunState};

/// Over that a mail has nothing attached.
const SMALL: u64 = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_arrives_once_and_says_how_much_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = Office::open(Place::Folder(folder.path().to_owned())).await;
    // Down for three days; two processes look at once.
    office.wait(3 * 24 * HOUR);
    let (one, other) = (office.runner(), office.runner());
    let (first, second) = tokio::join!(one.pass(), other.pass());
    let tried = first.expect("passes").tried.len() + second.expect("passes").tried.len();
    assert_eq!(tried, 1);
    let runs = office.runs().await;
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].state, runs[0].missed), (RunState::Arrived, 2));
    let made = runs[0].made.as_ref().expect("it made something");
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("ours")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(
        names,
        [made.file_name.as_str()],
        "whole, and nothing beside it"
    );
    let text = std::fs::read_to_string(folder.path().join(&made.file_name)).expect("arrived");
    assert_eq!(text, "informe 1\n");
    assert_eq!(made.bytes, text.len() as u64);
    assert!(office.nothing_is_kept(), "what arrived is kept no longer");
    assert_eq!(office.runner().pass().await.expect("passes").tried, []);
    office.wait(24 * HOUR);
    assert_eq!(office.runner().pass().await.expect("passes").tried.len(), 1);
    assert_eq!(office.runs().await[0].missed, 0);
    let log = office.audited("schedule.delivery").await;
    assert!(log[0].contains(&made.sha256), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_hook_that_fails_and_then_takes_twice_has_one_effect() {
    // It fails, then takes it and its answer is lost, then takes it again.
    let listener = Listener::start(vec![Does::Fail, Does::TakeAndHangUp, Does::Take]);
    let secret = Secret::new("un secreto");
    let hook = Webhook {
        url: listener.url(),
        secret: secret.clone(),
    };
    let office = Office::open(Place::Webhook(Box::new(hook))).await;
    office.wait(24 * HOUR);
    for state in [RunState::Waiting, RunState::Waiting, RunState::Arrived] {
        office.runner().pass().await.expect("passes");
        assert_eq!(office.runs().await[0].state, state);
        office.wait(HOUR);
    }
    assert_eq!(office.runner().pass().await.expect("passes").tried, []);
    let taken = listener.taken();
    assert_eq!(taken.len(), 3);
    let keys: std::collections::BTreeSet<_> =
        taken.iter().map(|it| it.field("idempotency-key")).collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    for request in &taken {
        assert_eq!(request.body, b"informe 1\n", "made once, sent three times");
        let timestamp = request
            .field("cadencia-timestamp")
            .parse()
            .expect("seconds");
        let key = request.field("idempotency-key");
        let signed = signature(&secret, timestamp, key, &request.body);
        assert_eq!(request.field("cadencia-signature"), signed);
    }
    let run = &office.runs().await[0];
    assert_eq!((run.tries, run.fault.clone()), (3, None));
    let sha256 = &run.made.as_ref().expect("made").sha256;
    assert_eq!(taken[0].field("cadencia-sha256"), sha256);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_what_never_arrives_is_dead_until_somebody_revives_it() {
    let elsewhere = Listener::start(vec![Does::Take]);
    let mut does: Vec<Does> = vec![Does::Redirect(elsewhere.url())];
    does.extend((1..schedules::TRIES_MAX).map(|_| Does::Fail));
    does.push(Does::Take);
    let listener = Listener::start(does);
    let hook = Webhook {
        url: listener.url(),
        secret: Secret::new("un secreto"),
    };
    let office = Office::open(Place::Webhook(Box::new(hook))).await;
    office.wait(24 * HOUR);
    for _ in 0..schedules::TRIES_MAX {
        office.runner().pass().await.expect("passes");
        office.wait(HOUR);
    }
    assert_eq!(elsewhere.taken().len(), 0, "nobody is sent on");
    let run = office.runs().await.remove(0);
    assert_eq!(
        (run.state, run.tries),
        (RunState::Dead, schedules::TRIES_MAX)
    );
    assert!(run.fault.expect("why").contains("500"), "in words");
    assert_eq!(office.runner().pass().await.expect("passes").tried, []);
    office
        .store
        .revive_run(run.id, office.now())
        .await
        .expect("dead");
    let again = office.store.revive_run(run.id, office.now()).await;
    again.expect_err("it is not dead any more");
    let pass = office.runner().pass().await.expect("passes");
    assert_eq!(pass.tried[0].end, RunEnd::Arrived);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_for_a_schedule_that_was_removed() {
    let nowhere = tempfile::tempdir()
        .expect("a folder")
        .path()
        .join("not mounted");
    let office = Office::open(Place::Folder(nowhere)).await;
    office.wait(24 * HOUR);
    office.runner().pass().await.expect("passes");
    let run = office.runs().await.remove(0);
    assert!(run.fault.expect("why").contains("not mounted"));
    assert!(!office.nothing_is_kept(), "for the next try");
    let schedule = office.store.schedules().await.expect("schedules").remove(0);
    office
        .store
        .remove_schedule(schedule.id)
        .await
        .expect("it is there");
    office.runner().pass().await.expect("passes");
    assert!(office.nothing_is_kept());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_says_later_gets_the_same_mail_later() {
    let Some(mut server) = MailServer::start() else {
        eprintln!("passed over: no aiosmtpd here; deploy/dev/install-tools fetches it");
        return;
    };
    let office = Office::open(Place::Email(Box::new(server.boxes()))).await;
    office.wait(24 * HOUR);
    office.runner().pass().await.expect("passes");
    let run = office.runs().await.remove(0);
    assert_eq!(run.state, RunState::Waiting);
    assert!(
        run.fault.expect("why").contains("451"),
        "the server's words"
    );
    let refused = server.mail();
    office.wait(HOUR);
    let pass = office.runner().pass().await.expect("passes");
    assert_eq!(pass.tried[0].end, RunEnd::Arrived);
    let mail = server.mail();
    assert_eq!(mail["id"], refused["id"], "one that came twice can be told");
    assert_eq!(mail["subject"], "informe de prueba, sesión única");
    assert_eq!(
        mail["to"],
        serde_json::json!(["jefa@example.com", "cliente@example.com"])
    );
    assert_eq!(mail["files"][0]["text"], "informe 1\n");
    let words = mail["words"].as_str().expect("a text");
    let made = office.runs().await[0].made.clone().expect("made");
    assert!(words.contains(&made.sha256), "{words}");

    // What is large stays where it is, and the mail says so.
    office.maker.grow(SMALL as usize + 1);
    office.wait(24 * HOUR);
    office.runner().pass().await.expect("passes");
    let mail = server.mail();
    assert_eq!(mail["files"], serde_json::json!([]));
    let words = mail["words"].as_str().expect("a text");
    let path = words.lines().find(|line| line.contains("/large/"));
    let path = path.expect("it says where").trim();
    assert!(Path::new(path).is_file(), "{path}");
}

/// An SMTP server of others (PyPI's aiosmtpd), which refuses the first mail for now.
struct MailServer {
    child: Child,
    lines: std::io::Lines<std::io::BufReader<std::process::ChildStdout>>,
    port: u16,
}

impl MailServer {
    fn start() -> Option<MailServer> {
        use std::io::BufRead as _;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join("../../target/oracles/bin/python");
        let has_it = Command::new(&python)
            .args(["-c", "import aiosmtpd"])
            .output();
        if !has_it.is_ok_and(|out| out.status.success()) {
            return None;
        }
        let mut child = Command::new(python)
            .arg(root.join("tests/arriving/mail_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut lines = std::io::BufReader::new(child.stdout.take().expect("piped")).lines();
        let port = lines.next().expect("a line").expect("text");
        Some(MailServer {
            child,
            lines,
            port: port.parse().expect("a port"),
        })
    }

    fn boxes(&self) -> Email {
        let mailbox = |text: &str| text.parse().expect("a mail box");
        Email {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: Security::Plain,
            credentials: None,
            from: mailbox("cadencia <informes@example.com>"),
            to: vec![mailbox("jefa@example.com"), mailbox("cliente@example.com")],
            attach_max: SMALL,
        }
    }

    fn mail(&mut self) -> serde_json::Value {
        let line = self.lines.next().expect("a mail").expect("text");
        serde_json::from_str(&line).expect("JSON")
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
