//! What left for people lately, over all campaigns and bases: by person, and by any number of theirs.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Outcome, PriorCall, Reach, Timestamp, WorkItem};

use super::database::Tx;
use super::inbound::OUTBOUND;
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::Result;

/// Calls by contact, the newest first.
pub(super) async fn of_contacts(
    tx: &mut Tx,
    contacts: &[i64],
    now: Timestamp,
) -> Result<BTreeMap<i64, Vec<PriorCall>>> {
    if contacts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let since = (now - PriorCall::LOOKED_BACK).as_millis();
    let mut seen = BTreeSet::new();
    let mut calls: BTreeMap<i64, Vec<PriorCall>> = BTreeMap::new();
    for text in [BY_PERSON, BY_NUMBER] {
        let query = Query::new("read calls before", text)
            .int(since)
            .int(OUTBOUND)
            .rows(Batch::default().ints("contact", contacts.iter().copied()));
        for row in tx.fetch(query).await? {
            let contact = row.int("contact")?;
            if seen.insert((contact, row.int("id")?)) {
                let call = PriorCall {
                    at: row.time("placed_at")?,
                    phone: row.phone("phone")?,
                    reach: reach(&row)?,
                };
                calls.entry(contact).or_default().push(call);
            }
        }
    }
    for calls in calls.values_mut() {
        calls.sort_by_key(|call| std::cmp::Reverse(call.at));
        calls.truncate(PriorCall::KEPT_MAX);
    }
    Ok(calls)
}

/// Attempts spent in the base they are leased from on people, and on their numbers whoever was sought there, by
/// whichever campaigns: counted, so that no two of them spend the same one. What nobody has typified yet counts.
pub(super) async fn spent(tx: &mut Tx, items: &mut [WorkItem]) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let mut spent = BTreeMap::new();
    for text in [SPENT, SPENT_ON_NUMBERS] {
        let contacts = items.iter().map(|item| item.contact.id.get());
        let query = Query::new("count attempts in bases", text)
            .int(OUTBOUND)
            .rows(Batch::default().ints("contact", contacts));
        for row in tx.fetch(query).await? {
            let made: u16 = row.narrow("n")?;
            let sum = spent.entry(row.int("contact")?).or_insert(0_u16);
            *sum = sum.saturating_add(made);
        }
    }
    for item in items {
        item.spent = spent.get(&item.contact.id.get()).copied().unwrap_or(0);
    }
    Ok(())
}

pub(super) const SPENT: &str = "
    SELECT r.contact AS contact, count(*) AS n
    FROM {rows} CROSS JOIN contact k CROSS JOIN attempt a
    LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
    WHERE k.id = r.contact AND a.person = k.person AND a.placed_at IS NOT NULL
      AND a.list = k.list AND a.direction = $1 AND COALESCE(d.costs_attempt, 1) = 1
    GROUP BY r.contact";

pub(super) const SPENT_ON_NUMBERS: &str = "
    SELECT r.contact AS contact, count(*) AS n
    FROM {rows} CROSS JOIN contact k CROSS JOIN phone p CROSS JOIN attempt a
    LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
    WHERE k.id = r.contact AND p.contact = k.id AND a.phone = p.e164 AND a.person <> k.person
      AND a.placed_at IS NOT NULL AND a.list = k.list AND a.direction = $1
      AND COALESCE(d.costs_attempt, 1) = 1
    GROUP BY r.contact";

/// CROSS JOIN has SQLite keep the order: few contacts, few calls each.
pub(super) const BY_PERSON: &str = "
    SELECT r.contact AS contact, a.id, a.placed_at, a.phone, a.outcome, a.bridged_at, d.human,
           d.effective_contact
    FROM {rows} CROSS JOIN contact k CROSS JOIN attempt a
    LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
    WHERE k.id = r.contact AND a.person = k.person AND a.placed_at >= $1 AND a.direction = $2";

pub(super) const BY_NUMBER: &str = "
    SELECT r.contact AS contact, a.id, a.placed_at, a.phone, a.outcome, a.bridged_at, d.human,
           d.effective_contact
    FROM {rows} CROSS JOIN phone p CROSS JOIN attempt a
    LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
    WHERE p.contact = r.contact AND a.phone = p.e164 AND a.intended_at >= $1
      AND a.placed_at >= $1 AND a.direction = $2";

/// How far a call came, by the typifications it began with. What nobody has typified yet, or in words
/// that those do not know, counts as a contact: the stricter reading.
fn reach(row: &Row) -> Result<Reach> {
    if row.opt_int("outcome")? == Some(i64::from(Outcome::Abandoned.number())) {
        return Ok(Reach::Abandoned);
    }
    if row.opt_int("bridged_at")?.is_none() {
        return Ok(Reach::Nobody);
    }
    let human = row.opt_int("human")?.is_none_or(|flag| flag != 0);
    let contact = row
        .opt_int("effective_contact")?
        .is_none_or(|flag| flag != 0);
    Ok(match (human, contact) {
        (_, true) => Reach::Contact,
        (true, false) => Reach::Person,
        (false, false) => Reach::Nobody,
    })
}
