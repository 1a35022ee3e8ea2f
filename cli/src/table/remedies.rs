//! The remedies of the library for errors of tables, as options of the program.

use densely::{Error, error::Remedy};
use std::error::Error as AnyError;

/// An error that names the options of the program.
pub fn as_options(error: Box<dyn AnyError>) -> Box<dyn AnyError> {
    match error.downcast_ref() {
        Some(Error::Table(of_table)) => {
            in_options(&of_table.to_string(), &of_table.remedies()).into()
        }
        _ => error,
    }
}

/// A problem, and the options that solve it.
pub fn in_options(problem: &str, remedies: &[Remedy]) -> String {
    if remedies.is_empty() {
        return problem.to_owned();
    }
    let remedies: Vec<_> = remedies.iter().map(option).collect();
    format!("{problem}; {}", remedies.join(", "))
}

/// A report of the library, which names methods, with options in their place.
pub fn in_report(text: &str) -> String {
    let named = [Remedy::Without, Remedy::DecimalComma, Remedy::Category, Remedy::MissingValues];
    let replace = |text: String, remedy| text.replace(&Remedy::to_string(remedy), &option(remedy));
    named.iter().fold(text.to_owned(), replace)
}

fn option(remedy: &Remedy) -> String {
    let words = match remedy {
        Remedy::WithoutHeader => "--no-header takes it for a row",
        Remedy::WithHeader => "--header for names",
        Remedy::SkipLines => "--skip-lines skips lines above the header",
        Remedy::Encoding => "--encoding names another encoding, such as latin1",
        Remedy::MissingValues => "--missing-values takes the text for a missing value",
        Remedy::DecimalComma => "--decimal-comma reads decimals behind a comma",
        Remedy::WithMissing => "the program without --missing refuse takes missing values",
        Remedy::WithUnknown => {
            "the program without --unknown refuse takes an unknown category for none of the known ones"
        }
        Remedy::Without => "--without leaves the column out",
        Remedy::Category => "--category takes all values for categories",
        Remedy::DateFormat { column, forms } => {
            let [first, second] = &**forms;
            return format!("tell it with --date '{column}={first}' or --date '{column}={second}'");
        }
        Remedy::OtherDateFormat => "--date names another form",
        Remedy::Classes => "--task multiclass takes each different value for a class",
        Remedy::Numbers => "--task regression predicts the column as numbers",
        other => return other.to_string(),
    };
    words.to_owned()
}
