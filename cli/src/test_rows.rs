//! Which rows judge the trained network, and which tell when to stop.

use crate::input;
use crate::table_file;
use crate::training::{self, Options as Training};
use clap::Args;
use densely::data::{CsvFormat, TableReport};
use densely::{Dataset, Error, Identity, Mlp, Table, error::DataError};
use ndarray::{Array2, Axis};
use std::collections::BTreeMap;
use std::error::Error as AnyError;
use std::iter::zip;
use std::path::{Path, PathBuf};

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
pub enum TestRows {
    ByChance,
    /// A number for each row of the table.
    Last(String, Vec<f64>),
    /// The group of each row of the table.
    Groups(String, Vec<String>),
    File(PathBuf),
}

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
    keys: Keys,
}

/// The numbers of the rows of two parts.
pub type Parts = [Vec<usize>; 2];

/// What the training rows are split by.
enum Keys {
    Chance,
    /// They are in order.
    Order,
    /// The column of groups, and the group of each row.
    Groups(String, Vec<String>),
}

impl Choice {
    /// Reads the column that tells the test rows.
    pub fn read(&self, table: &Table) -> Result<TestRows, Error> {
        Ok(match (&self.split_by, &self.group, &self.test_data) {
            (Some(column), ..) => TestRows::Last(column.clone(), table.order(column)?),
            (_, Some(column), _) => TestRows::Groups(column.clone(), table.text(column)?),
            (.., Some(file)) => TestRows::File(input::find(file)),
            _ => TestRows::ByChance,
        })
    }
}

impl TestRows {
    /// The file of the test rows, if they have one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            _ => None,
        }
    }

    /// The table without the column of groups, which is no feature.
    pub fn leave_out(&self, table: Table) -> Result<Table, Error> {
        match self {
            Self::Groups(column, _) if table.column_names().any(|name| name == column) => {
                table.without([column])
            }
            _ => Ok(table),
        }
    }

    /// What should be known about the rows, on one line.
    pub fn doubt(&self) -> Option<String> {
        match self {
            Self::Last(column, order) => {
                let blanks = order.iter().filter(|number| number.is_nan()).count();
                (blanks > 0).then(|| format!("rows without {column:?} come first: {blanks}"))
            }
            Self::Groups(column, groups) => {
                let mut counts = BTreeMap::new();
                groups.iter().for_each(|group| *counts.entry(group).or_insert(0) += 1);
                let (group, count) = counts.into_iter().max_by_key(|&(_, count)| count)?;
                let (rows, is_most) = (groups.len(), 4 * count > 3 * groups.len());
                is_most.then(|| {
                    format!("the group {group:?} of {column:?} has {count} of {rows} rows")
                })
            }
            _ => None,
        }
    }

    /// As part of what a checkpoint belongs to.
    pub fn identity(&self) -> String {
        match self {
            Self::ByChance => "by chance".to_owned(),
            Self::Last(column, order) => {
                let hash = training::hash(order.iter().map(|number| number.to_bits()));
                format!("the last by {column} ({hash:016x})")
            }
            Self::Groups(column, groups) => {
                let bytes =
                    groups.iter().flat_map(|group| group.bytes().map(u64::from).chain([256]));
                format!("groups of {column} ({:016x})", training::hash(bytes))
            }
            Self::File(_) => "from a file".to_owned(),
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
        let all = data.clone();
        let (fraction, seed) = (options.test, options.seed);
        let (train, test, keys) = match self {
            Self::ByChance => {
                let (train, test) = data.split(fraction, seed)?;
                (train, test, Keys::Chance)
            }
            Self::Last(_, order) => {
                let (train, test) = data.split_by(fraction, &report.taken(order))?;
                (train, test, Keys::Order)
            }
            Self::Groups(column, groups) => {
                let groups = report.taken(groups);
                let parts = numbered(data.rows())?.split_groups(fraction, &groups, seed)?;
                by_groups(&data, &column, &groups, parts)?
            }
            Self::File(file) => {
                let table = table_file::read(format, &file)?.with_missing().with_unknown();
                // The schema alone tells how the file is read.
                let builder = Mlp::<f32>::builder(data.features()).dense(data.outputs(), Identity);
                let mut net = builder.build()?;
                net.set_schema(data.schema().clone())?;
                let (test, report) = table.dataset_for_and_report(&net)?;
                let (report, keys) = (Some(report), Keys::Chance);
                return Ok(Split { all, train: data, validation: None, test, report, keys });
            }
        };
        let validation = keys.validation(train.rows(), validation, seed)?;
        Ok(Split { all, train, validation, test, report: None, keys })
    }
}

impl Split {
    /// What should be known about the classes, on one line.
    pub fn doubt(&self) -> Option<String> {
        let rows_of = |data: &Dataset<f32>| match &data.targets().sum_axis(Axis(0)).to_vec()[..] {
            &[second] => vec![data.rows() as f32 - second, second],
            of_each => of_each.to_vec(),
        };
        let rows = zip(rows_of(&self.train), rows_of(&self.test));
        let unlearned = zip(self.train.classes(), rows)
            .filter(|(_, (train, test))| *train == 0.0 && *test > 0.0)
            .map(|(class, _)| format!("{class:?}"));
        let unlearned: Vec<_> = unlearned.collect();
        let (classes, each) = (unlearned.join(", "), unlearned.len() > 1);
        let these = if each { "these classes" } else { "this class" };
        (!classes.is_empty())
            .then(|| format!("no training row has {these}, though test rows have: {classes}"))
    }

    /// The folds of the training rows, each split as these rows are.
    pub fn folds(
        &self,
        count: usize,
        options: &Training,
        validation: f64,
    ) -> Result<Vec<Self>, Box<dyn AnyError>> {
        let (data, seed) = (&self.train, options.seed);
        let folds: Vec<_> = match &self.keys {
            Keys::Chance => {
                let folds = data.folds(count, seed)?.into_iter();
                folds.map(|(train, test)| (train, test, Keys::Chance)).collect()
            }
            Keys::Order => {
                let folds = data.ordered_folds(count, &places(data.rows()))?.into_iter();
                folds.map(|(train, test)| (train, test, Keys::Order)).collect()
            }
            Keys::Groups(column, groups) => {
                let folds = numbered(data.rows())?.group_folds(count, groups, seed)?.into_iter();
                folds
                    .map(|parts| by_groups(data, column, groups, parts))
                    .collect::<Result<_, _>>()?
            }
        };
        let split = |(train, test, keys): (Dataset<f32>, _, Keys)| {
            let validation = keys.validation(train.rows(), validation, seed);
            let validation = validation.map_err(|error| format!("in a fold, {error}"))?;
            Ok(Self { all: train.clone(), train, validation, test, report: None, keys })
        };
        folds.into_iter().map(split).collect()
    }
}

impl Keys {
    /// The rows that tell when to stop, behind the others, if chance does not choose them.
    fn validation(
        &self,
        rows: usize,
        fraction: f64,
        seed: u64,
    ) -> Result<Option<Parts>, Box<dyn AnyError>> {
        let parts = match self {
            _ if fraction == 0.0 => return Ok(None),
            Self::Chance => return Ok(None),
            Self::Order => numbered(rows)?.split_by(fraction, &places(rows)),
            Self::Groups(_, groups) => numbered(rows)?.split_groups(fraction, groups, seed),
        };
        match (parts, self) {
            (Err(Error::Data(DataError::OneGroup)), Self::Groups(column, _)) => Err(format!(
                "the training rows belong to one group of {column:?}, and none is left for \
                 validation; a training of your own with --validation 0 sets no rows aside for it"
            )
            .into()),
            (parts, _) => Ok(Some(numbers_of(parts?))),
        }
    }
}

/// The rows of two parts, and the groups of the first.
fn by_groups(
    data: &Dataset<f32>,
    column: &str,
    groups: &[String],
    parts: (Dataset<f64>, Dataset<f64>),
) -> Result<(Dataset<f32>, Dataset<f32>, Keys), Error> {
    let [train, test] = numbers_of(parts);
    let of_rows = train.iter().map(|&row| groups[row].clone()).collect();
    let keys = Keys::Groups(column.to_owned(), of_rows);
    Ok((data.select(&train)?, data.select(&test)?, keys))
}

/// Numbers by which the rows stand in order.
fn places(rows: usize) -> Vec<f64> {
    (0..rows).map(|row| row as f64).collect()
}

/// The numbers of rows as a data set, which is split as the rows are.
fn numbered(rows: usize) -> Result<Dataset<f64>, Error> {
    let numbers = Array2::from_shape_fn((rows, 1), |(row, _)| row as f64);
    Dataset::new(numbers.clone(), numbers)
}

fn numbers_of((rest, part): (Dataset<f64>, Dataset<f64>)) -> Parts {
    [rest, part].map(|rows| rows.inputs().iter().map(|&number| number as usize).collect())
}
