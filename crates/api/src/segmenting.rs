//! Finds out where contacts belong, and writes it down: all of them after a set of segments was saved, the lists of a
//! campaign changed or a day began, and those that came or whose history changed. The running server and the command
//! line do the same work from the same cursor, a page at a time.

use std::collections::BTreeMap;

use campaigns::Campaign;
use chrono::NaiveDate;
use domain::CampaignId;
use store::{SegmentSet, SegmentSubject, Store, Subjects};

use crate::campaign_rules::{CampaignRules, campaign_columns};
use crate::error::ApiError;
use crate::goals::number_of;
use crate::segments::today_of;

/// Contacts read at a time.
const PAGE: u32 = 4_000;
/// Contacts written in one transaction: small, so that dialing goes on.
const CHUNK: usize = 500;

/// Rules that were read, for as long as they hold.
#[derive(Debug, Default)]
pub struct Segmenting {
    known: BTreeMap<CampaignId, Known>,
}

#[derive(Debug)]
struct Known {
    version: u32,
    config: i64,
    rules: CampaignRules,
}

impl Segmenting {
    /// Looks at a page of contacts of each campaign that has any to look at. Says how many; 0: all is settled.
    pub async fn step(&mut self, store: &dyn Store) -> Result<u64, ApiError> {
        let mut seen = 0;
        for campaign in store.campaigns().await? {
            seen += self.step_of(store, &campaign, today_of(&campaign)).await?;
        }
        Ok(seen)
    }

    /// The same for one campaign.
    pub async fn step_of(
        &mut self,
        store: &dyn Store,
        campaign: &Campaign,
        today: NaiveDate,
    ) -> Result<u64, ApiError> {
        let Some(set) = store.segments(campaign.id).await? else {
            self.known.remove(&campaign.id);
            return Ok(0);
        };
        if set.walk.lists != campaign.lists || is_another_day(&set, today) {
            let day = number_of(today);
            let lists = &campaign.lists;
            store
                .begin_segment_walk(campaign.id, set.version, day, lists)
                .await?;
            return self.walk(store, campaign, &set, None, today).await;
        }
        if let Some(after) = set.walk.after {
            return self.walk(store, campaign, &set, Some(after), today).await;
        }
        let unparted = store
            .segment_subjects(campaign.id, Subjects::Unparted, PAGE)
            .await?;
        if unparted.is_empty() {
            return Ok(0);
        }
        self.place(store, campaign, &set, &unparted, today).await?;
        Ok(unparted.len() as u64)
    }

    async fn walk(
        &mut self,
        store: &dyn Store,
        campaign: &Campaign,
        set: &SegmentSet,
        after: Option<domain::ContactId>,
        today: NaiveDate,
    ) -> Result<u64, ApiError> {
        let page = store.segment_subjects(campaign.id, Subjects::After(after), PAGE);
        let page = page.await?;
        let last = page.last().map(|subject| subject.contact.id);
        if self.place(store, campaign, set, &page, today).await? {
            store
                .segments_walked(campaign.id, set.version, last)
                .await?;
        }
        // The end of a walk is work too: whoever came meanwhile is looked at next.
        Ok(page.len().max(1) as u64)
    }

    /// False where another version was saved meanwhile.
    async fn place(
        &mut self,
        store: &dyn Store,
        campaign: &Campaign,
        set: &SegmentSet,
        subjects: &[SegmentSubject],
        today: NaiveDate,
    ) -> Result<bool, ApiError> {
        let rules = self.rules(store, campaign, set).await?;
        for some in subjects.chunks(CHUNK) {
            let places: Vec<_> = some.iter().map(|one| rules.place(one, today)).collect();
            let placed = store.place_contacts(campaign.id, set.version, &places);
            if !placed.await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Columns may change with each load, which is a change of configuration.
    async fn rules(
        &mut self,
        store: &dyn Store,
        campaign: &Campaign,
        set: &SegmentSet,
    ) -> Result<&CampaignRules, ApiError> {
        let config = store.config_version().await?;
        let holds = |known: &Known| known.version == set.version && known.config == config;
        if !self.known.get(&campaign.id).is_some_and(holds) {
            let columns = campaign_columns(store, campaign).await?;
            let rules = CampaignRules::read(&set.segmentation, columns);
            for problem in &rules.problems {
                tracing::warn!(campaign = %campaign.name, segment = ?problem.segment, "{}", problem.message);
            }
            let known = Known {
                version: set.version,
                config,
                rules,
            };
            self.known.insert(campaign.id, known);
        }
        Ok(&self.known[&campaign.id].rules)
    }
}

fn is_another_day(set: &SegmentSet, today: NaiveDate) -> bool {
    set.speaks_of.today && set.walk.day != number_of(today)
}

/// Looks at all contacts of a campaign that must be; `seen` is told after each page how many were.
pub async fn settle(
    store: &dyn Store,
    campaign: &Campaign,
    today: NaiveDate,
    mut seen: impl FnMut(u64),
) -> Result<u64, ApiError> {
    let mut segmenting = Segmenting::default();
    let mut all = 0;
    loop {
        match segmenting.step_of(store, campaign, today).await? {
            0 => return Ok(all),
            some => all += some,
        }
        seen(all);
    }
}

#[cfg(test)]
mod tests;
