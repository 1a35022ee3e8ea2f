//! The form that most cells of a column have, where some have another.

use super::feature::in_order;
use super::{Table, summary::Counts};
use crate::data::cell::{abbreviated, plain_number};
use crate::data::dates;
use crate::error::{Result, TableError};
use crate::schema::NumberForm;
use std::cmp::Reverse;

/// No column has more different numbers that are codes, such as `0`, `1`, `a`, `b`.
pub(super) const MOST_CODES: usize = 20;

/// A form of numbers or dates, and how many cells have it.
#[derive(Debug)]
pub(super) struct Majority {
    form: Form,
    /// The number of cells that have this form.
    pub(super) cells: usize,
    /// The number of the others that are not blank.
    pub(super) others: usize,
    /// The first of the others, and its row, counted from 1.
    pub(super) row: usize,
    pub(super) value: String,
}

impl Majority {
    /// Whether one cell in ten at most has another form.
    pub(super) fn is_clear(&self) -> bool {
        9 * self.others <= self.cells
    }

    /// Whether the form is that of plain numbers.
    pub(super) fn is_plain(&self) -> bool {
        self.form == (None, None)
    }

    pub(super) fn is_of_dates(&self) -> bool {
        self.form.0.is_some()
    }

    /// As `a date in the form %d.%m.%Y`.
    pub(super) fn described(&self) -> String {
        match &self.form {
            (Some(date), _) => format!("a date in the form {date}"),
            (None, Some(number)) => format!("a number with a {number}"),
            (None, None) => "a number".to_owned(),
        }
    }

    pub(super) fn error(self, file: String, column: String, is_target: bool) -> TableError {
        let form = self.described().into();
        let Self { cells, others, row, value, .. } = self;
        TableError::MixedColumn { file, row, column, value, form, cells, others, is_target }
    }
}

/// A form of dates, a form of numbers, or neither for plain numbers: as
/// [`in_order`](super::feature::in_order) takes it.
type Form = (Option<String>, Option<NumberForm>);

impl Table {
    /// The form of numbers or dates that most cells of a column have, if some have another. A
    /// tenth of the cells is enough for many different numbers. Reads all rows once more.
    pub(super) fn majority(&self, index: usize, counts: &Counts) -> Result<Option<Majority>> {
        let reads = |(date, number): &Form, cell: &str| {
            in_order(date.as_deref(), number.as_ref(), cell).is_ok()
        };
        let cells = |form: &Form| {
            let read = counts.values.iter().filter(|(text, _)| reads(form, text));
            read.map(|(_, count)| count.cells).sum::<usize>()
        };
        let forms = usual_forms(counts).into_iter().map(|form| (cells(&form), form));
        let all: usize = counts.values.values().map(|count| count.cells).sum();
        let numbers = counts.values.keys().filter(|text| plain_number(text).is_some()).count();
        let are_many = numbers > MOST_CODES;
        let least = all.div_ceil(if are_many { 10 } else { 2 });
        // The first of several that are equal. Many numbers count more than one frequent text.
        let best = forms.min_by_key(|(cells, form)| {
            let is_clear = 9 * (all - cells) <= *cells;
            Reverse((is_clear, are_many && *form == (None, None), *cells))
        });
        let Some((_, form)) = best.filter(|(cells, _)| *cells >= least) else { return Ok(None) };
        let (mut cells, mut others, mut first) = (0, 0, None);
        self.each_row(|row, record| {
            let cell = record.cell(index);
            if self.format.missing.has_in_numbers(cell) {
                return Ok(());
            }
            if reads(&form, cell) {
                cells += 1;
            } else {
                others += 1;
                first.get_or_insert_with(|| (row, abbreviated(cell)));
            }
            Ok(())
        })?;
        Ok(first.map(|(row, value)| Majority { form, cells, others, row, value }))
    }
}

/// The forms of numbers and dates that the first three values have.
fn usual_forms(counts: &Counts) -> Vec<Form> {
    let mut first: Vec<_> = counts.values.iter().collect();
    first.sort_by_key(|(_, count)| count.row);
    let texts = || first.iter().take(3).map(|(text, _)| text);
    let numbers = texts().flat_map(|text| NumberForm::of(text)).flatten();
    let numbers = numbers.map(|form| (None, Some(NumberForm { thousands: true, ..form })));
    let dates = texts().flat_map(|text| dates::candidates(text)).map(|form| (Some(form), None));
    [(None, None)].into_iter().chain(numbers).chain(dates).collect()
}
