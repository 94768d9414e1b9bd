//! Signalling stumbles while two talk: its thread is frozen, or the connections of both sides are gone.
//! Not a packet of audio is lost.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use domain::{EndedBy, LineMode, TrunkTransport};
use engine::LineEvent;
use telephony::ListenerKind;

use crate::authority::Authority;
use crate::far_end::{Audio, Carrier, FarEnd, audio_place};
use crate::floor::{ADVISOR, ANSWERS, CUSTOMER, Floor, hung_up_by, until};
use crate::talker::{Heard, Talker};

/// Two who talk, signalled inside TLS on both sides.
struct Talk {
    floor: Floor,
    call: domain::AttemptId,
    customer: Talker,
    advisor: Talker,
    carrier: FarEnd,
    phone: FarEnd,
    _carriers: Carrier,
    _authority: Authority,
}

impl Talk {
    async fn begin() -> Talk {
        let authority = Authority::new();
        let signed = authority.signs("127.0.0.1");
        let (customer, advisor) = (Talker::start(CUSTOMER), Talker::start(ADVISOR));
        let audio = |talker: &Talker| Audio {
            at: talker.at,
            keying: None,
        };
        let there = Some(audio(&customer));
        let mut carriers = Carrier::start_with("127.0.0.1", signed.server(), there).await;
        let mut floor = Floor::open_with(authority.node(ListenerKind::Tls, "127.0.0.1")).await;
        floor.trunk_at(carriers.address, TrunkTransport::Tls);

        let node = floor.telephony.heard()[1].address;
        floor.agent(LineMode::NailedUp);
        let client = authority.client();
        let mut phone =
            FarEnd::over_tls_with(node, client, Some("adv1"), Some(audio(&advisor))).await;
        floor.line(|event| *event == LineEvent::Registered).await;
        floor.raises_line().await;
        advisor.speaks_to(audio_place(&phone.hears("INVITE ").await));

        let call = floor.calls(ANSWERS);
        let mut carrier = carriers.next().await;
        customer.speaks_to(audio_place(&carrier.hears("INVITE ").await));
        floor.answered(call).await;
        floor.bridges(call);
        until("they hear each other", || {
            customer.hears(ADVISOR) && advisor.hears(CUSTOMER)
        })
        .await;
        Talk {
            floor,
            call,
            customer,
            advisor,
            carrier,
            phone,
            _carriers: carriers,
            _authority: authority,
        }
    }
}

/// Every packet since then came to both, in order, each 20 ms.
fn nothing_was_lost(customer: &Talker, advisor: &Talker, then: Instant) {
    for (ear, voice) in [(customer, ADVISOR), (advisor, CUSTOMER)] {
        let (heard, expected) = (ear.since(then), then.elapsed().as_millis() / 20);
        assert!(
            heard.len() as u128 + 10 >= expected,
            "{} of {expected}",
            heard.len()
        );
        assert!(heard.iter().all(|it| it.voice == voice), "{voice:#x} alone");
        let gapless = |pair: &[Heard]| pair[1].sequence == pair[0].sequence.wrapping_add(1);
        assert!(heard.windows(2).all(gapless), "a packet is missing");
        println!(
            "{} packets in {:?}, none missing",
            heard.len(),
            then.elapsed()
        );
    }
}

/// Stops a thread of this process for so long. A signal would stop all of them; a tracer stops one.
fn freeze(thread: &str, seconds: u32) {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux");
    let named = |task: &fs::DirEntry| {
        let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        name.trim() == thread
    };
    let found: Vec<String> = tasks
        .filter_map(Result::ok)
        .filter(named)
        .map(|task| task.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(!found.is_empty(), "there is a thread named {thread}");
    // Seize, interrupt, wait until it is stopped, let it be, detach (ptrace(2)).
    let script = "import ctypes, os, sys, time\n\
        libc = ctypes.CDLL(None, use_errno=True)\n\
        seconds, threads = float(sys.argv[1]), [int(t) for t in sys.argv[2:]]\n\
        def trace(what, tid):\n\
        \x20   if libc.ptrace(what, tid, None, None) != 0: raise OSError(ctypes.get_errno(), 'ptrace')\n\
        for t in threads: trace(0x4206, t); trace(0x4207, t); os.waitpid(t, 0x40000000)\n\
        print('frozen', flush=True)\n\
        time.sleep(seconds)\n\
        for t in threads: trace(17, t)\n";
    let mut tracer = Command::new("python3");
    tracer
        .args(["-c", script, &seconds.to_string()])
        .args(&found);
    let ended = tracer.stdin(Stdio::null()).output();
    let ended = ended.expect("python3 is everywhere");
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && told == "frozen\n", "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn audio_goes_on_while_the_thread_of_signalling_is_frozen() {
    let mut talk = Talk::begin().await;
    let then = Instant::now();
    let frozen = tokio::task::spawn_blocking(|| freeze("signalling", 4));
    frozen.await.expect("it was frozen");
    assert!(then.elapsed() >= Duration::from_secs(4));
    nothing_was_lost(&talk.customer, &talk.advisor, then);
    talk.carrier.hangs_up();
    assert_eq!(
        talk.floor.next(talk.call).await,
        hung_up_by(EndedBy::Customer)
    );
}

#[tokio::test]
async fn audio_goes_on_without_the_connections_of_both_sides() {
    let talk = Talk::begin().await;
    let Talk {
        mut floor,
        customer,
        advisor,
        carrier,
        phone,
        ..
    } = talk;
    let then = Instant::now();
    carrier.falls_silent().await;
    phone.falls_silent().await;
    floor.line(|event| *event == LineEvent::Unregistered).await;
    let deadline = then + Duration::from_secs(5);
    tokio::time::sleep_until(deadline.into()).await;
    let ended = floor.was_told(|report| {
        matches!(
            report,
            telephony::Report::Call {
                progress: engine::CallProgress::Ended { .. },
                ..
            } | telephony::Report::Line {
                event: LineEvent::Down { .. },
                ..
            }
        )
    });
    assert!(!ended, "neither call nor line is given up for that");
    nothing_was_lost(&customer, &advisor, then);
}
