//! One text for both databases: a query with its values, and batches of rows
//! that a single statement takes whole. `{rows}` in the text becomes
//! `jsonb_each` on SQLite (`json_each` would parse a row anew for each column)
//! and `unnest` on PostgreSQL; the words of `ROW_LOCKS` become row locks where
//! writers are not alone.

use std::borrow::Cow;

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, Postgres, Sqlite};

/// Locks on the rows read, on PostgreSQL. `{turn}` and `{beside}` let each other
/// pass, others with `{turn}` wait, and `{alone}` waits for all (`fence.rs`).
const ROW_LOCKS: [(&str, &str); 4] = [
    ("{skip_locked}", "FOR UPDATE OF w SKIP LOCKED"),
    ("{turn}", "FOR NO KEY UPDATE"),
    ("{beside}", "FOR KEY SHARE"),
    ("{alone}", "FOR UPDATE"),
];

/// A value bound to a statement.
#[derive(Clone, Debug)]
enum Param {
    Int(Option<i64>),
    Text(Option<String>),
    Real(Option<f64>),
    Bytes(Vec<u8>),
}

/// A column of a batch.
#[derive(Debug)]
enum Column {
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
}

/// Rows handed to a statement whole, column by column.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    columns: Vec<(&'static str, Column)>,
}

impl Batch {
    /// Adds a column of integers.
    pub(crate) fn ints(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<Option<i64>>>,
    ) -> Batch {
        let values = values.into_iter().map(Into::into).collect();
        self.columns.push((name, Column::Ints(values)));
        self
    }

    /// Adds a column of texts.
    pub(crate) fn texts(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = impl Into<Option<String>>>,
    ) -> Batch {
        let stored = |text: String| storable(&text).into_owned();
        let values = values.into_iter().map(|v| v.into().map(stored)).collect();
        self.columns.push((name, Column::Texts(values)));
        self
    }

    /// The rows as one JSON array of arrays, written at once: a base has millions of cells.
    fn json(&self) -> String {
        let len = self.columns.first().map_or(0, |(_, column)| match column {
            Column::Ints(values) => values.len(),
            Column::Texts(values) => values.len(),
        });
        let mut json = Vec::with_capacity(len * 16 * self.columns.len());
        for at in 0..len {
            json.extend_from_slice(if at == 0 { b"[" } else { b"," });
            for (place, (_, column)) in self.columns.iter().enumerate() {
                json.extend_from_slice(if place == 0 { b"[" } else { b"," });
                let written = match column {
                    Column::Ints(values) => serde_json::to_writer(&mut json, &values[at]),
                    Column::Texts(values) => serde_json::to_writer(&mut json, &values[at]),
                };
                written.expect("numbers and texts go into memory");
            }
            json.push(b']');
        }
        json.extend_from_slice(if len == 0 { b"[]" } else { b"]" });
        String::from_utf8(json).expect("JSON of texts is text")
    }

    fn sqlite_text(&self, param: usize) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(place, (name, _))| format!("value->>{place} AS {name}"))
            .collect();
        format!(
            "(SELECT {} FROM jsonb_each(${param})) AS r",
            columns.join(", ")
        )
    }

    fn postgres_text(&self, first_param: usize) -> String {
        let (mut arrays, mut names) = (Vec::new(), Vec::new());
        for (place, (name, column)) in self.columns.iter().enumerate() {
            let kind = match column {
                Column::Ints(_) => "bigint",
                Column::Texts(_) => "text",
            };
            arrays.push(format!("${}::{kind}[]", first_param + place));
            names.push(*name);
        }
        format!("unnest({}) AS r({})", arrays.join(", "), names.join(", "))
    }
}

/// A statement with its values. `doing` completes "the database failed to ...".
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) doing: &'static str,
    text: String,
    params: Vec<Param>,
    batch: Option<Batch>,
}

impl Query {
    /// A statement; values are bound in the order they are added, `$1` first.
    pub(crate) fn new(doing: &'static str, text: impl Into<String>) -> Query {
        Query {
            doing,
            text: text.into(),
            params: Vec::new(),
            batch: None,
        }
    }

    /// Binds an integer.
    pub(crate) fn int(mut self, value: impl Into<Option<i64>>) -> Query {
        self.params.push(Param::Int(value.into()));
        self
    }

    /// Binds a text.
    pub(crate) fn text(mut self, value: &str) -> Query {
        self.params
            .push(Param::Text(Some(storable(value).into_owned())));
        self
    }

    /// Binds a text that may be missing.
    pub(crate) fn opt_text(mut self, value: Option<&str>) -> Query {
        let value = value.map(|text| storable(text).into_owned());
        self.params.push(Param::Text(value));
        self
    }

    /// Binds a number.
    pub(crate) fn real(mut self, value: impl Into<Option<f64>>) -> Query {
        self.params.push(Param::Real(value.into()));
        self
    }

    /// Binds bytes.
    pub(crate) fn bytes(mut self, value: Vec<u8>) -> Query {
        self.params.push(Param::Bytes(value));
        self
    }

    /// Binds the rows of `{rows}`; after every other value.
    pub(crate) fn rows(mut self, batch: Batch) -> Query {
        self.batch = Some(batch);
        self
    }

    /// How many values are bound so far, for texts put together at run time.
    pub(crate) fn bound(&self) -> usize {
        self.params.len()
    }

    /// Adds to the text.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn for_sqlite(self) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
        let mut arguments = SqliteArguments::default();
        let mut text = self.text;
        for (word, _) in ROW_LOCKS {
            text = text.replace(word, "");
        }
        for param in self.params {
            bind(match param {
                Param::Int(value) => Arguments::add(&mut arguments, value),
                Param::Text(value) => Arguments::add(&mut arguments, value),
                Param::Real(value) => Arguments::add(&mut arguments, value),
                Param::Bytes(value) => Arguments::add(&mut arguments, value),
            });
        }
        if let Some(batch) = self.batch {
            text = text.replace("{rows}", &batch.sqlite_text(arguments.len() + 1));
            bind(Arguments::add(&mut arguments, batch.json()));
        }
        sqlx::query_with(AssertSqlSafe(text), arguments)
    }

    pub(super) fn for_postgres(self) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        let mut arguments = PgArguments::default();
        let mut text = self.text;
        for (word, lock) in ROW_LOCKS {
            text = text.replace(word, lock);
        }
        for param in self.params {
            bind(match param {
                Param::Int(value) => arguments.add(value),
                Param::Text(value) => arguments.add(value),
                Param::Real(value) => arguments.add(value),
                Param::Bytes(value) => arguments.add(value),
            });
        }
        if let Some(batch) = self.batch {
            text = text.replace("{rows}", &batch.postgres_text(arguments.len() + 1));
            for (_, column) in batch.columns {
                bind(match column {
                    Column::Ints(values) => arguments.add(values),
                    Column::Texts(values) => arguments.add(values),
                });
            }
        }
        sqlx::query_with(AssertSqlSafe(text), arguments)
    }
}

/// PostgreSQL stores no NUL and SQLite reads no further than one; a text from a
/// stranger must not stop the journal for it.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => Cow::Owned(text.replace('\0', "\u{fffd}")),
        false => Cow::Borrowed(text),
    }
}

fn bind(added: Result<(), sqlx::error::BoxDynError>) {
    added.expect("integers, floats, texts and bytes always encode");
}
