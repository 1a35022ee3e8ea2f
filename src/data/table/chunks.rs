//! Tables as data sets of some rows each.

use super::Table;
use super::encoding::Encoding;
use super::learned::{Learned, Targets};
use super::reader::Rows;
use crate::{Dataset, Error, Float, Result, Schema};
use std::marker::PhantomData;

/// The rows of a [`Table`] as data sets of some rows at a time, which together are the one that the table would become.
///
/// ```
/// use densely::{Identity, MeanSquaredError, Mlp, Sgd, Table, Trainer};
///
/// let table = Table::open_csv("data/auto_mpg.csv")?.without(["model_year", "displacement"])?;
/// let batches = table.regression_chunks("mpg", 32)?;
/// let mut net = Mlp::<f32>::builder(batches.schema().features()).dense(1, Identity).build()?;
/// let report = Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(2).fit_batches(&mut net, |_| Ok(batches.iter()))?;
/// assert_eq!(report.training_rows(), 392);                // 12 batches of 32, and one of 8
/// assert_eq!(net.schema(), batches.schema());
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
pub struct Chunks<'t, F> {
    table: &'t Table,
    learned: Learned,
    rows: usize,
    numbers: PhantomData<F>,
}

impl Table {
    /// What [`regression`](Self::regression) would give, so many rows at a time; the last chunk has what is left.
    ///
    /// ```
    /// # use densely::Table;
    /// let table = Table::parse_csv("weight,mpg\n3504,18\n2372,24\n1835,26\n".as_bytes(), "cars")?;
    /// let chunks = table.regression_chunks::<f32>("mpg", 2)?;
    /// let rows: Vec<usize> = chunks.iter().map(|data| Ok(data?.rows())).collect::<Result<_, densely::Error>>()?;
    /// assert_eq!(rows, [2, 1]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`regression`](Self::regression), here or with the chunk that it is about; [`Error::Setting`] for chunks of no rows.
    pub fn regression_chunks<F: Float>(&self, target: &str, rows: usize) -> Result<Chunks<'_, F>> {
        self.chunks(target, Targets::Numbers, rows)
    }

    /// What [`binary`](Self::binary) would give, so many rows at a time: the classes are those of the whole table.
    ///
    /// ```
    /// # use densely::Table;
    /// let table = Table::parse_csv("radius,diagnosis\n18,malignant\n13,benign\n12,benign\n".as_bytes(), "tumours")?;
    /// for data in table.binary_chunks::<f32>("diagnosis", 1)?.iter() {
    ///     assert_eq!(data?.classes(), ["benign", "malignant"]);
    /// }
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`binary`](Self::binary), here or with the chunk that it is about; [`Error::Setting`] for chunks of no rows.
    pub fn binary_chunks<F: Float>(&self, target: &str, rows: usize) -> Result<Chunks<'_, F>> {
        self.chunks(target, Targets::TwoClasses, rows)
    }

    /// What [`multiclass`](Self::multiclass) would give, so many rows at a time: the classes are those of the whole table.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("petal,species\n1.4,setosa\n4.7,versicolor\n6.0,virginica\n".as_bytes(), "iris")?;
    /// let chunks = table.multiclass_chunks::<f32>("species", 2)?;
    /// assert_eq!(chunks.outputs(), 3);
    /// let last = chunks.iter().last().unwrap()?;
    /// assert_eq!(last.targets(), array![[0.0, 0.0, 1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`multiclass`](Self::multiclass), here or with the chunk that it is about; [`Error::Setting`] for chunks of no rows.
    pub fn multiclass_chunks<F: Float>(&self, target: &str, rows: usize) -> Result<Chunks<'_, F>> {
        self.chunks(target, Targets::Classes, rows)
    }

    fn chunks<F: Float>(
        &self,
        target: &str,
        targets: Targets,
        rows: usize,
    ) -> Result<Chunks<'_, F>> {
        let holds = |rows| rows >= 1.0;
        Error::check_setting("number of rows in a chunk", rows as f64, "at least 1", holds)?;
        let learned = self.learn(vec![target.to_owned()], targets)?;
        Ok(Chunks { table: self, learned, rows, numbers: PhantomData })
    }
}

impl<F: Float> Chunks<'_, F> {
    /// What the columns of each of them are.
    pub fn schema(&self) -> &Schema {
        &self.learned.schema
    }

    /// The number of columns of the targets: the outputs of a network for this data.
    pub fn outputs(&self) -> usize {
        self.learned.outputs
    }

    /// All of them, in the table's order, from the first one on. After an error there is no other one.
    pub fn iter(&self) -> impl Iterator<Item = Result<Dataset<F>>> + Send + '_ {
        let mut state = State::Begin;
        std::iter::from_fn(move || {
            let next = self.next(&mut state).transpose();
            if !matches!(next, Some(Ok(_))) {
                state = State::End;
            }
            next
        })
    }

    fn next<'c>(&'c self, state: &mut State<'c>) -> Result<Option<Dataset<F>>> {
        let (table, Learned { schema, outputs }) = (self.table, &self.learned);
        if let State::Begin = state {
            *state = State::At(table.encoding(schema, Some(*outputs))?, table.each_row()?);
        }
        match state {
            State::At(encoding, rows) if rows.left() > 0 => {
                let (inputs, targets) = table.encode(encoding, rows, self.rows)?;
                Dataset::new(inputs, targets)?.with_schema(schema.clone()).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// How far the file was read.
enum State<'c> {
    Begin,
    At(Encoding<'c>, Rows<'c>),
    End,
}
