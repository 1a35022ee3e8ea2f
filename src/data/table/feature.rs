//! What a column becomes, by its cells and by what the user told.

use super::{Table, TableColumn, Told, report::ColumnReport, summary::Counts};
use crate::data::{cell, dates};
use crate::error::{CellProblem, Result, TableError};
use crate::schema::{Column, DateForm, NumberForm};

impl Table {
    pub(super) fn is_number(&self, column: &TableColumn) -> bool {
        match &column.told {
            Some(told) => *told == Told::Number,
            None => self.holds_numbers(column),
        }
    }

    /// Whether all cells are plain numbers, or numbers in one form.
    pub(super) fn holds_numbers(&self, column: &TableColumn) -> bool {
        column.summary.is_plain() || self.number_form(column).is_some()
    }

    /// Whether the numbers of a column must be counted, because they are categories or dates, or
    /// have no common form. The summary counts only texts.
    pub(super) fn needs_counts(&self, index: usize) -> bool {
        let column = &self.columns[index];
        let is_counted = match &column.told {
            Some(Told::Number) | None => !self.holds_numbers(column),
            Some(_) => true,
        };
        column.summary.numbers > 0 && is_counted
    }

    /// The column of the schema; nothing for one that is left out.
    pub(super) fn feature(
        &self,
        index: usize,
        counts: &Counts,
        report: &mut ColumnReport,
    ) -> Result<Option<Column>> {
        let column @ TableColumn { name, told, summary, .. } = &self.columns[index];
        let mut feature = Column::numbers(name);
        feature.blanks = self.settings.missing && summary.blanks_in_numbers() > 0;
        if told.is_none() && summary.is_empty() {
            if self.settings.missing || name.is_empty() {
                report.left_out = Some("all its cells are blank".to_owned());
                return Ok(None);
            }
            return Ok(Some(feature));
        }
        if name.is_empty() && told.is_none() && self.settings.unusable {
            report.left_out = Some("it has no name, as row names have none".to_owned());
            return Ok(None);
        }
        if let Some(format) = self.date_format_of(index)? {
            let texts = counts.values.keys();
            let moments: Vec<_> = texts.filter_map(|text| dates::parsed(&format, text)).collect();
            let first = moments.iter().filter_map(|of| of.days()).reduce(f64::min).unwrap_or(0.0);
            let years = || moments.iter().filter_map(|of| of.year());
            // A short year may be of another century.
            let years = match (years().reduce(f64::min), years().reduce(f64::max)) {
                (Some(first), Some(last)) if format.contains("%y") => {
                    format!(", of the years {first} to {last}")
                }
                _ => String::new(),
            };
            let is_local = if format.ends_with("z") { ", in local time" } else { "" };
            report.read_as = Some(format!("dates in the form {format}{years}{is_local}"));
            feature.date = Some(DateForm::new(&format, first as i32));
        } else if self.is_number(column) {
            feature.form = self.number_form(column);
            if !self.holds_numbers(column)
                && let Some(majority) = self.majority(index, counts)?
            {
                return Err(majority.error(self.file.clone(), name.clone(), false).into());
            }
            let has_others = self.used().count() > 2;
            report.read_as = self.numbers_read_as(column, told.is_none(), has_others);
            feature.offset = summary.round_offset(feature.form.as_ref());
        } else {
            feature.blanks = self.settings.missing && summary.blanks > 0;
            match self.categories(index, counts, report)? {
                Some(texts) => [feature.categories, feature.rare] = texts,
                None => return Ok(None),
            }
            feature.two = feature.categories.len() == 2;
        }
        Ok(Some(feature))
    }

    /// What numbers may be besides numbers, if that may be a doubt, or the form that they have. If
    /// there are others for features, they may also count the rows.
    pub(super) fn numbers_read_as(
        &self,
        column: &TableColumn,
        may_be_doubted: bool,
        has_others: bool,
    ) -> Option<String> {
        let form = self.number_form(column);
        // A form tells where thousands and decimals are. If each number has a point, only decimal
        // commas in other columns raise the doubt.
        let summary = &column.summary;
        let all_have_points = summary.doubts.thousands == summary.numbers;
        let may_be_thousands = form.is_none()
            && summary.doubts.may_have_thousands()
            && self.decimal_comma(all_have_points);
        let doubt = summary.doubt(has_others, may_be_thousands);
        doubt.filter(|_| may_be_doubted).or(form.map(|form| format!("numbers with a {form}")))
    }

    /// The form of a column of dates; nothing for another.
    pub(super) fn date_format_of(&self, index: usize) -> Result<Option<String>> {
        let column @ TableColumn { name, told, summary, .. } = &self.columns[index];
        // The same text in all rows is no date.
        let is_other = || summary.texts.values.len() == 1 || summary.is_empty();
        match told {
            Some(Told::Date(Some(format))) => return Ok(Some(format.clone())),
            Some(Told::Date(None)) => {}
            None if !self.is_number(column) && !is_other() => {}
            _ => return Ok(None),
        }
        #[cfg(not(feature = "dates"))]
        self.check_no_dates(column)?;
        let (file, column) = (self.file.clone(), name.clone());
        let (row, value) = match summary.first_text() {
            // All are numbers or blank.
            (0, _) => self.first_cell(index)?,
            first => first,
        };
        match (&mut summary.dates()[..], told) {
            ([format], _) => Ok(Some(std::mem::take(format))),
            ([first, second, ..], _) => {
                let forms = Box::new([std::mem::take(first), std::mem::take(second)]);
                Err(TableError::AmbiguousDates { file, row, column, value, forms }.into())
            }
            ([], Some(_)) => Err(match self.majority(index, &summary.texts)? {
                Some(majority) => majority.error(file, column, false),
                None => TableError::NotDates { file, row, column, value },
            }
            .into()),
            ([], None) => Ok(None),
        }
    }

    /// Text that looks like dates is an error: it would be taken for categories.
    #[cfg(not(feature = "dates"))]
    fn check_no_dates(&self, column: &TableColumn) -> Result<()> {
        let sign = |byte: u8| matches!(byte, b'-' | b'/' | b'.' | b':' | b' ' | b'T' | b'Z' | b'+');
        let text = column.summary.first_text().1;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let signs = text.bytes().filter(|&byte| sign(byte)).count();
        let looks = digits >= 4 && signs > 1 && digits + signs == text.len();
        crate::error::check::ensure(!looks && column.told.is_none(), || {
            let (file, what) = (self.file.clone(), "has a column of dates");
            TableError::NeedsFeature { file, what, feature: "dates" }
        })
    }

    /// The form in which all cells of a column are numbers, unless they are plain.
    pub(super) fn number_form(&self, column: &TableColumn) -> Option<NumberForm> {
        if column.summary.is_plain() {
            let comma = || NumberForm { decimal_comma: true, ..NumberForm::default() };
            return self.format.decimal_comma.then(comma);
        }
        match column.summary.forms().map(Option::<&NumberForm>::cloned) {
            [Some(point), Some(comma)] => {
                // No cell has a comma, but some have a point.
                let points_alone = comma.thousands && !point.thousands;
                Some(if self.decimal_comma(points_alone) { comma } else { point })
            }
            [point, comma] => point.or(comma),
        }
    }

    /// Whether a comma stands before the decimals where a column itself does not tell.
    fn decimal_comma(&self, points_alone: bool) -> bool {
        let forms = || self.columns.iter().map(|column| column.summary.forms());
        let decimals = self.columns.iter().any(|column| column.summary.doubts.has_decimals());
        let point = decimals || forms().any(|form| matches!(form, [Some(_), None]));
        let comma = forms().any(|form| matches!(form, [None, Some(_)]));
        let usual = self.dialect.separator == b';' && !points_alone;
        self.format.decimal_comma || if point == comma { usual } else { comma }
    }
}

/// The number of a cell, or the number by which a date stands in order.
pub(super) fn in_order(
    date: Option<&str>,
    form: Option<&NumberForm>,
    cell: &str,
) -> Result<f64, CellProblem> {
    match (date, form) {
        (Some(format), _) => dates::moment(format, cell).map(|moment| moment.in_order()),
        (None, Some(form)) => {
            form.number(cell).ok_or_else(|| CellProblem::OtherForm(form.to_string()))
        }
        (None, None) => cell::number(cell),
    }
}
