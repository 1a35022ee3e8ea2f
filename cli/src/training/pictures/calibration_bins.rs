//! Compares predicted probabilities with the share of positive rows.

/// The rows whose probabilities are in one of the equal parts of the range from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bin {
    pub rows: usize,
    pub positives: usize,
    /// The sum of the probabilities.
    sum: f64,
}

impl Bin {
    pub fn mean_probability(&self) -> f64 {
        self.sum / self.rows as f64
    }

    pub fn share_of_positives(&self) -> f64 {
        self.positives as f64 / self.rows as f64
    }

    /// Where the share in all such rows is, with a confidence of 95 %: by Wilson (1927), whose
    /// interval is never beyond 0 or 1, and has a width if all rows are of one kind.
    pub fn interval(&self) -> (f64, f64) {
        const Z: f64 = 1.959_963_984_540_054;
        let (n, p) = (self.rows as f64, self.share_of_positives());
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }
}

/// Sorts the rows into this many bins by probability; 1 is in the last bin.
pub fn calibration_bins(rows: impl Iterator<Item = (f64, bool)>, count: usize) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); count];
    for (probability, positive) in rows {
        let bin = &mut bins[((probability * count as f64) as usize).min(count - 1)];
        bin.rows += 1;
        bin.positives += usize::from(positive);
        bin.sum += probability;
    }
    bins
}
