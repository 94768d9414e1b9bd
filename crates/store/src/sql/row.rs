//! A row of either database, read by column name into plain values, and the
//! stored numbers turned back into the words of `domain`.

use domain::{ConsentId, LeavesUnder, Outcome, PhoneNumber, Purpose, Timestamp, Under};
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, Row as _, TypeInfo, ValueRef};

use crate::error::{Result, StoreError};

/// A row.
pub(crate) enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn opt_int(&self, column: &'static str) -> Result<Option<i64>> {
        match self {
            Row::Sqlite(row) => row.try_get_unchecked(column),
            Row::Postgres(row) => postgres_int(row, column),
        }
        .map_err(|error| odd(column, error))
    }

    pub(crate) fn int(&self, column: &'static str) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| missing(column))
    }

    pub(crate) fn opt_text(&self, column: &'static str) -> Result<Option<String>> {
        match self {
            Row::Sqlite(row) => row.try_get_unchecked(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| odd(column, error))
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String> {
        self.opt_text(column)?.ok_or_else(|| missing(column))
    }

    /// A column of JSON; `what` it is, for the error.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: &'static str,
        what: &'static str,
    ) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|error| StoreError::Corrupt {
            what,
            detail: error.to_string(),
        })
    }

    pub(crate) fn real(&self, column: &'static str) -> Result<f64> {
        match self {
            Row::Sqlite(row) => row.try_get_unchecked(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| odd(column, error))
    }

    pub(crate) fn opt_real(&self, column: &'static str) -> Result<Option<f64>> {
        match self {
            Row::Sqlite(row) => row.try_get_unchecked(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| odd(column, error))
    }

    pub(crate) fn bytes(&self, column: &'static str) -> Result<Vec<u8>> {
        match self {
            Row::Sqlite(row) => row.try_get_unchecked(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| odd(column, error))
    }

    /// What a call is for; commercial where that was not noted.
    pub(crate) fn purpose(&self) -> Result<Purpose> {
        let word = self.opt_text("purpose")?;
        let known = word.and_then(|word| Purpose::from_word(&word));
        Ok(known.unwrap_or(Purpose::Commercial))
    }

    /// The law a call was made under; nothing where that was not noted.
    pub(crate) fn under(&self) -> Result<Option<Under>> {
        let (law, zone) = (self.opt_text("law")?, self.opt_text("zone")?);
        let offset = self.opt_narrow("utc_offset_min")?;
        let consents = LeavesUnder {
            hours: self.opt_int("hours_consent")?.map(ConsentId::new),
            calls: self.opt_int("calls_consent")?.map(ConsentId::new),
        };
        Ok(law
            .zip(zone)
            .zip(offset)
            .map(|((law, zone), utc_offset_min)| Under {
                law: law.into(),
                zone: zone.into(),
                utc_offset_min,
                consents,
            }))
    }

    /// Every column by its name; bytes as how many there are.
    pub(crate) fn plain(&self) -> Result<Map<String, Value>> {
        let mut columns = Map::new();
        match self {
            Row::Sqlite(row) => {
                for column in row.columns() {
                    let value = sqlite_value(row, column.ordinal());
                    let value = value.map_err(|error| odd("a column", error))?;
                    columns.insert(column.name().to_owned(), value);
                }
            }
            Row::Postgres(row) => {
                for column in row.columns() {
                    let value = postgres_value(row, column.name());
                    let value = value.map_err(|error| odd("a column", error))?;
                    columns.insert(column.name().to_owned(), value);
                }
            }
        }
        Ok(columns)
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// An integer of a narrower kind.
    pub(crate) fn narrow<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T> {
        let value = self.int(column)?;
        T::try_from(value).map_err(|_| strange(column, value))
    }

    pub(crate) fn opt_narrow<T: TryFrom<i64>>(&self, column: &'static str) -> Result<Option<T>> {
        self.opt_int(column)?
            .map(|value| T::try_from(value).map_err(|_| strange(column, value)))
            .transpose()
    }

    /// A stored kind, through its `from_number`.
    pub(crate) fn kind<T>(
        &self,
        column: &'static str,
        from_number: impl Fn(i16) -> Option<T>,
    ) -> Result<T> {
        let value = self.int(column)?;
        i16::try_from(value)
            .ok()
            .and_then(from_number)
            .ok_or_else(|| strange(column, value))
    }

    pub(crate) fn opt_kind<T>(
        &self,
        column: &'static str,
        from_number: impl Fn(i16) -> Option<T>,
    ) -> Result<Option<T>> {
        let there = self.opt_int(column)?;
        there.map(|_| self.kind(column, from_number)).transpose()
    }

    /// What became of a call; nothing while it is open.
    pub(crate) fn opt_outcome(&self, column: &'static str) -> Result<Option<Outcome>> {
        self.opt_kind(column, |number| Outcome::from_number(number).ok())
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp> {
        self.int(column).map(Timestamp::from_millis)
    }

    pub(crate) fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.opt_int(column)?.map(Timestamp::from_millis))
    }

    pub(crate) fn phone(&self, column: &'static str) -> Result<PhoneNumber> {
        let value = self.int(column)?;
        PhoneNumber::from_e164(&value.to_string()).map_err(|_| strange(column, value))
    }
}

fn postgres_int(row: &PgRow, column: &str) -> Result<Option<i64>, sqlx::Error> {
    let kind = row.try_get_raw(column)?.type_info().name().to_owned();
    match kind.as_str() {
        "INT2" => Ok(row.try_get::<Option<i16>, _>(column)?.map(i64::from)),
        "INT4" => Ok(row.try_get::<Option<i32>, _>(column)?.map(i64::from)),
        _ => row.try_get(column),
    }
}

fn sqlite_value(row: &SqliteRow, at: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "INTEGER" => row.try_get_unchecked::<i64, _>(at)?.into(),
        "REAL" => row.try_get_unchecked::<f64, _>(at)?.into(),
        "BLOB" => bytes_shown(row.try_get_unchecked::<Vec<u8>, _>(at)?.len()),
        _ => row.try_get_unchecked::<String, _>(at)?.into(),
    })
}

fn postgres_value(row: &PgRow, column: &str) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().name().to_owned();
    Ok(match kind.as_str() {
        "INT2" | "INT4" | "INT8" => postgres_int(row, column)?.into(),
        "FLOAT8" => row.try_get::<f64, _>(column)?.into(),
        "BYTEA" => bytes_shown(row.try_get::<Vec<u8>, _>(column)?.len()),
        _ => row.try_get::<String, _>(column)?.into(),
    })
}

fn bytes_shown(count: usize) -> Value {
    format!("{count} bytes").into()
}

fn odd(column: &'static str, error: sqlx::Error) -> StoreError {
    StoreError::Corrupt {
        what: column,
        detail: error.to_string(),
    }
}

fn missing(column: &'static str) -> StoreError {
    StoreError::Corrupt {
        what: column,
        detail: "nothing is there".to_owned(),
    }
}

fn strange(column: &'static str, value: i64) -> StoreError {
    StoreError::Corrupt {
        what: column,
        detail: format!("{value} means nothing to this version"),
    }
}
