//! A new pass over contacts on whom all attempts were spent. What the law, the campaign's limits per person and opt-outs
//! say of a person looks at the calls that were made, which nothing here touches.

use domain::{CampaignId, ContactId};

use super::super::database::Database;
use super::super::fence;
use super::super::query::{Batch, Query};
use crate::error::Result;

/// Contacts given a new pass in one transaction, so that the journal never waits long.
const AT_ONCE: usize = 1_000;

/// Who has another pass: exhausted work of people who may be called, on a phone that is good, and with whom no other
/// campaign is done over the same base.
pub(in super::super) const AGAIN: &str =
    "UPDATE work SET state = 1, turn = 1, next_at = 0, next_phone = 0, attempts = 0,
             repeats = 0, callback_agent = NULL, callback_asked = NULL, because_rule = NULL,
             because_pack = NULL, pass = pass + 1,
             segment = CASE WHEN segment IS NULL THEN NULL ELSE -1 END
         WHERE campaign = $1 AND state = 4 AND contact IN (SELECT r.contact FROM {rows})
           AND NOT EXISTS (SELECT 1 FROM person h WHERE h.id = work.person AND h.suppressed = 1)
           AND NOT EXISTS (SELECT 1 FROM work o WHERE o.person = work.person
                AND o.campaign <> work.campaign AND o.list = work.list AND o.state = 3)
           AND EXISTS (SELECT 1 FROM phone p WHERE p.contact = work.contact
                AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = p.e164)
                AND NOT EXISTS (SELECT 1 FROM retired_phone x WHERE x.person = work.person
                    AND x.e164 = p.e164)
                AND NOT EXISTS (SELECT 1 FROM work_phone t WHERE t.campaign = work.campaign
                    AND t.contact = work.contact AND t.ordinal = p.ordinal AND t.usable = 0))
         RETURNING contact";

pub(in super::super) const PHONES_AGAIN: &str = "UPDATE work_phone SET attempts = 0
         WHERE campaign = $1 AND contact IN (SELECT r.contact FROM {rows})";

/// See [`crate::SegmentStore::recycle`].
pub(super) async fn recycle(
    db: &Database,
    campaign: CampaignId,
    contacts: &[ContactId],
    why: &str,
) -> Result<u64> {
    let mut all = 0;
    for (place, some) in contacts.chunks(AT_ONCE).enumerate() {
        let why = (place == 0).then_some(why);
        all += again(db, campaign, some, why).await?;
    }
    Ok(all)
}

async fn again(
    db: &Database,
    campaign: CampaignId,
    contacts: &[ContactId],
    why: Option<&str>,
) -> Result<u64> {
    let ids = |contacts: &[i64]| Batch::default().ints("contact", contacts.iter().copied());
    let asked: Vec<i64> = contacts.iter().map(|contact| contact.get()).collect();
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query = Query::new("begin a new pass", AGAIN)
        .int(campaign.get())
        .rows(ids(&asked));
    let rows = tx.fetch(query).await?;
    let again: Vec<i64> = rows
        .iter()
        .map(|row| row.int("contact"))
        .collect::<Result<_>>()?;
    let query = Query::new("begin a new pass over phones", PHONES_AGAIN)
        .int(campaign.get())
        .rows(ids(&again));
    tx.run(query).await?;
    if let Some(why) = why {
        let subject = format!("campaign {campaign}");
        tx.note("campaign.recycle", subject, why.to_owned());
    }
    tx.commit().await?;
    Ok(again.len() as u64)
}
