//! Why a base was not loaded: for who loads it in all words, for the record and the reason files beside a quarantined
//! file without a word of what is inside.

use intake::IntakeError;
use reception::Refusal;
use store::RefusedFile;

use crate::error::ApiError;

/// Why a base was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is at fault.
    #[error("{detail}")]
    Refused {
        /// For the record.
        why: RefusedFile,
        /// For who loads it.
        detail: String,
    },
    /// Something else is: it may be tried again.
    #[error(transparent)]
    Failed(#[from] ApiError),
}

impl From<LoadError> for ApiError {
    fn from(error: LoadError) -> ApiError {
        match error {
            LoadError::Refused { why, detail } if why.code == ALREADY => ApiError::Conflict(detail),
            LoadError::Refused { detail, .. } => ApiError::Invalid(detail),
            LoadError::Failed(problem) => problem,
        }
    }
}

const ALREADY: &str = "already_loaded";

impl LoadError {
    pub(crate) fn already_loaded(words: String) -> LoadError {
        LoadError::Refused {
            detail: format!("{words}; say so if it is to be loaded again"),
            why: LoadError::loaded_before(words),
        }
    }

    pub(crate) fn loaded_before(words: String) -> RefusedFile {
        RefusedFile {
            code: ALREADY.to_owned(),
            words,
            spanish: "este archivo, o lo que contiene, ya se cargó antes; no se carga dos veces"
                .to_owned(),
        }
    }

    pub(crate) fn interrupted() -> RefusedFile {
        RefusedFile {
            code: "interrupted".to_owned(),
            words: "loading it broke off, for no fault of its own; load it again".to_owned(),
            spanish: "su carga se interrumpió sin culpa del archivo; cárguelo de nuevo".to_owned(),
        }
    }
}

/// A file that could not be opened.
pub(crate) fn refusal(refusal: &Refusal) -> LoadError {
    LoadError::Refused {
        why: words_of(refusal),
        detail: refusal.to_string(),
    }
}

/// What the record says of it.
pub(crate) fn words_of(refusal: &Refusal) -> RefusedFile {
    RefusedFile {
        code: refusal.code().to_owned(),
        words: refusal.to_string(),
        spanish: refusal.spanish(),
    }
}

/// A file that could not be read as a base. What is said of it in the record has no heading in it: a file without
/// headings has somebody's name and number there.
pub(crate) fn refused_by_intake(problem: IntakeError) -> LoadError {
    let (english, spanish) = match &problem {
        // Our own fault, not the file's.
        IntakeError::Store { .. } => return LoadError::Failed(ApiError::internal(problem)),
        IntakeError::Read { .. } => ("it cannot be read", "no se puede leer"),
        IntakeError::Empty { .. } => ("it has no rows", "no tiene filas"),
        IntakeError::Format { advice, .. } => (
            *advice,
            "no es un CSV ni un XLSX; envíe la base como XLSX o CSV",
        ),
        IntakeError::Workbook { .. } => (
            "it is no sound workbook; open it and save it again",
            "no es un libro de Excel sano; ábralo y guárdelo de nuevo",
        ),
        IntakeError::Limit { .. } => (
            "it is larger than is read: too many rows or columns, or too long a line; split it",
            "excede lo que se lee: demasiadas filas o columnas, o una línea muy larga; divídalo",
        ),
        IntakeError::NoSheet { .. } => ("it has no such sheet", "no tiene la hoja indicada"),
        IntakeError::NoPhoneColumn { .. } => (
            "no column of it looks like a phone; say which is one",
            "ninguna columna parece un teléfono; indique cuál lo es",
        ),
        IntakeError::Mapping { .. } => (
            "the mapping of this place does not fit its columns",
            "el mapeo de columnas de esta carpeta no corresponde a sus columnas",
        ),
        IntakeError::NoLegalBasis { .. } => (
            "nothing says why these people may be called; give a legal basis for the base, or a column with each row's",
            "nada dice por qué se puede llamar a estas personas; indique la base legal, o una columna con la de cada fila",
        ),
        IntakeError::Option { .. } => (
            "a setting of this place makes no sense",
            "la configuración de esta carpeta no es válida",
        ),
    };
    LoadError::Refused {
        why: RefusedFile {
            code: problem.code().to_owned(),
            words: english.to_owned(),
            spanish: spanish.to_owned(),
        },
        detail: with_causes(&problem),
    }
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words.push_str(&format!(": {source}"));
        cause = source.source();
    }
    words
}
