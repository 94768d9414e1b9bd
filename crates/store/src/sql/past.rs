//! Histories of other systems: which campaigns hold one, the keys their rows have there, and events of the past.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain::{
    AgentId, AttemptId, CampaignId, CatalogueId, ContactId, ListId, PersonId, PhoneNumber,
    Recorded, Timestamp, WorkState,
};

use super::SqlStore;
use super::commit;
use super::config::{must_exist, touch};
use super::database::{Database, Tx};
use super::fence;
use super::query::{Batch, Query};
use super::row::Row;
use super::sale::move_past_sales;
use super::work::{LEASED_PHONES, digits, phones_by_contact};
use crate::error::{Result, StoreError};
use crate::past_store::PastStore;
use crate::types::{PastAttempt, PastContact, PastKey, PastKind, PastMove};

#[async_trait]
impl PastStore for SqlStore {
    async fn holds_past(&self, campaign: CampaignId) -> Result<bool> {
        let query = Query::new("look whether a campaign holds a history", HOLDS);
        let found = self.db.fetch_one(query.int(campaign.get())).await?;
        Ok(found.is_some())
    }

    async fn hold_past(&self, campaign: CampaignId, at: Timestamp) -> Result<()> {
        hold(&self.db, campaign, at).await
    }

    async fn past_ids(
        &self,
        campaign: CampaignId,
        kind: PastKind,
        names: &[String],
    ) -> Result<BTreeMap<String, i64>> {
        let query = Query::new(
            "look keys of another system up",
            "SELECT p.name, p.id FROM {rows} JOIN past_key p
             ON p.campaign = $1 AND p.kind = $2 AND p.name = r.name",
        )
        .int(campaign.get())
        .int(kind.number())
        .rows(Batch::default().texts("name", names.iter().cloned()));
        let rows = self.db.fetch(query).await?;
        rows.iter()
            .map(|row| Ok((row.text("name")?, row.int("id")?)))
            .collect()
    }

    async fn past_names(
        &self,
        campaign: CampaignId,
        kind: PastKind,
        ids: &[i64],
    ) -> Result<BTreeMap<i64, String>> {
        let query = Query::new(
            "look up what another system calls ours",
            "SELECT p.id, p.name FROM {rows} JOIN past_key p
             ON p.kind = $2 AND p.id = r.id AND p.campaign = $1",
        )
        .int(campaign.get())
        .int(kind.number())
        .rows(Batch::default().ints("id", ids.iter().copied()));
        let rows = self.db.fetch(query).await?;
        rows.iter()
            .map(|row| Ok((row.int("id")?, row.text("name")?)))
            .collect()
    }

    async fn last_past_id(&self, campaign: CampaignId, kind: PastKind) -> Result<Option<i64>> {
        let query = Query::new(
            "find the last of a history",
            "SELECT max(id) AS id FROM past_key WHERE campaign = $1 AND kind = $2",
        );
        let query = query.int(campaign.get()).int(kind.number());
        let row = self.db.fetch_one(query).await?;
        row.map_or(Ok(None), |row| row.opt_int("id"))
    }

    async fn name_past(&self, campaign: CampaignId, keys: &[PastKey]) -> Result<()> {
        let mut tx = self.db.begin().await?;
        name(&mut tx, campaign, keys).await?;
        tx.commit().await
    }

    async fn past_contacts(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
    ) -> Result<Vec<PastContact>> {
        contacts_of(&self.db, campaign, contacts).await
    }

    async fn past_attempts(&self, attempts: &[AttemptId]) -> Result<Vec<PastAttempt>> {
        let query = Query::new(
            "read attempts of a history",
            "SELECT a.id, a.campaign, a.contact, a.agent, a.ended_at, a.catalogue,
                    CASE WHEN EXISTS (SELECT 1 FROM typification t WHERE t.attempt = a.id)
                         THEN 1 ELSE 0 END AS typified,
                    CASE WHEN EXISTS (SELECT 1 FROM attempt l WHERE l.contact = a.contact
                                        AND l.campaign = a.campaign AND l.id > a.id)
                         THEN 0 ELSE 1 END AS is_last
             FROM {rows} JOIN attempt a ON a.id = r.attempt WHERE a.ended_at IS NOT NULL",
        )
        .rows(Batch::default().ints("attempt", attempts.iter().map(|id| id.get())));
        let rows = self.db.fetch(query).await?;
        rows.iter().map(attempt_of).collect()
    }

    async fn past_overlaps(
        &self,
        spans: &[(PhoneNumber, Timestamp, Timestamp)],
    ) -> Result<BTreeSet<usize>> {
        let query = Query::new(
            "look for calls at the same time",
            "SELECT r.place FROM {rows} JOIN attempt a ON a.phone = r.phone
               AND a.placed_at < r.ends AND a.ended_at > r.begins",
        )
        .rows(
            Batch::default()
                .ints("place", (0..).zip(spans).map(|(place, _)| place))
                .ints("phone", spans.iter().map(|(phone, _, _)| digits(*phone)))
                .ints("begins", spans.iter().map(|(_, from, _)| from.as_millis()))
                .ints("ends", spans.iter().map(|(_, _, to)| to.as_millis())),
        );
        let rows = self.db.fetch(query).await?;
        rows.iter().map(|row| row.narrow("place")).collect()
    }

    async fn commit_past(
        &self,
        campaign: CampaignId,
        batch: &[Recorded],
        keys: &[PastKey],
    ) -> Result<()> {
        commit::commit_past(&self.db, self.epoch(), campaign, batch, keys).await
    }

    async fn put_past_moves(
        &self,
        campaign: CampaignId,
        moves: &[PastMove],
        keys: &[PastKey],
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        fence::turn(&mut tx).await?;
        move_past_sales(&mut tx, moves).await?;
        name(&mut tx, campaign, keys).await?;
        tx.commit().await
    }
}

const HOLDS: &str = "SELECT campaign FROM past_campaign WHERE campaign = $1";

async fn hold(db: &Database, campaign: CampaignId, at: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign.get()).await?;
    let query = Query::new("look whether a campaign holds a history", HOLDS);
    if tx.fetch_one(query.int(campaign.get())).await?.is_some() {
        return Ok(());
    }
    let query = Query::new(
        "look whether a campaign was dialed",
        "SELECT id FROM campaign WHERE id = $1
           AND (state <> 1 OR EXISTS (SELECT 1 FROM attempt a WHERE a.campaign = $1))",
    );
    if tx.fetch_one(query.int(campaign.get())).await?.is_some() {
        return Err(StoreError::Conflict(format!(
            "campaign {campaign} was dialed here, or is being: a history goes into a campaign of its own, which is never \
             dialed; give another name"
        )));
    }
    let query = Query::new(
        "have a campaign hold a history",
        "INSERT INTO past_campaign (campaign, marked_at) VALUES ($1, $2)",
    );
    tx.run(query.int(campaign.get()).int(at.as_millis()))
        .await?;
    touch(&mut tx).await?;
    let subject = format!("campaign {campaign}");
    tx.note("campaign.history", subject, "never dialed".to_owned());
    tx.commit().await
}

/// Refuses to have a campaign dialed that holds a history.
pub(super) async fn must_be_live(tx: &mut Tx, campaign: CampaignId) -> Result<()> {
    let query = Query::new("look whether a campaign holds a history", HOLDS);
    match tx.fetch_one(query.int(campaign.get())).await? {
        None => Ok(()),
        Some(_) => Err(StoreError::Conflict(
            "this campaign holds the history of another system and is never dialed; make a campaign of its own over the list"
                .to_owned(),
        )),
    }
}

/// Notes keys of the other system.
pub(super) async fn name(tx: &mut Tx, campaign: CampaignId, keys: &[PastKey]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "note keys of another system",
        "INSERT INTO past_key (campaign, kind, name, id)
         SELECT $1, r.kind, r.name, r.id FROM {rows} WHERE true ON CONFLICT DO NOTHING",
    )
    .int(campaign.get())
    .rows(
        Batch::default()
            .ints("kind", keys.iter().map(|key| key.kind.number()))
            .texts("name", keys.iter().map(|key| key.name.clone()))
            .ints("id", keys.iter().map(|key| key.id)),
    );
    tx.run(query).await.map(drop)
}

async fn contacts_of(
    db: &Database,
    campaign: CampaignId,
    contacts: &[ContactId],
) -> Result<Vec<PastContact>> {
    let batch = || Batch::default().ints("contact", contacts.iter().map(|id| id.get()));
    let query = Query::new("read phones of a history", LEASED_PHONES)
        .int(campaign.get())
        .rows(batch());
    let mut phones = phones_by_contact(&db.fetch(query).await?)?;
    let query = Query::new(
        "read contacts of a history",
        "SELECT k.id, k.list, k.person, k.segment, w.state, w.attempts, w.code
         FROM {rows} JOIN contact k ON k.id = r.contact
         JOIN work w ON w.campaign = $1 AND w.contact = k.id",
    )
    .int(campaign.get())
    .rows(batch());
    let mut found = Vec::new();
    for row in db.fetch(query).await? {
        let id = row.int("id")?;
        found.push(PastContact {
            contact: ContactId::new(id),
            list: ListId::new(row.int("list")?),
            person: PersonId::new(row.int("person")?),
            segment: row.text("segment")?,
            phones: phones.remove(&id).unwrap_or_default(),
            state: row.kind("state", WorkState::from_number)?,
            attempts: row.narrow("attempts")?,
            code: row.opt_text("code")?,
        });
    }
    Ok(found)
}

fn attempt_of(row: &Row) -> Result<PastAttempt> {
    Ok(PastAttempt {
        id: AttemptId::new(row.int("id")?),
        campaign: CampaignId::new(row.int("campaign")?),
        contact: ContactId::new(row.int("contact")?),
        agent: row.opt_int("agent")?.map(AgentId::new),
        ended_at: row.time("ended_at")?,
        catalogue: CatalogueId::new(row.int("catalogue")?),
        is_typified: row.flag("typified")?,
        is_last: row.flag("is_last")?,
    })
}
