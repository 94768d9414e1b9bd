//! Times as people type and read them, in Colombia's zone (UTC-5 all year).

use std::time::Duration;

use anyhow::{Result, bail};
use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Timelike as _, Utc,
};
use domain::Timestamp;

fn bogota() -> FixedOffset {
    FixedOffset::west_opt(5 * 3_600).expect("five hours is an offset")
}

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(Utc::now().timestamp_millis())
}

/// `2026-11-24`, `2026-11-24T15:04`, `15:04` of today, RFC 3339, or milliseconds
/// since 1970 UTC.
pub(crate) fn parse(text: &str) -> Result<Timestamp> {
    if let Ok(ms) = text.parse::<i64>() {
        return Ok(Timestamp::from_millis(ms));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Timestamp::from_millis(at.timestamp_millis()));
    }
    let hour = ["%H:%M:%S", "%H:%M"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok());
    if let Some(hour) = hour {
        return Ok(today() + Duration::from_secs(u64::from(hour.num_seconds_from_midnight())));
    }
    let local = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            day.and_hms_opt(0, 0, 0)
        });
    match local.and_then(|local| bogota().from_local_datetime(&local).single()) {
        Some(at) => Ok(Timestamp::from_millis(at.timestamp_millis())),
        None => {
            bail!(
                "`{text}` is no time; write 15:04, 2026-11-24, 2026-11-24T15:04 (Bogotá) or RFC 3339"
            )
        }
    }
}

/// As people read it.
pub(crate) fn shown(at: Timestamp) -> String {
    match bogota().timestamp_millis_opt(at.as_millis()).single() {
        Some(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        None => at.as_millis().to_string(),
    }
}

/// The last midnight in Bogotá.
pub(crate) fn today() -> Timestamp {
    let now = Utc::now().with_timezone(&bogota());
    let midnight = now.date_naive().and_hms_opt(0, 0, 0);
    let at = midnight.and_then(|midnight| bogota().from_local_datetime(&midnight).single());
    Timestamp::from_millis(at.map_or(0, |at| at.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_five_in_the_morning_utc() {
        let day = parse("2026-11-24").expect("a day");
        assert_eq!(day, parse("2026-11-24T05:00:00Z").expect("RFC 3339"));
        assert_eq!(shown(day), "2026-11-24 00:00:00");
        let noon = parse("12:00").expect("an hour of today");
        assert_eq!(noon.since(today()), Duration::from_secs(12 * 3_600));
        assert!(parse("ayer").is_err());
        assert!(parse("25:00").is_err());
    }
}
