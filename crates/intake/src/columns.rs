//! Picks out of a row what its columns mean.

use crate::acta::Reason;
use crate::area;
use crate::cell_text::serial_date;
use crate::document::Document;
use crate::legal_basis;
use crate::mapping::{Mapping, Role};
use crate::phone::{NumberPlan, Phones};
use crate::plain::{one_line, plain};

/// Columns by role.
pub(crate) struct Columns {
    documents: Vec<usize>,
    kind: Option<usize>,
    names: Vec<usize>,
    phones: Vec<usize>,
    segment: Option<usize>,
    city: Option<usize>,
    department: Option<usize>,
    legal_basis: Option<usize>,
    /// Kept under their headings.
    attributes: Vec<usize>,
    /// Columns whose heading says date.
    dates: Vec<usize>,
    headings: Vec<String>,
}

/// What a row says, before anybody decided whether it is valid.
pub(crate) struct Parts {
    pub(crate) document: Document,
    pub(crate) name: String,
    pub(crate) segment: String,
    pub(crate) phones: Phones,
    /// The first phone refused: why, and in which column.
    pub(crate) refused: Option<(Reason, usize)>,
    pub(crate) attributes: Vec<(String, String)>,
    /// The column that should say why this person may be called, and does not.
    pub(crate) no_basis: Option<usize>,
}

impl Columns {
    pub(crate) fn of(mapping: &Mapping) -> Columns {
        let all = |role| mapping.with_role(role).collect::<Vec<usize>>();
        let first = |role| mapping.with_role(role).next();
        let kept = [
            Role::Attribute,
            Role::ClientId,
            Role::City,
            Role::Department,
            Role::DocumentType,
            Role::LegalBasis,
        ];
        let mut names = all(Role::Name);
        names.extend(all(Role::Surname));
        let roles = mapping.columns.iter().enumerate();
        Columns {
            documents: all(Role::Document),
            kind: first(Role::DocumentType),
            names,
            phones: all(Role::Phone),
            segment: first(Role::Segment),
            city: first(Role::City),
            department: first(Role::Department),
            legal_basis: first(Role::LegalBasis),
            attributes: roles
                .filter(|(_, column)| kept.contains(&column.role))
                .map(|(index, _)| index)
                .collect(),
            dates: mapping
                .columns
                .iter()
                .enumerate()
                .filter(|(_, column)| says_date(&column.heading))
                .map(|(index, _)| index)
                .collect(),
            headings: mapping.columns.iter().map(|c| c.heading.clone()).collect(),
        }
    }

    pub(crate) fn have_phones(&self) -> bool {
        !self.phones.is_empty()
    }

    pub(crate) fn have_documents(&self) -> bool {
        !self.documents.is_empty()
    }

    pub(crate) fn have_legal_basis(&self) -> bool {
        self.legal_basis.is_some()
    }

    pub(crate) fn heading(&self, index: usize) -> &str {
        self.headings.get(index).map_or("", String::as_str)
    }

    pub(crate) fn count(&self) -> usize {
        self.headings.len()
    }

    /// Heading of the first phone column, where a phone is missed.
    pub(crate) fn first_phone(&self) -> &str {
        self.phones.first().map_or("", |index| self.heading(*index))
    }

    pub(crate) fn parts(&self, cells: &[String], plan: &NumberPlan, phones_max: usize) -> Parts {
        let cell = |index: usize| cells.get(index).map_or("", String::as_str);
        let maybe = |index: Option<usize>| index.map_or("", cell);
        let (phones, refused) = self.phones(cells, plan, phones_max);
        let names: Vec<&str> = self.names.iter().map(|i| cell(*i)).collect();
        let attributes = self.attributes.iter().filter(|i| !cell(**i).is_empty());
        Parts {
            document: self
                .documents
                .iter()
                .map(|i| Document::read(cell(*i), maybe(self.kind)))
                .find(|document| !document.text.is_empty() || document.rounded)
                .unwrap_or_default(),
            name: one_line(&names.join(" ")),
            segment: one_line(maybe(self.segment)),
            phones,
            refused,
            no_basis: self.legal_basis.filter(|i| !legal_basis::is_one(cell(*i))),
            attributes: attributes
                .map(|i| (self.heading(*i).to_owned(), self.attribute(*i, cell(*i))))
                .collect(),
        }
    }

    fn attribute(&self, index: usize, cell: &str) -> String {
        let date = || serial_date(cell).filter(|_| self.dates.contains(&index));
        date().unwrap_or_else(|| cell.to_owned())
    }

    fn phones(
        &self,
        cells: &[String],
        plan: &NumberPlan,
        phones_max: usize,
    ) -> (Phones, Option<(Reason, usize)>) {
        let text = |index: Option<usize>| {
            index
                .and_then(|index| cells.get(index))
                .map_or("", String::as_str)
        };
        let area = || area::area_of(text(self.city), text(self.department));
        let mut all = Phones::default();
        let mut refused = None;
        for &index in &self.phones {
            let found = plan.read(text(Some(index)), &area);
            if refused.is_none() {
                refused = found.left_out.first().map(|reason| (*reason, index));
            }
            for number in found.numbers {
                if !all.numbers.contains(&number) && all.numbers.len() < phones_max {
                    all.numbers.push(number);
                }
            }
            all.left_out.extend(found.left_out);
            all.repairs.extend(found.repairs);
        }
        (all, refused)
    }
}

fn says_date(heading: &str) -> bool {
    plain(heading)
        .split(' ')
        .any(|word| matches!(word, "fecha" | "date" | "vencimiento" | "nacimiento"))
}
