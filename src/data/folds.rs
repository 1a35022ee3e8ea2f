//! Folds of a data set, for cross-validation.

use super::split::{shuffled, sizes};
use super::split_by::{groups_of_rows, in_order};
use super::storage::Storage;
use crate::error::{Error, Result};
use crate::{data::Dataset, float::Float};
use std::cmp::Reverse;
use std::hash::Hash;

impl<F: Float, S: Storage<F>> Dataset<F, S> {
    /// The folds of a cross-validation: `count` pairs of training and test rows. Shuffles the rows
    /// by `seed`; each is a test row in one pair. If the targets are classes, each fold has its
    /// share of each class.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::Array2;
    /// let labels = (0..10).map(|row| if row < 4 { "rare" } else { "frequent" });
    /// let data = Dataset::<f32>::binary(Array2::zeros((10, 3)), labels)?;
    /// for (train, test) in data.folds(2, 7)? {
    ///     assert_eq!((train.rows(), test.rows(), test.targets().sum()), (5, 5, 2.0));
    /// }
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `count` is at least 2 and at most the number of rows; for rows in
    /// files, those of [`split`](Self::split).
    pub fn folds(&self, count: usize, seed: u64) -> Result<Vec<(Self, Self)>> {
        let rows = self.rows();
        check_count(count, rows, "at least 2 and at most the number of rows")?;
        let classes = self.examples().row_classes()?;
        let order = shuffled(rows, seed);
        let mut by_class = order.clone();
        by_class.sort_by_key(|&row| classes[row]);
        let mut fold_of = vec![0; rows];
        by_class.iter().enumerate().for_each(|(place, &row)| fold_of[row] = place % count);
        self.pairs(count, &order, |row| fold_of[row])
    }

    /// Training and test rows of each fold, in this order.
    fn pairs(
        &self,
        count: usize,
        order: &[usize],
        fold_of: impl Fn(usize) -> usize,
    ) -> Result<Vec<(Self, Self)>> {
        let pair = |fold: usize| {
            let (test, train): (Vec<_>, Vec<_>) =
                order.iter().partition(|&&row| fold_of(row) == fold);
            Ok((self.select(&train)?, self.select(&test)?))
        };
        (0..count).map(pair).collect()
    }

    /// As [`folds`](Self::folds), by whole groups: no group has rows in several folds. The groups,
    /// the largest first, go to the fold with the fewest rows; `seed` shuffles those of equal size.
    /// Classes need not have equal shares.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::array;
    /// let data = Dataset::regression(array![[0.0], [1.0], [2.0], [3.0]], [5.0, 6.0, 7.0, 8.0])?;
    /// for (train, test) in data.group_folds(2, ["Ann", "Bob", "Ann", "Bob"], 7)? {
    ///     assert_eq!((train.rows(), test.rows()), (2, 2));
    ///     assert_eq!(test.targets()[[1, 0]] - test.targets()[[0, 0]], 2.0);
    /// }
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Keys`] unless there is a group for each row; [`Error::Setting`] unless `count`
    /// is at least 2 and at most the number of groups; otherwise as [`folds`](Self::folds).
    ///
    /// [`DataError::Keys`]: crate::error::DataError::Keys
    pub fn group_folds<G: Eq + Hash>(
        &self,
        count: usize,
        groups: impl IntoIterator<Item = G>,
        seed: u64,
    ) -> Result<Vec<(Self, Self)>> {
        let of_rows = groups_of_rows(groups, self.rows())?;
        let sizes = sizes(&of_rows);
        check_count(count, sizes.len(), "at least 2 and at most the number of groups")?;
        let mut order = shuffled(sizes.len(), seed);
        order.sort_by_key(|&group| Reverse(sizes[group]));
        let (mut fold_of, mut rows_of) = (vec![0; sizes.len()], vec![0; count]);
        for group in order {
            let fold = (0..count).min_by_key(|&fold| rows_of[fold]).unwrap_or(0);
            fold_of[group] = fold;
            rows_of[fold] += sizes[group];
        }
        let rows: Vec<_> = (0..of_rows.len()).collect();
        self.pairs(count, &rows, |row| fold_of[of_rows[row]])
    }

    /// The folds of rows in the order of a number, such as a time: each tests on rows that come
    /// after those it trains on. Of `count` + 1 blocks of equal size, the i-th fold tests on block
    /// i + 1 and trains on all before; the rows left over belong to the first block, as in
    /// scikit-learn's `TimeSeriesSplit`. Rows with equal numbers stay in the file's order; those
    /// with NaN come first.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::array;
    /// let data = Dataset::regression(array![[0.0], [1.0], [2.0], [3.0]], [5.0, 6.0, 7.0, 8.0])?;
    /// let folds = data.ordered_folds(2, &[2024.0, 2021.0, 2022.0, 2023.0])?;
    /// assert_eq!(folds[0].0.targets(), array![[6.0], [7.0]]);
    /// assert_eq!(folds[0].1.targets(), array![[8.0]]);
    /// assert_eq!(folds[1].1.targets(), array![[5.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Keys`] unless there is a number for each row; [`Error::Setting`] unless `count`
    /// is at least 2 and below the number of rows; otherwise as [`folds`](Self::folds).
    ///
    /// [`DataError::Keys`]: crate::error::DataError::Keys
    pub fn ordered_folds(&self, count: usize, order: &[f64]) -> Result<Vec<(Self, Self)>> {
        let rows = self.rows();
        let sorted = in_order(order, rows)?;
        check_count(count, rows.saturating_sub(1), "at least 2 and below the number of rows")?;
        let block = rows / (count + 1);
        let pair = |fold: usize| {
            let first = rows - (count - fold) * block;
            Ok((self.select(&sorted[..first])?, self.select(&sorted[first..first + block])?))
        };
        (0..count).map(pair).collect()
    }
}

fn check_count(count: usize, most: usize, needs: &'static str) -> Result<()> {
    let holds = |count: f64| count >= 2.0 && count <= most as f64;
    Error::check_range("number of folds", count as f64, (needs, holds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn numbered(rows: usize) -> Dataset<f64> {
        let numbers = Array2::from_shape_fn((rows, 1), |(row, _)| row as f64);
        Dataset::new(numbers.clone(), numbers).unwrap()
    }

    fn rows(data: &Dataset<f64>) -> Vec<usize> {
        data.inputs().iter().map(|&row| row as usize).collect()
    }

    /// ```python
    /// from sklearn.model_selection import TimeSeriesSplit     # scikit-learn 1.9
    /// for train, test in TimeSeriesSplit(3).split(range(11)): print(train, test)
    /// ```
    #[test]
    fn ordered_folds_equal_scikit_learns() {
        let order: Vec<f64> = (0..11).map(f64::from).collect();
        let folds = numbered(11).ordered_folds(3, &order).unwrap();
        let found: Vec<_> = folds.iter().map(|(train, test)| (rows(train), rows(test))).collect();
        let expected = [(5, 7), (7, 9), (9, 11)];
        let expected = expected.map(|(first, end)| ((0..first).collect(), (first..end).collect()));
        assert_eq!(found, expected);
        for (count, order) in [(1, &order[..]), (11, &order), (3, &order[1..])] {
            assert!(numbered(11).ordered_folds(count, order).is_err(), "{count}");
        }
    }

    #[test]
    fn groups_stay_together_in_folds_of_equal_size() {
        let groups = ["a", "b", "a", "c", "a", "b", "c", "d"];
        let folds = numbered(8).group_folds(2, groups, 3).unwrap();
        let mut tested: Vec<_> = folds.iter().flat_map(|(_, test)| rows(test)).collect();
        tested.sort_unstable();
        assert_eq!(tested, (0..8).collect::<Vec<_>>());
        for (train, test) in &folds {
            assert_eq!((train.rows(), test.rows()), (4, 4));
            let [train, test] = [train, test].map(rows);
            assert!(train.iter().all(|&row| test.iter().all(|&of| groups[of] != groups[row])));
        }
        assert!(numbered(8).group_folds(5, groups, 3).is_err());
    }
}
