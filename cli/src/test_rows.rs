//! Which rows judge the trained network.

use crate::input;
use crate::training::{self, Options as Training};
use clap::Args;
use densely::data::{CsvFormat, TableReport};
use densely::{Dataset, Error, Identity, Mlp, Table};
use std::path::{Path, PathBuf};

/// The rows set aside, where they are not taken by chance.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub struct Choice {
    /// Column of numbers or dates: the rows that are last in its order are the test rows
    #[arg(long, value_name = "COLUMN")]
    split_by: Option<String>,
    /// Column of groups, such as customers: whole groups are the test rows; the column is then no
    /// feature
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
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
    pub test: Dataset<f32>,
    /// What was done with a file of test rows.
    pub report: Option<TableReport>,
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
        format: CsvFormat,
    ) -> Result<Split, Error> {
        let all = data.clone();
        let by = |(train, test)| Split { all, train, test, report: None };
        match self {
            Self::ByChance => data.split(options.test, options.seed).map(by),
            Self::Last(_, order) => data.split_by(options.test, &report.taken(order)).map(by),
            Self::Groups(_, groups) => {
                data.split_groups(options.test, report.taken(groups), options.seed).map(by)
            }
            Self::File(file) => {
                let table = format.read(file)?.with_missing().with_unknown();
                // The schema alone tells how the file is read.
                let builder = Mlp::<f32>::builder(data.features()).dense(data.outputs(), Identity);
                let mut net = builder.build()?;
                net.set_schema(data.schema().clone())?;
                let (test, report) = table.dataset_for_and_report(&net)?;
                Ok(Split { all: data.clone(), train: data, test, report: Some(report) })
            }
        }
    }
}
