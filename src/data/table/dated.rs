//! Cells that are dates or times of day.

use super::Table;
use crate::error::{CellProblem, Result};
use crate::{float::Float, schema::DateForm};

#[cfg(feature = "dates")]
impl Table {
    /// The form of a column of dates, with the first day among its texts.
    pub(super) fn date_form(&self, column: usize, format: String) -> Result<DateForm> {
        let texts = self.scan.columns[column].summary.first_texts();
        let days = texts.filter_map(|text| crate::data::dates::moment(&format, text)?.day());
        let first = days.min().unwrap_or(0);
        Ok(DateForm::new(format, first))
    }

    /// Writes the features of a date.
    pub(super) fn write_date<F: Float>(
        &self,
        form: &DateForm,
        cell: &str,
        to: &mut [F],
    ) -> Result<(), CellProblem> {
        let moment = crate::data::dates::moment(&form.format, cell).ok_or(CellProblem::NotADate)?;
        for (to, part) in to.iter_mut().zip(form.parts()) {
            *to = F::from_f64(moment.part(part, form.first));
        }
        Ok(())
    }

    /// The number by which a date stands in order: days, with the time of day as a fraction.
    pub(super) fn moment(&self, format: &str, cell: &str) -> Result<f64, CellProblem> {
        let moment = crate::data::dates::moment(format, cell);
        Ok(moment.ok_or(CellProblem::NotADate)?.in_order())
    }
}

#[cfg(not(feature = "dates"))]
impl Table {
    pub(super) fn date_form(&self, _: usize, _: String) -> Result<DateForm> {
        Err(self.needs_dates())
    }

    pub(super) fn write_date<F: Float>(
        &self,
        _: &DateForm,
        _: &str,
        _: &mut [F],
    ) -> Result<(), CellProblem> {
        Err(CellProblem::NeedsDates)
    }

    pub(super) fn moment(&self, _: &str, _: &str) -> Result<f64, CellProblem> {
        Err(CellProblem::NeedsDates)
    }

    pub(super) fn needs_dates(&self) -> crate::error::Error {
        let (file, what) = (self.file.clone(), "has a column of dates");
        crate::error::TableError::NeedsFeature { file, what, feature: "dates" }.into()
    }
}
