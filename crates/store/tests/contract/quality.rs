//! How calls sounded.

use domain::{CallLeg, Event, LegQuality, Outcome};

use crate::database::Record;
use crate::fixture::{Writer, answered, attempt, bridged, closed, intended, leased, placed};

contract!(what_was_measured_of_a_call_is_read_again);

fn leg(leg: CallLeg, lost: u32, rtt_us: Option<u32>) -> LegQuality {
    LegQuality {
        leg,
        received: 3_000,
        lost,
        jitter_us: 1_250,
        rtt_us,
        remote_lost: rtt_us.map(|_| 4),
        remote_jitter_us: rtt_us.map(|_| 900),
        r_tenths: 931,
    }
}

async fn what_was_measured_of_a_call_is_read_again(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let legs = vec![
        leg(CallLeg::Customer, 0, None),
        leg(CallLeg::Agent, 12, Some(21_000)),
    ];
    let events = vec![
        intended(1, &items[0]),
        placed(1),
        answered(1),
        bridged(1, 10),
        Event::CallMeasured {
            attempt: attempt(1),
            legs: legs.clone(),
        },
        closed(1, Outcome::Connected, None),
    ];
    Writer::default().commit(store, 10, events).await;
    assert_eq!(store.call_quality(attempt(1)).await.unwrap(), legs);
    assert_eq!(store.call_quality(attempt(2)).await.unwrap(), []);
}
