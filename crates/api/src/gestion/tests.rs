//! Which corrections make another version of a day's report.

use super::*;
use crate::test_calls::{Calls, at};

/// Takes rows and keeps none.
struct Nowhere;

impl GestionSheet for Nowhere {
    fn row(&mut self, _: &[String]) -> Result<(), ApiError> {
        Ok(())
    }
}

async fn of_day(calls: &Calls, day: &str) -> GestionTotals {
    let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
    let wanted = GestionWanted {
        lists: Vec::new(),
        from: date("2026-11-01"),
        to: date("2026-12-01"),
        as_of: Some(date(day)),
        masked: false,
    };
    let now = at("2026-11-20T12:00");
    let store = calls.store.as_ref();
    let told = gestion(store, &calls.campaign, &wanted, now, &mut Nowhere).await;
    told.expect("it adds up")
}

#[tokio::test]
async fn a_correction_makes_another_version_of_the_day_of_its_call_and_of_no_other() {
    let mut calls = Calls::with(2, at("2026-11-02T08:00")).await;
    calls.connected(1, 0, at("2026-11-03T09:00"), "CE01").await;
    calls.connected(2, 1, at("2026-11-04T09:00"), "CE01").await;
    // On the day itself: the report of the day is written after it.
    calls.corrected(1, 0, at("2026-11-03T18:00"), "NI01").await;
    assert_eq!(of_day(&calls, "2026-11-03").await.version, 1);
    // Days later.
    let late = at("2026-11-06T10:00");
    calls.corrected(1, 0, late, "VE01").await;
    let restated = of_day(&calls, "2026-11-03").await;
    assert_eq!(
        (restated.version, restated.restated_at),
        (2, Some(late.as_millis()))
    );
    for other in ["2026-11-04", "2026-11-05", "2026-11-06"] {
        let totals = of_day(&calls, other).await;
        assert_eq!((totals.version, totals.restated_at), (1, None), "{other}");
    }
}
