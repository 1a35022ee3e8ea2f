//! How a CSV file is read, where the file itself does not show it.

use crate::data::missing::MissingWords;

/// How a CSV file is read. What is not set is found out from the file.
///
/// - The **separator** is that of `,`, `;`, tab and `|` that gives every row the same number of
///   cells. A first line such as `sep=;` names it.
/// - The **decimals** of a column follow a point or a comma, whichever reads all its cells. If both
///   do, as for `1,234`, the other columns decide; else they follow a comma in a file with
///   semicolons, and a point in any other. A column of cells such as `1.234`, none of which has a
///   comma, has a decimal point, unless [`decimal_comma`](Self::decimal_comma) is set.
/// - The **encoding** is UTF-8, with a byte order mark or without, or, with the cargo feature
///   `formats`, UTF-16 with a mark. Other encodings must be named.
/// - A file whose name ends in `.gz` is decompressed, with the cargo feature `formats`.
/// - The **header** is the first line. A first line that looks like a row is an error.
/// - A **missing value** is a blank cell or one of `?`, `NA`, `N/A`, `#N/A`, `<NA>`, `NaN`, `-nan`,
///   `null`, `#DIV/0!` and the other errors of spreadsheets, in any case; among numbers and dates
///   also `-`, `--`, `.`, `nil` and `none`.
///
/// ```
/// use densely::data::CsvFormat;
///
/// let csv = "3504|18,5\n2372|-200\n";
/// let format = CsvFormat::new().without_header().missing_values(["-200"]);
/// let table = format.parse(csv.as_bytes(), "cars")?.with_missing();
/// assert_eq!(table.column_names().collect::<Vec<_>>(), ["1", "2"]);
/// // The second row has no target.
/// assert_eq!(table.regression::<f64>("2")?.targets(), ndarray::array![[18.5]]);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CsvFormat {
    pub(super) separator: Option<u8>,
    pub(super) skip_lines: usize,
    pub(super) header: Header,
    pub(super) decimal_comma: bool,
    pub(super) missing: MissingWords,
    pub(super) encoding: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Header {
    /// The first line, unless it looks like a row.
    #[default]
    Expected,
    Present,
    Absent,
    /// An application names the columns. Any of its rows may be blank.
    Told,
}

impl CsvFormat {
    /// A format that is found out from the file.
    pub fn new() -> Self {
        Self::default()
    }

    /// The byte between cells, such as `b';'`: a character of ASCII other than a quotation mark or
    /// the end of a line.
    pub fn separator(mut self, separator: u8) -> Self {
        self.separator = Some(separator);
        self
    }

    /// The number of lines above the header, such as a title; empty lines count. The default is 0.
    ///
    /// ```
    /// # use densely::data::CsvFormat;
    /// let csv = "Sales of 2024\n\nprice;sold\n3;18\n2;24\n";
    /// let table = CsvFormat::new().skip_lines(2).parse(csv.as_bytes(), "sales")?;
    /// assert_eq!(table.column_names().collect::<Vec<_>>(), ["price", "sold"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn skip_lines(mut self, lines: usize) -> Self {
        self.skip_lines = lines;
        self
    }

    /// The first line is a row. The columns' names are 1, 2, ….
    pub fn without_header(mut self) -> Self {
        self.header = Header::Absent;
        self
    }

    /// The first line is the header, even if it looks like a row.
    pub fn with_header(mut self) -> Self {
        self.header = Header::Present;
        self
    }

    /// A comma stands before the decimals of every number.
    pub fn decimal_comma(mut self) -> Self {
        self.decimal_comma = true;
        self
    }

    /// Takes these words for missing values too. A number is one however it is written.
    pub fn missing_values(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let words = words.into_iter().map(Into::<String>::into);
        words.filter(|word| !word.trim().is_empty()).for_each(|word| self.missing.add(&word));
        self
    }

    /// Takes only blank cells for missing values, and the words of later calls of
    /// [`missing_values`](Self::missing_values).
    pub fn without_usual_missing_values(mut self) -> Self {
        self.missing = MissingWords::new([String::new()]);
        self
    }

    /// The file's encoding, by a [name](https://encoding.spec.whatwg.org/#names-and-labels) such as
    /// `latin1` or `utf-16le`. Needs the cargo feature `formats`.
    pub fn encoding(mut self, name: impl Into<String>) -> Self {
        self.encoding = Some(name.into());
        self
    }
}
