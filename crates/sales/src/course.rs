//! The moves a sale may make, one table: from, to, who, with which reason, and what must be there before.
//!
//! ```text
//! aceptada ──▶ en_validacion ──▶ validada ──▶ reservada ──▶ en_ruta ──▶ entregada ──▶ legalizada
//!    │          ▲     │   │                                ▲  │  │         │
//!    │          │     │   └────▶ rechazada      no_entregada ◀┘  │         │
//!    ▼          │     ▼              ▲                 │         ▼         │
//!   devuelta_asesor ◀─┘──────────────┘                 └▶ devuelta_logistica ◀┘
//! ```
//!
//! From every stage that is not terminal a supervisor may annul (`anulada`); the program annuls from any when a
//! correction says that the call was no sale after all. Terminal: rechazada, legalizada, anulada.

use std::fmt;

use thiserror::Error;

use crate::identity::IdentityPolicy;
use crate::stage::Stage;
use crate::standing::{AuditState, Standing};

/// Who moves a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doer {
    /// The advisor who sold it.
    Advisor,
    /// The back office.
    BackOffice,
    /// A supervisor or administrator.
    Supervisor,
    /// The program itself: a term that is over, a correction.
    Program,
}

impl Doer {
    /// The word used in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Doer::Advisor => "advisor",
            Doer::BackOffice => "back_office",
            Doer::Supervisor => "supervisor",
            Doer::Program => "program",
        }
    }
}

/// What must be said of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing.
    None,
    /// One of these words; with the last, `otro`, a note besides.
    OneOf(&'static [&'static str]),
}

/// What must be there before a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A sheet without anything wrong in it.
    Sheet,
    /// The evidence of identity that the policy asks for.
    Identity,
    /// A reservation.
    Reservation,
    /// An audit passed, where one is due.
    Audit,
}

/// A move there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// From this stage.
    pub from: Stage,
    /// To this one.
    pub to: Stage,
    /// By whom.
    pub doers: &'static [Doer],
    /// What they must say.
    pub reason: Reason,
    /// What must be there.
    pub needs: &'static [Need],
}

use Doer::{Advisor, BackOffice, Program, Supervisor};
use Reason::OneOf;
use Stage as S;

/// What is told of a note that stands for a reason of none of the other kinds.
pub(crate) const OTHER: &str = "otro";
const RETURNS: &[&str] = &["datos", "soporte_identidad", "direccion", "vencida", OTHER];
const REJECTIONS: &[&str] = &["cupo", "identidad", "desiste"];
const FAILURES: &[&str] = &["ausente", "direccion_errada", "rehusa", "zona", OTHER];
const COMES_BACK: &[&str] = &["rehusa", "no_localizado", "averiado", "retracto", OTHER];
const ANNULMENTS: &[&str] = &[
    "desiste",
    "retracto",
    "sin_inventario",
    "sin_cobertura",
    "fraude",
    "correccion",
    OTHER,
];
const DESK: &[Doer] = &[BackOffice, Supervisor];
const BOSS: &[Doer] = &[Supervisor, Program];

const fn way(
    from: Stage,
    to: Stage,
    doers: &'static [Doer],
    reason: Reason,
    needs: &'static [Need],
) -> Way {
    Way {
        from,
        to,
        doers,
        reason,
        needs,
    }
}

/// Every move there is, and no other.
#[rustfmt::skip]
pub const WAYS: &[Way] = &[
    way(S::Accepted, S::InValidation, &[Advisor, BackOffice, Supervisor], Reason::None, &[Need::Sheet]),
    way(S::Accepted, S::ReturnedToAdvisor, &[BackOffice, Supervisor, Program], OneOf(RETURNS), &[]),
    way(S::InValidation, S::Validated, DESK, Reason::None, &[Need::Sheet, Need::Identity]),
    way(S::InValidation, S::ReturnedToAdvisor, &[BackOffice, Supervisor, Program], OneOf(RETURNS), &[]),
    way(S::InValidation, S::Rejected, DESK, OneOf(REJECTIONS), &[]),
    way(S::ReturnedToAdvisor, S::InValidation, &[Advisor, Supervisor], Reason::None, &[Need::Sheet]),
    way(S::ReturnedToAdvisor, S::Rejected, DESK, OneOf(REJECTIONS), &[]),
    way(S::Validated, S::Reserved, DESK, Reason::None, &[Need::Reservation]),
    way(S::Reserved, S::OnRoute, DESK, Reason::None, &[]),
    way(S::OnRoute, S::Delivered, DESK, Reason::None, &[]),
    way(S::OnRoute, S::NotDelivered, DESK, OneOf(FAILURES), &[]),
    way(S::OnRoute, S::ReturnedByLogistics, DESK, OneOf(COMES_BACK), &[]),
    way(S::NotDelivered, S::OnRoute, DESK, Reason::None, &[]),
    way(S::NotDelivered, S::ReturnedByLogistics, DESK, OneOf(COMES_BACK), &[]),
    way(S::Delivered, S::ReturnedByLogistics, DESK, OneOf(COMES_BACK), &[]),
    way(S::Delivered, S::Legalised, DESK, Reason::None, &[Need::Audit]),
    way(S::Accepted, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::InValidation, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::Validated, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::ReturnedToAdvisor, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::Reserved, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::OnRoute, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::Delivered, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::NotDelivered, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::ReturnedByLogistics, S::Annulled, BOSS, OneOf(ANNULMENTS), &[]),
    way(S::Rejected, S::Annulled, &[Program], OneOf(ANNULMENTS), &[]),
    way(S::Legalised, S::Annulled, &[Program], OneOf(ANNULMENTS), &[]),
];

/// The moves from a stage.
pub fn ways_from(from: Stage) -> impl Iterator<Item = &'static Way> {
    WAYS.iter().filter(move |way| way.from == from)
}

/// Why a sale may not move.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No such move.
    #[error("a sale that is {from} cannot become {to}; from there it may become {may}")]
    NoWay {
        /// Where it stands.
        from: Stage,
        /// Where it should go.
        to: Stage,
        /// Where it may, in words.
        may: String,
    },
    /// Somebody else's.
    #[error("from {from} to {to} a sale is moved by {by}, not by {who}")]
    NotYours {
        /// Where it stands.
        from: Stage,
        /// Where it should go.
        to: Stage,
        /// By whom it is.
        by: String,
        /// Who asked.
        who: &'static str,
    },
    /// A reason is missing, or none there is.
    #[error("say why a sale becomes {to}: one of {one_of}")]
    SayWhy {
        /// Where it should go.
        to: Stage,
        /// The reasons there are.
        one_of: String,
    },
    /// Its reason says nothing without a note.
    #[error("say in a note why a sale becomes {to}: \"otro\" alone says nothing")]
    SayMore {
        /// Where it should go.
        to: Stage,
    },
    /// Something is not there yet.
    #[error("{0}")]
    Missing(String),
}

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    pub(crate) to: Stage,
    pub(crate) by: Doer,
    pub(crate) reason: Option<&'a str>,
    pub(crate) note: &'a str,
}

impl Standing {
    /// Whether a sale may become `to`; its move, or why not.
    pub fn may(
        &self,
        to: Stage,
        by: Doer,
        reason: Option<&str>,
        note: &str,
        policy: &IdentityPolicy,
    ) -> Result<&'static Way, Refusal> {
        check(
            self,
            Asked {
                to,
                by,
                reason,
                note,
            },
            policy,
        )
    }

    /// The moves somebody may make now, reasons given.
    pub fn open_to(&self, by: Doer, policy: &IdentityPolicy) -> Vec<&'static Way> {
        let mine = ways_from(self.stage).filter(|way| way.doers.contains(&by));
        mine.filter(|way| self.lacks(way, policy).is_none())
            .collect()
    }

    /// What a move needs and is not there, in words.
    fn lacks(&self, way: &Way, policy: &IdentityPolicy) -> Option<String> {
        way.needs.iter().find_map(|need| self.lack(*need, policy))
    }

    fn lack(&self, need: Need, policy: &IdentityPolicy) -> Option<String> {
        match need {
            Need::Sheet if !self.has_sheet => {
                Some("the sale has no complete sheet yet; fill it in first".to_owned())
            }
            Need::Identity => {
                let missing = policy.missing(&self.evidence);
                (!missing.is_empty()).then(|| {
                    let kinds = missing.join("; ");
                    format!("evidence of identity is missing ({kinds}); attach it before the sale is validated")
                })
            }
            Need::Reservation if !self.is_reserved => {
                Some("nothing is reserved for the sale; write the reservation first".to_owned())
            }
            Need::Audit => match self.audit {
                AuditState::NotDue | AuditState::Passed => None,
                AuditState::Undecided | AuditState::Due => {
                    Some("the sale is to be audited before it is legalised".to_owned())
                }
                AuditState::Failed => Some(
                    "the sale did not pass its audit; it is legalised only after one that it passes"
                        .to_owned(),
                ),
            },
            Need::Sheet | Need::Reservation => None,
        }
    }
}

pub(crate) fn check(
    standing: &Standing,
    asked: Asked<'_>,
    policy: &IdentityPolicy,
) -> Result<&'static Way, Refusal> {
    let (from, to) = (standing.stage, asked.to);
    let Some(way) = ways_from(from).find(|way| way.to == to) else {
        return Err(Refusal::NoWay {
            from,
            to,
            may: destinations(from, asked.by),
        });
    };
    if !way.doers.contains(&asked.by) {
        let by = way.doers.iter().map(|doer| doer.word()).collect::<Vec<_>>();
        return Err(Refusal::NotYours {
            from,
            to,
            by: by.join(" or "),
            who: asked.by.word(),
        });
    }
    if let Reason::OneOf(reasons) = way.reason {
        let given = asked.reason.filter(|reason| reasons.contains(reason));
        match given {
            None => {
                return Err(Refusal::SayWhy {
                    to,
                    one_of: reasons.join(", "),
                });
            }
            Some(OTHER) if asked.note.trim().is_empty() => return Err(Refusal::SayMore { to }),
            Some(_) => {}
        }
    }
    match standing.lacks(way, policy) {
        None => Ok(way),
        Some(words) => Err(Refusal::Missing(words)),
    }
}

/// Where a sale may go from a stage by somebody, in words.
fn destinations(from: Stage, by: Doer) -> String {
    let ways = ways_from(from).filter(|way| way.doers.contains(&by));
    let may: Vec<_> = ways.map(|way| way.to.word()).collect();
    match may.is_empty() {
        true => format!("nothing by {}", by.word()),
        false => may.join(", "),
    }
}

impl fmt::Display for Doer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(to: Stage, by: Doer) -> Asked<'static> {
        Asked {
            to,
            by,
            reason: None,
            note: "",
        }
    }

    fn at(stage: Stage) -> Standing {
        Standing {
            stage,
            ..Standing::default()
        }
    }

    #[test]
    fn a_move_there_is_not_is_refused_with_those_there_are() {
        let policy = IdentityPolicy::house();
        let refused = check(&at(S::Reserved), asked(S::Legalised, BackOffice), &policy);
        let words = refused.expect_err("no such move").to_string();
        assert_eq!(
            words,
            "a sale that is reservada cannot become legalizada; from there it may become en_ruta"
        );
        let refused = check(&at(S::Legalised), asked(S::Delivered, Supervisor), &policy);
        let words = refused.expect_err("terminal").to_string();
        assert!(words.ends_with("nothing by supervisor"), "{words}");
    }

    #[test]
    fn who_may_not_and_who_does_not_say_why_is_told() {
        let policy = IdentityPolicy::house();
        let by_advisor = check(&at(S::Delivered), asked(S::Legalised, Advisor), &policy);
        assert!(matches!(by_advisor, Err(Refusal::NotYours { .. })));
        let mute = check(
            &at(S::InValidation),
            asked(S::Rejected, BackOffice),
            &policy,
        );
        assert_eq!(
            mute.expect_err("no reason").to_string(),
            "say why a sale becomes rechazada: one of cupo, identidad, desiste"
        );
        let said = Asked {
            reason: Some("cupo"),
            ..asked(S::Rejected, BackOffice)
        };
        assert!(check(&at(S::InValidation), said, &policy).is_ok());
        let other = Asked {
            reason: Some("otro"),
            ..asked(S::NotDelivered, BackOffice)
        };
        assert_eq!(
            check(&at(S::OnRoute), other, &policy),
            Err(Refusal::SayMore {
                to: S::NotDelivered
            })
        );
    }

    #[test]
    fn what_a_move_needs_is_named() {
        let policy = IdentityPolicy::house();
        let bare = check(&at(S::Accepted), asked(S::InValidation, Advisor), &policy);
        assert!(matches!(bare, Err(Refusal::Missing(_))));
        let mut standing = at(S::InValidation);
        standing.has_sheet = true;
        let open = standing.open_to(BackOffice, &policy);
        let to: Vec<_> = open.iter().map(|way| way.to).collect();
        assert_eq!(to, [S::ReturnedToAdvisor, S::Rejected], "no identity yet");
    }

    #[test]
    fn each_pair_of_stages_has_one_row_and_terminal_ones_are_the_programs_alone() {
        for (place, way) in WAYS.iter().enumerate() {
            let twin = WAYS[place + 1..]
                .iter()
                .any(|w| (w.from, w.to) == (way.from, way.to));
            assert!(!twin, "{} to {} twice", way.from, way.to);
            if way.from.is_terminal() {
                assert_eq!((way.doers, way.to), (&[Program][..], S::Annulled));
            }
        }
        let again = ways_from(S::NotDelivered).any(|way| way.to == S::OnRoute);
        assert!(again, "what was not delivered may go out again");
    }
}
