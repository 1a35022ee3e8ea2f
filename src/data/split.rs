//! Splits the rows of a data set in two, group by group.

use super::{batches::InOrder, dataset::Examples};
use crate::error::check::{FRACTION, ensure};
use crate::error::{DataError, Error, Result};
use crate::random::{Purpose, generator};
use crate::{float::Float, mlp::predicted_classes};
use ndarray_rand::rand::seq::SliceRandom;
use std::iter::zip;

/// How many of these rows `fraction` is: rounded to the nearest number, and at least one. Some rows
/// must be left.
pub(super) fn rows_of_part(rows: usize, fraction: f64) -> Result<usize> {
    Error::check_range("fraction", fraction, FRACTION)?;
    let wanted = ((rows as f64 * fraction).round() as usize).max(1);
    ensure(wanted < rows, || DataError::TooFewRows { rows, fraction })?;
    Ok(wanted)
}

/// The numbers of this many rows or groups in a random order.
pub(super) fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut generator(seed, Purpose::Split));
    order
}

/// The number of rows of each group.
pub(super) fn sizes(groups: &[usize]) -> Vec<usize> {
    let mut sizes = vec![0; groups.iter().max().map_or(0, |largest| largest + 1)];
    groups.iter().for_each(|&group| sizes[group] += 1);
    sizes
}

/// Shuffles the rows and splits them in two: the rest, then `fraction` of all rows, rounded to the
/// nearest number of rows and at least one. `groups` holds the group of each row.
///
/// Each group gives its share, rounded down. The rows that are then missing come from the groups
/// with the largest remainders. No group gives its last row.
fn rows(groups: &[usize], fraction: f64, seed: u64) -> Result<[Vec<usize>; 2]> {
    let rows = groups.len();
    let wanted = rows_of_part(rows, fraction)?;
    let mut quotas = quotas(&sizes(groups), fraction, wanted);
    let gives = quotas.iter().any(|&quota| quota > 0);
    ensure(gives, || DataError::TooFewRows { rows, fraction })?;
    let mut order = shuffled(rows, seed);
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
        let mut classes = Vec::with_capacity(self.rows());
        self.each_class(|class| classes.push(class))?;
        Ok(classes)
    }

    /// As [`row_classes`](Self::row_classes), one row after the other. A row that belongs to no
    /// class is an error.
    pub(super) fn each_class(&self, mut take: impl FnMut(usize)) -> Result<()> {
        if self.schema.classes.is_empty() {
            (0..self.rows()).for_each(|_| take(0));
            return Ok(());
        }
        let (mut batches, mut row) = (InOrder::targets(self), 0);
        while let Some(batch) = batches.next()? {
            for (target, class) in zip(batch.targets.rows(), predicted_classes(batch.targets)?) {
                let columns = target.len();
                let count = |number: F| target.iter().filter(|&&y| y == number).count();
                let (zeros, ones) = (count(F::zero()), count(F::one()));
                let is_one_hot = zeros + ones == columns && (columns == 1 || ones == 1);
                ensure(is_one_hot, || DataError::NotOneHot { row, columns })?;
                take(class);
                row += 1;
            }
        }
        Ok(())
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
