//! The summary of a column after one pass: whether it is numeric, and its round offset.

/// Counts a column's numbers and missing values, and keeps the extremes.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnSummary {
    /// The number of cells that are numbers, NaN and infinity included.
    numbers: usize,
    /// The number of cells that say that a number is missing.
    missing: usize,
    /// The smallest and the largest number, if there is one.
    extremes: Option<[f64; 2]>,
}

impl ColumnSummary {
    pub(super) fn add(&mut self, text: &str) {
        match text.parse::<f64>() {
            Ok(number) => {
                self.numbers += 1;
                let [smallest, largest] = self.extremes.unwrap_or([number; 2]);
                self.extremes = Some([smallest.min(number), largest.max(number)]);
            }
            Err(_) => self.missing += usize::from(is_missing(text)),
        }
    }

    /// Whether a feature is numeric: at least half of its cells are numbers, or all cells are
    /// numbers or missing.
    pub(super) fn is_numeric(&self, rows: usize) -> bool {
        2 * self.numbers >= rows || self.is_numeric_throughout(rows)
    }

    /// Whether all cells are numbers or missing, and not all are missing.
    pub(super) fn is_numeric_throughout(&self, rows: usize) -> bool {
        self.numbers > 0 && self.numbers + self.missing >= rows
    }

    /// The number to subtract before rounding to `f32`, by the rule in the documentation of
    /// [`Table`](crate::data::Table).
    pub(super) fn round_offset(&self) -> f64 {
        let [smallest, largest] = self.extremes.unwrap_or_default();
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

/// Whether the text stands for a missing number.
fn is_missing(text: &str) -> bool {
    ["", "?", "-", "--", ".", "na", "n/a", "#n/a", "nil", "none", "null"]
        .iter()
        .any(|missing| text.eq_ignore_ascii_case(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_round_and_near_the_middle() {
        let offset = |numbers: &[f64]| {
            let mut summary = ColumnSummary::default();
            numbers.iter().for_each(|number| summary.add(&number.to_string()));
            summary.round_offset()
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
