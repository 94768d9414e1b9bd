//! The segments of a campaign read against the columns of its lists and what was tried with its contacts, and where
//! each contact belongs by them. One place for the preview, for parting contacts, for new passes and for workbooks.

mod subject_row;

use std::collections::BTreeMap;

use campaigns::{
    Campaign, CampaignSegment, DayClock, HOUR_UNKNOWN, SegmentOrder, Segmentation, rank,
};
use chrono::NaiveDate;
use domain::{ListId, SegmentId};
use segments::{Cells, Column, Kind, Schema, Segment, Value};
use store::{SegmentPlace, SegmentSubject, SpeaksOf, Store};
use wire::SegmentProblem;

pub use self::subject_row::SubjectRow;
use crate::error::ApiError;
use crate::segment_count::sampled_columns;

/// Columns of every campaign, before those of its lists.
const OWN: [(&str, Kind, &str); 11] = [
    ("documento", Kind::Text, "identity document"),
    ("nombre", Kind::Text, "name"),
    ("segmento", Kind::Text, "segment, as the base writes it"),
    ("telefonos", Kind::Number, "how many phones it has"),
    ("base", Kind::Text, "name of the list"),
    (
        "intentos",
        Kind::Number,
        "calls that left, in this campaign",
    ),
    (
        "contestadas",
        Kind::Number,
        "those of them that a person picked up",
    ),
    ("ultimo_intento", Kind::Date, "day of the last call"),
    (
        "ultima_tipificacion",
        Kind::Text,
        "code of the last typification",
    ),
    ("pasada", Kind::Number, "pass of the base, from 1"),
    (
        "mejor_tipificacion",
        Kind::Text,
        "code of the best typification",
    ),
];
/// From here on columns speak of what was tried.
const HISTORY_FROM: usize = 5;

/// What rules of a campaign may name, and the names of its lists.
#[derive(Clone, Debug)]
pub struct CampaignColumns {
    /// The columns.
    pub schema: Schema,
    lists: BTreeMap<ListId, String>,
    /// By which days and hours of calls go.
    clock: DayClock,
}

/// Segments that were read.
#[derive(Clone, Debug)]
pub struct CampaignRules {
    columns: CampaignColumns,
    segments: Vec<Read>,
    /// What could not be read.
    pub problems: Vec<SegmentProblem>,
}

/// A segment, its rule, and the column of its order.
#[derive(Clone, Debug)]
struct Read {
    set: CampaignSegment,
    takes: Takes,
    column: Option<usize>,
}

#[derive(Clone, Debug)]
enum Takes {
    Everybody,
    Those(Box<Segment>),
    /// The rule cannot be read.
    Nobody,
}

/// The columns of a campaign.
pub async fn campaign_columns(
    store: &dyn Store,
    campaign: &Campaign,
) -> Result<CampaignColumns, ApiError> {
    let own = OWN.map(|(name, kind, about)| Column {
        name: name.to_owned(),
        kind,
        about: about.to_owned(),
    });
    let of_lists = sampled_columns(store, &campaign.lists).await?;
    let names = store.lists().await?.into_iter();
    Ok(CampaignColumns {
        schema: Schema::new(own.into_iter().chain(of_lists).collect()),
        lists: names.map(|list| (list.id, list.name)).collect(),
        clock: DayClock::of(&campaign.law_pack),
    })
}

impl CampaignColumns {
    /// The name of a list.
    pub fn list_name(&self, list: ListId) -> &str {
        self.lists.get(&list).map_or("", String::as_str)
    }

    /// A contact as a row of cells.
    pub fn row<'a>(&'a self, subject: &'a SegmentSubject) -> SubjectRow<'a> {
        SubjectRow {
            subject,
            columns: self,
        }
    }
}

impl CampaignRules {
    /// Reads segments; what is wrong is in `problems`, and such a segment takes nobody.
    pub fn read(segmentation: &Segmentation, columns: CampaignColumns) -> CampaignRules {
        let mut problems = Vec::new();
        let segments = segmentation
            .segments
            .iter()
            .map(|set| read(set, &columns.schema, &mut problems))
            .collect();
        CampaignRules {
            columns,
            segments,
            problems,
        }
    }

    /// The columns they were read against.
    pub const fn columns(&self) -> &CampaignColumns {
        &self.columns
    }

    /// What makes contacts be looked at again.
    pub fn speaks_of(&self) -> SpeaksOf {
        let mut speaks = SpeaksOf::default();
        for one in &self.segments {
            if let Takes::Those(rule) = &one.takes {
                let mut columns = rule.columns().iter();
                speaks.history |= columns.any(|at| (HISTORY_FROM..OWN.len()).contains(at));
                speaks.today |= rule.speaks_of_today();
            }
            speaks.history |= one.set.order == SegmentOrder::BestHour(None);
        }
        speaks
    }

    /// The places of the segments a contact fits, in order.
    pub fn fits(&self, subject: &SegmentSubject, today: NaiveDate) -> Vec<usize> {
        let fits = |place: &usize| self.fits_one(*place, subject, today);
        (0..self.segments.len()).filter(fits).collect()
    }

    /// The first segment a contact fits, or the one a person gave it.
    pub fn segment_of(&self, subject: &SegmentSubject, today: NaiveDate) -> Option<usize> {
        if let Some(pinned) = subject.pinned {
            let by_id = |one: &Read| one.set.id == pinned;
            match (pinned.get(), self.segments.iter().position(by_id)) {
                (0, _) => return None,
                (_, Some(place)) => return Some(place),
                // Given a segment that is no more: the rules decide again.
                (_, None) => {}
            }
        }
        (0..self.segments.len()).find(|place| self.fits_one(*place, subject, today))
    }

    /// Where a contact belongs, as it is written down.
    pub fn place(&self, subject: &SegmentSubject, today: NaiveDate) -> SegmentPlace {
        let (segment, rank) = match self.segment_of(subject, today) {
            _ if !subject.attached => (None, 0),
            None => (Some(SegmentId::new(0)), subject.contact.id.get()),
            Some(place) => {
                let one = &self.segments[place];
                (Some(one.set.id), self.rank(one, subject))
            }
        };
        SegmentPlace {
            contact: subject.contact.id,
            segment,
            rank,
            spent: subject.spent,
            repeats: subject.repeats,
            pinned: subject.pinned,
        }
    }

    /// The cells that the rule of a segment looks at, with the names of their columns.
    pub fn looked_at(
        &self,
        place: Option<usize>,
        subject: &SegmentSubject,
    ) -> Vec<(String, String)> {
        let columns: &[usize] = match place.map(|place| &self.segments[place].takes) {
            Some(Takes::Those(rule)) => rule.columns(),
            _ => &[],
        };
        let row = self.columns.row(subject);
        let names = self.columns.schema.columns();
        let cell = |at: &usize| (names[*at].name.clone(), row.text(*at).into_owned());
        columns.iter().map(cell).collect()
    }

    fn fits_one(&self, place: usize, subject: &SegmentSubject, today: NaiveDate) -> bool {
        let one = &self.segments[place];
        let of_list = one.set.lists.is_empty() || one.set.lists.contains(&subject.contact.list);
        of_list
            && match &one.takes {
                Takes::Everybody => true,
                Takes::Nobody => false,
                Takes::Those(rule) => rule.takes(&self.columns.row(subject), today),
            }
    }

    fn rank(&self, one: &Read, subject: &SegmentSubject) -> i64 {
        let row = self.columns.row(subject);
        let (mut score, mut hour) = (None, None);
        match (&one.set.order, one.column) {
            (SegmentOrder::Score(_), Some(column)) => {
                score = match row.cell(column) {
                    Value::Number(number) => Some(number),
                    Value::Date(day) => Some(f64::from(chrono::Datelike::num_days_from_ce(&day))),
                    Value::Text(_) | Value::Missing => None,
                };
            }
            (SegmentOrder::BestHour(_), Some(column)) => hour = hour_in(&row.text(column)),
            (SegmentOrder::BestHour(_), None) => {
                let at = subject.history.answered_at;
                hour = at.and_then(|at| u8::try_from(self.columns.clock.hour(at)).ok());
            }
            _ => {}
        }
        rank(&one.set.order, subject.contact.id.get(), score, hour)
    }
}

/// `10`, `10:30`, `10 h`, `9 a. m.` are hours; `9 p. m.` is 21.
fn hour_in(cell: &str) -> Option<u8> {
    let cell = cell.trim().to_lowercase();
    let digits: String = cell.chars().take_while(char::is_ascii_digit).collect();
    let hour: u8 = digits.parse().ok()?;
    let afternoon = hour < 12 && cell.contains('p');
    let hour = if afternoon { hour + 12 } else { hour };
    (i64::from(hour) < HOUR_UNKNOWN).then_some(hour)
}

fn read(set: &CampaignSegment, schema: &Schema, problems: &mut Vec<SegmentProblem>) -> Read {
    let problem = |message: String| SegmentProblem {
        segment: Some(set.name.clone()),
        from: None,
        to: None,
        pointed: message.clone(),
        message,
    };
    let takes = match set.rule.trim() {
        "" => Takes::Everybody,
        rule => match Segment::parse(rule, schema) {
            Ok(segment) => Takes::Those(Box::new(segment)),
            Err(error) => {
                problems.push(SegmentProblem {
                    from: Some(error.at.start),
                    to: Some(error.at.end),
                    pointed: error.pointed(rule),
                    ..problem(error.message)
                });
                Takes::Nobody
            }
        },
    };
    let named = match &set.order {
        SegmentOrder::Score(column) | SegmentOrder::BestHour(Some(column)) => Some(column),
        _ => None,
    };
    let column = named.and_then(|name| schema.find(name));
    if let (Some(name), None) = (named, column) {
        problems.push(problem(format!(
            "its order names the column `{name}`, which no list has"
        )));
    }
    if let (SegmentOrder::Score(name), Some(column)) = (&set.order, column)
        && schema.columns()[column].kind == Kind::Text
    {
        problems.push(problem(format!(
            "`{name}` is a column of texts, not of numbers or days"
        )));
    }
    Read {
        set: set.clone(),
        takes,
        column,
    }
}

#[cfg(test)]
mod tests;
