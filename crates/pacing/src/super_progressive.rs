//! More than one line per free agent where the customer allows no abandoned
//! call: so many lines that all who may answer find an agent who is free
//! already. Nobody is counted on who still talks or typifies, and people are
//! taken to answer more often than they do.

use crate::decision::{Binding, Decision, Grounds};
use crate::limits;
use crate::pacer::Pacer;
use crate::snapshot::Snapshot;

/// Chance that more people answer than agents are free: one such decision in
/// this many.
const TOO_MANY: f64 = 1e-5;
/// People answer so many times as often as learnt, and as much more as two
/// standard deviations of what is not known.
const BOLD: f64 = 1.5;
const DEVIATIONS: f64 = 2.0;
/// No answer is as sure as that, and none as unlikely.
const ANSWER: (f64, f64) = (0.02, 0.95);
/// Live calls seen before anything but a line per agent is dialed.
const LEARNT: f64 = 50.0;
/// Most lines per free agent.
const LINES_MAX: u32 = 10;
/// Of more free agents the rest get a line each: there is no need to count.
const COUNTED_MAX: u32 = 150;

pub(crate) fn decide(pacer: &mut Pacer, snapshot: &Snapshot) -> Decision {
    let free = snapshot.agents_ready.saturating_sub(snapshot.waiting);
    let in_flight = u32::try_from(snapshot.calls.len()).unwrap_or(u32::MAX);
    let answer = answer_at_most(pacer, snapshot);
    let picked_up = snapshot.calls.iter().filter(|call| call.answered.is_some());
    let sure = u32::try_from(picked_up.count()).unwrap_or(u32::MAX);
    let lines = if pacer.budget.learnt_from() < LEARNT {
        free
    } else {
        free.min(sure) + lines(free.saturating_sub(sure), answer)
    };
    let wanted = lines.saturating_sub(in_flight);
    let (room, limit) = limits::room(snapshot);
    let binding = if wanted > room { limit } else { Binding::Mode };
    Decision {
        dial: wanted.min(room),
        binding: binding.word(),
        grounds: Grounds::Sure {
            free,
            in_flight,
            answer,
            lines,
        },
    }
}

/// The chance that a call placed now is answered by a person, not to be too low.
fn answer_at_most(pacer: &mut Pacer, snapshot: &Snapshot) -> f64 {
    let (calls, talks) = (&pacer.calls, &pacer.talks);
    let outlook = &mut pacer.outlook;
    let ahead = outlook.forecast(snapshot, calls, talks, &pacer.config);
    let (level, deviation) = ahead.level;
    let unknown = 1.0 + DEVIATIONS * deviation / level.max(1e-3);
    (BOLD * unknown * ahead.new_live).clamp(ANSWER.0, ANSWER.1)
}

/// The most lines of which, at this chance each, more than `free` answer no
/// more often than [`TOO_MANY`]: the exact distribution, line by line.
fn lines(free: u32, answer: f64) -> u32 {
    let counted = free.min(COUNTED_MAX);
    let mut chance = vec![0.0; counted as usize + 1];
    chance[0] = 1.0;
    let mut lines = 0;
    while lines < counted * LINES_MAX {
        let spilled = chance[counted as usize] * answer;
        let too_many = 1.0 - chance.iter().sum::<f64>() + spilled;
        if lines >= counted && too_many > TOO_MANY {
            break;
        }
        for number in (0..chance.len()).rev() {
            let below = number.checked_sub(1).map_or(0.0, |below| chance[below]);
            chance[number] += answer * (below - chance[number]);
        }
        lines += 1;
    }
    lines + (free - counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_agent_is_always_safe_and_few_agents_get_hardly_more() {
        assert_eq!(lines(0, 0.1), 0);
        assert_eq!(lines(1, 0.3), 1);
        assert_eq!(lines(5, 0.95), 5);
        assert_eq!(lines(400, 0.95), 400 + lines(150, 0.95) - 150);
    }

    #[test]
    fn a_free_crowd_gets_more_lines_the_fewer_people_answer() {
        assert_eq!(lines(2, 0.01), 5, "3 of 5 answer 10 times in a million");
        let (rare, often) = (lines(20, 0.1), lines(20, 0.3));
        assert!(rare > 60 && rare < 100, "{rare}");
        assert!(often > 25 && often < 35, "{often}");
        assert_eq!(lines(10, 0.0), 100, "ten lines each at most");
    }
}
