//! The remedies in messages of the library, as options of the program.

use densely::{Error, error::TableError};
use std::error::Error as AnyError;

/// What the library names, and what does the same here.
const OPTIONS: [(&str, &str); 10] = [
    ("`CsvFormat::without_header`", "--no-header"),
    ("`CsvFormat::with_header`", "--header"),
    ("`CsvFormat::missing_values`", "--missing-values"),
    ("`CsvFormat::encoding`", "--encoding"),
    ("`Table::with_missing`", "the program without --missing refuse"),
    ("`Table::with_unknown`", "the program without --unknown refuse"),
    ("`Table::without`", "--without"),
    ("`Table::category`", "--category"),
    ("`Table::number`", "--number"),
    ("`Table::date_format`", "--date"),
];

/// An error whose message names the options of the program.
pub fn as_options(error: Box<dyn AnyError>) -> Box<dyn AnyError> {
    let Some(Error::Table(of_table)) = error.downcast_ref::<Error>() else { return error };
    if let TableError::AmbiguousDates { file, row, column, value, forms } = of_table {
        let [first, second] = &**forms;
        return format!(
            "{file}: row {row}, column {column:?}: the day or the month may come first in \
             {value:?}, as in all dates of the column; tell it with --date '{column}={first}' or \
             --date '{column}={second}'"
        )
        .into();
    }
    in_options(&error.to_string()).into()
}

/// A message that names the options of the program.
pub fn in_options(message: &str) -> String {
    OPTIONS.iter().fold(message.to_owned(), |text, (name, option)| text.replace(name, option))
}
