//! A person put right, and a person erased: name, document, columns and numbers go; attempts stay under
//! the number of the person, for the law asks for them; and who was erased is never called again, also
//! when a base brings them anew.

use std::collections::BTreeSet;

use domain::{PersonId, PhoneNumber, Timestamp};
use sha2::{Digest as _, Sha256};

use super::chain::hex;
use super::config::{no_such, taken};
use super::consents;
use super::database::{Database, Tx};
use super::query::{Batch, Query};
use super::restart::NODE;
use super::work::digits;
use super::{fence, identity, said, sale};
use crate::error::{Result, StoreError};
use crate::types::{ErasedPerson, Rectification};

/// See [`crate::LawStore::rectify`].
pub(super) async fn rectify(
    db: &Database,
    person: PersonId,
    change: &Rectification,
    reason: &str,
) -> Result<()> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    identity::turn(&mut tx).await?;
    let known = there(&mut tx, person).await?;
    let mut told = Vec::new();
    if let Some(name) = &change.name {
        let old = names(&mut tx, person).await?;
        told.push(format!("name {} is {}", masked(&old), masked(name)));
        let query = Query::new(
            "correct a name",
            "UPDATE contact SET name = $1 WHERE person = $2",
        );
        tx.run(query.text(name).int(person.get())).await?;
    }
    if let Some(document) = &change.document {
        told.push(format!(
            "document {} is {}",
            masked(&known),
            masked(document)
        ));
        let query = Query::new(
            "correct a document",
            "UPDATE contact SET document = $1,
                 with_document = CASE WHEN EXISTS (SELECT 1 FROM contact o
                     WHERE o.list = contact.list AND o.person = $2 AND o.id <> contact.id)
                 THEN with_document ELSE 1 END
             WHERE person = $2",
        );
        tx.run(query.text(document).int(person.get())).await?;
        let query = Query::new(
            "correct who a person is",
            "UPDATE person SET identity = $1, known_as = NULL WHERE id = $2",
        );
        let query = query.text(&format!("d:{document}")).int(person.get());
        taken(tx.run(query).await, || {
            "somebody else has that document already".to_owned()
        })?;
    }
    if let Some((old, new)) = change.phone {
        told.push(format!("number {old} is {new}"));
        let query = Query::new(
            "correct a number",
            "UPDATE phone SET e164 = $1 WHERE e164 = $2
               AND contact IN (SELECT id FROM contact WHERE person = $3)",
        );
        let query = query.int(digits(new)).int(digits(old)).int(person.get());
        if tx.run(query).await? == 0 {
            return Err(no_such("number of that person", old));
        }
        // Whoever comes with the number that was wrong is somebody else.
        let query = Query::new(
            "know a person by the right number",
            "UPDATE person SET identity = 'u:' || id WHERE id = $1 AND identity LIKE 'p:%'",
        );
        tx.run(query.int(person.get())).await?;
    }
    let detail = format!("{}; {reason}", told.join("; "));
    tx.note("person.rectify", format!("person {person}"), detail);
    tx.commit().await
}

async fn names(tx: &mut Tx, person: PersonId) -> Result<String> {
    let query = Query::new(
        "read a name",
        "SELECT name FROM contact WHERE person = $1 ORDER BY id DESC LIMIT 1",
    );
    let row = tx.fetch_one(query.int(person.get())).await?;
    row.map_or(Ok(String::new()), |row| row.text("name"))
}

/// Their identity; refused where there is no such person, or they were erased.
async fn there(tx: &mut Tx, person: PersonId) -> Result<String> {
    let query = Query::new(
        "look a person up",
        "SELECT identity FROM person WHERE id = $1 AND erased_at IS NULL",
    );
    match tx.fetch_one(query.int(person.get())).await? {
        Some(row) => row.text("identity"),
        None => Err(no_such("person", person)),
    }
}

/// Enough to recognise it by who knows it, too little for who does not.
fn masked(text: &str) -> String {
    let shown = |(place, letter): (usize, char)| match place {
        0 | 1 => letter,
        _ if letter == ' ' => letter,
        _ => '*',
    };
    text.trim_start_matches("d:")
        .chars()
        .enumerate()
        .map(shown)
        .collect()
}

/// See [`crate::LawStore::erase_person`].
pub(super) async fn erase(
    db: &Database,
    person: PersonId,
    reason: &str,
    at: Timestamp,
) -> Result<ErasedPerson> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let identity = there(&mut tx, person).await?;
    may_be_erased(&mut tx, person).await?;
    let numbers = numbers_of(&mut tx, person).await?;
    let query = Query::new(
        "never call the numbers of an erased person",
        "INSERT INTO suppression (e164, at, reason) SELECT r.e164, $1, 'erased at their request'
         FROM {rows} WHERE true ON CONFLICT (e164) DO NOTHING",
    );
    let rows = Batch::default().ints("e164", numbers.iter().copied());
    tx.run(query.int(at.as_millis()).rows(rows)).await?;
    let id = person.get();
    let statements = [
        (
            "let go of their work",
            "UPDATE work SET state = 5 WHERE person = $1 AND state IN (1, 2)",
        ),
        (
            "erase their numbers",
            "DELETE FROM phone WHERE contact IN (SELECT id FROM contact WHERE person = $1)",
        ),
        (
            "erase which of their numbers were no good",
            "DELETE FROM retired_phone WHERE person = $1",
        ),
        (
            "erase what another system called them",
            "DELETE FROM past_key WHERE kind = 1 AND id IN (SELECT id FROM contact WHERE person = $1)",
        ),
    ];
    for (doing, text) in statements {
        tx.run(Query::new(doing, text).int(id)).await?;
    }
    let query = Query::new(
        "erase what is known of a person",
        "UPDATE contact SET name = '', document = '', segment = '', attributes = '[]'
         WHERE person = $1",
    );
    let records = tx.run(query.int(id)).await?;
    let notes = said::erase(&mut tx, id).await?;
    let query = Query::new(
        "erase their numbers where they called before we knew them",
        "UPDATE stranger_call SET phone = NULL, signalling = CASE WHEN signalling IS NULL THEN NULL ELSE '' END
         WHERE outcome IS NOT NULL AND phone IN (SELECT r.e164 FROM {rows})",
    );
    let rows = Batch::default().ints("e164", numbers.iter().copied());
    tx.run(query.rows(rows)).await?;
    consents::end_all(&mut tx, person, at).await?;
    let hash = identity_hash(&mut tx, &identity).await?;
    let query = Query::new(
        "erase a person",
        "UPDATE person SET identity = $1, identity_hash = $2, erased_at = $3, suppressed = 1,
             known_as = NULL
         WHERE id = $4",
    )
    .text(&format!("e:{id}"))
    .text(&hash)
    .int(at.as_millis())
    .int(id);
    tx.run(query).await?;
    sale::erase(&mut tx, id, at).await?;
    let query = Query::new(
        "count what stays of a person",
        "SELECT count(*) AS n FROM contact k JOIN attempt a ON a.contact = k.id WHERE k.person = $1",
    );
    let row = tx.fetch_one(query.int(id)).await?;
    let attempts: u64 = row.map_or(Ok(0), |row| row.narrow("n"))?;
    let in_old_journal = said::in_old_journal(&mut tx, id).await?;
    let detail = format!(
        "{records} records; {notes} notes; {attempts} attempts stay without name; {reason}"
    );
    tx.note("person.erase", format!("person {person}"), detail);
    tx.commit().await?;
    Ok(ErasedPerson {
        records,
        numbers: numbers.len() as u64,
        notes,
        attempts,
        in_old_journal,
    })
}

async fn may_be_erased(tx: &mut Tx, person: PersonId) -> Result<()> {
    let query = Query::new(
        "look for what keeps a person",
        "SELECT (SELECT count(*) FROM open_attempt WHERE person = $1) AS calls,
                (SELECT count(*) FROM legal_hold WHERE person = $1 AND released_at IS NULL) AS holds",
    );
    let Some(row) = tx.fetch_one(query.int(person.get())).await? else {
        return Ok(());
    };
    let no = |words: &str| Err(StoreError::Conflict(words.to_owned()));
    match (row.int("calls")?, row.int("holds")?) {
        (0, 0) => Ok(()),
        (0, _) => no("somebody holds what is known of this person; release the hold first"),
        _ => no("this person is being called; try again when the call is over"),
    }
}

async fn numbers_of(tx: &mut Tx, person: PersonId) -> Result<BTreeSet<i64>> {
    let query = Query::new(
        "read the numbers of a person",
        "SELECT p.e164 FROM contact k JOIN phone p ON p.contact = k.id WHERE k.person = $1",
    );
    let rows = tx.fetch(query.int(person.get())).await?;
    rows.iter()
        .map(|row| row.phone("e164").map(|number: PhoneNumber| digits(number)))
        .collect()
}

/// What a person is known by, so that only who knows it and the secret of the node can tell: numbers and
/// documents are few enough to be tried out.
async fn identity_hash(tx: &mut Tx, identity: &str) -> Result<String> {
    let query = Query::new("read the secret", "SELECT secret FROM node WHERE id = $1").int(NODE);
    let row = tx.fetch_one(query).await?;
    let secret = row.map_or(Ok(String::new()), |row| row.text("secret"))?;
    Ok(keyed(&secret, identity))
}

fn keyed(secret: &str, identity: &str) -> String {
    let inner = Sha256::digest(format!("erased person\n{secret}\n{identity}"));
    hex(&Sha256::digest([secret.as_bytes(), &inner].concat()))
}

/// Those of a load who were erased must not be called: people, each with all they may have been known by then. They are
/// asked for only where anybody was erased.
pub(super) async fn recognise(
    tx: &mut Tx,
    people: impl FnOnce() -> Vec<(i64, String)>,
) -> Result<()> {
    let any = Query::new(
        "look whether anybody was erased",
        "SELECT id FROM person WHERE identity_hash IS NOT NULL LIMIT 1",
    );
    if tx.fetch_one(any).await?.is_none() {
        return Ok(());
    }
    let query = Query::new("read the secret", "SELECT secret FROM node WHERE id = $1").int(NODE);
    let row = tx.fetch_one(query).await?;
    let secret = row.map_or(Ok(String::new()), |row| row.text("secret"))?;
    let people = people();
    let query = Query::new(
        "recognise who was erased",
        "UPDATE person SET suppressed = 1 WHERE id IN (
             SELECT r.person FROM {rows} JOIN person e ON e.identity_hash = r.hash)",
    )
    .rows(
        Batch::default()
            .ints("person", people.iter().map(|(person, _)| *person))
            .texts("hash", people.iter().map(|(_, key)| keyed(&secret, key))),
    );
    tx.run(query).await.map(drop)
}
