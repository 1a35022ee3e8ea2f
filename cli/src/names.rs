//! Names of columns on the command line.

/// Names in the form of a CSV header: a name with a comma in it stands in quotation marks.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Vec<String>);

impl Names {
    /// Parses the value of an option. Blanks around a name are no part of it, as in a file; the
    /// names may stand on several lines. Nothing is the name of a column without a name.
    pub fn parse(text: &str) -> Result<Self, csv::Error> {
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).trim(csv::Trim::All);
        let mut names = Vec::new();
        for line in reader.from_reader(text.as_bytes()).into_records() {
            names.extend(line?.iter().map(str::to_owned));
        }
        if names.is_empty() {
            // The column without a name.
            names.push(String::new());
        }
        Ok(Self(names))
    }
}

/// All names of an option that may be given several times.
pub fn all(names: &[Names]) -> impl Iterator<Item = &str> {
    names.iter().flat_map(|names| &names.0).map(String::as_str)
}
