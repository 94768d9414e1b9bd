//! Which reports go by schedule: the one list of them. One more is a variant here, its forms, and an arm where reports are
//! made (`delivery::making`).

/// A report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The informe de gestión: every record that was received, with what became of it.
    Gestion,
    /// The informe gerencial: indicators against their targets, evolution, parts, pipeline and plans.
    Gerencial,
    /// Indicators of a period.
    Kpi,
    /// A day hour by hour.
    Hourly,
    /// Sales accepted in a period, every stage dated.
    Sabana,
    /// Closed days as Parquet.
    Parquet,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma or semicolon separated.
    Csv,
    /// A workbook.
    Xlsx,
    /// JSON.
    Json,
    /// Folders of Parquet files.
    Parquet,
}

impl Report {
    /// All of them.
    pub const ALL: [Report; 6] = [
        Report::Gestion,
        Report::Gerencial,
        Report::Kpi,
        Report::Hourly,
        Report::Sabana,
        Report::Parquet,
    ];

    /// What people type.
    pub const fn word(self) -> &'static str {
        match self {
            Report::Gestion => "gestion",
            Report::Gerencial => "gerencial",
            Report::Kpi => "kpi",
            Report::Hourly => "hourly",
            Report::Sabana => "sabana",
            Report::Parquet => "parquet",
        }
    }

    /// What its readers call it.
    pub const fn title(self) -> &'static str {
        match self {
            Report::Gestion => "Informe de gestión",
            Report::Gerencial => "Informe gerencial",
            Report::Kpi => "Indicadores",
            Report::Hourly => "Hora a hora",
            Report::Sabana => "Sábana de ventas",
            Report::Parquet => "Días cerrados",
        }
    }

    /// The report of a word.
    pub fn from_word(word: &str) -> Option<Report> {
        Report::ALL.into_iter().find(|report| report.word() == word)
    }

    /// What it can be written as, the usual first.
    pub const fn formats(self) -> &'static [Format] {
        match self {
            Report::Gestion => &[Format::Xlsx, Format::Csv],
            Report::Gerencial => &[Format::Xlsx, Format::Csv, Format::Json],
            Report::Kpi | Report::Hourly | Report::Sabana => &[Format::Csv, Format::Json],
            Report::Parquet => &[Format::Parquet],
        }
    }

    /// It is several files, which only a folder takes.
    pub const fn is_folder(self) -> bool {
        matches!(self, Report::Parquet)
    }
}

impl Format {
    const ALL: [Format; 4] = [Format::Csv, Format::Xlsx, Format::Json, Format::Parquet];

    /// What people type, and how files of it end.
    pub const fn word(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Json => "json",
            Format::Parquet => "parquet",
        }
    }

    /// The format of a word.
    pub fn from_word(word: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.word() == word)
    }

    /// As HTTP and mail say it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Json => "application/json",
            Format::Parquet => "application/vnd.apache.parquet",
        }
    }
}
