//! One lease shared out among the segments of a campaign: those of the first priority by their shares, contact by
//! contact; those of the next when the first have nobody left. Shares are kept over leases by what each segment is
//! owed (smooth weighted round robin, as nginx has it), so that the mixture is right after ten calls and after ten
//! thousand, and the same calls come from the same record. A segment that is spread over the day gets what its pace
//! allows by now; more of it comes only where nobody else is left, before a line stands idle.

use std::collections::VecDeque;

use domain::{ContactId, SegmentId};

/// A segment that may get contacts called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixTurn {
    /// Which; that of the rest is 0.
    pub segment: SegmentId,
    /// 1 comes first.
    pub priority: u16,
    /// Its part among those of its priority.
    pub share: u8,
    /// The most it may get now.
    pub most: u32,
    /// So many of those before the others have nobody left, whatever their priority.
    pub paced: u32,
    /// What it is owed, in hundredths of a contact where all shares are open.
    pub owed: i64,
}

/// Contacts to be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixAsk {
    /// The place of the segment among the turns.
    pub turn: usize,
    /// So many.
    pub count: u32,
}

/// A lease in the making: ask, look for what was asked, tell what was found, until nothing is asked any more.
#[derive(Clone, Debug)]
pub struct Mix {
    turns: Vec<MixTurn>,
    found: Vec<VecDeque<ContactId>>,
    asked: Vec<u32>,
    spent: Vec<bool>,
    /// Whose turn each contact of the lease is.
    slots: Vec<usize>,
    wanted: usize,
}

impl Mix {
    /// So many contacts out of these segments.
    pub fn new(turns: Vec<MixTurn>, wanted: u32) -> Mix {
        Mix {
            found: vec![VecDeque::new(); turns.len()],
            asked: vec![0; turns.len()],
            spent: turns.iter().map(|turn| turn.most == 0).collect(),
            slots: Vec::new(),
            wanted: wanted as usize,
            turns,
        }
    }

    /// What to look for now; nothing when the lease is full or nobody is left.
    pub fn ask(&mut self) -> Vec<MixAsk> {
        let mut counts = vec![0; self.turns.len()];
        while self.slots.len() < self.wanted {
            let Some(turn) = self.next_turn() else {
                break;
            };
            self.slots.push(turn);
            counts[turn] += 1;
            self.asked[turn] += 1;
        }
        let ask = |(turn, count): (usize, u32)| (count > 0).then_some(MixAsk { turn, count });
        counts.into_iter().enumerate().filter_map(ask).collect()
    }

    /// What was found for an ask. Fewer than asked for: the segment has nobody else.
    pub fn found(&mut self, ask: MixAsk, contacts: Vec<ContactId>) {
        let missing = (ask.count as usize).saturating_sub(contacts.len());
        self.found[ask.turn].extend(contacts);
        for _ in 0..missing {
            if let Some(place) = self.slots.iter().rposition(|turn| *turn == ask.turn) {
                self.slots.remove(place);
            }
        }
        if missing > 0 {
            self.spent[ask.turn] = true;
            self.turns[ask.turn].owed = 0;
        }
    }

    /// The contacts in the order in which they are called, and what each segment is owed from now on.
    pub fn end(mut self) -> (Vec<ContactId>, Vec<MixTurn>) {
        let mut contacts = Vec::with_capacity(self.slots.len());
        for turn in &self.slots {
            contacts.extend(self.found[*turn].pop_front());
        }
        self.turns.iter_mut().for_each(MixTurn::bound);
        (contacts, self.turns)
    }

    /// Whose turn it is, among the open segments of the first priority that has any; of those within their pace, while
    /// there are any.
    fn next_turn(&mut self) -> Option<usize> {
        let open = |turn: &usize| !self.spent[*turn] && self.asked[*turn] < self.turns[*turn].most;
        let mut all: Vec<usize> = (0..self.turns.len()).filter(open).collect();
        let within_pace = |turn: &usize| self.asked[*turn] < self.turns[*turn].paced;
        if all.iter().any(within_pace) {
            all.retain(within_pace);
        }
        let first = all.iter().map(|turn| self.turns[*turn].priority).min()?;
        let mut sum = 0;
        let mut next: Option<usize> = None;
        for turn in all {
            let MixTurn {
                priority, share, ..
            } = self.turns[turn];
            if priority != first {
                continue;
            }
            sum += i64::from(share);
            self.turns[turn].owed += i64::from(share);
            if next.is_none_or(|best| self.turns[turn].owed > self.turns[best].owed) {
                next = Some(turn);
            }
        }
        let next = next?;
        self.turns[next].owed -= sum;
        Some(next)
    }
}

impl MixTurn {
    /// A segment that was closed for long is not owed all that went by meanwhile.
    fn bound(&mut self) {
        self.owed = self.owed.clamp(-100, 100);
    }
}

#[cfg(test)]
mod tests;
