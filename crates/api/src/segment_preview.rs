//! What segments would do, before they are saved: each contact of the campaign is held against all of them, once.

use std::collections::BTreeMap;

use campaigns::{Campaign, REST_NAME, Segmentation};
use chrono::NaiveDate;
use domain::WorkState;
use store::{SegmentSubject, Store, Subjects};
use wire::{SegmentExample, SegmentOverlap, SegmentPreview, SegmentPreviewed, SegmentSetForm};

use crate::campaign_rules::{CampaignRules, campaign_columns};
use crate::error::ApiError;
use crate::segment_forms::segmentation_of;

/// Contacts read at a time.
const PAGE: u32 = 5_000;
/// Examples of each segment.
const EXAMPLES: usize = 3;

/// What segments would do; `walked` is told after each page how many contacts were looked at. Where something is wrong
/// with them nothing is counted.
pub async fn preview(
    store: &dyn Store,
    campaign: &Campaign,
    form: &SegmentSetForm,
    today: NaiveDate,
    mut walked: impl FnMut(u64),
) -> Result<SegmentPreview, ApiError> {
    let lists = store.lists().await?;
    let (mut segmentation, mut problems) = segmentation_of(form, campaign, &lists);
    number(store, campaign, &mut segmentation).await?;
    let columns = campaign_columns(store, campaign).await?;
    let rules = CampaignRules::read(&segmentation, columns);
    problems.extend(rules.problems.iter().cloned());
    let mut count = Count::new(&segmentation);
    let mut after = None;
    while problems.is_empty() {
        let page = store.segment_subjects(campaign.id, Subjects::After(after), PAGE);
        let page = page.await?;
        let Some(last) = page.last() else {
            break;
        };
        after = Some(last.contact.id);
        for subject in page.iter().filter(|subject| subject.attached) {
            count.look_at(subject, &rules, today);
        }
        walked(count.contacts);
    }
    let mut counted = count.end();
    counted.problems = problems;
    Ok(counted)
}

/// Gives segments the numbers they have or had: contacts given one by hand name it so.
async fn number(
    store: &dyn Store,
    campaign: &Campaign,
    segmentation: &mut Segmentation,
) -> Result<(), ApiError> {
    let Some(set) = store.segments(campaign.id).await? else {
        return Ok(());
    };
    for segment in &mut segmentation.segments {
        let mut known = set.segmentation.segments.iter();
        if let Some(known) = known.find(|known| known.name == segment.name) {
            segment.id = known.id;
        }
    }
    Ok(())
}

struct Count {
    contacts: u64,
    segments: Vec<SegmentPreviewed>,
    overlaps: BTreeMap<(usize, usize), u64>,
    rest: SegmentPreviewed,
}

impl Count {
    fn new(segmentation: &Segmentation) -> Count {
        let named = |name: &str| SegmentPreviewed {
            name: name.to_owned(),
            ..SegmentPreviewed::default()
        };
        let segments = segmentation.segments.iter();
        Count {
            contacts: 0,
            segments: segments.map(|segment| named(&segment.name)).collect(),
            overlaps: BTreeMap::new(),
            rest: named(REST_NAME),
        }
    }

    fn look_at(&mut self, subject: &SegmentSubject, rules: &CampaignRules, today: NaiveDate) {
        self.contacts += 1;
        let fits = rules.fits(subject, today);
        for (at, first) in fits.iter().enumerate() {
            self.segments[*first].fits += 1;
            for later in &fits[at + 1..] {
                *self.overlaps.entry((*first, *later)).or_default() += 1;
            }
        }
        let place = rules.segment_of(subject, today);
        let (got, fits_none) = match place {
            Some(place) => (&mut self.segments[place], false),
            None => (&mut self.rest, true),
        };
        got.gets += 1;
        got.fits += u64::from(fits_none);
        let callable = matches!(subject.state, WorkState::Ready | WorkState::Leased);
        got.callable += u64::from(callable);
        if got.examples.len() < EXAMPLES {
            got.examples.push(SegmentExample {
                contact: subject.contact.id.get(),
                cells: rules.looked_at(place, subject),
            });
        }
    }

    fn end(self) -> SegmentPreview {
        let name = |place: usize| self.segments[place].name.clone();
        let overlap = |((first, later), contacts): (&(usize, usize), &u64)| SegmentOverlap {
            first: name(*first),
            later: name(*later),
            contacts: *contacts,
        };
        SegmentPreview {
            problems: Vec::new(),
            contacts: self.contacts,
            overlaps: self.overlaps.iter().map(overlap).collect(),
            rest: self.rest,
            segments: self.segments,
        }
    }
}
