//! Which rows judge the trained network, and which tell when to stop.

use crate::input;
use crate::table_file;
use crate::training::{self, Options as Training};
use clap::Args;
use densely::data::{CsvFormat, TableReport};
use densely::{Dataset, Error, Identity, Mlp, Table, error::DataError};
use ndarray::{Array2, ArrayView2, Axis};
use std::collections::{BTreeMap, HashSet};
use std::error::Error as AnyError;
use std::iter::zip;
use std::path::PathBuf;

/// The rows set aside, where they are not taken by chance.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub struct Choice {
    /// Column of numbers or dates: the rows that are last in its order are the test rows, and those
    /// before them the validation rows
    #[arg(long, value_name = "COLUMN")]
    split_by: Option<String>,
    /// Column of groups, such as customers: whole groups are the test rows, and others the
    /// validation rows; the column is then no feature
    #[arg(long, value_name = "COLUMN")]
    pub group: Option<String>,
    /// CSV file with the test rows, in the same form; all rows of DATA are then training rows
    #[arg(long, value_name = "FILE", conflicts_with = "test")]
    test_data: Option<PathBuf>,
}

/// What tells the test rows.
pub struct TestRows {
    /// Of the rows of the table.
    keys: Keys,
    /// The file of the test rows, if they have one.
    pub file: Option<PathBuf>,
}

/// What rows are split by, with the name of its column.
enum Keys {
    Chance,
    /// A number for each row: the second part has the largest.
    Order(String, Vec<f64>),
    /// The group of each row.
    Groups(String, Vec<String>),
}

/// The numbers of the rows of two parts.
pub type Parts = [Vec<usize>; 2];

/// The rows of a training.
pub struct Split {
    /// Training and test rows; without those of a file.
    pub all: Dataset<f32>,
    pub train: Dataset<f32>,
    /// The other training rows, and those that tell when to stop, if chance does not choose them.
    pub validation: Option<Parts>,
    pub test: Dataset<f32>,
    /// What was done with a file of test rows.
    pub report: Option<TableReport>,
    /// Of the training rows.
    keys: Keys,
}

/// The different training rows from which on copies of them are told.
const DIFFERENT_ROWS: usize = 100;

impl Choice {
    /// Refuses to split by the target.
    pub fn check_target(&self, target: &str) -> Result<(), String> {
        let options = [("--split-by", &self.split_by), ("--group", &self.group)];
        let found = options.iter().find(|(_, column)| column.as_deref() == Some(target));
        found.map_or(Ok(()), |(option, _)| Err(format!("{option} names the target")))
    }

    /// Reads the column that tells the test rows.
    pub fn read(&self, table: &Table) -> Result<TestRows, Box<dyn AnyError>> {
        let keys = match (&self.split_by, &self.group) {
            (Some(column), _) => {
                let order = table.order(column).map_err(|error| {
                    format!("--split-by takes a column of numbers or dates; {error}")
                })?;
                Keys::Order(column.clone(), order)
            }
            (None, Some(column)) => Keys::Groups(column.clone(), table.text(column)?),
            (None, None) => Keys::Chance,
        };
        Ok(TestRows { keys, file: self.test_data.as_deref().map(input::find) })
    }
}

impl TestRows {
    /// The table without the column of groups, which is no feature.
    pub fn leave_out(&self, table: Table) -> Result<Table, Error> {
        match &self.keys {
            Keys::Groups(column, _) if table.column_names().any(|name| name == column) => {
                table.without([column])
            }
            _ => Ok(table),
        }
    }

    /// What should be known about the rows, on one line.
    pub fn doubt(&self) -> Option<String> {
        match &self.keys {
            Keys::Chance => None,
            Keys::Order(column, order) => {
                let blanks = order.iter().filter(|number| number.is_nan()).count();
                if order.windows(2).all(|pair| pair[0] == pair[1]) {
                    return Some(format!(
                        "{column:?} is the same in all rows: the file's last rows are the test rows"
                    ));
                }
                (blanks > 0).then(|| format!("rows without {column:?} come first: {blanks}"))
            }
            Keys::Groups(column, groups) => {
                let mut counts = BTreeMap::new();
                groups.iter().for_each(|group| *counts.entry(group).or_insert(0) += 1);
                let rows = groups.len();
                let blanks = groups.iter().filter(|group| group.is_empty()).count();
                let (group, count) = counts.into_iter().max_by_key(|&(_, count)| count)?;
                let most = (4 * count > 3 * rows).then(|| {
                    format!("the group {group:?} of {column:?} has {count} of {rows} rows")
                });
                let without = || format!("rows without {column:?} are one group: {blanks}");
                most.or_else(|| (blanks > 0).then(without))
            }
        }
    }

    /// As part of what a checkpoint belongs to.
    pub fn identity(&self) -> String {
        match &self.keys {
            Keys::Chance if self.file.is_some() => "from a file".to_owned(),
            Keys::Chance => "by chance".to_owned(),
            Keys::Order(column, order) => {
                let hash = training::hash(order.iter().map(|number| number.to_bits()));
                format!("the last by {column} ({hash:016x})")
            }
            Keys::Groups(column, groups) => {
                let bytes =
                    groups.iter().flat_map(|group| group.bytes().map(u64::from).chain([256]));
                format!("groups of {column} ({:016x})", training::hash(bytes))
            }
        }
    }

    /// Training rows and test rows. `report` tells which rows of the table are in the data set. A
    /// file of test rows is read in `format`.
    pub fn split(
        self,
        data: Dataset<f32>,
        report: &TableReport,
        options: &Training,
        validation: f64,
        format: CsvFormat,
    ) -> Result<Split, Box<dyn AnyError>> {
        if let Some(file) = &self.file {
            let table = table_file::read(format, file)?.with_missing().with_unknown();
            // The schema alone tells how the file is read.
            let builder = Mlp::<f32>::builder(data.features()).dense(data.outputs(), Identity);
            let mut net = builder.build()?;
            net.set_schema(data.schema().clone())?;
            let (test, report) = table.dataset_for_and_report(&net)?;
            let (all, report, keys) = (data.clone(), Some(report), self.keys);
            return Ok(Split { all, train: data, validation: None, test, report, keys });
        }
        let taken = report.taken(0..data.rows() + report.rows_without_target.len());
        let keys = self.keys.of(&taken);
        let rows = keys.split(&data, options.test, options.seed)?;
        Split::of(&data, &keys, rows, (validation, options.seed))
    }
}

impl Split {
    /// The rows of these numbers: training and test rows.
    fn of(
        data: &Dataset<f32>,
        keys: &Keys,
        [train, test]: Parts,
        (validation, seed): (f64, u64),
    ) -> Result<Self, Box<dyn AnyError>> {
        let keys = keys.of(&train);
        let (train, test) = (data.select(&train)?, data.select(&test)?);
        let validation = keys.validation(&train, validation, seed)?;
        Ok(Self { all: data.clone(), train, validation, test, report: None, keys })
    }

    /// What should be known about the rows, a line each.
    pub fn doubts(&self) -> String {
        let doubts = self.unlearned_classes().into_iter().chain(self.copies());
        doubts.collect::<Vec<_>>().join("\n")
    }

    /// The classes of test rows that no row to learn from has.
    fn unlearned_classes(&self) -> Option<String> {
        let targets = self.train.targets();
        let learned = match &self.validation {
            Some([rest, _]) => targets.select(Axis(0), rest),
            None => targets.to_owned(),
        };
        let rows_of = |targets: ArrayView2<'_, f32>| match &targets.sum_axis(Axis(0)).to_vec()[..] {
            &[second] => vec![targets.nrows() as f32 - second, second],
            of_each => of_each.to_vec(),
        };
        let rows = zip(rows_of(learned.view()), rows_of(self.test.targets().view()));
        let unlearned = zip(self.train.classes(), rows)
            .filter(|(_, (train, test))| *train == 0.0 && *test > 0.0)
            .map(|(class, _)| format!("{class:?}"));
        let unlearned: Vec<_> = unlearned.collect();
        let what = if unlearned.len() == 1 { "a class" } else { "classes" };
        (!unlearned.is_empty()).then(|| {
            format!("test rows have {what} that no training row has: {}", unlearned.join(", "))
        })
    }

    /// How many test rows are copies of training rows, if most are.
    fn copies(&self) -> Option<String> {
        let hashes = |data: &Dataset<f32>| -> Vec<u64> {
            let (inputs, targets) = (data.inputs(), data.targets());
            let rows = zip(inputs.rows(), targets.rows());
            let numbers = rows.map(|(inputs, targets)| inputs.into_iter().chain(targets));
            numbers.map(|row| training::hash(row.map(|number| number.to_bits().into()))).collect()
        };
        let known: HashSet<u64> = hashes(&self.train).into_iter().collect();
        let copies = hashes(&self.test).iter().filter(|&row| known.contains(row)).count();
        let rows = self.test.rows();
        // A few categories alone repeat by themselves.
        (2 * copies > rows && known.len() >= DIFFERENT_ROWS).then(|| {
            format!(
                "of {rows} test rows, {copies} are the same as a training row: the scores say \
                 little of new rows"
            )
        })
    }

    /// The folds of the training rows, each split as these rows are.
    pub fn folds(
        &self,
        count: usize,
        options: &Training,
        validation: f64,
    ) -> Result<Vec<Self>, Box<dyn AnyError>> {
        let (data, keys, seed) = (&self.train, &self.keys, options.seed);
        let fold = |rows| {
            let fold = Self::of(data, keys, rows, (validation, seed));
            fold.map_err(|error| format!("in a fold, {error}").into())
        };
        keys.folds(data, count, seed)?.into_iter().map(fold).collect()
    }
}

impl Keys {
    /// The keys of these rows.
    fn of(&self, rows: &[usize]) -> Self {
        match self {
            Self::Chance => Self::Chance,
            Self::Order(column, order) => {
                Self::Order(column.clone(), rows.iter().map(|&row| order[row]).collect())
            }
            Self::Groups(column, groups) => {
                Self::Groups(column.clone(), rows.iter().map(|&row| groups[row].clone()).collect())
            }
        }
    }

    /// The numbers of the rows in both parts.
    fn split(&self, data: &Dataset<f32>, fraction: f64, seed: u64) -> Result<Parts, Error> {
        let rows = numbered(data)?;
        let parts = match self {
            Self::Chance => rows.split(fraction, seed),
            Self::Order(_, order) => rows.split_by(fraction, order),
            Self::Groups(_, groups) => rows.split_groups(fraction, groups, seed),
        };
        parts.map(numbers_of)
    }

    /// The numbers of the rows in both parts of each fold.
    fn folds(&self, data: &Dataset<f32>, count: usize, seed: u64) -> Result<Vec<Parts>, Error> {
        let rows = numbered(data)?;
        let folds = match self {
            Self::Chance => rows.folds(count, seed),
            Self::Order(_, order) => rows.ordered_folds(count, order),
            Self::Groups(_, groups) => rows.group_folds(count, groups, seed),
        };
        Ok(folds?.into_iter().map(numbers_of).collect())
    }

    /// The rows that tell when to stop, behind the others, if chance does not choose them.
    fn validation(
        &self,
        train: &Dataset<f32>,
        fraction: f64,
        seed: u64,
    ) -> Result<Option<Parts>, Box<dyn AnyError>> {
        if fraction == 0.0 || matches!(self, Self::Chance) {
            return Ok(None);
        }
        match (self.split(train, fraction, seed), self) {
            (Err(Error::Data(DataError::OneGroup)), Self::Groups(column, _)) => Err(format!(
                "the training rows belong to one group of {column:?}, and none is left for \
                 validation; a training of your own with --validation 0 sets no rows aside for it"
            )
            .into()),
            (parts, _) => Ok(Some(parts?)),
        }
    }
}

/// The numbers of the rows as a data set with the same targets, which is split as the rows are.
fn numbered(data: &Dataset<f32>) -> Result<Dataset<f64>, Error> {
    let numbers = Array2::from_shape_fn((data.rows(), 1), |(row, _)| row as f64);
    let numbered = Dataset::new(numbers, data.targets().mapv(f64::from))?;
    match data.classes() {
        [] => Ok(numbered),
        classes => numbered.with_classes(classes),
    }
}

fn numbers_of((rest, part): (Dataset<f64>, Dataset<f64>)) -> Parts {
    [rest, part].map(|rows| rows.inputs().iter().map(|&number| number as usize).collect())
}
