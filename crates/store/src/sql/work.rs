//! The work campaigns have with contacts: leasing what is due, writing down
//! decisions, suppression.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AgentId, AttemptId, CampaignId, Contact, ContactId, ContactPhone, Gate, ListId, PersonId,
    PhoneNumber, PriorCall, Promise, SegmentId, Timestamp, WorkItem, WorkState, WorkUpdate,
};

use super::attach;
use super::config;
use super::consents;
use super::database::{Database, Tx};
use super::fence;
use super::prior;
use super::query::{Batch, Query};
use super::registers;
use super::row::Row;
use super::segments::lease as by_segment;
use crate::error::{Result, StoreError};
use crate::types::WorkStock;

/// Turns of work, in the order they are leased: promised call-backs first.
pub(super) const TURNS: [i64; 2] = [0, 1];

/// See [`crate::Store::lease_work`]. One query per turn and list keeps each an
/// ordered walk of one index, however large the base.
pub(super) async fn lease(
    db: &Database,
    epoch: i64,
    campaign: CampaignId,
    now: Timestamp,
    count: u32,
) -> Result<(Vec<WorkItem>, Option<Timestamp>)> {
    let mut tx = db.begin().await?;
    fence::beside(&mut tx, epoch).await?;
    let lists = config::lists_of(&mut tx, campaign).await?;
    let parted = by_segment::open(&mut tx, campaign, now).await?;
    // With segments only call-backs go by list.
    let turns = match parted {
        Some(_) => &TURNS[..1],
        None => &TURNS[..],
    };
    let mut leased: Vec<i64> = Vec::new();
    for turn in turns.iter().copied() {
        for list in &lists {
            let wanted = i64::from(count) - leased.len() as i64;
            if wanted > 0 {
                let picked = pick(&mut tx, campaign, *list, turn, now, wanted).await?;
                mark_leased(&mut tx, epoch, campaign, &picked).await?;
                leased.extend(picked);
            }
        }
    }
    let mut due = next_due(&mut tx, campaign, &lists, turns).await?;
    if let Some(parted) = parted {
        let wanted = count.saturating_sub(u32::try_from(leased.len()).unwrap_or(count));
        let (found, next) =
            by_segment::fill(&mut tx, epoch, campaign, now, wanted, &parted).await?;
        leased.extend(found);
        due = [due, next].into_iter().flatten().min();
    }
    let items = read_leased(&mut tx, campaign, &leased, now).await?;
    tx.commit().await?;
    Ok((items, due))
}

/// Leased work with all that the law asks about it.
pub(super) async fn read_leased(
    tx: &mut Tx,
    campaign: CampaignId,
    leased: &[i64],
    now: Timestamp,
) -> Result<Vec<WorkItem>> {
    let prior = prior::of_contacts(tx, leased, now).await?;
    let mut listed = registers::of_contacts(tx, leased).await?;
    let mut items = read_items(tx, campaign, leased, prior).await?;
    for item in &mut items {
        let contact = item.contact.id.get();
        item.listed = listed.remove(&contact).unwrap_or_default();
    }
    prior::spent(tx, &mut items).await?;
    Ok(items)
}

/// The statement that picks; a test asks the planner about it.
pub(super) const PICK: &str = "SELECT w.contact FROM work w
     WHERE w.campaign = $1 AND w.list = $2 AND w.turn = $3 AND w.state = 1 AND w.next_at <= $4
       AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = w.person)
     ORDER BY w.next_at, w.contact LIMIT $5 {skip_locked}";

async fn pick(
    tx: &mut Tx,
    campaign: CampaignId,
    list: i64,
    turn: i64,
    now: Timestamp,
    wanted: i64,
) -> Result<Vec<i64>> {
    let query = Query::new("pick work", PICK)
        .int(campaign.get())
        .int(list)
        .int(turn)
        .int(now.as_millis())
        .int(wanted);
    let rows = tx.fetch(query).await?;
    rows.iter().map(|row| row.int("contact")).collect()
}

pub(super) async fn mark_leased(
    tx: &mut Tx,
    epoch: i64,
    campaign: CampaignId,
    contacts: &[i64],
) -> Result<()> {
    if contacts.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "lease work",
        "UPDATE work SET state = 2, lease_epoch = $1, dialed_in = segment
         WHERE campaign = $2 AND contact IN (SELECT r.contact FROM {rows})",
    )
    .int(epoch)
    .int(campaign.get())
    .rows(Batch::default().ints("contact", contacts.iter().copied()));
    tx.run(query).await.map(drop)
}

/// The phones of contacts.
pub(super) const LEASED_PHONES: &str = "
         SELECT p.contact, p.ordinal, p.e164, COALESCE(t.attempts, 0) AS attempts,
                CASE WHEN t.usable = 0 OR s.e164 IS NOT NULL OR EXISTS
                          (SELECT 1 FROM retired_phone x WHERE x.e164 = p.e164 AND x.person =
                              (SELECT k.person FROM contact k WHERE k.id = p.contact))
                     THEN 0 ELSE 1 END AS usable
         FROM {rows} JOIN phone p ON p.contact = r.contact
         LEFT JOIN work_phone t
           ON t.campaign = $1 AND t.contact = p.contact AND t.ordinal = p.ordinal
         LEFT JOIN suppression s ON s.e164 = p.e164
         ORDER BY p.contact, p.ordinal";

/// The work with contacts. CROSS JOIN has SQLite keep the order: left to itself
/// it walks all work of the campaign for each contact asked for.
pub(super) const LEASED: &str = "
         SELECT k.id, k.list, k.person, k.document, k.name, k.segment, k.attributes,
                w.attempts, w.repeats, w.code, w.next_phone, w.next_at, w.turn, w.callback_agent,
                w.callback_asked
         FROM {rows} CROSS JOIN contact k CROSS JOIN work w
         WHERE k.id = r.contact AND w.campaign = $1 AND w.contact = k.id";

async fn read_items(
    tx: &mut Tx,
    campaign: CampaignId,
    contacts: &[i64],
    mut prior: BTreeMap<i64, Vec<PriorCall>>,
) -> Result<Vec<WorkItem>> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let batch = || Batch::default().ints("contact", contacts.iter().copied());
    let query = Query::new("read leased phones", LEASED_PHONES)
        .int(campaign.get())
        .rows(batch());
    let mut phones = phones_by_contact(&tx.fetch(query).await?)?;
    let query = Query::new("read leased work", LEASED)
        .int(campaign.get())
        .rows(batch());
    let mut items = BTreeMap::new();
    for row in tx.fetch(query).await? {
        let mut contact = contact_of(&row)?;
        contact.phones = phones.remove(&contact.id.get()).unwrap_or_default();
        let next_phone = usable_phone(&contact.phones, row.narrow("next_phone")?);
        let item = WorkItem {
            campaign,
            attempts: row.narrow("attempts")?,
            repeats: row.narrow("repeats")?,
            last_code: row.opt_text("code")?,
            next_phone,
            due: row.time("next_at")?,
            promise: promise_of(&row)?,
            spent: 0,
            prior: prior.remove(&contact.id.get()).unwrap_or_default(),
            listed: Vec::new(),
            consents: Vec::new(),
            resumes: None,
            contact,
        };
        items.insert(item.contact.id.get(), item);
    }
    let mut items: Vec<WorkItem> = contacts.iter().filter_map(|id| items.remove(id)).collect();
    consents::told(tx, &mut items).await?;
    Ok(items)
}

/// See [`crate::Store::work`].
pub(super) async fn one(
    db: &Database,
    campaign: CampaignId,
    contact: ContactId,
) -> Result<Option<WorkItem>> {
    let mut tx = db.begin().await?;
    // Not to be dialed: what was done before is not asked for.
    let mut items = read_items(&mut tx, campaign, &[contact.get()], BTreeMap::new()).await?;
    tx.commit().await?;
    Ok(items.pop())
}

/// What somebody was promised: a turn before others, and perhaps an agent of their own.
pub(super) fn promise_of(row: &Row) -> Result<Option<Promise>> {
    let agent = row.opt_int("callback_agent")?.map(AgentId::new);
    let asked_in = row.opt_int("callback_asked")?.map(AttemptId::new);
    Ok((row.int("turn")? == TURNS[0]).then_some(Promise { agent, asked_in }))
}

/// The phone asked for, else the first that may be dialed.
fn usable_phone(phones: &[ContactPhone], wanted: u8) -> u8 {
    let fits = |phone: &&ContactPhone| phone.usable && phone.ordinal == wanted;
    phones
        .iter()
        .find(fits)
        .or_else(|| phones.iter().find(|phone| phone.usable))
        .map_or(wanted, |phone| phone.ordinal)
}

/// Rows of `contact, ordinal, e164, attempts, usable` by contact.
pub(super) fn phones_by_contact(rows: &[Row]) -> Result<BTreeMap<i64, Vec<ContactPhone>>> {
    let mut phones: BTreeMap<i64, Vec<ContactPhone>> = BTreeMap::new();
    for row in rows {
        let phone = ContactPhone {
            ordinal: row.narrow("ordinal")?,
            number: row.phone("e164")?,
            attempts: row.narrow("attempts")?,
            usable: row.flag("usable")?,
        };
        phones.entry(row.int("contact")?).or_default().push(phone);
    }
    Ok(phones)
}

/// A contact without its phones.
pub(super) fn contact_of(row: &Row) -> Result<Contact> {
    let attributes = row.text("attributes")?;
    let attributes = serde_json::from_str(&attributes).map_err(|error| StoreError::Corrupt {
        what: "attributes of a contact",
        detail: error.to_string(),
    })?;
    Ok(Contact {
        id: ContactId::new(row.int("id")?),
        list: ListId::new(row.int("list")?),
        person: PersonId::new(row.int("person")?),
        document: row.text("document")?,
        name: row.text("name")?,
        segment: row.text("segment")?,
        phones: Vec::new(),
        attributes,
    })
}

/// An entry of an index for each list and turn; a test asks the planner about it.
pub(super) const NEXT_DUE: &str =
    "SELECT (SELECT min(w.next_at) FROM work w WHERE w.campaign = $1 AND w.list = r.list
                AND w.turn = r.turn AND w.state = 1) AS next_at
     FROM {rows}";

async fn next_due(
    tx: &mut Tx,
    campaign: CampaignId,
    lists: &[i64],
    turns: &[i64],
) -> Result<Option<Timestamp>> {
    let each = || {
        lists
            .iter()
            .flat_map(|list| turns.iter().map(move |turn| (*list, *turn)))
    };
    let query = Query::new("find when work is due", NEXT_DUE)
        .int(campaign.get())
        .rows(
            Batch::default()
                .ints("list", each().map(|(list, _)| list))
                .ints("turn", each().map(|(_, turn)| turn)),
        );
    let rows = tx.fetch(query).await?;
    let dues: Vec<Option<i64>> = rows
        .iter()
        .map(|row| row.opt_int("next_at"))
        .collect::<Result<_>>()?;
    Ok(dues.into_iter().flatten().min().map(Timestamp::from_millis))
}

/// Writes down decisions; at most one per piece of work. A person or number
/// that was suppressed meanwhile stays so.
pub(super) async fn update(tx: &mut Tx, updates: impl Iterator<Item = &WorkUpdate>) -> Result<()> {
    let updates: Vec<&WorkUpdate> = updates.collect();
    if updates.is_empty() {
        return Ok(());
    }
    let each = || updates.iter();
    let agent = |update: &&WorkUpdate| {
        let agent = update.promise.and_then(|promise| promise.agent);
        agent.map(|agent| agent.get())
    };
    let asked_in = |update: &&WorkUpdate| {
        let asked_in = update.promise.and_then(|promise| promise.asked_in);
        asked_in.map(AttemptId::get)
    };
    let because = |pick: fn(&Gate) -> &String| {
        updates
            .iter()
            .map(move |update| update.because.as_ref().map(|gate| pick(gate).clone()))
    };
    let batch = Batch::default()
        .ints("campaign", each().map(|u| u.campaign.get()))
        .ints("contact", each().map(|u| u.contact.get()))
        .ints("state", each().map(|u| i64::from(u.state.number())))
        .ints(
            "turn",
            each().map(|u| TURNS[usize::from(u.promise.is_none())]),
        )
        .ints("next_at", each().map(|u| u.next_at.as_millis()))
        .ints("next_phone", each().map(|u| i64::from(u.next_phone)))
        .ints("attempts", each().map(|u| i64::from(u.attempts)))
        .ints("repeats", each().map(|u| i64::from(u.repeats)))
        .texts("code", each().map(|u| u.code.clone()))
        .ints("callback_agent", each().map(agent))
        .ints("callback_asked", each().map(asked_in))
        .texts("because_rule", because(|gate| &gate.rule))
        .texts("because_pack", because(|gate| &gate.pack));
    let query = Query::new(
        "update work",
        "UPDATE work AS w SET
             state = CASE WHEN r.state IN (1, 2)
                           AND (w.state = 5 OR EXISTS (SELECT 1 FROM person p
                                    WHERE p.id = w.person AND p.suppressed = 1)
                               OR NOT EXISTS (SELECT 1 FROM phone q WHERE q.contact = w.contact
                                    AND NOT EXISTS (SELECT 1 FROM suppression s
                                                    WHERE s.e164 = q.e164)))
                          THEN 5 ELSE r.state END,
             turn = r.turn, next_at = r.next_at, next_phone = r.next_phone,
             attempts = r.attempts, repeats = r.repeats, code = COALESCE(r.code, w.code),
             callback_agent = r.callback_agent, callback_asked = r.callback_asked,
             because_rule = COALESCE(r.because_rule, w.because_rule),
             because_pack = COALESCE(r.because_pack, w.because_pack),
             lease_epoch = CASE WHEN r.state = 2 THEN w.lease_epoch END,
             segment = CASE WHEN (r.attempts <> w.attempts OR r.repeats <> w.repeats
                                  OR COALESCE(r.code, w.code) IS DISTINCT FROM w.code)
                             AND EXISTS (SELECT 1 FROM segment_set g
                                         WHERE g.campaign = w.campaign AND g.speaks_of IN (1, 3))
                            THEN -1 ELSE w.segment END
         FROM {rows} WHERE w.campaign = r.campaign AND w.contact = r.contact",
    )
    .rows(batch);
    tx.run(query).await.map(drop)
}

/// Why a number is not called that its person asked so of.
pub(super) const ASKED: &str = "asked by the person";

/// Suppresses the person and the number of each attempt, everywhere.
pub(super) async fn suppress_people_of(
    tx: &mut Tx,
    attempts: &BTreeSet<i64>,
    at: Option<Timestamp>,
) -> Result<()> {
    let Some(at) = at.filter(|_| !attempts.is_empty()) else {
        return Ok(());
    };
    let batch = || Batch::default().ints("attempt", attempts.iter().copied());
    let query = Query::new(
        "suppress numbers",
        "INSERT INTO suppression (e164, at, reason)
         SELECT DISTINCT a.phone, $1, $2
         FROM {rows} JOIN attempt a ON a.id = r.attempt WHERE true
         ON CONFLICT (e164) DO NOTHING",
    )
    .int(at.as_millis())
    .text(ASKED)
    .rows(batch());
    tx.run(query).await?;
    let query = Query::new(
        "read suppressed people",
        "SELECT a.person, a.phone FROM {rows} JOIN attempt a ON a.id = r.attempt",
    )
    .rows(batch());
    let (mut people, mut phones) = (BTreeSet::new(), BTreeSet::new());
    for row in tx.fetch(query).await? {
        people.insert(row.int("person")?);
        phones.insert(row.int("phone")?);
    }
    suppress_people(tx, &people).await?;
    hold_work_of(tx, &phones).await
}

async fn suppress_people(tx: &mut Tx, people: &BTreeSet<i64>) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    for text in [
        "UPDATE person SET suppressed = 1 WHERE id IN (SELECT r.person FROM {rows})",
        "UPDATE work SET state = 5 WHERE state = 1 AND person IN (SELECT r.person FROM {rows})",
    ] {
        let batch = Batch::default().ints("person", people.iter().copied());
        tx.run(Query::new("suppress people", text).rows(batch))
            .await?;
    }
    Ok(())
}

/// Holds the work with contacts all of whose phones are suppressed. Asked for by
/// person too: work has an index by that, and a base may be large.
pub(super) async fn hold_work_of(tx: &mut Tx, phones: &BTreeSet<i64>) -> Result<()> {
    if phones.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "hold work with suppressed numbers",
        "UPDATE work SET state = 5
         WHERE state = 1
           AND person IN (SELECT k.person FROM {rows} JOIN phone p ON p.e164 = r.phone
                          JOIN contact k ON k.id = p.contact)
           AND contact IN (SELECT p.contact FROM {rows} JOIN phone p ON p.e164 = r.phone)
           AND NOT EXISTS (SELECT 1 FROM phone q WHERE q.contact = work.contact
                           AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = q.e164))",
    )
    .rows(Batch::default().ints("phone", phones.iter().copied()));
    tx.run(query).await.map(drop)
}

/// See [`crate::Store::update_work`].
pub(super) async fn update_now(db: &Database, epoch: i64, updates: &[WorkUpdate]) -> Result<()> {
    let mut last = BTreeMap::new();
    let mut opted_out = BTreeSet::new();
    for update in updates {
        let key = (update.campaign.get(), update.contact.get());
        last.insert(key, update);
        if update.suppress {
            opted_out.insert(key.1);
        }
    }
    let mut tx = db.begin().await?;
    fence::turn_of(&mut tx, epoch).await?;
    let people = people_of(&mut tx, &opted_out).await?;
    suppress_people(&mut tx, &people).await?;
    self::update(&mut tx, last.into_values()).await?;
    tx.commit().await
}

async fn people_of(tx: &mut Tx, contacts: &BTreeSet<i64>) -> Result<BTreeSet<i64>> {
    if contacts.is_empty() {
        return Ok(BTreeSet::new());
    }
    let query = Query::new(
        "read people",
        "SELECT k.person FROM {rows} JOIN contact k ON k.id = r.contact",
    )
    .rows(Batch::default().ints("contact", contacts.iter().copied()));
    let rows = tx.fetch(query).await?;
    rows.iter().map(|row| row.int("person")).collect()
}

/// See [`crate::Store::work_stock`].
pub(super) async fn stock(db: &Database, campaign: CampaignId) -> Result<Vec<WorkStock>> {
    let query = Query::new(
        "count work by what was tried",
        "SELECT state, attempts, phones, segment, count(*) AS n FROM (
             SELECT w.state, w.attempts, w.segment,
                    (SELECT count(*) FROM phone p WHERE p.contact = w.contact
                        AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = p.e164)
                        AND NOT EXISTS (SELECT 1 FROM work_phone t WHERE t.campaign = w.campaign
                            AND t.contact = w.contact AND t.ordinal = p.ordinal
                            AND t.usable = 0)
                        AND NOT EXISTS (SELECT 1 FROM retired_phone x
                            WHERE x.person = w.person AND x.e164 = p.e164)) AS phones
             FROM work w WHERE w.campaign = $1) AS tried
         GROUP BY state, attempts, phones, segment ORDER BY state, attempts, phones, segment",
    )
    .int(campaign.get());
    let stock = |row: &Row| {
        Ok(WorkStock {
            state: row.kind("state", WorkState::from_number)?,
            attempts: row.narrow("attempts")?,
            phones: row.narrow("phones")?,
            segment: row.opt_int("segment")?.map(SegmentId::new),
            contacts: row.narrow("n")?,
        })
    };
    db.fetch(query).await?.iter().map(stock).collect()
}

/// See [`crate::Store::attach_list`].
pub(super) async fn attach_list(db: &Database, campaign: CampaignId, list: ListId) -> Result<u64> {
    let mut tx = db.begin().await?;
    config::must_exist(&mut tx, "campaign", campaign.get()).await?;
    config::must_exist(&mut tx, "list", list.get()).await?;
    let query = Query::new(
        "attach a list",
        "INSERT INTO campaign_list (campaign, list, place, attach_after)
         SELECT $1, $2, COALESCE(max(place), -1) + 1, 0 FROM campaign_list WHERE campaign = $1
         ON CONFLICT (campaign, list) DO NOTHING",
    )
    .int(campaign.get())
    .int(list.get());
    tx.run(query).await?;
    config::touch(&mut tx).await?;
    let (subject, detail) = (format!("campaign {campaign}"), format!("list {list}"));
    tx.note("campaign.attach", subject, detail);
    tx.commit().await?;
    attach::go_on(db).await
}

/// See [`crate::Store::suppress`].
pub(super) async fn suppress(
    db: &Database,
    phone: PhoneNumber,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query = Query::new(
        "suppress a number",
        "INSERT INTO suppression (e164, at, reason) VALUES ($1, $2, $3)
         ON CONFLICT (e164) DO NOTHING",
    )
    .int(digits(phone))
    .int(now.as_millis())
    .text(reason);
    tx.run(query).await?;
    hold_work_of(&mut tx, &BTreeSet::from([digits(phone)])).await?;
    tx.note(
        "number.suppress",
        format!("number {phone}"),
        reason.to_owned(),
    );
    tx.commit().await
}

/// See [`crate::Store::unsuppress`]. People who asked not to be called stay
/// suppressed.
pub(super) async fn unsuppress(db: &Database, phone: PhoneNumber) -> Result<()> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query =
        Query::new("allow a number", "DELETE FROM suppression WHERE e164 = $1").int(digits(phone));
    tx.run(query).await?;
    let query = Query::new(
        "take up work again",
        "UPDATE work SET state = 1
         WHERE state = 5
           AND person IN (SELECT k.person FROM phone p JOIN contact k ON k.id = p.contact
                          WHERE p.e164 = $1)
           AND contact IN (SELECT p.contact FROM phone p WHERE p.e164 = $1)
           AND NOT EXISTS (SELECT 1 FROM person h WHERE h.id = work.person AND h.suppressed = 1)",
    )
    .int(digits(phone));
    tx.run(query).await?;
    tx.note("number.allow", format!("number {phone}"), String::new());
    tx.commit().await
}

/// See [`crate::Store::is_suppressed`].
pub(super) async fn is_suppressed(db: &Database, phone: PhoneNumber) -> Result<bool> {
    let query = Query::new(
        "look a number up",
        "SELECT e164 FROM suppression WHERE e164 = $1",
    )
    .int(digits(phone));
    Ok(db.fetch_one(query).await?.is_some())
}

/// A number as stored. E.164 has at most 15 digits, so it always fits.
pub(super) fn digits(phone: PhoneNumber) -> i64 {
    i64::try_from(phone.as_u64()).expect("15 digits fit in 63 bits")
}
