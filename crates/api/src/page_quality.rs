//! How a call sounded at the page that was its phone. What a browser counts is kept beside what the engine measured, so that somebody's
//! network can be told from a trunk's; it is bounded, said once, and nothing is decided by it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::AttemptId;
use store::PageQuality;
use wire::PageQualityForm;

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Most packets of a call: those of a day.
const PACKETS_MAX: u32 = 50 * 24 * 3_600;
/// Longest jitter and round trip that is believed, in ms.
const LATE_MAX_MS: f64 = 60_000.0;
/// Best transmission rating there is.
const BEST: f64 = 93.2;
/// So long after its end a call may still be told of.
const TOLD_WITHIN: Duration = Duration::from_secs(3_600);

/// Say how a call of one's own sounded at one's page: once, at its end.
#[utoipa::path(post, path = "/api/v1/agent/quality", tag = "desk", request_body = PageQualityForm,
    responses((status = 204), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn tell(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<PageQualityForm>,
) -> Result<StatusCode, ApiError> {
    let agent = caller.agent()?;
    let told = read(&form)?;
    let (store, at) = (caller.store.as_ref(), now());
    let attempt = app.store.attempt(told.attempt).await?;
    // Somebody else's call is as one that there is not.
    let own = attempt.filter(|attempt| attempt.agent == Some(agent));
    let own =
        own.ok_or_else(|| ApiError::NotFound(format!("attempt {} of yours", form.attempt)))?;
    if own.ended_at.is_some_and(|end| at.since(end) > TOLD_WITHIN) {
        return Err(ApiError::Conflict(format!(
            "attempt {} is over for more than an hour",
            form.attempt
        )));
    }
    match store.put_page_quality(&told, at).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::Conflict(format!(
            "it was told before how attempt {} sounded",
            form.attempt
        ))),
    }
}

/// What a page says, within what can be.
fn read(form: &PageQualityForm) -> Result<PageQuality, ApiError> {
    let within = |value: f64, most: f64| value.is_finite() && (0.0..=most).contains(&value);
    let packets = [Some(form.received), Some(form.lost), form.remote_lost];
    let times = [Some(form.jitter_ms), form.rtt_ms];
    let sound = packets.iter().flatten().all(|count| *count <= PACKETS_MAX)
        && times
            .iter()
            .flatten()
            .all(|time| within(*time, LATE_MAX_MS))
        && within(form.made_up, 1.0)
        && within(form.r_factor, BEST);
    if !sound {
        return Err(ApiError::Invalid(format!(
            "a call has {PACKETS_MAX} packets at most each way, times up to {LATE_MAX_MS} ms, a share from 0 to 1 and a rating from 0 to {BEST}"
        )));
    }
    let micros = |ms: f64| (ms * 1_000.0).round() as u32;
    Ok(PageQuality {
        attempt: AttemptId::new(form.attempt),
        received: form.received,
        lost: form.lost,
        jitter_us: micros(form.jitter_ms),
        rtt_us: form.rtt_ms.map(micros),
        remote_lost: form.remote_lost,
        made_up_ppm: (form.made_up * 1_000_000.0).round() as u32,
        r_tenths: (form.r_factor * 10.0).round() as u16,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> PageQualityForm {
        PageQualityForm {
            attempt: 7,
            received: 3_000,
            lost: 12,
            jitter_ms: 4.5,
            rtt_ms: Some(21.25),
            remote_lost: None,
            made_up: 0.015,
            r_factor: 92.25,
        }
    }

    #[test]
    fn what_can_be_is_kept_in_whole_numbers() {
        let told = read(&form()).expect("it can be");
        let whole = (told.jitter_us, told.rtt_us, told.made_up_ppm, told.r_tenths);
        assert_eq!(whole, (4_500, Some(21_250), 15_000, 923));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let wrong: [fn(&mut PageQualityForm); 6] = [
            |form| form.received = u32::MAX,
            |form| form.jitter_ms = -1.0,
            |form| form.rtt_ms = Some(f64::NAN),
            |form| form.remote_lost = Some(PACKETS_MAX + 1),
            |form| form.made_up = 1.5,
            |form| form.r_factor = 200.0,
        ];
        for change in wrong {
            let mut form = form();
            change(&mut form);
            assert!(read(&form).is_err(), "{form:?}");
        }
    }
}
