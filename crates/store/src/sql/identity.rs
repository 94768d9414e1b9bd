//! Who the people of a load are: by document, else by their numbers (ADR 33). Reads what is known of a chunk's
//! documents and numbers in three statements, tells row by row, and writes what is new in two. Row by row, so
//! that a file tells the same however it is cut into chunks.

use std::collections::BTreeSet;

use super::database::Tx;
use super::erase;
use super::query::{Batch, Query};
use super::work::digits;
use crate::error::Result;
use crate::types::{NewContact, Verdict};

mod told;
use told::Told;

/// Who each row is, and what becomes of it.
pub(super) struct Placed {
    /// In the order of the rows.
    pub(super) people: Vec<i64>,
    /// As those.
    pub(super) verdicts: Vec<Verdict>,
}

/// Finds the people of rows that go to a list, making those that are new.
pub(super) async fn place(tx: &mut Tx, list: i64, rows: &[NewContact]) -> Result<Placed> {
    turn(tx).await?;
    let mut told = known(tx, list, rows).await?;
    let (places, verdicts): (Vec<usize>, Vec<Verdict>) =
        rows.iter().map(|row| told.tell(row)).unzip();
    learn(tx, &told).await?;
    make(tx, &mut told).await?;
    let people: Vec<i64> = places.iter().map(|place| told.id(*place)).collect();
    let keys = || {
        let rows = rows.iter().zip(people.iter().copied());
        rows.flat_map(|(row, person)| told::keys(row).map(move |key| (person, key)))
            .collect()
    };
    erase::recognise(tx, keys).await?;
    Ok(Placed { people, verdicts })
}

/// Loads that go on at once tell one after the other: the second knows whom the first made.
pub(super) async fn turn(tx: &mut Tx) -> Result<()> {
    let query = Query::new(
        "wait for its turn to tell people apart",
        "SELECT id FROM identity_turn WHERE id = 1 {alone}",
    );
    tx.fetch(query).await.map(drop)
}

/// Everybody whom the rows may speak of.
async fn known(tx: &mut Tx, list: i64, rows: &[NewContact]) -> Result<Told> {
    let mut told = Told::default();
    let keys: BTreeSet<String> = rows.iter().map(told::key).collect();
    let query = Query::new("find people by what they are known by", KNOWN);
    let query = query.rows(Batch::default().texts("identity", keys));
    for row in tx.fetch(query).await? {
        told.know(row.int("id")?, &row.text("identity")?);
    }
    let phones = rows.iter().flat_map(|row| &row.phones);
    let numbers: BTreeSet<i64> = phones.map(|phone| digits(*phone)).collect();
    let query =
        Query::new("find whose numbers are", OWNERS).rows(Batch::default().ints("e164", numbers));
    for row in tx.fetch(query).await? {
        let person = told.know(row.int("person")?, &row.text("identity")?);
        told.owns(person, row.int("e164")?, row.flag("shared")?);
    }
    let query = Query::new("find who is in a list", IN_LIST)
        .int(list)
        .rows(Batch::default().ints("person", told.ids()));
    for row in tx.fetch(query).await? {
        told.is_in_list(row.int("person")?, row.flag("with_document")?);
    }
    Ok(told)
}

/// CROSS JOIN has SQLite go by the rows: left to itself it walks a list, and all rows for each contact of it.
pub(super) const KNOWN: &str = "SELECT h.id AS id, h.identity AS identity
    FROM {rows} CROSS JOIN person h WHERE h.identity = r.identity";

/// Likewise.
pub(super) const IN_LIST: &str = "SELECT k.person AS person, k.with_document AS with_document
    FROM {rows} CROSS JOIN contact k WHERE k.list = $1 AND k.person = r.person";

/// Of each number who had it first, and whether anybody else has it: no more, for a number may be in every row of a
/// large base. Asked for number by number, so that neither database walks through a table instead.
pub(super) const OWNERS: &str = "
    WITH s AS MATERIALIZED (
        SELECT r.e164 AS e164,
               (SELECT k.person FROM phone p JOIN contact k ON k.id = p.contact
                WHERE p.e164 = r.e164 ORDER BY p.contact LIMIT 1) AS person
        FROM {rows})
    SELECT s.e164 AS e164, s.person AS person,
           (SELECT h.identity FROM person h WHERE h.id = s.person) AS identity,
           CASE WHEN EXISTS (SELECT 1 FROM phone q JOIN contact o ON o.id = q.contact
                             WHERE q.e164 = s.e164 AND o.person <> s.person)
                THEN 1 ELSE 0 END AS shared
    FROM s WHERE s.person IS NOT NULL";

/// People known by their numbers until now, whose document a row brought.
async fn learn(tx: &mut Tx, told: &Told) -> Result<()> {
    let learnt = told.learnt();
    if learnt.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "learn the documents of people",
        "UPDATE person AS h SET known_as = COALESCE(h.known_as, h.identity), identity = r.identity
         FROM {rows} WHERE h.id = r.person",
    )
    .rows(
        Batch::default()
            .ints("person", learnt.iter().map(|(id, _)| *id))
            .texts("identity", learnt.iter().map(|(_, key)| (*key).to_owned())),
    );
    tx.run(query).await.map(drop)
}

async fn make(tx: &mut Tx, told: &mut Told) -> Result<()> {
    let new = told.to_be_made();
    if new.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "write people",
        "INSERT INTO person (identity, known_as)
         SELECT r.identity, r.known_as FROM {rows} WHERE true ORDER BY r.place
         RETURNING id, identity",
    )
    .rows(
        Batch::default()
            .ints("place", 0..new.len() as i64)
            .texts("identity", new.iter().map(|(key, _)| key.clone()))
            .texts("known_as", new.iter().map(|(_, before)| before.clone())),
    );
    for row in tx.fetch(query).await? {
        told.made(&row.text("identity")?, row.int("id")?);
    }
    Ok(())
}

/// Contacts of these people were taken back: who has no contact with a document any more is known again by what they
/// were known by before.
pub(super) async fn unlearn(tx: &mut Tx, people: &[i64]) -> Result<()> {
    turn(tx).await?;
    let query = Query::new(
        "forget documents that were taken back",
        "UPDATE person SET known_as = NULL,
             identity = CASE WHEN EXISTS (SELECT 1 FROM person o WHERE o.identity = person.known_as)
                             THEN 'u:' || id ELSE known_as END
         WHERE id IN (SELECT r.person FROM {rows}) AND known_as IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM contact k WHERE k.person = person.id AND k.with_document = 1)",
    )
    .rows(Batch::default().ints("person", people.iter().copied()));
    tx.run(query).await.map(drop)
}
