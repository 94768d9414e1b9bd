//! What each column holds, guessed from its heading and from what is in it.

use crate::acta::Reason;
use crate::heading_words;
use crate::layout::Layout;
use crate::mapping::{Column, Mapping, Role};
use crate::phone::{NumberPlan, is_nothing};
use crate::preview::{Confidence, Guess};
use crate::row::Row;

/// Roles that one column at most can have.
const ONCE: &[Role] = &[
    Role::Document,
    Role::DocumentType,
    Role::Segment,
    Role::City,
    Role::Department,
    Role::LegalBasis,
];

/// One guess for each column.
pub(crate) fn guess(layout: &Layout, rows: &[Row], plan: &NumberPlan) -> Vec<Guess> {
    let mut guesses: Vec<Guess> = Vec::with_capacity(layout.headings.len());
    for (index, heading) in layout.headings.iter().enumerate() {
        let content = Content::of(index, rows, plan);
        let named = layout
            .heading_line
            .and_then(|_| heading_words::role_of(heading));
        let (mut role, mut confidence, mut reason) = match named {
            Some(role) => content.confirm(role),
            None => content.alone(layout.heading_line.is_none()),
        };
        let has = |role| guesses.iter().any(|guess| guess.role == role);
        if ONCE.contains(&role) && has(role) {
            (role, confidence) = (Role::Attribute, Confidence::Low);
            reason = "otra columna antes dice lo mismo";
        }
        guesses.push(Guess {
            heading: heading.clone(),
            role,
            confidence,
            reason: reason.to_owned(),
        });
    }
    guesses
}

/// The guesses as a mapping.
pub(crate) fn mapping_of(guesses: &[Guess]) -> Mapping {
    let columns = guesses.iter().map(|guess| Column {
        heading: guess.heading.clone(),
        role: guess.role,
    });
    Mapping {
        columns: columns.collect(),
    }
}

/// What the cells of one column look like.
#[derive(Default)]
struct Content {
    filled: usize,
    phones: usize,
    /// Phones too long to be documents.
    long_phones: usize,
    documents: usize,
    /// Words and no digit.
    words: usize,
    names: usize,
}

impl Content {
    fn of(index: usize, rows: &[Row], plan: &NumberPlan) -> Content {
        let mut content = Content::default();
        let cells = rows.iter().filter_map(|row| row.cells.get(index));
        for cell in cells.filter(|cell| !cell.is_empty()) {
            content.filled += 1;
            let phone = looks_like_phone(cell, plan);
            content.phones += usize::from(phone);
            content.long_phones += usize::from(phone && digits(cell) >= 10);
            content.documents += usize::from(looks_like_document(cell));
            content.words += usize::from(digits(cell) == 0 && !is_nothing(cell));
            content.names += usize::from(looks_like_name(cell));
        }
        content
    }

    fn mostly(&self, count: usize) -> bool {
        count * 10 >= self.filled * 6 && self.filled > 0
    }

    /// The heading says a role; the cells may bear it out.
    fn confirm(&self, role: Role) -> (Role, Confidence, &'static str) {
        let borne_out = match role {
            Role::Phone => self.mostly(self.phones),
            Role::Document => self.mostly(self.documents),
            Role::Name | Role::Surname => self.filled > 0 && self.phones == 0,
            _ => self.filled > 0,
        };
        if borne_out {
            return (role, Confidence::High, "por el encabezado y el contenido");
        }
        if role == Role::Phone && self.mostly(self.words) {
            return (
                Role::Attribute,
                Confidence::Low,
                "el encabezado dice teléfono, el contenido no",
            );
        }
        (role, Confidence::Medium, "por el encabezado")
    }

    /// The heading says nothing known. Where there are none, more is guessed.
    fn alone(&self, no_headings: bool) -> (Role, Confidence, &'static str) {
        if self.long_phones * 10 >= self.filled * 8 && self.filled > 0 {
            return (Role::Phone, Confidence::Medium, "por el contenido");
        }
        if no_headings && self.mostly(self.documents) {
            return (Role::Document, Confidence::Medium, "por el contenido");
        }
        if no_headings && self.mostly(self.names) {
            return (Role::Name, Confidence::Low, "por el contenido");
        }
        (
            Role::Attribute,
            Confidence::Medium,
            "se guarda para la pantalla del asesor",
        )
    }
}

/// Of a length that only phones have, and read as one; a local landline counts.
fn looks_like_phone(cell: &str, plan: &NumberPlan) -> bool {
    let found = plan.read(cell, &|| None);
    !found.numbers.is_empty()
        || found
            .left_out
            .iter()
            .any(|reason| matches!(reason, Reason::UnknownArea | Reason::DigitsLost))
}

fn looks_like_document(cell: &str) -> bool {
    (5..=11).contains(&digits(cell)) && digits(cell) * 10 >= cell.len() * 7
}

fn digits(cell: &str) -> usize {
    cell.bytes().filter(u8::is_ascii_digit).count()
}

fn looks_like_name(cell: &str) -> bool {
    cell.contains(' ') && !cell.bytes().any(|b| b.is_ascii_digit())
}
