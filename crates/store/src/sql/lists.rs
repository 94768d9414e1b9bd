//! Lists and their contacts, as read back.

use domain::{Contact, ContactId, ListId};

use super::config;
use super::database::Database;
use super::query::{Batch, Query};
use super::row::Row;
use super::work::{contact_of, phones_by_contact};
use crate::error::{Result, StoreError};
use crate::types::ContactList;

/// Most contacts in one answer.
const PAGE_MAX: u32 = 10_000;

/// See [`crate::Store::lists`].
pub(super) async fn all(db: &Database) -> Result<Vec<ContactList>> {
    let query = Query::new(
        "read lists",
        "SELECT l.id, l.name, l.created_at,
                (SELECT CAST(COALESCE(sum(i.contacts), 0) AS BIGINT) FROM import i
                 WHERE i.list = l.id AND i.finished_at IS NOT NULL) AS contacts
         FROM list l WHERE l.removed = 0 ORDER BY l.id DESC",
    );
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| {
            Ok(ContactList {
                id: ListId::new(row.int("id")?),
                name: row.text("name")?,
                created_at: row.time("created_at")?,
                contacts: row.narrow("contacts")?,
            })
        })
        .collect()
}

/// See [`crate::Store::actas`].
pub(super) async fn actas(db: &Database, list: ListId) -> Result<Vec<String>> {
    let query = Query::new(
        "read the actas of a list",
        "SELECT acta FROM import WHERE list = $1 AND finished_at IS NOT NULL ORDER BY id",
    )
    .int(list.get());
    let rows = db.fetch(query).await?;
    rows.iter().map(|row| row.text("acta")).collect()
}

/// See [`crate::Store::remove_list`].
pub(super) async fn remove(db: &Database, list: ListId) -> Result<()> {
    let query = Query::new(
        "find who dials a list",
        "SELECT c.name FROM campaign_list cl JOIN campaign c ON c.id = cl.campaign
         WHERE cl.list = $1 AND c.removed = 0 ORDER BY c.name",
    )
    .int(list.get());
    if let Some(row) = db.fetch_one(query).await? {
        let campaign = row.text("name")?;
        return Err(StoreError::Conflict(format!(
            "the campaign {campaign} dials this list; take the list out of it first"
        )));
    }
    config::remove(db, "list", list.get()).await
}

/// In the order of an index, or each page would sort all that follow; a test asks the planner.
pub(super) const PAGE: &str =
    "SELECT k.id, k.list, k.person, k.document, k.name, k.segment, k.attributes
     FROM contact k WHERE k.list = $1 AND k.id > $2
       AND EXISTS (SELECT 1 FROM import i WHERE i.id = k.import AND i.finished_at IS NOT NULL)
     ORDER BY k.id LIMIT $3";

/// See [`crate::Store::list_contacts`].
pub(super) async fn contacts(
    db: &Database,
    list: ListId,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<Contact>> {
    let query = Query::new("read the contacts of a list", PAGE)
        .int(list.get())
        .int(after.map_or(0, ContactId::get))
        .int(i64::from(limit.min(PAGE_MAX)));
    let rows = db.fetch(query).await?;
    with_phones(db, &rows).await
}

/// See [`crate::Store::contact`].
pub(super) async fn contact(db: &Database, contact: ContactId) -> Result<Option<Contact>> {
    let query = Query::new(
        "read a contact",
        "SELECT k.id, k.list, k.person, k.document, k.name, k.segment, k.attributes
         FROM contact k WHERE k.id = $1",
    )
    .int(contact.get());
    let rows = db.fetch(query).await?;
    Ok(with_phones(db, &rows).await?.pop())
}

pub(super) async fn with_phones(db: &Database, rows: &[Row]) -> Result<Vec<Contact>> {
    let mut contacts: Vec<Contact> = rows.iter().map(contact_of).collect::<Result<_>>()?;
    let query = Query::new(
        "read phones",
        "SELECT p.contact, p.ordinal, p.e164, 0 AS attempts,
                CASE WHEN s.e164 IS NULL THEN 1 ELSE 0 END AS usable
         FROM {rows} JOIN phone p ON p.contact = r.contact
         LEFT JOIN suppression s ON s.e164 = p.e164
         ORDER BY p.contact, p.ordinal",
    )
    .rows(Batch::default().ints("contact", contacts.iter().map(|c| c.id.get())));
    let phones = phones_by_contact(&db.fetch(query).await?)?;
    for contact in &mut contacts {
        // One contact may be asked for more than once.
        contact.phones = phones.get(&contact.id.get()).cloned().unwrap_or_default();
    }
    Ok(contacts)
}
