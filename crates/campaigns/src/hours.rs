//! The parts of the day a campaign tries people in: who was not reached in one is tried in another.

use law::HoursOfDay;
use thiserror::Error;

/// The most parts of a day.
const PARTS_MAX: usize = 12;
/// A day in minutes.
const DAY: u16 = 24 * 60;

/// Parts of the day, in order and apart from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignHours(Vec<HoursOfDay>);

/// Parts of a day that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidHours {
    /// Not as they are written.
    #[error("\"{0}\" is no part of a day; write it as 07:00-11:00")]
    Text(String),
    /// Two at once.
    #[error("the parts of the day {0} and {1} lie upon each other; a call would count for both")]
    Overlap(HoursOfDay, HoursOfDay),
    /// Far too many.
    #[error("a day has 12 parts at most")]
    TooMany,
}

impl Default for CampaignHours {
    /// Morning, noon and evening, which leave no hour out.
    fn default() -> CampaignHours {
        let part = |from: u16, to: u16| HoursOfDay {
            from: from * 60,
            to: to * 60,
        };
        CampaignHours(vec![part(0, 11), part(11, 15), part(15, 24)])
    }
}

impl CampaignHours {
    /// Reads parts such as `07:00-11:00`; none at all: any hour is as good as another.
    pub fn read(texts: &[String]) -> Result<CampaignHours, InvalidHours> {
        let mut parts = texts
            .iter()
            .map(|text| part(text).ok_or_else(|| InvalidHours::Text(text.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        if parts.len() > PARTS_MAX {
            return Err(InvalidHours::TooMany);
        }
        parts.sort_unstable();
        match parts.windows(2).find(|pair| pair[1].from < pair[0].to) {
            Some(pair) => Err(InvalidHours::Overlap(pair[0], pair[1])),
            None => Ok(CampaignHours(parts)),
        }
    }

    /// The parts.
    pub fn parts(&self) -> &[HoursOfDay] {
        &self.0
    }

    /// As they are read.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(HoursOfDay::to_string).collect()
    }
}

fn part(text: &str) -> Option<HoursOfDay> {
    let (from, to) = text.trim().split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    (from < to).then_some(HoursOfDay { from, to })
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && minute <= DAY).then_some(minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<CampaignHours, InvalidHours> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        CampaignHours::read(&texts)
    }

    #[test]
    fn parts_of_the_day_are_read_in_any_order_and_do_not_overlap() {
        let hours = read(&["15:00-19:00", "07:00-11:00"]).expect("sound");
        assert_eq!(hours.texts(), ["07:00-11:00", "15:00-19:00"]);
        assert!(matches!(
            read(&["07:00-11:00", "10:00-12:00"]),
            Err(InvalidHours::Overlap(..))
        ));
        for text in ["7", "11:00-07:00", "07:00-24:01", "07:61-09:00"] {
            assert_eq!(read(&[text]), Err(InvalidHours::Text(text.to_owned())));
        }
        assert_eq!(
            CampaignHours::default().texts(),
            ["00:00-11:00", "11:00-15:00", "15:00-24:00"]
        );
    }
}
