//! The packs there are: those compiled in, and those somebody put beside them. Of several versions of a pack
//! the one binds whose day (`in_force_from`) is the latest that has come; of two of one day the one put
//! beside. Reading folders is a shell's.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::NaiveDate;
use domain::Timestamp;

use crate::pack::PACKS;
use crate::{LawError, Pack};

/// A version of a pack, and the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Edition {
    /// What it says.
    pub pack: Arc<Pack>,
    /// Its text.
    pub text: Arc<str>,
}

/// Every version of every pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    editions: Vec<Edition>,
}

/// What `Pack::by_id` answers from, once somebody installed it.
static INSTALLED: RwLock<Option<Arc<Vec<Edition>>>> = RwLock::new(None);

impl Book {
    /// The packs compiled in.
    pub fn compiled() -> Book {
        static READ: OnceLock<Book> = OnceLock::new();
        let read = || {
            let texts = PACKS.iter().map(|(_, text)| *text);
            let editions: Result<_, _> = texts.map(edition).collect();
            Book {
                editions: editions.expect("the packs compiled in are read by this crate's tests"),
            }
        };
        READ.get_or_init(read).clone()
    }

    /// With these texts beside them.
    pub fn with<'t>(mut self, texts: impl IntoIterator<Item = &'t str>) -> Result<Book, LawError> {
        for text in texts {
            let new = edition(text)?;
            let same = |known: &Edition| known.pack.label() == new.pack.label();
            if let Some(known) = self.editions.iter().find(|known| same(known))
                && known.text != new.text
            {
                return Err(LawError::Rule {
                    pack: new.pack.label(),
                    rule: "version".to_owned(),
                    why: "there is another text of this version; give a changed pack a version of its own"
                        .to_owned(),
                });
            }
            self.editions.retain(|known| !same(known));
            self.editions.push(new);
        }
        Ok(self)
    }

    /// The version of each pack that binds at an instant, in the order of their first.
    pub fn in_force(&self, at: Timestamp) -> Vec<Edition> {
        let mut chosen: Vec<Edition> = Vec::new();
        for edition in &self.editions {
            let from = edition.pack.in_force_from;
            let today = edition.pack.today(at).unwrap_or(NaiveDate::MIN);
            if from.is_some_and(|from| from > today) {
                continue;
            }
            match chosen
                .iter_mut()
                .find(|known| known.pack.id == edition.pack.id)
            {
                Some(known) if known.pack.in_force_from <= from => *known = edition.clone(),
                Some(_) => {}
                None => chosen.push(edition.clone()),
            }
        }
        chosen
    }

    /// Has `Pack::by_id` answer from what binds at an instant; tells it, if that is news.
    pub fn install(&self, at: Timestamp) -> Option<Vec<Arc<Pack>>> {
        let chosen = self.in_force(at);
        if *installed() == chosen {
            return None;
        }
        let packs = chosen
            .iter()
            .map(|edition| Arc::clone(&edition.pack))
            .collect();
        let mut place = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        *place = Some(Arc::new(chosen));
        Some(packs)
    }
}

/// What is installed; the packs compiled in where nothing was.
pub(crate) fn installed() -> Arc<Vec<Edition>> {
    let known = INSTALLED.read().unwrap_or_else(PoisonError::into_inner);
    let known = known.clone();
    known.unwrap_or_else(|| Arc::new(Book::compiled().editions))
}

fn edition(text: &str) -> Result<Edition, LawError> {
    Ok(Edition {
        pack: Arc::new(Pack::from_toml(text)?),
        text: text.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CO: &str = include_str!("../../../config/law/co.toml");

    fn changed(version: &str, from: &str, max: u32) -> String {
        let day = format!("version = \"{version}\"\nin_force_from = \"{from}\"");
        CO.replacen(
            &format!("version = \"{}\"", Pack::colombia().version),
            &day,
            1,
        )
        .replacen(
            "max = 3, within = \"day\"",
            &format!("max = {max}, within = \"day\""),
            1,
        )
    }

    fn at(text: &str) -> Timestamp {
        let parsed = chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339");
        Timestamp::from_millis(parsed.timestamp_millis())
    }

    fn version(book: &Book, instant: &str) -> String {
        let chosen = book.in_force(at(instant));
        let co = chosen.iter().find(|edition| edition.pack.id == "co");
        co.expect("there is one").pack.version.clone()
    }

    #[test]
    fn a_changed_pack_binds_from_its_day_by_its_own_clock() {
        let (next, after) = (
            changed("2027.1", "2027-01-01", 2),
            changed("2027.6", "2027-06-01", 1),
        );
        let book = Book::compiled()
            .with([after.as_str(), next.as_str()])
            .expect("sound");
        assert_eq!(
            version(&book, "2026-12-31T23:59:59-05:00"),
            Pack::colombia().version
        );
        assert_eq!(version(&book, "2027-01-01T00:00:00-05:00"), "2027.1");
        assert_eq!(version(&book, "2027-05-31T23:59:59-05:00"), "2027.1");
        assert_eq!(version(&book, "2027-06-01T00:00:00-05:00"), "2027.6");
        assert_eq!(
            book.in_force(at("2027-06-01T00:00:00-05:00")).len(),
            Pack::IDS.len()
        );
    }

    #[test]
    fn a_version_has_one_text_and_a_pack_of_its_own_is_there_beside_ours() {
        let other = CO.replacen("19:00", "18:00", 1);
        let problem = Book::compiled()
            .with([other.as_str()])
            .expect_err("another text");
        assert!(
            problem.to_string().contains("another text of this version"),
            "{problem}"
        );
        Book::compiled().with([CO]).expect("the same text again");
        let mexico = CO.replacen("id = \"co\"", "id = \"mx\"", 1);
        let book = Book::compiled().with([mexico.as_str()]).expect("sound");
        let now = at("2026-11-30T10:00:00-05:00");
        assert!(
            book.in_force(now)
                .iter()
                .any(|edition| edition.pack.id == "mx")
        );
        assert!(Book::compiled().with(["id ="]).is_err());
    }
}
