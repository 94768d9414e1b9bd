//! A supervisor on a call: who hears them, and who does not, by the voice each speaks with.

use domain::{LineMode, Supervision};
use engine::Command;

use crate::floor::{ADVISOR, ANSWERS, CUSTOMER};
use crate::handed_on::{COLLEAGUE, Pair, SECOND, hears, pair, silence, together};

impl Pair {
    fn supervise(&self, mode: Option<Supervision>) {
        self.floor.orders(Command::Supervise {
            attempt: self.call,
            agent: SECOND,
            mode,
        });
    }
}

#[tokio::test]
async fn a_supervisor_listens_whispers_barges_in_and_leaves() {
    let pair = pair(LineMode::NailedUp).await;
    let both = together(&[CUSTOMER, ADVISOR]);

    pair.supervise(Some(Supervision::Listen));
    hears(&pair.two, "adv2", both, &[]).await;
    hears(&pair.carrier, ANSWERS, ADVISOR, &[COLLEAGUE]).await;
    hears(&pair.one, "adv1", CUSTOMER, &[COLLEAGUE]).await;

    pair.supervise(Some(Supervision::Whisper));
    let with_boss = together(&[CUSTOMER, COLLEAGUE]);
    hears(&pair.one, "adv1", with_boss, &[]).await;
    let all = [COLLEAGUE, together(&[ADVISOR, COLLEAGUE])];
    hears(&pair.carrier, ANSWERS, ADVISOR, &all).await;
    hears(&pair.two, "adv2", both, &[]).await;

    pair.supervise(Some(Supervision::Barge));
    hears(&pair.carrier, ANSWERS, together(&[ADVISOR, COLLEAGUE]), &[]).await;
    hears(&pair.one, "adv1", with_boss, &[]).await;

    pair.supervise(None);
    hears(&pair.two, "adv2", silence(), &[both, CUSTOMER, ADVISOR]).await;
    hears(&pair.carrier, ANSWERS, ADVISOR, &[COLLEAGUE]).await;
    hears(&pair.one, "adv1", CUSTOMER, &[COLLEAGUE]).await;
}

#[tokio::test]
async fn a_supervisor_hears_nobody_once_the_customer_is_gone() {
    let mut pair = pair(LineMode::NailedUp).await;
    pair.supervise(Some(Supervision::Listen));
    hears(&pair.two, "adv2", together(&[CUSTOMER, ADVISOR]), &[]).await;
    pair.carrier.hang_up(ANSWERS);
    pair.floor.next_end(pair.call).await;
    hears(&pair.two, "adv2", silence(), &[CUSTOMER, ADVISOR]).await;
}

#[tokio::test]
async fn a_supervisor_goes_on_hearing_an_agent_who_put_the_customer_on_hold() {
    let pair = pair(LineMode::NailedUp).await;
    pair.supervise(Some(Supervision::Whisper));
    hears(&pair.two, "adv2", together(&[CUSTOMER, ADVISOR]), &[]).await;
    pair.arrange(&[engine::Party::Agent(crate::floor::AGENT)]);
    hears(&pair.two, "adv2", ADVISOR, &[CUSTOMER]).await;
    hears(&pair.one, "adv1", COLLEAGUE, &[CUSTOMER]).await;
    hears(&pair.carrier, ANSWERS, silence(), &[ADVISOR, COLLEAGUE]).await;
}
