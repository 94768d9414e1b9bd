//! Who heard whom: each call with something to hear, one by one, for as long
//! as the record says that customer and advisor were joined.

use serde_json::Value;

use crate::Advisor;
use crate::fate::{Fate, VOICES, voice};
use crate::peer::Phone;
use crate::record::{talk, whose};
use crate::tone::{Ear, Spell, spells};

/// How far what was heard may be from what the record holds, in seconds: the
/// first and last packets of a call, on a machine that does other things too.
const SLACK: f64 = 0.3;

/// Each phone recorded the voices of the customers its advisor had, in that
/// order and no others.
pub(crate) fn advisors_heard_their_customers(
    phones: &[Box<dyn Phone>],
    advisors: &[Advisor],
    attempts: &[Value],
) {
    let mut calls = 0;
    for (Advisor { seat, .. }, phone) in advisors.iter().zip(phones) {
        let had = calls_of(seat.agent, Fate::Speaks, attempts);
        let heard = spells(&VOICES, &phone.heard());
        println!(
            "{} heard {} customers for {:.2} s, of {} who talked for {:.2} s",
            seat.user,
            heard.len(),
            heard.iter().map(|spell| spell.seconds).sum::<f64>(),
            had.len(),
            had.iter().map(|row| talk(row)).sum::<f64>(),
        );
        let voices: Vec<usize> = heard.iter().map(|spell| spell.who).collect();
        let spoke: Vec<usize> = had.iter().filter_map(|row| voice(whose(row))).collect();
        assert_eq!(voices, spoke, "voices that {} heard", seat.user);
        for (spell, row) in heard.iter().zip(&had) {
            assert_heard(spell, talk(row));
        }
        calls += had.len();
    }
    let speak = |row: &&Value| Fate::of(whose(row)) == Fate::Speaks;
    assert_eq!(calls, attempts.iter().filter(speak).count());
}

/// Each customer who listened heard one advisor, and each advisor was heard as
/// often and as long as the record says.
pub(crate) fn customers_heard_their_advisor(ear: &Ear, advisors: &[Advisor], attempts: &[Value]) {
    let says: Vec<f64> = advisors.iter().map(|advisor| advisor.says).collect();
    let mut heard = Vec::new();
    for audio in ear.heard() {
        let spells = spells(&says, &audio);
        assert_eq!(spells.len(), 1, "advisors one customer heard: {spells:?}");
        heard.extend(spells);
    }
    heard.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let mut calls = 0;
    for (who, Advisor { seat, .. }) in advisors.iter().enumerate() {
        let mut had = calls_of(seat.agent, Fate::Listens, attempts);
        had.sort_by(|one, other| talk(one).total_cmp(&talk(other)));
        let heard: Vec<&Spell> = heard.iter().filter(|spell| spell.who == who).collect();
        assert_eq!(heard.len(), had.len(), "customers who heard {}", seat.user);
        for (spell, row) in heard.iter().zip(&had) {
            assert_heard(spell, talk(row));
        }
        calls += had.len();
    }
    let listen = |row: &&Value| Fate::of(whose(row)) == Fate::Listens;
    assert_eq!(calls, attempts.iter().filter(listen).count());
    println!("{calls} customers heard their advisors: {heard:.2?}");
}

/// As loud as it was said, for as long as they were joined.
fn assert_heard(spell: &Spell, talk: f64) {
    let faithful = (0.9..1.1).contains(&spell.loudness);
    let whole = (spell.seconds - talk).abs() < SLACK;
    assert!(faithful && whole, "{spell:.2?} in {talk:.2} s of talk");
}

/// The calls of this fate that an agent had, one after another.
fn calls_of(agent: i64, fate: Fate, attempts: &[Value]) -> Vec<&Value> {
    let theirs = |row: &&Value| row["agent"] == agent && Fate::of(whose(row)) == fate;
    let mut rows: Vec<&Value> = attempts.iter().filter(theirs).collect();
    rows.sort_by_key(|row| row["bridged_at"].as_i64());
    rows
}
