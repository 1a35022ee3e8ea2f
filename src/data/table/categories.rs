//! The categories of a column of text.

use super::summary::{Count, Counts};
use super::{
    Table, TableColumn, Told,
    majority::{MOST_CODES, Majority},
    report::ColumnReport,
};
use crate::data::cell::{abbreviated, plain_number};
use crate::error::{Result, TableError, counted};
use std::collections::HashSet;

/// No column has more categories: it holds names or notes.
const MOST_CATEGORIES: usize = 1_000;

/// In a table with at least this number of rows, categories of one row alone are left out.
const ROWS_FOR_RARE: usize = 50;

/// The most different values of a column that repeats them.
pub(super) fn most_values(rows: usize) -> usize {
    (rows / 2).max(20)
}

/// Whether some texts differ only in upper and lower case.
pub(super) fn are_alike(texts: &[String]) -> bool {
    let lower: HashSet<_> = texts.iter().map(|text| text.to_ascii_lowercase()).collect();
    lower.len() < texts.len()
}

impl Table {
    /// The categories of a column, and the texts of one row alone; nothing if it is left out.
    pub(super) fn categories(
        &self,
        index: usize,
        counts: &Counts,
        report: &mut ColumnReport,
    ) -> Result<Option<[Vec<String>; 2]>> {
        let TableColumn { name, told, summary, .. } = &self.columns[index];
        let values = counts.values.len();
        let filled = self.rows - summary.blanks;
        let told = *told == Some(Told::Category);
        let limit =
            if told { MOST_CATEGORIES } else { most_values(self.rows).min(MOST_CATEGORIES) };
        // A slip of the pen among numbers or dates must not make categories of them.
        let differ = 2 * values > filled;
        let may_be_mixed = !told && (differ || values > MOST_CODES);
        let majority = if may_be_mixed { self.majority(index, counts)? } else { None };
        let mixed = majority.filter(|found| found.is_plain() || found.is_clear());
        if values <= limit && mixed.is_none() {
            let is_rare = |count: &Count| count.cells == 1 && self.rows >= ROWS_FOR_RARE;
            let (mut rare, mut categories) = (Vec::new(), Vec::new());
            for (text, count) in &counts.values {
                if is_rare(count) { &mut rare } else { &mut categories }.push(text.clone());
            }
            if categories.is_empty() && !rare.is_empty() {
                report.left_out = Some("each of its texts is in one row alone".to_owned());
                return Ok(None);
            }
            rare.sort();
            report.rare = rare.iter().map(|text| abbreviated(text)).collect();
            categories.sort();
            if !told && are_alike(&categories) {
                let read_as = "categories, though some differ only in upper and lower case";
                report.read_as = Some(read_as.to_owned());
            }
            if categories.iter().all(|text| plain_number(text).is_some()) {
                let number = |text: &String| plain_number(text).unwrap_or(f64::NAN);
                categories.sort_by(|a, b| number(a).total_cmp(&number(b)));
            }
            return Ok(Some([categories, rare]));
        }
        // Leaving it out would lose much.
        let has_slips = mixed.as_ref().is_some_and(|found| found.is_clear() || !differ);
        let value = summary.first_text().1;
        if self.settings.unusable && !told && !has_slips {
            let count = counted(values);
            report.left_out = Some(match mixed {
                Some(mixed) => {
                    let form = mixed.described();
                    let Majority { cells, others, value, .. } = mixed;
                    format!(
                        "{value:?} is not {form}, but {cells} of its cells are, and {others} not"
                    )
                }
                None if values == filled => {
                    format!("its {filled} texts are all different, such as {value:?}")
                }
                None => format!("it has too many different texts ({count}), such as {value:?}"),
            });
            return Ok(None);
        }
        let (file, column) = (self.file.clone(), name.clone());
        Err(match mixed {
            Some(majority) => majority.error(file, column, false),
            None => TableError::TooManyCategories { file, column, value, values, limit },
        }
        .into())
    }

    /// The values of some columns, without blank cells.
    pub(super) fn count(&self, columns: &[usize]) -> Result<Vec<Counts>> {
        let mut counts = vec![Counts::default(); columns.len()];
        if columns.is_empty() {
            return Ok(counts);
        }
        self.each_row(|row, record| {
            for (&index, counts) in columns.iter().zip(&mut counts) {
                let cell = record.cell(index);
                if !self.format.missing.has(cell) {
                    counts.add(cell, row);
                }
            }
            Ok(())
        })?;
        Ok(counts)
    }
}
