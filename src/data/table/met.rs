//! What is met while rows become numbers: blank cells, unknown categories, rows without a target.

use super::report::{ColumnReport, TableReport, UnknownCategory};
use crate::schema::{Column, Schema};

/// What was met while rows were encoded.
#[derive(Default)]
pub(super) struct Met {
    /// The number of blank cells of each input column of the schema.
    blanks: Vec<usize>,
    /// The unknown categories of each input column.
    unknown: Vec<Vec<UnknownCategory>>,
    rows_without_target: Vec<usize>,
    rows: usize,
}

/// The different unknown categories of a column that are kept.
const MOST_UNKNOWN: usize = 1_000;

impl Met {
    pub(super) fn unknown(&mut self, column: usize, cell: &str, row: usize) {
        let unknown = &mut self.unknown[column];
        if let Some(known) = unknown.iter_mut().find(|known| known.category == cell) {
            known.count += 1;
        } else if unknown.len() < MOST_UNKNOWN {
            unknown.push(UnknownCategory { category: cell.to_owned(), count: 1, row });
        }
    }

    /// Prepares for this number of input columns.
    pub(super) fn resize(&mut self, columns: usize) {
        self.blanks.resize(columns, 0);
        self.unknown.resize_with(columns, Vec::new);
    }

    pub(super) fn blank(&mut self, column: usize) {
        self.blanks[column] += 1;
    }

    pub(super) fn without_target(&mut self, row: usize) {
        self.rows_without_target.push(row);
    }

    pub(super) fn taken(&mut self, rows: usize) {
        self.rows += rows;
    }

    /// Adds to a report what was met.
    pub(super) fn complete(self, report: &mut TableReport, schema: &Schema) {
        report.rows = self.rows;
        report.rows_without_target = self.rows_without_target;
        let met = self.blanks.into_iter().zip(self.unknown);
        for (column, (blanks, unknown)) in schema.columns.iter().zip(met) {
            let known = report.columns.iter().position(|of| of.name == column.name);
            let place = known.unwrap_or_else(|| {
                report.columns.push(ColumnReport::of(&column.name));
                report.columns.len() - 1
            });
            let of_column = &mut report.columns[place];
            (of_column.blanks, of_column.unknown) = (blanks, unknown);
            of_column.filled_with = (blanks > 0).then(|| filling(column));
        }
        report.columns.retain(|column| !column.is_empty());
    }
}

/// What stands in place of a blank cell.
fn filling(column: &Column) -> &'static str {
    match column.categories[..] {
        [] => "the centre of the training rows",
        _ => "none of the categories",
    }
}
