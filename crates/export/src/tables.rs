//! The tables of a day: their columns, and how their rows are read, some thousand at a time.

use domain::{AgentId, AttemptId, PhoneNumber, hidden};
use store::{AttemptFilter, AttemptRow, DaySpan, Store};

use crate::error::ExportError;
use crate::table::Kind::{Flag, Int, Text, Time};
use crate::table::{Cell, Columns, Table};

/// Rows read at once.
const PAGE: u32 = 5_000;

pub(crate) const ATTEMPTS: Columns = &[
    ("attempt_id", Int),
    ("campaign_id", Int),
    ("list_id", Int),
    ("contact_id", Int),
    ("person_id", Int),
    ("segment", Text),
    ("phone", Text),
    ("phone_place", Int),
    ("trunk_id", Int),
    ("caller_id", Text),
    ("mode", Text),
    ("purpose", Text),
    ("agent_id", Int),
    ("intended_at", Time),
    ("placed_at", Time),
    ("ringing_at", Time),
    ("answered_at", Time),
    ("bridged_at", Time),
    ("ended_at", Time),
    ("waited_ms", Int),
    ("talk_ms", Int),
    ("outcome", Text),
    ("sip_status", Int),
    ("q850", Int),
    ("code", Text),
    ("coded_by_agent_id", Int),
    ("catalogue_id", Int),
    ("gate_rule", Text),
    ("serves_attempt_id", Int),
];

pub(crate) const TYPIFICATIONS: Columns = &[
    ("seq", Int),
    ("at", Time),
    ("attempt_id", Int),
    ("agent_id", Int),
    ("code", Text),
    ("corrects", Flag),
    ("corrected_by", Text),
    ("opt_out", Flag),
];

pub(crate) const CONTACTS: Columns = &[
    ("contact_id", Int),
    ("person_id", Int),
    ("list_id", Int),
    ("import_id", Int),
    ("record", Int),
    ("received_at", Time),
    ("document", Text),
    ("name", Text),
    ("segment", Text),
    ("phones", Text),
    ("phone_count", Int),
    ("attempts", Int),
];

pub(crate) const AGENT_TIME: Columns = &[
    ("seq", Int),
    ("agent_id", Int),
    ("state", Text),
    ("from", Time),
    ("to", Time),
    ("ms", Int),
    ("reason", Text),
    ("attempt_id", Int),
];

pub(crate) const SALE_MOVES: Columns = &[
    ("sale_id", Int),
    ("move", Int),
    ("attempt_id", Int),
    ("contact_id", Int),
    ("agent_id", Int),
    ("code", Text),
    ("accepted_at", Time),
    ("at", Time),
    ("from_stage", Text),
    ("to_stage", Text),
    ("by", Text),
    ("reason", Text),
    ("value", Int),
];

/// A day that is being read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) day: DaySpan,
    pub(crate) masked: bool,
}

fn agent(agent: Option<AgentId>) -> Cell {
    agent.map(AgentId::get).into()
}

fn attempt(attempt: Option<AttemptId>) -> Cell {
    attempt.map(AttemptId::get).into()
}

fn ms(span: Option<std::time::Duration>) -> Cell {
    let ms = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    span.map(ms).into()
}

impl Reading<'_> {
    fn number(&self, phone: PhoneNumber) -> String {
        match self.masked {
            true => hidden(&phone.dialable()),
            false => phone.dialable(),
        }
    }

    /// What was said of the calls; the place of the last in the journal.
    pub(crate) async fn typifications(&self, table: &mut Table) -> Result<u64, ExportError> {
        let mut after = 0;
        loop {
            let page = self.store.said_on(&self.day, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(after);
            };
            after = last.seq;
            for row in page {
                table.row([
                    row.seq.into(),
                    row.at.into(),
                    row.attempt.get().into(),
                    agent(row.agent),
                    row.code.into(),
                    row.corrects.into(),
                    row.user.into(),
                    row.opt_out.into(),
                ])?;
            }
        }
    }

    pub(crate) async fn attempts(&self, table: &mut Table) -> Result<(), ExportError> {
        let mut filter = AttemptFilter {
            campaign: Some(self.day.campaign),
            from: Some(self.day.from),
            to: Some(self.day.to),
            limit: PAGE,
            ..AttemptFilter::default()
        };
        loop {
            let page = self.store.attempts(&filter).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            filter.after = Some(last.id);
            for row in &page {
                self.call(table, row)?;
            }
        }
    }

    fn call(&self, table: &mut Table, row: &AttemptRow) -> Result<(), ExportError> {
        table.row([
            row.id.get().into(),
            row.campaign.get().into(),
            row.list.get().into(),
            row.contact.get().into(),
            row.person.get().into(),
            row.segment.as_str().into(),
            self.number(row.phone).into(),
            i64::from(row.ordinal).into(),
            row.trunk.get().into(),
            row.caller_id.dialable().into(),
            row.mode.word().into(),
            row.purpose.word().into(),
            agent(row.agent),
            row.intended_at.into(),
            row.placed_at.into(),
            row.ringing_at.into(),
            row.answered_at.into(),
            row.bridged_at.into(),
            row.ended_at.into(),
            ms(row.waited),
            ms(row.talk()),
            row.outcome.map(|it| it.word().to_owned()).into(),
            row.cause.sip_status.map(i64::from).into(),
            row.cause.q850.map(i64::from).into(),
            row.code.clone().into(),
            agent(row.coded_by),
            row.catalogue.get().into(),
            row.gate.as_ref().map(|gate| gate.rule.clone()).into(),
            attempt(row.serves),
        ])
    }

    pub(crate) async fn contacts(&self, table: &mut Table) -> Result<(), ExportError> {
        let mut after = None;
        loop {
            let page = self.store.contacts_on(&self.day, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for row in page {
                let document = match self.masked {
                    true => hidden(&row.document),
                    false => row.document,
                };
                let phones: Vec<String> = row.phones.iter().map(|it| self.number(*it)).collect();
                table.row([
                    row.id.get().into(),
                    row.person.get().into(),
                    row.list.get().into(),
                    row.import.0.into(),
                    row.record.into(),
                    row.received_at.into(),
                    document.into(),
                    Some(row.name).filter(|_| !self.masked).into(),
                    row.segment.into(),
                    phones.join(" ").into(),
                    (phones.len() as u64).into(),
                    i64::from(row.attempts).into(),
                ])?;
            }
        }
    }

    pub(crate) async fn agent_time(&self, table: &mut Table) -> Result<(), ExportError> {
        for row in self.store.time_on(&self.day).await? {
            table.row([
                row.seq.into(),
                row.agent.get().into(),
                row.status.word().into(),
                row.from.into(),
                row.to.into(),
                ms(Some(row.to.since(row.from))),
                row.reason.into(),
                attempt(row.attempt),
            ])?;
        }
        Ok(())
    }

    pub(crate) async fn sale_moves(&self, table: &mut Table) -> Result<(), ExportError> {
        let mut after = None;
        loop {
            let page = self.store.moves_on(&self.day, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some((last.sale, last.n));
            for row in page {
                table.row([
                    row.sale.get().into(),
                    i64::from(row.n).into(),
                    row.attempt.get().into(),
                    row.contact.get().into(),
                    agent(row.agent),
                    row.code.into(),
                    row.accepted_at.into(),
                    row.at.into(),
                    row.from.map(|stage| stage.word().to_owned()).into(),
                    row.to.word().into(),
                    row.doer.into(),
                    row.reason.into(),
                    row.value.into(),
                ])?;
            }
        }
    }
}
