//! The categories of a column of text.

use super::Table;
use super::kind::{ROWS_FOR_RARE, most_categories};
use super::report::ColumnReport;
use super::rows::Told;
use crate::data::cell::{abbreviated, plain_number};
use crate::error::{Error, MOST_COUNTED, Result, TableError};
use std::collections::HashMap;

/// The values of a column, blank cells left out, with their numbers of rows: up to 10,001 values.
pub(super) type Counts = HashMap<String, usize>;

impl Table {
    /// The categories of a column, and the texts of one row alone; nothing if it is left out.
    pub(super) fn categories(
        &self,
        index: usize,
        counts: Option<&Counts>,
        report: &mut ColumnReport,
    ) -> Result<Option<[Vec<String>; 2]>> {
        let column = &self.scan.columns[index];
        let summary = &column.summary;
        let (rows, numbers) = (self.scan.rows, summary.numbers());
        let (values, filled) =
            (counts.map_or(MOST_COUNTED + 1, HashMap::len), rows - summary.blanks());
        let told = column.told == Some(Told::Category);
        let limit = if told { 1_000 } else { most_categories(rows) };
        let is_mixed = !told && numbers > 0 && 2 * numbers >= filled;
        // A slip of the pen among numbers must not make categories of them.
        if values <= limit && !(is_mixed && 2 * values > filled) {
            let mut rare = Vec::new();
            let all = counts.into_iter().flatten();
            let often = all.filter_map(|(text, &count)| {
                if count == 1 && rows >= ROWS_FOR_RARE {
                    rare.push(text.clone());
                    return None;
                }
                Some(text.clone())
            });
            let mut categories: Vec<String> = often.collect();
            rare.sort();
            report.rare = rare.iter().map(|text| abbreviated(text)).collect();
            let number = |text: &String| plain_number(text);
            if categories.iter().all(|text| number(text).is_some()) {
                categories.sort_by(|a, b| {
                    let values = number(a).zip(number(b)).map(|(a, b)| a.total_cmp(&b));
                    values.unwrap_or(std::cmp::Ordering::Equal).then_with(|| a.cmp(b))
                });
            } else {
                categories.sort();
            }
            return Ok(Some([categories, rare]));
        }
        let texts = filled.saturating_sub(numbers);
        let (row, value) = summary.first_text();
        let value = value.to_owned();
        let (file, name) = (self.file.clone(), column.name.clone());
        // One cell in ten at most: these are numbers, and leaving them out would lose much.
        let slips = is_mixed && 10 * texts <= filled;
        if self.leaves_out && !told && !slips {
            report.left_out = Some(match values == filled {
                true => format!("its {filled} texts are all different, such as {value:?}"),
                false => format!(
                    "it has too many different texts ({}), such as {value:?}",
                    crate::error::counted(values)
                ),
            });
            return Ok(None);
        }
        Err(Error::Table(if is_mixed {
            TableError::MixedColumn { file, row, column: name, value, numbers, texts }
        } else {
            TableError::TooManyCategories { file, column: name, value, values, limit }
        }))
    }

    /// The values of some columns, counted over all rows.
    pub(super) fn count(&self, columns: impl Iterator<Item = usize>) -> Result<Vec<Counts>> {
        let mut counted: Vec<(usize, Counts)> =
            columns.map(|index| (index, Counts::new())).collect();
        let mut rows = self.row_reader()?;
        while let Some((_, record)) = rows.next()? {
            for (index, counts) in &mut counted {
                let cell = record.cell(*index);
                count(counts, cell, self.format.missing.has(cell));
            }
        }
        Ok(counted.into_iter().map(|(_, counts)| counts).collect())
    }
}

/// Counts a cell, unless it is blank.
pub(super) fn count(counts: &mut Counts, cell: &str, is_blank: bool) {
    if is_blank {
        return;
    }
    if let Some(count) = counts.get_mut(cell) {
        *count += 1;
    } else if counts.len() <= MOST_COUNTED {
        counts.insert(cell.to_owned(), 1);
    }
}
