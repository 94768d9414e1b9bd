//! What each column of a file means. Guessed (`guess.rs`), shown, and changed
//! by whoever knows better.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::heading_words::is_client_id;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Identity document.
    Document,
    /// Kind of document (CC, CE, NIT).
    DocumentType,
    /// Full name, or given names; several are joined in order.
    Name,
    /// Surnames, joined after the names.
    Surname,
    /// A phone; several in the order of the columns.
    Phone,
    /// Segment of the base.
    Segment,
    /// City, which also tells the area of an old local number.
    City,
    /// Department (state), used when the city is not known.
    Department,
    /// Why this person may be called, row by row; a row without it is not loaded.
    LegalBasis,
    /// What the client calls the record; kept as an attribute is, and told in the informe de gestión.
    ClientId,
    /// Kept under its heading for the advisor's screen.
    Attribute,
    /// Not kept.
    Ignore,
}

impl Role {
    const NAMES: [(Role, &'static str, &'static str); 12] = [
        (Role::Document, "documento", "document"),
        (Role::DocumentType, "tipo_documento", "document_type"),
        (Role::Name, "nombre", "name"),
        (Role::Surname, "apellido", "surname"),
        (Role::Phone, "telefono", "phone"),
        (Role::Segment, "segmento", "segment"),
        (Role::City, "ciudad", "city"),
        (Role::Department, "departamento", "department"),
        (Role::LegalBasis, "base_legal", "legal_basis"),
        (Role::ClientId, "id_cliente", "client_id"),
        (Role::Attribute, "atributo", "attribute"),
        (Role::Ignore, "ignorar", "ignore"),
    ];

    /// The English name, as the API has it.
    pub fn english(self) -> &'static str {
        let name = Role::NAMES.iter().find(|(role, ..)| *role == self);
        name.map_or("", |(_, _, english)| english)
    }
}

/// In Spanish, as it may be written back.
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Role::NAMES
            .iter()
            .find(|(role, ..)| role == self)
            .map_or("", |(_, name, _)| name);
        f.write_str(name)
    }
}

/// Reads the Spanish or the English name.
impl FromStr for Role {
    type Err = InvalidMapping;

    fn from_str(text: &str) -> Result<Role, InvalidMapping> {
        let wanted = text.trim().to_lowercase().replace('é', "e");
        Role::NAMES
            .iter()
            .find(|(_, spanish, english)| *spanish == wanted || *english == wanted)
            .map(|(role, ..)| *role)
            .ok_or_else(|| {
                let names: Vec<&str> = Role::NAMES.iter().map(|(_, spanish, _)| *spanish).collect();
                InvalidMapping(format!(
                    "\"{text}\" is no role; use one of: {}",
                    names.join(", ")
                ))
            })
    }
}

/// One column and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading as the file writes it, made unique.
    pub heading: String,
    /// What it holds.
    pub role: Role,
}

/// The meaning of every column, from left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    /// One for each column of the file.
    pub columns: Vec<Column>,
}

/// A mapping that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidMapping(pub(crate) String);

impl fmt::Display for InvalidMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidMapping {}

impl Mapping {
    /// Sets what a column holds; the column by heading (upper or lower case)
    /// or by number from 1.
    pub fn set(&mut self, column: &str, role: Role) -> Result<(), InvalidMapping> {
        let wanted = column.trim().to_lowercase();
        let by_heading = self
            .columns
            .iter()
            .position(|c| c.heading.to_lowercase() == wanted);
        let by_number = || {
            let number: usize = wanted.parse().ok()?;
            number
                .checked_sub(1)
                .filter(|&index| index < self.columns.len())
        };
        let index = by_heading.or_else(by_number).ok_or_else(|| {
            InvalidMapping(format!(
                "there is no column \"{column}\"; there are: {}",
                self.headings()
            ))
        })?;
        self.columns[index].role = role;
        Ok(())
    }

    /// Sets several from texts `role=column`, as a command line writes them.
    pub fn set_all<'t>(
        &mut self,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), InvalidMapping> {
        for text in texts {
            let (role, column) = text.split_once('=').ok_or_else(|| {
                InvalidMapping(format!(
                    "\"{text}\" should be written role=column, as telefono=CELULAR"
                ))
            })?;
            self.set(column, role.parse()?)?;
        }
        Ok(())
    }

    /// Columns that hold this.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = usize> + '_ {
        self.columns
            .iter()
            .enumerate()
            .filter(move |(_, c)| c.role == role)
            .map(|(index, _)| index)
    }

    /// The heading of the column with what the client calls a record: the one mapped so, else one kept under a heading that
    /// says so.
    pub fn client_id(&self) -> Option<&str> {
        let mapped = self.columns.iter().find(|one| one.role == Role::ClientId);
        let says_so = |one: &&Column| one.role == Role::Attribute && is_client_id(&one.heading);
        let found = mapped.or_else(|| self.columns.iter().find(says_so));
        found.map(|column| column.heading.as_str())
    }

    /// The headings, for a message.
    pub fn headings(&self) -> String {
        self.columns
            .iter()
            .map(|c| c.heading.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        let column = |heading: &str| Column {
            heading: heading.to_owned(),
            role: Role::Attribute,
        };
        Mapping {
            columns: vec![column("CEDULA"), column("Celular"), column("2")],
        }
    }

    #[test]
    fn a_column_is_named_by_heading_or_number() {
        let mut mapping = mapping();
        mapping
            .set_all([
                "documento=cedula",
                "telefono=Celular",
                "phone=2",
                "ignorar=1",
            ])
            .expect("all there");
        let roles: Vec<Role> = mapping.columns.iter().map(|c| c.role).collect();
        // A heading that looks like a number is a heading first.
        assert_eq!(roles, [Role::Ignore, Role::Phone, Role::Phone]);
    }

    #[test]
    fn what_the_client_calls_a_record_is_mapped_or_said_by_a_heading() {
        let mut mapping = mapping();
        assert_eq!(mapping.client_id(), None);
        mapping.columns[2].heading = "ID Cliente".to_owned();
        assert_eq!(mapping.client_id(), Some("ID Cliente"));
        mapping.set_all(["id_cliente=Celular"]).expect("there");
        assert_eq!(mapping.client_id(), Some("Celular"));
        mapping
            .set_all(["documento=ID Cliente", "telefono=Celular"])
            .expect("there");
        assert_eq!(mapping.client_id(), None, "it is the document");
    }

    #[test]
    fn what_cannot_be_mapped_says_what_can() {
        let mut mapping = mapping();
        for (text, complaint) in [
            ("telefono=TEL", "there are: CEDULA, Celular, 2"),
            ("fax=CEDULA", "use one of: documento"),
            ("CEDULA", "role=column"),
            ("telefono=0", "no column"),
            ("telefono=9", "no column"),
        ] {
            let error = mapping.set_all([text]).expect_err(text).to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }

    #[test]
    fn every_role_reads_its_own_name() {
        for (role, spanish, english) in Role::NAMES {
            assert_eq!(role.to_string(), spanish);
            assert_eq!((spanish.parse(), english.parse()), (Ok(role), Ok(role)));
        }
    }
}
