//! What calls cost the SIP core, on sockets and without a record: for each, a leg to a customer
//! and, when that answers, one to an advisor; INVITE, 180, 200, ACK, BYE, 200 on both. The far ends
//! are sipp. Compared with what the same messages cost sipp calling sipp, in the same run.

#[path = "../whole_path/sipp.rs"]
#[allow(dead_code, reason = "the other bench looks at its memory too")]
mod sipp;
#[path = "../whole_path/usage.rs"]
#[allow(dead_code, reason = "the other bench tells media from the rest")]
mod usage;

mod far_end;
mod switch;

use std::time::Duration;

use benches::quick;

use crate::far_end::FarEnd;
use crate::switch::{Load, Switch};

fn main() {
    let a_pair = sipp::seconds_a_call();
    let rates: &[u32] = if quick() {
        &[500]
    } else {
        &[300, 1_000, 2_000]
    };
    for &rate in rates {
        let span = Duration::from_secs(if quick() { 2 } else { 10 });
        let calls = rate * span.as_secs() as u32;
        let (customers, advisors) = (FarEnd::start(calls), FarEnd::start(calls));
        let mut switch = Switch::new(customers.address, advisors.address);
        let done = switch.run(Load { rate, calls });
        let each = done.cpu / f64::from(calls);
        println!(
            "{rate} calls/s for {:.0} s: {} of {calls} bridged, {} retransmitted; CPU a call of two legs \
             {:.0} us, sipp and sipp {:.0} us a leg; ratio {:.2}",
            span.as_secs_f64(),
            done.bridged,
            done.retransmitted,
            each * 1e6,
            a_pair * 1e6,
            each / a_pair
        );
        let [p50, p99] = [0.5, 0.99].map(|share| done.reaction(share).as_secs_f64() * 1e3);
        let [wait50, wait99] = [0.5, 0.99].map(|share| done.setup(share).as_secs_f64() * 1e3);
        println!(
            "  an answer becomes the next INVITE in p50 {p50:.3} ms, p99 {p99:.3} ms; both legs up \
             after p50 {wait50:.2} ms, p99 {wait99:.2} ms with what sipp takes; left: {:?}",
            switch.left()
        );
        if done.bridged < calls {
            // Two sipp on the same processors may be what cannot.
            println!("  calls failed: {}", calls - done.bridged);
            break;
        }
    }
}
