//! Where calls may be handed to, and what the journal says of such calls.

use domain::{
    AgentId, AttemptId, Destination, DestinationId, DestinationPlace, PhoneNumber, Secret,
    SignallingRecord, TransferRoute, TrunkId,
};
use serde_json::Value as Json;

use super::change;
use super::config::{taken, touch, written};
use super::database::Database;
use super::event;
use super::query::Query;
use super::row::Row;
use super::work;
use crate::error::{Result, StoreError};
use crate::types::{CallStepRow, OpenSide};

/// See [`crate::Store::destinations`].
pub(super) async fn all(db: &Database) -> Result<Vec<Destination>> {
    let query = Query::new(
        "read destinations",
        "SELECT id, name, sip_user, e164 FROM destination WHERE removed = 0 ORDER BY name, id",
    );
    db.fetch(query).await?.iter().map(destination_of).collect()
}

fn destination_of(row: &Row) -> Result<Destination> {
    let place = match row.opt_text("sip_user")? {
        Some(user) => DestinationPlace::Phone(user),
        None => DestinationPlace::Number(row.phone("e164")?),
    };
    Ok(Destination {
        id: DestinationId::new(row.int("id")?),
        name: row.text("name")?,
        place,
    })
}

/// See [`crate::Store::put_destination`].
pub(super) async fn put(
    db: &Database,
    destination: &Destination,
    sip_password: Option<&Secret>,
) -> Result<DestinationId> {
    let text = match destination.id.get() {
        0 => {
            "INSERT INTO destination (name, sip_user, e164, sip_password) VALUES ($1, $2, $3, $4)
             RETURNING id"
        }
        _ => {
            "UPDATE destination SET name = $1, sip_user = $2, e164 = $3,
                                    sip_password = COALESCE($4, sip_password)
             WHERE id = $5 AND removed = 0 RETURNING id"
        }
    };
    let (user, number) = match &destination.place {
        DestinationPlace::Phone(user) => (Some(user.as_str()), None),
        DestinationPlace::Number(number) => (None, Some(work::digits(*number))),
    };
    let mut query = Query::new("write a destination", text)
        .text(&destination.name)
        .opt_text(user)
        .int(number)
        .opt_text(sip_password.map(Secret::expose));
    if destination.id.get() != 0 {
        query = query.int(destination.id.get());
    }
    let mut tx = db.begin().await?;
    let before = change::row(&mut tx, "destination", destination.id.get()).await?;
    let id = taken(
        written(&mut tx, query, "destination", destination.id.get()).await,
        || {
            format!(
                "there is already a destination named {}, or with its phone",
                destination.name
            )
        },
    )?;
    touch(&mut tx).await?;
    change::note(&mut tx, "destination", id, before).await?;
    tx.commit().await?;
    Ok(DestinationId::new(id))
}

/// See [`crate::Store::destination_password`].
pub(super) async fn password(db: &Database, id: DestinationId) -> Result<Option<Secret>> {
    let query = Query::new(
        "read a destination's phone password",
        "SELECT sip_password FROM destination WHERE id = $1 AND removed = 0",
    )
    .int(id.get());
    match db.fetch_one(query).await? {
        Some(row) => Ok(row.opt_text("sip_password")?.map(Secret::new)),
        None => Ok(None),
    }
}

/// See [`crate::Store::open_sides`].
pub(super) async fn open_sides(db: &Database) -> Result<Vec<OpenSide>> {
    let query = Query::new(
        "read second legs left open",
        "SELECT e.attempt, e.kind, e.body FROM event e
         WHERE e.attempt IN (SELECT attempt FROM open_attempt)
           AND e.kind IN ($1, $2, $3) ORDER BY e.attempt, e.seq",
    )
    .int(event::TRANSFER_INTENDED)
    .int(event::TRANSFER_ANSWERED)
    .int(event::TRANSFER_FAILED);
    let mut open: Vec<OpenSide> = Vec::new();
    for row in db.fetch(query).await? {
        let attempt = AttemptId::new(row.int("attempt")?);
        let body: Json = serde_json::from_str(&row.text("body")?).unwrap_or_default();
        match row.int("kind")? {
            event::TRANSFER_INTENDED if body["destination"].is_i64() => {
                open.retain(|side| side.attempt != attempt);
                open.push(OpenSide {
                    attempt,
                    number: read(&body["number"], "number of a transfer")?,
                    route: route_of(&body)?,
                    signalling: None,
                });
            }
            event::TRANSFER_ANSWERED => {
                let side = open.iter_mut().find(|side| side.attempt == attempt);
                if let (Some(side), Some(record)) = (side, body["signalling"].as_str()) {
                    side.signalling = Some(SignallingRecord(record.to_owned()));
                }
            }
            _ => open.retain(|side| side.attempt != attempt),
        }
    }
    Ok(open)
}

fn read<T: TryFrom<u64>>(json: &Json, what: &'static str) -> Result<T> {
    let number = json.as_u64().and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| StoreError::Corrupt {
        what,
        detail: json.to_string(),
    })
}

fn route_of(body: &Json) -> Result<Option<TransferRoute>> {
    let Some(trunk) = body["trunk"].as_i64() else {
        return Ok(None);
    };
    let phone = |name: &str| {
        let digits = body[name].as_u64().unwrap_or_default();
        PhoneNumber::from_e164(&format!("+{digits}")).map_err(|_| StoreError::Corrupt {
            what: "number of a transfer",
            detail: "it is no number".to_owned(),
        })
    };
    Ok(Some(TransferRoute {
        trunk: TrunkId::new(trunk),
        phone: phone("phone")?,
        caller_id: phone("caller_id")?,
    }))
}

/// See [`crate::Store::call_steps`].
pub(super) async fn steps(db: &Database, attempt: AttemptId) -> Result<Vec<CallStepRow>> {
    let query = Query::new(
        "read the steps of a call",
        "SELECT e.seq, e.at, e.agent, e.kind, e.body, n.note FROM event e
         LEFT JOIN call_note n ON n.seq = e.seq
         WHERE e.attempt = $1 AND e.kind BETWEEN $2 AND $3 ORDER BY e.seq",
    )
    .int(attempt.get())
    .int(event::TRANSFER_INTENDED)
    .int(event::SUPERVISED);
    db.fetch(query).await?.iter().map(step_of).collect()
}

fn step_of(row: &Row) -> Result<CallStepRow> {
    let mut body: Json = serde_json::from_str(&row.text("body")?).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        // What ends a dialog is nobody's reading.
        body.remove("signalling");
        body.remove("phone");
        body.remove("caller_id");
        if body.remove("noted").is_some() {
            body.insert("note".to_owned(), row.opt_text("note")?.into());
        }
    }
    Ok(CallStepRow {
        seq: row.narrow("seq")?,
        at: row.time("at")?,
        agent: row.opt_int("agent")?.map(AgentId::new),
        step: event::step_word(row.int("kind")?),
        body: body.to_string(),
    })
}
