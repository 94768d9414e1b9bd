//! What was said of attempts, what agents did, what became of sales, and goals.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use domain::{AgentStatus, AttemptId, Timestamp};
use sales::{Reason, Stage, ways_from};
use store::PastKind;

use super::{Check, Known, Order, hash};
use crate::error::ApiError;
use crate::history::Teller;
use crate::history::rows::{PastStage, PastState, PastWord, SAID, SALES, STATES};
use crate::history::table::{FileProblem, Table};

impl Check<'_> {
    /// What was said of attempts; how often.
    pub(in crate::history) async fn words(
        &mut self,
        path: &Path,
        teller: &mut Teller<'_>,
    ) -> Result<u64, ApiError> {
        let Some(mut table) = self.open(path, SAID) else {
            return Ok(0);
        };
        let (mut count, mut order, mut seen) = (0, Order::default(), HashSet::new());
        while let Some(rows) = self.chunk(&mut table, |row| row.word(), teller) {
            count += rows.len() as u64;
            self.fetch_calls(rows.iter().map(|word| &word.attempt).collect())
                .await?;
            for word in &rows {
                self.one_word(&table, word);
                self.problems
                    .extend(order.next(&table, word.line, 1, word.at));
                self.agents.extend(word.agent.clone());
                if !seen.insert(hash((&word.attempt, word.at))) {
                    let words = "two typifications of one attempt at the same instant";
                    self.problems.push(table.wrong(word.line, 1, words));
                }
            }
        }
        Ok(count)
    }

    pub(super) fn is_sale(&self, code: &str) -> bool {
        let row = self.meaning.catalogue.get(code);
        row.is_some_and(|row| row.accepted_sale)
    }

    fn one_word(&mut self, table: &Table, word: &PastWord) {
        let is_sale = self.is_sale(&word.code);
        let Some(known) = self.calls.get_mut(&hash(&word.attempt)) else {
            let problem = table.wrong(word.line, 0, no_attempt(&word.attempt));
            return self.problems.push(problem);
        };
        known.is_sale = is_sale;
        if word.at < known.placed {
            let words = "this was said before the attempt was made";
            self.problems.push(table.wrong(word.line, 1, words));
        }
    }

    /// Learns of attempts that are in the record and not in the file.
    async fn fetch_calls(&mut self, attempts: Vec<&String>) -> Result<(), ApiError> {
        let Some(campaign) = self.campaign else {
            return Ok(());
        };
        let unknown = |name: &&String| !self.calls.contains_key(&hash(*name));
        let names: BTreeSet<String> = attempts.into_iter().filter(unknown).cloned().collect();
        if names.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = names.into_iter().collect();
        let ids = self
            .store
            .past_ids(campaign, PastKind::Attempt, &names)
            .await?;
        for (name, id) in ids {
            let attempt = self.store.attempt(AttemptId::new(id)).await?;
            let code = attempt.as_ref().and_then(|row| row.code.as_deref());
            let known = Known {
                placed: attempt
                    .as_ref()
                    .and_then(|row| row.placed_at)
                    .unwrap_or_default(),
                is_sale: code.is_some_and(|code| self.is_sale(code)),
            };
            self.calls.insert(hash(&name), known);
        }
        Ok(())
    }

    /// What agents did; how often.
    pub(in crate::history) async fn states(
        &mut self,
        path: &Path,
        teller: &mut Teller<'_>,
    ) -> Result<u64, ApiError> {
        let Some(mut table) = self.open(path, STATES) else {
            return Ok(0);
        };
        let (mut count, mut order) = (0, Order::default());
        let mut last: BTreeMap<String, PastState> = BTreeMap::new();
        let mut first_new: BTreeMap<String, PastState> = BTreeMap::new();
        while let Some(rows) = self.chunk(&mut table, |row| row.state(), teller) {
            count += rows.len() as u64;
            let known = self.known_states(&rows).await?;
            for state in rows {
                self.problems
                    .extend(order.next(&table, state.line, 1, state.at));
                self.agents.insert(state.agent.clone());
                if !known.contains(&state.key()) {
                    let first = first_new.entry(state.agent.clone());
                    first.or_insert_with(|| state.clone());
                }
                let before = last.insert(state.agent.clone(), state.clone());
                if before.is_some_and(|before| before.at == state.at) {
                    let words = "two states of one advisor at the same instant";
                    self.problems.push(table.wrong(state.line, 1, words));
                }
            }
        }
        for state in last
            .values()
            .filter(|state| state.state != AgentStatus::Offline)
        {
            let words = format!(
                "{} never leaves: their last state must be offline",
                state.agent
            );
            self.problems.push(table.wrong(state.line, 2, words));
        }
        self.own_states(&table, &first_new).await?;
        Ok(count)
    }

    /// Stages that sales came to; how many.
    pub(in crate::history) async fn sales(
        &mut self,
        path: &Path,
        teller: &mut Teller<'_>,
    ) -> Result<u64, ApiError> {
        let Some(mut table) = self.open(path, SALES) else {
            return Ok(0);
        };
        let mut stands = self.standing().await?;
        let (mut count, mut order) = (0, Order::default());
        while let Some(rows) = self.chunk(&mut table, |row| row.stage(), teller) {
            count += rows.len() as u64;
            self.fetch_calls(rows.iter().map(|row| &row.attempt).collect())
                .await?;
            let known = match self.campaign {
                None => BTreeMap::new(),
                Some(campaign) => {
                    let names: Vec<String> = rows.iter().map(PastStage::key).collect();
                    self.store
                        .past_ids(campaign, PastKind::SaleMove, &names)
                        .await?
                }
            };
            for row in rows {
                self.problems
                    .extend(order.next(&table, row.line, 2, row.at));
                if !known.contains_key(&row.key()) {
                    self.one_stage(&table, &row, &mut stands);
                }
            }
        }
        Ok(count)
    }

    /// Where the sales of the record stand, by the hash of their attempt's key.
    async fn standing(&self) -> Result<HashMap<u64, Stage>, ApiError> {
        let Some(campaign) = self.campaign else {
            return Ok(HashMap::new());
        };
        let filter = store::SaleFilter {
            campaign: Some(campaign),
            ..store::SaleFilter::default()
        };
        let sales = self.store.sales(&filter).await?;
        let live = sales.iter().filter(|sale| !sale.by_correction);
        let stages: HashMap<i64, Stage> =
            live.map(|sale| (sale.attempt.get(), sale.stage)).collect();
        let ids: Vec<i64> = stages.keys().copied().collect();
        let names = self
            .store
            .past_names(campaign, PastKind::Attempt, &ids)
            .await?;
        Ok(names
            .into_iter()
            .map(|(id, name)| (hash(&name), stages[&id]))
            .collect())
    }

    fn one_stage(&mut self, table: &Table, row: &PastStage, stands: &mut HashMap<u64, Stage>) {
        let of = hash(&row.attempt);
        let problem = match self.calls.get(&of) {
            None => Some((0, no_attempt(&row.attempt))),
            Some(known) if !known.is_sale => {
                let words = format!(
                    "the last word on attempt \"{}\" is not that it was a sale",
                    row.attempt
                );
                Some((0, words))
            }
            Some(_) => {
                let from = stands.insert(of, row.stage).unwrap_or(Stage::Accepted);
                may_come(from, row)
            }
        };
        self.problems
            .extend(problem.map(|(column, words)| table.wrong(row.line, column, words)));
    }

    /// Goals; how many. Advisors whom the other files name will be here by then.
    pub(in crate::history) async fn goals(&mut self, path: &Path) -> Result<u64, ApiError> {
        let mut agents = self.store.agents().await?;
        for name in &self.agents {
            if crate::goals::agent_named(&agents, name).is_none() {
                agents.push(domain::AgentProfile {
                    name: name.clone(),
                    ..crate::agents::new_agent()
                });
            }
        }
        let text = match text_of(path) {
            Ok(text) => text,
            Err(problem) => {
                self.problems.push(problem);
                return Ok(0);
            }
        };
        match crate::goals::read(&text, &agents) {
            Ok(goals) => Ok(goals.len() as u64),
            Err(wrong) => {
                let file = name_of(path);
                self.problems
                    .extend(wrong.into_iter().map(|one| FileProblem {
                        file: file.clone(),
                        line: one.line,
                        column: one.column.to_owned(),
                        words: one.words,
                    }));
                Ok(0)
            }
        }
    }

    async fn known_states(&self, rows: &[PastState]) -> Result<BTreeSet<String>, ApiError> {
        let Some(campaign) = self.campaign else {
            return Ok(BTreeSet::new());
        };
        let names: Vec<String> = rows.iter().map(PastState::key).collect();
        let known = self
            .store
            .past_ids(campaign, PastKind::AgentState, &names)
            .await?;
        Ok(known.into_keys().collect())
    }

    /// The past of an agent ends before what the record knows of them by itself: their time is one line.
    async fn own_states(
        &mut self,
        table: &Table,
        first: &BTreeMap<String, PastState>,
    ) -> Result<(), ApiError> {
        let agents = self.store.agents().await?;
        for state in first.values() {
            let Some(agent) = crate::goals::agent_named(&agents, &state.agent) else {
                continue;
            };
            let end = Timestamp::from_millis(i64::MAX);
            let later = self.store.agent_log(Some(agent.id), state.at, end).await?;
            if let Some(later) = later.first() {
                let words = format!(
                    "the record has states of {} itself from {} ms on; give whoever this was another name",
                    state.agent,
                    later.at.as_millis()
                );
                self.problems.push(table.wrong(state.line, 1, words));
            }
        }
        Ok(())
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// A file of goals, which is small.
pub(in crate::history) fn text_of(path: &Path) -> Result<String, FileProblem> {
    let problem = |words: String| FileProblem {
        file: name_of(path),
        line: 1,
        column: "fecha".to_owned(),
        words,
    };
    let bytes =
        std::fs::read(path).map_err(|error| problem(format!("it cannot be read: {error}")))?;
    String::from_utf8(bytes)
        .map_err(|_| problem("this is not UTF-8; save the table as CSV UTF-8".to_owned()))
}

fn no_attempt(name: &str) -> String {
    format!("there is no attempt \"{name}\", neither in the file of attempts nor here")
}

/// Why a sale cannot have come to that stage, and in which column that is wrong.
fn may_come(from: Stage, row: &PastStage) -> Option<(usize, String)> {
    if row.stage == from {
        return None;
    }
    let Some(way) = ways_from(from).find(|way| way.to == row.stage) else {
        let may: Vec<_> = ways_from(from).map(|way| way.to.word()).collect();
        let may = may.join(", ");
        return Some((
            1,
            format!(
                "a sale that is {from} cannot become {}; from there it may become {may}: give the stages between",
                row.stage
            ),
        ));
    };
    match (way.reason, row.reason.as_deref()) {
        (_, None) => None,
        (Reason::OneOf(words), Some(reason)) if words.contains(&reason) => None,
        (Reason::OneOf(words), Some(_)) => Some((
            4,
            format!("the reason is one of {}, or empty", words.join(", ")),
        )),
        (Reason::None, Some(_)) => {
            Some((4, "such a move has no reason; leave it empty".to_owned()))
        }
    }
}
