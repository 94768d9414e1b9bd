//! Where a record that a client sent stands: one state, the strongest.

use domain::WorkState;
use store::ManagedRecord;

/// One that is excluded is that first, closed before used up, and so on.
pub(crate) fn state_of(record: &ManagedRecord) -> &'static str {
    let calls = &record.calls;
    let worked = match calls.total {
        0 => "virgen",
        _ => "en_gestion",
    };
    // Whoever was called after that was neither done with by then nor forbidden to call.
    if calls.later {
        return worked;
    }
    match (record.suppressed, record.state) {
        (true, _) | (_, Some(WorkState::Suppressed)) => "excluido",
        (_, Some(WorkState::Closed)) => "cerrado",
        (_, Some(WorkState::Exhausted)) => "agotado",
        (_, Some(WorkState::Ready | WorkState::Leased) | None) => worked,
    }
}

#[cfg(test)]
mod tests {
    use domain::{ContactId, Timestamp};
    use store::{CallsMade, ImportId};

    use super::*;

    fn record(state: Option<WorkState>, calls: u64, suppressed: bool) -> ManagedRecord {
        ManagedRecord {
            contact: ContactId::new(1),
            import: ImportId(1),
            record: 1,
            line: 2,
            received_at: Timestamp::default(),
            document: String::new(),
            segment: String::new(),
            attributes: Vec::new(),
            phones: Vec::new(),
            state,
            suppressed,
            rule: None,
            next_at: None,
            promised: false,
            code: None,
            calls: CallsMade {
                total: calls,
                ..CallsMade::default()
            },
        }
    }

    #[test]
    fn a_record_has_one_state_the_strongest() {
        for (state, calls, suppressed, wanted) in [
            (Some(WorkState::Ready), 0, false, "virgen"),
            (None, 0, false, "virgen"),
            (Some(WorkState::Leased), 0, false, "virgen"),
            (Some(WorkState::Ready), 2, false, "en_gestion"),
            (Some(WorkState::Exhausted), 6, false, "agotado"),
            (Some(WorkState::Closed), 1, false, "cerrado"),
            (Some(WorkState::Suppressed), 0, false, "excluido"),
            // Asked never to be called again after a sale.
            (Some(WorkState::Closed), 1, true, "excluido"),
        ] {
            assert_eq!(
                state_of(&record(state, calls, suppressed)),
                wanted,
                "{state:?}"
            );
        }
    }

    #[test]
    fn who_was_called_after_the_day_was_still_in_work_on_it() {
        let then = |calls| {
            let mut record = record(Some(WorkState::Closed), calls, true);
            record.calls.later = true;
            record
        };
        assert_eq!(state_of(&then(2)), "en_gestion");
        assert_eq!(state_of(&then(0)), "virgen");
    }
}
