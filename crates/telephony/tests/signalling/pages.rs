//! Lines whose phone is a page.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::{AttemptId, EndedBy, LineMode};
use engine::{CallProgress, Command, LineEvent};
use telephony::media::{BrowserDoors, NoBrowserLeg};
use telephony::{LineNews, LineOffer, LineRefused, PageId, Report, TelephonyConfig};
use tokio::sync::mpsc;

use crate::floor::{
    ADVISOR, AGENT, ANSWERS, CUSTOMER, Floor, PATIENCE, carrier, config, hung_up_by, picks_up,
    until,
};
use crate::page::Page;
use crate::peer::Peer;

const PCMA: u8 = 8;

/// A page that lives by itself and says what advisors say.
struct Living {
    heard: Arc<Mutex<HashMap<u8, usize>>>,
    hushed: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
    token: String,
    news: mpsc::UnboundedReceiver<LineNews>,
}

impl Living {
    fn heard(&self, byte: u8) -> usize {
        let heard = self.heard.lock().expect("no panic holds it");
        heard.get(&byte).copied().unwrap_or(0)
    }

    /// Sends nothing, as in a hole of the network, or goes on.
    fn hush(&self, hushed: bool) {
        self.hushed.store(hushed, Ordering::Relaxed);
    }

    /// As a page does that is closed or loaded again.
    fn close(mut self) -> String {
        self.end();
        self.token.clone()
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("a page broke off");
        }
    }

    async fn is_told(&mut self, wanted: LineNews) {
        loop {
            let news = tokio::time::timeout(PATIENCE, self.news.recv()).await;
            let news = news.expect("told in time").expect("telephony runs");
            if news == wanted {
                return;
            }
        }
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        self.end();
    }
}

fn with_browsers() -> TelephonyConfig {
    let mut config = config();
    config.media.browsers = Some(BrowserDoors {
        port: 0,
        tcp_port: None,
        announced: vec![],
    });
    config
}

async fn offers(
    floor: &Floor,
    number: u64,
    resume: Option<String>,
    take_over: bool,
) -> Result<Living, LineRefused> {
    let mut page = Page::new();
    let (tell, news) = mpsc::unbounded_channel();
    let offer = LineOffer {
        page: PageId(number),
        sdp: page.offer.clone(),
        resume,
        take_over,
        token: format!("token of {number}"),
        tell,
    };
    let answer = floor.telephony.offer_line(AGENT, offer).await?;
    page.take(&answer.sdp);
    let heard = Arc::<Mutex<HashMap<u8, usize>>>::default();
    let (hushed, stop) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    let (counted, stopped) = (Arc::clone(&heard), Arc::clone(&stop));
    let silent = Arc::clone(&hushed);
    let thread = std::thread::spawn(move || {
        let mut due = Instant::now();
        while !stopped.load(Ordering::Relaxed) {
            page.live();
            let mut counted = counted.lock().expect("no panic holds it");
            for byte in page.seen.drain(..).flat_map(|seen| seen.payload) {
                *counted.entry(byte).or_default() += 1;
            }
            if page.connected && Instant::now() >= due {
                due = Instant::now() + Duration::from_millis(20);
                if silent.load(Ordering::Relaxed) {
                    continue;
                }
                page.send(PCMA, &[ADVISOR; 160]);
            }
        }
        page.close();
    });
    Ok(Living {
        heard,
        hushed,
        stop,
        thread: Some(thread),
        token: answer.resume,
        news,
    })
}

/// A floor whose agent's page is the phone, a carrier, and a customer they talk to.
async fn talking() -> (Floor, Peer, Living, AttemptId) {
    let carrier = carrier();
    let mut floor = Floor::open_with(with_browsers()).await;
    floor.trunk_to(carrier.address);
    floor.agent(LineMode::NailedUp);
    let page = offers(&floor, 1, None, false)
        .await
        .expect("nobody else is");
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    hear_each_other(&carrier, &page).await;
    (floor, carrier, page, call)
}

async fn hear_each_other(carrier: &Peer, page: &Living) {
    let before = (carrier.heard(ANSWERS, ADVISOR), page.heard(CUSTOMER));
    until("both are heard", || {
        carrier.heard(ANSWERS, ADVISOR) > before.0 + 800 && page.heard(CUSTOMER) > before.1 + 800
    })
    .await;
}

#[tokio::test]
async fn a_page_that_offers_is_the_phone_and_no_other_rings() {
    let carrier = carrier();
    let mut floor = Floor::open_with(with_browsers()).await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::PerCall, picks_up).await;
    let mut page = offers(&floor, 1, None, false)
        .await
        .expect("nobody else is");
    page.is_told(LineNews::Up).await;
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.raises_line().await;
    for _ in 0..2 {
        let call = floor.calls(ANSWERS);
        floor.answered(call).await;
        floor.bridges(call);
        floor
            .report(|report| matches!(report, Report::BridgeTook { .. }))
            .await;
        hear_each_other(&carrier, &page).await;
        carrier.hang_up(ANSWERS);
        assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::Customer));
    }
    assert_eq!(phone.invites(), 0);
    until("the line counts as up", || {
        floor.telephony.counters().lines_up == 1
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_loaded_again_goes_on_with_its_call_and_the_engine_hears_nothing() {
    let (mut floor, carrier, page, call) = talking().await;
    let token = page.close();
    let page = offers(&floor, 2, Some(token), false)
        .await
        .expect("its own");
    hear_each_other(&carrier, &page).await;
    floor.orders(Command::HangUp { attempt: call });
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
    let fell = |report: &Report| {
        matches!(
            report,
            Report::Line {
                event: LineEvent::Down(_),
                ..
            }
        )
    };
    assert!(!floor.was_told(fell), "the line fell");
}

#[tokio::test]
async fn an_idle_page_that_does_not_come_back_is_a_line_that_fell() {
    let mut floor = Floor::open_with(with_browsers()).await;
    floor.agent(LineMode::NailedUp);
    let page = offers(&floor, 1, None, false)
        .await
        .expect("nobody else is");
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.raises_line().await;
    page.close();
    floor.line(|event| *event == LineEvent::Unregistered).await;
    floor
        .line(|event| matches!(event, LineEvent::Down(_)))
        .await;
    // And then it does: as at the start of a shift.
    let _page = offers(&floor, 2, None, false).await.expect("nobody is");
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.raises_line().await;
}

#[tokio::test]
async fn a_hole_in_the_network_is_told_to_the_page_and_closes_without_the_engine() {
    let (mut floor, carrier, mut page, _) = talking().await;
    page.hush(true);
    page.is_told(LineNews::Away).await;
    let before = page.heard(CUSTOMER);
    let said = carrier.heard(ANSWERS, ADVISOR);
    page.hush(false);
    page.is_told(LineNews::Up).await;
    hear_each_other(&carrier, &page).await;
    assert!(page.heard(CUSTOMER) > before && carrier.heard(ANSWERS, ADVISOR) > said);
    let fell = |report: &Report| {
        matches!(
            report,
            Report::Line {
                event: LineEvent::Down(_),
                ..
            }
        )
    };
    assert!(!floor.was_told(fell));
}

#[tokio::test]
async fn a_customer_waits_for_a_page_that_is_away_and_is_given_back_when_it_stays_away() {
    let (mut floor, carrier, page, call) = talking().await;
    page.close();
    let before = carrier.heard(ANSWERS, ADVISOR);
    // Whoever takes the customer then, it is the engine's to say.
    floor
        .line(|event| matches!(event, LineEvent::Down(_)))
        .await;
    assert!(
        carrier.heard(ANSWERS, ADVISOR) <= before + 160,
        "nobody spoke"
    );
    let over = |report: &Report| {
        matches!(report, Report::Call { attempt, progress: CallProgress::Ended { .. } }
            if *attempt == call)
    };
    assert!(!floor.was_told(over), "the customer is still there");
    floor.orders(Command::PlayMessage { attempt: call });
    assert_eq!(floor.next(call).await, CallProgress::MessagePlayed);
}

#[tokio::test]
async fn a_second_page_is_refused_until_it_takes_the_line_over() {
    let (mut floor, carrier, mut first, _) = talking().await;
    let refused = offers(&floor, 2, None, false).await.map(|_| ());
    assert_eq!(refused, Err(LineRefused::Taken));
    let refused = offers(&floor, 2, Some("a guess".into()), false).await;
    assert_eq!(refused.map(|_| ()), Err(LineRefused::Taken));
    hear_each_other(&carrier, &first).await;
    let second = offers(&floor, 2, None, true).await.expect("it says so");
    first.is_told(LineNews::Taken).await;
    hear_each_other(&carrier, &second).await;
    floor.telephony.end_line(AGENT, PageId(1));
    hear_each_other(&carrier, &second).await;
    floor.telephony.end_line(AGENT, PageId(2));
    floor
        .line(|event| matches!(event, LineEvent::Down(_)))
        .await;
}

#[tokio::test]
async fn a_page_that_lost_its_connection_keeps_its_audio_and_resumes_by_its_token() {
    let (mut floor, carrier, page, _) = talking().await;
    floor.telephony.page_lost(AGENT, PageId(1));
    hear_each_other(&carrier, &page).await;
    let (tell, mut news) = mpsc::unbounded_channel();
    let resume = |token: &str| {
        let (floor, tell) = (floor.telephony.clone(), tell.clone());
        let token = token.to_owned();
        async move { floor.resume_line(AGENT, PageId(3), token, tell).await }
    };
    assert_eq!(resume("a guess").await, Err(LineRefused::Unknown));
    assert_eq!(resume("token of 1").await, Ok(true));
    page.close();
    let told = tokio::time::timeout(PATIENCE, news.recv()).await;
    assert_eq!(told.expect("in time"), Some(LineNews::Away));
    let fell = |report: &Report| {
        matches!(
            report,
            Report::Line {
                event: LineEvent::Down(_),
                ..
            }
        )
    };
    assert!(!floor.was_told(fell));
}

#[tokio::test]
async fn a_page_is_refused_while_a_phone_carries_the_line_and_where_no_browsers_are_heard() {
    let mut floor = Floor::open_with(with_browsers()).await;
    let _phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let refused = offers(&floor, 1, None, false).await.map(|_| ());
    assert_eq!(refused, Err(LineRefused::PhoneInUse));

    let floor = Floor::open().await;
    floor.agent(LineMode::NailedUp);
    let refused = offers(&floor, 1, None, false).await.map(|_| ());
    assert_eq!(refused, Err(LineRefused::NoLeg(NoBrowserLeg::NotHere)));
}

#[tokio::test]
async fn stopping_ends_a_pages_leg_and_tells_it() {
    let (floor, _carrier, mut page, _) = talking().await;
    floor.telephony.stop(PATIENCE).await;
    page.is_told(LineNews::Gone).await;
}
