//! Tables as data sets of some rows at a time.

use super::Table;
use super::encoding::Encoding;
use super::infer::{Learned, Targets};
use super::rows::Rows;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::float::Float;
use crate::schema::Schema;
use std::marker::PhantomData;

/// The data set that a [`Table`] becomes, some of its rows at a time: only these are in memory.
///
/// ```
/// use densely::{Identity, MeanSquaredError, Mlp, Sgd, Table, Trainer};
///
/// let table = Table::open_csv("data/auto_mpg.csv")?.without(["model_year", "displacement"])?;
/// let cars = table.regression_stream("mpg")?;
/// let mut net = Mlp::<f32>::builder(cars.features()).dense(cars.outputs(), Identity).build()?;
/// let report = Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(2).fit_batches(&mut net, |_| Ok(cars.chunks(32)))?;
/// assert_eq!(report.training_rows(), 392);                // 12 batches of 32 rows, and one of 8
/// assert_eq!(net.schema(), cars.schema());
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
pub struct RowStream<'t, F> {
    table: &'t Table,
    learned: Learned,
    numbers: PhantomData<F>,
}

impl Table {
    /// What [`regression`](Self::regression) would give, some rows at a time.
    ///
    /// ```
    /// # use densely::Table;
    /// let table = Table::parse_csv("weight,mpg\n3504,18\n2372,24\n1835,26\n".as_bytes(), "cars")?;
    /// let cars = table.regression_stream::<f32>("mpg")?;
    /// let rows: Vec<usize> = cars.chunks(2).map(|data| Ok(data?.rows())).collect::<Result<_, densely::Error>>()?;
    /// assert_eq!(rows, [2, 1]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`regression`](Self::regression), here or with the chunk that it is about.
    pub fn regression_stream<F: Float>(&self, target: &str) -> Result<RowStream<'_, F>> {
        self.stream(target, Targets::Numbers)
    }

    /// What [`binary`](Self::binary) would give, some rows at a time. The classes are those of the whole table.
    ///
    /// ```
    /// # use densely::Table;
    /// let table = Table::parse_csv("radius,diagnosis\n18,malignant\n13,benign\n12,benign\n".as_bytes(), "tumours")?;
    /// for data in table.binary_stream::<f32>("diagnosis")?.chunks(1) {
    ///     assert_eq!(data?.classes(), ["benign", "malignant"]);
    /// }
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`binary`](Self::binary), here or with the chunk that it is about.
    pub fn binary_stream<F: Float>(&self, target: &str) -> Result<RowStream<'_, F>> {
        self.stream(target, Targets::TwoClasses)
    }

    /// What [`multiclass`](Self::multiclass) would give, some rows at a time. The classes are those of the whole table.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("petal,species\n1.4,setosa\n4.7,versicolor\n6.0,virginica\n".as_bytes(), "iris")?;
    /// let flowers = table.multiclass_stream::<f32>("species")?;
    /// assert_eq!(flowers.outputs(), 3);
    /// let last = flowers.chunks(2).last().unwrap()?;
    /// assert_eq!(last.targets(), array![[0.0, 0.0, 1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`multiclass`](Self::multiclass), here or with the chunk that it is about.
    pub fn multiclass_stream<F: Float>(&self, target: &str) -> Result<RowStream<'_, F>> {
        self.stream(target, Targets::Classes)
    }

    fn stream<F: Float>(&self, target: &str, targets: Targets) -> Result<RowStream<'_, F>> {
        let learned = self.learn(vec![target.to_owned()], targets)?;
        Ok(RowStream { table: self, learned, numbers: PhantomData })
    }
}

impl<F: Float> RowStream<'_, F> {
    /// What the columns are: of all chunks.
    pub fn schema(&self) -> &Schema {
        &self.learned.schema
    }

    /// The number of rows: of all chunks together.
    pub fn rows(&self) -> usize {
        self.table.rows
    }

    /// The number of columns of the inputs.
    pub fn features(&self) -> usize {
        self.learned.schema.features()
    }

    /// The number of columns of the targets: the outputs of a network for this data.
    pub fn outputs(&self) -> usize {
        self.learned.outputs
    }

    /// Data sets of so many rows, the last of what is left: together, the rows in the table's order. Each call begins with the first row; nothing follows an
    /// error, of which [`Error::Setting`] is that of chunks of no rows.
    pub fn chunks(&self, rows: usize) -> impl Iterator<Item = Result<Dataset<F>>> + Send + '_ {
        let (mut begun, mut failed) = (None, false);
        std::iter::from_fn(move || {
            if failed {
                return None;
            }
            let next = self.next(&mut begun, rows).transpose();
            failed = matches!(next, Some(Err(_)));
            next
        })
    }

    fn next<'s>(
        &'s self,
        begun: &mut Option<(Encoding<'s>, Rows<'s>)>,
        most: usize,
    ) -> Result<Option<Dataset<F>>> {
        let (table, Learned { schema, outputs }) = (self.table, &self.learned);
        let (encoding, rows) = match begun {
            Some(begun) => begun,
            None => {
                let (name, holds) = ("number of rows in a chunk", |rows| rows >= 1.0);
                Error::check_setting(name, most as f64, "at least 1", holds)?;
                begun.insert((table.encoding(schema, Some(*outputs))?, table.each_row()?))
            }
        };
        if rows.left() == 0 {
            return Ok(None);
        }
        let (inputs, targets) = table.encode(encoding, rows, most)?;
        Dataset::new(inputs, targets)?.with_schema(schema.clone()).map(Some)
    }
}
