//! Splits the rows of a data set in two, group by group.

use super::{batches::InOrder, dataset::Examples};
use crate::error::check::{FRACTION, ensure};
use crate::error::{DataError, Error, Result};
use crate::float::Float;
use crate::random::{Purpose, generator};
use ndarray::ArrayView1;
use ndarray_rand::rand::seq::SliceRandom;

/// How many of these rows `fraction` is: rounded to the nearest number, and at least one. Some rows
/// must be left.
pub(super) fn rows_of_part(rows: usize, fraction: f64) -> Result<usize> {
    Error::check_range("fraction", fraction, FRACTION)?;
    let wanted = ((rows as f64 * fraction).round() as usize).max(1);
    ensure(wanted < rows, || DataError::TooFewRows { rows, fraction })?;
    Ok(wanted)
}

/// Shuffles the rows and splits them in two: the rest, then `fraction` of all rows, rounded to the
/// nearest number of rows and at least one. `groups` holds the group of each row.
///
/// Each group gives its share, rounded down. The rows that are then missing come from the groups
/// with the largest remainders. No group gives its last row.
fn rows(groups: &[usize], fraction: f64, seed: u64) -> Result<[Vec<usize>; 2]> {
    let rows = groups.len();
    let wanted = rows_of_part(rows, fraction)?;
    let mut sizes = vec![0; groups.iter().max().map_or(0, |largest| largest + 1)];
    groups.iter().for_each(|&group| sizes[group] += 1);
    let mut quotas = quotas(&sizes, fraction, wanted);
    let gives = quotas.iter().any(|&quota| quota > 0);
    ensure(gives, || DataError::TooFewRows { rows, fraction })?;
    let mut order: Vec<usize> = (0..rows).collect();
    order.shuffle(&mut generator(seed, Purpose::Split));
    // In place, because there may be very many rows.
    let part = order.extract_if(.., |&mut row| {
        let quota = &mut quotas[groups[row]];
        let gives = *quota > 0;
        *quota -= usize::from(gives);
        gives
    });
    let part = part.collect();
    Ok([order, part])
}

/// The number of rows that each group gives, by largest remainder.
fn quotas(sizes: &[usize], fraction: f64, wanted: usize) -> Vec<usize> {
    let shares: Vec<f64> = sizes.iter().map(|&size| size as f64 * fraction).collect();
    let mut quotas: Vec<usize> = shares.iter().map(|share| share.floor() as usize).collect();
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    by_remainder.sort_by(|&a, &b| shares[b].fract().total_cmp(&shares[a].fract()));
    let mut missing = wanted.saturating_sub(quotas.iter().sum());
    for group in by_remainder {
        if missing > 0 && quotas[group] + 1 < sizes[group] {
            quotas[group] += 1;
            missing -= 1;
        }
    }
    quotas
}

impl<F: Float> Examples<F> {
    /// The rows of a split: the rest, then the given fraction, by class for classes.
    pub(crate) fn split(&self, fraction: f64, seed: u64) -> Result<[Vec<usize>; 2]> {
        rows(&self.row_classes()?, fraction, seed)
    }

    /// The class of each row; 0 for all if the targets are numbers.
    pub(crate) fn row_classes(&self) -> Result<Vec<usize>> {
        if self.schema.classes.is_empty() {
            return Ok(vec![0; self.rows()]);
        }
        let one = F::one();
        let class = |target: ArrayView1<'_, F>| match target.len() {
            1 => usize::from(target[0] == one),
            _ => target.iter().position(|&y| y == one).unwrap_or(0),
        };
        let mut classes = Vec::with_capacity(self.rows());
        let mut batches = InOrder::targets(self);
        while let Some(batch) = batches.next()? {
            classes.extend(batch.targets.rows().into_iter().map(class));
        }
        Ok(classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_their_shares() {
        let groups: Vec<usize> = (0..100).map(|row| usize::from(row % 10 == 0)).collect();
        let [rest, part] = rows(&groups, 0.2, 3).unwrap();
        assert_eq!((rest.len(), part.len()), (80, 20));
        assert_eq!(part.iter().filter(|&&row| groups[row] == 1).count(), 2);
        let mut all = [rest, part].concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_group_keeps_its_last_row() {
        let [rest, _] = rows(&[0, 0, 0, 0, 0, 0, 1, 2], 0.4, 1).unwrap();
        assert!(rest.contains(&6) && rest.contains(&7));
    }

    #[test]
    fn an_empty_part_is_an_error() {
        assert!(matches!(
            rows(&[0], 0.5, 0),
            Err(Error::Data(DataError::TooFewRows { rows: 1, .. }))
        ));
        assert!(matches!(
            rows(&[0, 1], 0.5, 0),
            Err(Error::Data(DataError::TooFewRows { rows: 2, .. }))
        ));
        assert!(matches!(rows(&[0, 0], 1.0, 0), Err(Error::Setting { .. })));
        assert!(matches!(rows(&[0, 0], f64::NAN, 0), Err(Error::Setting { .. })));
    }
}
