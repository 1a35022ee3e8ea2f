//! The summary of a column after one pass: what its cells may be.

use super::doubts::Doubts;
use crate::data::cell::{abbreviated, plain_number};
use crate::data::{dates::DateFormats, missing::MissingWords};
use crate::error::MOST_COUNTED;
use crate::schema::NumberForm;
use std::collections::HashMap;

/// How often each value occurs: up to 10,001 different values.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) values: HashMap<String, Count>,
}

/// The number of cells with a value, and the row of the first, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) cells: usize,
    pub(super) row: usize,
}

impl Counts {
    /// Counts a cell; true for a value that is not known yet.
    pub(super) fn add(&mut self, text: &str, row: usize) -> bool {
        if let Some(count) = self.values.get_mut(text) {
            count.cells += 1;
            return false;
        }
        if self.values.len() <= MOST_COUNTED {
            self.values.insert(text.to_owned(), Count { cells: 1, row });
        }
        true
    }
}

/// What a pass over a column's cells finds out.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnSummary {
    /// The number of cells.
    cells: usize,
    /// The number of cells such as `12`, `-0.5`, `1e3`, infinity included.
    pub(super) numbers: usize,
    /// The number of blank cells in a column of any kind.
    pub(super) blanks: usize,
    /// The number of other cells that are blank in a column of numbers or dates.
    blank_texts: usize,
    /// Whether a number has a fraction.
    fractions: bool,
    pub(super) doubts: Doubts,
    /// The smallest and the largest number, if there is one.
    pub(super) extremes: Option<[f64; 2]>,
    /// The texts that are neither numbers nor blank.
    pub(super) texts: Counts,
    /// The first of them that is not blank among numbers, and its row, counted from 1.
    first_text: Option<(usize, String)>,
    /// How many different ones are not blank among numbers, up to 2.
    different: usize,
    /// The forms of numbers with a decimal point and with a decimal comma that all texts have.
    forms: [Option<NumberForm>; 2],
    /// The forms of dates that all texts have.
    dates: DateFormats,
}

impl ColumnSummary {
    /// Adds a cell. In a file with decimal commas, a number with a point is a text.
    #[inline]
    pub(super) fn add(&mut self, text: &str, missing: &MissingWords, decimal_comma: bool) {
        if let Some(number) = plain_number(text).filter(|_| !(decimal_comma && text.contains('.')))
        {
            return self.add_number(number, Some(text.as_bytes()), missing);
        }
        self.cells += 1;
        match missing.has(text) {
            true => self.blanks += 1,
            false => self.add_text(text, missing.has_in_numbers(text)),
        }
    }

    /// Adds a cell that is a plain number. How it is written counts unless commas
    /// separate the cells.
    #[inline]
    pub(super) fn add_number(&mut self, number: f64, cell: Option<&[u8]>, missing: &MissingWords) {
        self.cells += 1;
        if missing.has_number(number) {
            self.blanks += 1;
            return;
        }
        self.numbers += 1;
        self.fractions = self.fractions || number.fract() != 0.0;
        self.doubts.add(number, cell);
        let [smallest, largest] = self.extremes.get_or_insert([number; 2]);
        if number < *smallest {
            *smallest = number;
        } else if number > *largest {
            *largest = number;
        }
    }

    fn add_text(&mut self, text: &str, blank_in_numbers: bool) {
        self.blank_texts += usize::from(blank_in_numbers);
        if !self.texts.add(text, self.cells) || blank_in_numbers {
            return;
        }
        self.different = 2.min(self.different + 1);
        let forms = NumberForm::of(text);
        if self.first_text.is_none() {
            self.first_text = Some((self.cells, abbreviated(text)));
            self.forms = forms;
        } else {
            for (kept, form) in self.forms.iter_mut().zip(forms) {
                *kept = kept.take().zip(form).and_then(|(kept, form)| kept.and(form));
            }
        }
        self.dates.add(text);
    }

    /// Takes away blank cells that are no rows.
    pub(super) fn take_blanks(&mut self, rows: usize) {
        self.cells = self.cells.saturating_sub(rows);
        self.blanks = self.blanks.saturating_sub(rows);
    }

    /// The number of blank cells of a column of numbers or dates.
    pub(super) fn blanks_in_numbers(&self) -> usize {
        self.blanks + self.blank_texts
    }

    /// Whether all cells are blank, in a column of any kind.
    pub(super) fn is_blank(&self) -> bool {
        self.blanks == self.cells
    }

    /// Whether no cell is a number, a date or another text.
    pub(super) fn is_empty(&self) -> bool {
        self.blanks > 0 && self.blanks_in_numbers() == self.cells
    }

    /// The first text that is not blank even among numbers, and its row, counted from 1.
    pub(super) fn first_text(&self) -> (usize, String) {
        self.first_text.clone().unwrap_or_default()
    }

    /// Whether all cells are plain numbers or blank, and not all are blank.
    pub(super) fn is_plain(&self) -> bool {
        self.numbers > 0 && self.first_text.is_none()
    }

    /// What numbers may be besides numbers, if there is a doubt.
    pub(super) fn doubt(&self, has_others: bool, may_be_thousands: bool) -> Option<String> {
        let rows = (has_others && self.numbers == self.cells).then_some(self.cells);
        self.doubts.said(self.extremes?, rows, may_be_thousands)
    }

    /// The number or the text in all cells that are not blank, if these are several.
    pub(super) fn constant(&self) -> Option<String> {
        let constant = match (self.extremes, self.different) {
            (Some([smallest, largest]), 0) if smallest == largest => Some(smallest.to_string()),
            (None, 1) => Some(self.first_text().1),
            _ => None,
        };
        constant.filter(|_| self.cells > self.blanks_in_numbers() + 1)
    }

    /// The forms, with a decimal point and with a decimal comma, in which all cells are numbers. If
    /// there is a unit, every cell has it.
    pub(super) fn forms(&self) -> [Option<&NumberForm>; 2] {
        let fits = |form: &&NumberForm| {
            let same_unit = form.unit.is_empty() || self.numbers == 0;
            same_unit && !(form.decimal_comma && self.fractions && !self.doubts.may_be_grouped())
        };
        self.forms.each_ref().map(|form| form.as_ref().filter(fits))
    }

    /// The forms of dates in which all cells can be read.
    pub(super) fn dates(&self) -> Vec<String> {
        if self.numbers == 0 { self.dates.different() } else { Vec::new() }
    }

    /// The smallest and the largest number, texts in this form included; 0 without a number.
    pub(super) fn ends(&self, form: Option<&NumberForm>) -> [f64; 2] {
        let texts = self.texts.values.keys();
        let written = texts.filter_map(|text| form?.number(text)).map(|number| [number; 2]);
        let both = |[a, b]: [f64; 2], [c, d]: [f64; 2]| [a.min(c), b.max(d)];
        self.extremes.into_iter().chain(written).reduce(both).unwrap_or_default()
    }

    /// The number to subtract before rounding to `f32`, by the rule in the documentation of
    /// [`Table`](crate::data::Table). Texts are numbers in this form.
    pub(super) fn round_offset(&self, form: Option<&NumberForm>) -> f64 {
        let [smallest, largest] = self.ends(form);
        let (range, magnitude) = (largest - smallest, largest.abs().max(smallest.abs()));
        if !(range > 0.0 && magnitude > 1_000.0 * range) {
            return 0.0;
        }
        // The unit is 10^k = tens / tenths. A power of ten below 1 is not exact, its inverse is.
        let (mut tens, mut tenths) = (1.0, 1.0);
        while tens < range {
            tens *= 10.0;
        }
        while 10.0 * tenths * range <= 1.0 {
            tenths *= 10.0;
        }
        let middle = smallest + range / 2.0;
        (middle * tenths / tens).round() * tens / tenths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_round_and_near_the_middle() {
        let offset = |numbers: &[f64]| {
            let mut summary = ColumnSummary::default();
            let words = MissingWords::default();
            numbers.iter().for_each(|number| summary.add(&number.to_string(), &words, false));
            summary.round_offset(None)
        };
        // Range 90,000, so that the unit is 10⁵.
        assert_eq!(offset(&[1_700_000_000.0, 1_700_090_000.0]), 1_700_000_000.0);
        assert_eq!(offset(&[-1_700_020_000.0, -1_700_110_000.0]), -1_700_100_000.0);
        // A range that is a power of ten is its own unit.
        assert_eq!(offset(&[200_000.0, 200_100.0]), 200_100.0);
        assert_eq!(offset(&[2.0005, 2.0015]), 2.001);
        assert_eq!(offset(&[273.15, 273.16, 273.17]), 273.2);
        // A thousand times the range is not more than that.
        assert_eq!((offset(&[0.0, 1.0]), offset(&[-1_000.0, -999.0])), (0.0, 0.0));
        assert_eq!(offset(&[1_000.0, 1_001.0]), 1_001.0);
        // No range, or none that is finite.
        for numbers in [&[][..], &[1e9], &[1e9, 1e9], &[1e9, f64::INFINITY], &[-1e308, 1.7e308]] {
            assert_eq!(offset(numbers), 0.0, "{numbers:?}");
        }
        // Extremes do not overflow.
        for scale in [1e-310, 1e-300, 1e300] {
            let offset = offset(&[scale * 1e5, scale * (1e5 + 20.0)]);
            assert!((offset / scale - 1e5).abs() <= 50.0, "{offset}");
        }
    }
}
