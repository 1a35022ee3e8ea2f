//! Errors of tables.

use crate::error::problem::{CellProblem, counted};

/// A CSV file cannot be used. The message of [`Error::Table`](crate::Error::Table) also has the
/// [`remedies`](Self::remedies).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum TableError {
    /// The file has no header.
    #[error("{file}: the file is empty")]
    EmptyFile { file: String },
    /// The file has no rows below its header.
    #[error("{file}: there are no rows below the header")]
    NoRows { file: String },
    /// A row is too long.
    #[error(
        "{file}: {} is longer than {megabytes} MB; is a quotation mark in it never closed?",
        place(*row)
    )]
    LongRow { file: String, row: usize, megabytes: usize },
    /// A cell goes on behind the quotation mark that ends it.
    #[error(
        "{file}: {}: text stands directly behind the quotation mark that ends a cell; double the marks inside a cell, and close each quoted cell",
        place(*row)
    )]
    BehindQuotationMark { file: String, row: usize },
    /// A row does not have as many cells as the header.
    #[error("{file}: row {row} has {found} cells, the header has {expected}")]
    RaggedRow { file: String, row: usize, found: usize, expected: usize },
    /// The first line looks like a row.
    #[error(
        "{file}: the first line looks like a row, not like a header of names (its first cell is {name:?})"
    )]
    NoHeader { file: String, name: String },
    /// A row has the names of the header.
    #[error("{file}: row {row} repeats the header; were two files joined? Delete this line")]
    RepeatedHeader { file: String, row: usize },
    /// The encoding has an unknown name.
    #[error(
        "{file}: there is no encoding {encoding:?}; usual ones are \"latin1\", \"utf-16le\" and \"utf-8\""
    )]
    Encoding { file: String, encoding: String },
    /// The file needs a part of the library that was not built.
    #[error("{file}: the file {what}, which needs the cargo feature `{feature}` of densely")]
    NeedsFeature { file: String, what: &'static str, feature: &'static str },
    /// Two columns have the same name.
    #[error("{file}: column {column:?} occurs twice in the header")]
    DuplicateColumn { file: String, column: String },
    /// A column has a blank name.
    #[error("{file}: column {number} has no name in the header; is it an index? its name is \"\"")]
    UnnamedColumn { file: String, number: usize },
    /// The file is no text.
    #[error("{file}: this is {what}, not text; save the table as CSV")]
    NotText { file: String, what: &'static str },
    /// A column name is not UTF-8.
    #[error("{file}: the name of column {number} is not UTF-8: {value:?}")]
    HeaderNotUtf8 { file: String, number: usize, value: String },
    /// A cell cannot be used.
    #[error("{file}: row {row}, column {column:?}: {value:?} {problem}")]
    Cell { file: String, row: usize, column: String, value: String, problem: CellProblem },
    /// The network does not know a category.
    #[error("{file}: row {row}, column {column:?}: {value:?} is none of {categories}")]
    UnknownCategory { file: String, row: usize, column: String, value: String, categories: String },
    /// The network does not know a class.
    #[error("{file}: row {row}, column {column:?}: {value:?} is none of {classes}")]
    UnknownClass { file: String, row: usize, column: String, value: String, classes: String },
    /// A column does not exist.
    #[error("{file}: there is no column {column:?}; there are {columns}")]
    UnknownColumn { file: String, column: String, columns: String },
    /// Beside the target there is no column, or none that can be a feature.
    #[error("{file}: there are no features beside target {column:?}: {why}")]
    TargetAlone { file: String, column: String, why: String },
    /// The features do not fit into memory.
    #[error("{file}: {rows} rows of {features} features do not fit into memory")]
    TooLarge { file: String, rows: usize, features: usize },
    /// The target of a regression is text.
    #[error(
        "{file}: target {column:?} is text ({value:?} in row {row}), a regression needs numbers"
    )]
    TextTarget { file: String, column: String, row: usize, value: String },
    /// The target of a regression has dates.
    #[error(
        "{file}: target {column:?} is a date or a time ({value:?} in row {row}), a regression needs numbers, such as days since a fixed day"
    )]
    DateTarget { file: String, column: String, row: usize, value: String },
    /// The target of a regression is the same in all rows.
    #[error("{file}: target {column:?} is {value} in all rows, so there is nothing to learn")]
    ConstantTarget { file: String, column: String, value: String },
    /// The numbers of a target differ too little for their magnitude.
    #[error(
        "{file}: target {column:?} has numbers from {smallest} to {largest}, too near each other for {float}, which would round them to fewer than 100 different ones; learn the number minus {offset} instead"
    )]
    CoarseTarget {
        file: String,
        column: String,
        smallest: f64,
        largest: f64,
        float: &'static str,
        offset: f64,
    },
    /// A target has too few or too many classes.
    #[error("{file}: target {column:?} has {found} ({classes}), {needs}")]
    Classes { file: String, column: String, found: String, classes: String, needs: &'static str },
    /// A target has too many classes for its rows.
    #[error(
        "{file}: target {column:?} has {classes} classes in {rows} rows, fewer than two rows for each"
    )]
    TooManyClasses {
        file: String,
        column: String,
        classes: usize,
        rows: usize,
        /// Whether all classes are numbers.
        of_numbers: bool,
    },
    /// A text column has too many different values.
    #[error(
        "{file}: text column {column:?} has {} different values, such as {value:?}; at most {limit} are supported as categories",
        counted(*values)
    )]
    TooManyCategories { file: String, column: String, value: String, values: usize, limit: usize },
    /// A column has other text among its numbers or dates, or a target among its numbers.
    #[error(
        "{file}: row {row}, {} {column:?}: {value:?} is not {form}, but {cells} cells of the column are, and {others} not",
        if *is_target { "target" } else { "column" }
    )]
    MixedColumn {
        file: String,
        row: usize,
        column: String,
        value: String,
        /// As `a number` or `a date in the form %d.%m.%Y`.
        form: Box<str>,
        cells: usize,
        others: usize,
        is_target: bool,
    },
    /// The days and months of dates cannot be told apart.
    #[error(
        "{file}: row {row}, column {column:?}: {value:?} can be read in two ways, as all dates of the column can"
    )]
    AmbiguousDates {
        file: String,
        row: usize,
        column: String,
        value: String,
        /// The form in which the day comes first or the month, and the other form.
        forms: Box<[String; 2]>,
    },
    /// A column of dates has text of no usual form.
    #[error(
        "{file}: row {row}, column {column:?}: the cells, such as {value:?}, are not dates in one usual form"
    )]
    NotDates { file: String, row: usize, column: String, value: String },
    /// No row has a target.
    #[error("{file}: no row has a target: {column:?} is blank in all rows")]
    NoTargets { file: String, column: String },
}

impl TableError {
    /// What can be done about it, where that is usual.
    pub fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::NoHeader { .. } => vec![Remedy::WithoutHeader, Remedy::WithHeader],
            Self::Cell { problem: CellProblem::Blank | CellProblem::Missing, .. } => {
                vec![Remedy::WithMissing]
            }
            Self::HeaderNotUtf8 { .. } | Self::Cell { problem: CellProblem::NotUtf8, .. } => {
                vec![Remedy::Encoding]
            }
            // The first line is a title.
            Self::RaggedRow { row: 1, expected: 1, .. } => vec![Remedy::SkipLines],
            Self::UnknownCategory { .. } => vec![Remedy::WithUnknown],
            Self::TooManyCategories { .. } | Self::UnnamedColumn { .. } => vec![Remedy::Without],
            Self::MixedColumn { is_target: true, .. } => {
                vec![Remedy::MissingValues, Remedy::Classes]
            }
            Self::MixedColumn { .. } => {
                vec![Remedy::MissingValues, Remedy::Category, Remedy::Without]
            }
            Self::AmbiguousDates { column, forms, .. } => {
                vec![Remedy::DateFormat { column: column.clone(), forms: forms.clone() }]
            }
            Self::NotDates { .. } => vec![Remedy::OtherDateFormat],
            Self::TextTarget { .. } | Self::DateTarget { .. } => vec![Remedy::Classes],
            Self::TooManyClasses { of_numbers: true, .. }
            | Self::Cell { problem: CellProblem::NotAClass, .. } => vec![Remedy::Numbers],
            _ => Vec::new(),
        }
    }
}

/// What can be done about an error of a table. The text names the method that does it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each text says it.
pub enum Remedy {
    #[error("`CsvFormat::without_header` takes it for a row")]
    WithoutHeader,
    #[error("`CsvFormat::with_header` for names")]
    WithHeader,
    #[error("`CsvFormat::skip_lines` skips lines above the header")]
    SkipLines,
    #[error("`CsvFormat::encoding` names another encoding, such as latin1")]
    Encoding,
    #[error("`CsvFormat::missing_values` takes the text for a missing value")]
    MissingValues,
    #[error("`CsvFormat::decimal_comma` reads decimals behind a comma")]
    DecimalComma,
    #[error("`Table::with_missing` takes missing values")]
    WithMissing,
    #[error("`Table::with_unknown` takes an unknown category for none of the known ones")]
    WithUnknown,
    #[error("`Table::without` leaves the column out")]
    Without,
    #[error("`Table::category` takes all values for categories")]
    Category,
    #[error(
        "`Table::date_format` tells it, as in `date_format({column:?}, {0:?})` or `date_format({column:?}, {1:?})`",
        forms[0], forms[1]
    )]
    DateFormat { column: String, forms: Box<[String; 2]> },
    #[error("`Table::date_format` names another form")]
    OtherDateFormat,
    #[error("`Target::classes` takes each different value for a class")]
    Classes,
    #[error("`Target::number` predicts the column as numbers")]
    Numbers,
}

fn place(row: usize) -> String {
    if row == 0 { "the header".to_owned() } else { format!("row {row}") }
}

/// A message that ends with the remedies.
pub(crate) fn with_remedies(problem: &str, remedies: &[Remedy]) -> String {
    if remedies.is_empty() {
        return problem.to_owned();
    }
    let remedies: Vec<_> = remedies.iter().map(Remedy::to_string).collect();
    format!("{problem}; {}", remedies.join(", "))
}
