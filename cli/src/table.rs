//! How a table is read: the options of every command that reads one.

pub mod remedies;

use crate::names::{self, Names};
use clap::{Args, ValueEnum};
use densely::{Error, Table, data::CsvFormat};
use std::{collections::BTreeMap, error::Error as AnyError};

/// How the file is written.
#[derive(Clone, Debug, Args)]
pub struct FileForm {
    /// Character between cells, or `tab` [default: found out from the file]
    #[arg(long, value_name = "CHARACTER", value_parser = separator)]
    pub separator: Option<u8>,
    /// Lines above the header, such as a title, empty ones too; in a file of test rows as well
    #[arg(long, value_name = "LINES", default_value_t = 0, hide_default_value = true)]
    pub skip_lines: usize,
    /// The first line is a row; columns are named 1, 2, …
    #[arg(long)]
    pub no_header: bool,
    /// The first line is the header, even if it looks like a row
    #[arg(long, conflicts_with = "no_header")]
    pub header: bool,
    /// Encoding of the file, such as latin1 [default: UTF-8, or UTF-16 with a mark]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
}

/// What the columns are, where their cells would tell something else.
#[derive(Clone, Debug, Args)]
pub struct Columns {
    /// Columns whose values are categories, numbers too: codes, months, postcodes
    #[arg(long, value_name = "COLUMN,…", value_parser = Names::parse)]
    pub category: Vec<Names>,
    /// Columns that are numbers; other text in them is an error
    #[arg(long, value_name = "COLUMN,…", value_parser = Names::parse)]
    pub number: Vec<Names>,
    /// Columns that are dates or times; `day=%d/%m/%Y` tells the form too, in the signs of strftime
    #[arg(long, value_name = "COLUMN,…", value_parser = Names::parse)]
    pub date: Vec<Names>,
    /// Columns that are not features, such as an identifier
    #[arg(long, value_name = "COLUMN,…", value_parser = Names::parse)]
    pub without: Vec<Names>,
    /// Decimals follow a comma in every number [default: found out from the numbers]
    #[arg(long)]
    pub decimal_comma: bool,
}

/// What is a missing value, and what is done with it.
#[derive(Clone, Debug, Args)]
pub struct Blanks {
    /// What is done with missing values
    #[arg(long, value_enum, default_value_t = Missing::Take)]
    pub missing: Missing,
    /// Words or numbers that stand for missing values, besides blank cells, `?`, `NA`, `NaN`,
    /// `null` and the like
    #[arg(long, value_name = "WORD,…", value_parser = Names::parse, allow_hyphen_values = true)]
    pub missing_values: Vec<Names>,
}

/// What is done with missing values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Missing {
    /// A blank number becomes the centre of the training rows, a blank category none of the
    /// categories; one more feature says where a column is blank. Rows without a target are left
    /// out
    Take,
    /// They are an error
    Refuse,
}

impl FileForm {
    /// The form of the file by these options. The file itself shows the rest.
    pub fn format(&self) -> CsvFormat {
        let mut format = CsvFormat::new().skip_lines(self.skip_lines);
        if let Some(separator) = self.separator {
            format = format.separator(separator);
        }
        if self.no_header {
            format = format.without_header();
        }
        if self.header {
            format = format.with_header();
        }
        match &self.encoding {
            Some(name) => format.encoding(name),
            None => format,
        }
    }
}

impl Columns {
    /// Adds to the form of a file how its numbers are written.
    pub fn format(&self, format: CsvFormat) -> CsvFormat {
        if self.decimal_comma { format.decimal_comma() } else { format }
    }

    /// Tells a table what its columns are. All remain.
    ///
    /// # Errors
    ///
    /// Two options name the same column, or the table does not have it.
    pub fn tell(&self, table: Table) -> Result<Table, Box<dyn AnyError>> {
        let dates = names::all(&self.date).map(|name| match name.split_once('=') {
            // A name may have the sign in it.
            Some((column, form)) if !table.column_names().any(|column| column == name) => {
                (column, Some(form))
            }
            _ => (name, None),
        });
        let dates: Vec<_> = dates.collect();
        let options = [
            ("--category", names::all(&self.category).collect()),
            ("--number", names::all(&self.number).collect()),
            ("--date", dates.iter().map(|&(column, _)| column).collect::<Vec<_>>()),
            ("--without", names::all(&self.without).collect()),
        ];
        let mut told = BTreeMap::new();
        for (option, columns) in &options {
            for column in columns {
                let other = told.insert(column, option).filter(|other| *other != option);
                if let Some(other) = other {
                    return Err(format!("{other} and {option} both name {column:?}").into());
                }
            }
        }
        let mut table = table.category(names::all(&self.category))?;
        table = table.number(names::all(&self.number))?;
        for (column, form) in dates {
            table = match form {
                Some(form) => table.date_format(column, form)?,
                None => table.date([column])?,
            };
        }
        Ok(table)
    }

    /// The table without the columns that are no features.
    pub fn leave_out(&self, table: Table) -> Result<Table, Error> {
        table.without(names::all(&self.without))
    }

    /// The columns that are no features, as part of what a checkpoint belongs to.
    pub fn left_out(&self) -> String {
        names::all(&self.without).collect::<Vec<_>>().join(",")
    }
}

impl Blanks {
    /// Adds to the form of a file what stands for missing values.
    pub fn format(&self, format: CsvFormat) -> CsvFormat {
        format.missing_values(names::all(&self.missing_values))
    }

    /// Lets a table take missing values, unless they are refused.
    pub fn tell(&self, table: Table) -> Table {
        if self.missing == Missing::Take { table.with_missing() } else { table }
    }
}

fn separator(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err("must be one character of ASCII, such as `;`, or `tab`".into()),
    }
}
