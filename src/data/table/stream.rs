//! A table as a sequence of data sets of some rows each.

use super::report::TableReport;
use super::{Table, infer::Inferred, target::Target};
use crate::error::{Error, Result, check::AT_LEAST_1};
use crate::{data::Dataset, float::Float, schema::Schema};
use std::marker::PhantomData;

/// The data set of a [`Table`] and a target, in chunks of rows. Only one chunk is in memory.
///
/// ```
/// use densely::{Identity, MeanSquaredError, Mlp, Sgd, Table, Trainer, data::Target};
///
/// let table = Table::open_csv("data/auto_mpg.csv")?.without(["model_year", "displacement"])?;
/// let cars = table.stream(Target::number("mpg"))?;
/// let net = Mlp::<f32>::builder(cars.features()).without_units();
/// let mut net = net.dense(cars.outputs(), Identity).build()?;
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(2);
/// // 12 batches of 32 rows, and one of 8.
/// let report = trainer.fit_batches(&mut net, |_| Ok(cars.chunks(32)))?;
/// assert_eq!(report.training_rows, 392);
/// assert_eq!(net.schema(), cars.schema());
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
pub struct RowStream<'t, F> {
    table: &'t Table,
    inferred: Inferred,
    numbers: PhantomData<F>,
}

impl Table {
    /// The [`dataset`](Self::dataset) with this target, in chunks of rows. Its columns, categories
    /// and classes are those of the whole table.
    ///
    /// ```
    /// # use densely::{Table, data::Target};
    /// let csv = "radius,diagnosis\n18,malignant\n13,benign\n12,benign\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "tumours")?;
    /// let stream = table.stream::<f32>(Target::binary("diagnosis"))?;
    /// let last = stream.chunks(2).last().unwrap()?;
    /// assert_eq!((last.rows(), last.classes().len()), (1, 2));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`dataset`](Self::dataset), here or with the chunk that has the error.
    pub fn stream<F: Float>(&self, target: Target) -> Result<RowStream<'_, F>> {
        let mut inferred = self.infer::<F>(&target)?;
        inferred.report.columns.retain(|column| !column.is_empty());
        Ok(RowStream { table: self, inferred, numbers: PhantomData })
    }
}

impl<F: Float> RowStream<'_, F> {
    /// The schema of all chunks.
    pub fn schema(&self) -> &Schema {
        &self.inferred.schema
    }

    /// What was left out or read in an unusual way. Blank cells are not in it: only the chunks show
    /// them.
    ///
    /// ```
    /// # use densely::{Table, data::Target};
    /// let csv = "size,price\n30,$ 700\n40,$ 900\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "sales")?;
    /// let stream = table.stream::<f32>(Target::number("size"))?;
    /// let said = "read as numbers with a decimal point and $: price";
    /// assert_eq!(stream.report().to_string(), said);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn report(&self) -> &TableReport {
        &self.inferred.report
    }

    /// The number of rows of all chunks together.
    pub fn rows(&self) -> usize {
        self.inferred.report.rows
    }

    /// The number of columns of the inputs.
    pub fn features(&self) -> usize {
        self.inferred.schema.features()
    }

    /// The number of columns of the targets: the outputs of a network for this data.
    pub fn outputs(&self) -> usize {
        self.inferred.outputs
    }

    /// Data sets of `rows` rows each, in the table's order; the last has the rows that are left.
    /// Each call begins at the first row. An error ends the iterator; it is [`Error::Setting`] if
    /// `rows` is 0.
    pub fn chunks(&self, rows: usize) -> impl Iterator<Item = Result<Dataset<F>>> + Send + '_ {
        let Inferred { schema, outputs, .. } = &self.inferred;
        let begin = || {
            Error::check_range("number of rows in a chunk", rows as f64, AT_LEAST_1)?;
            self.table.encoder(schema, Some(*outputs), TableReport::default())
        };
        let mut encoder = Some(begin());
        std::iter::from_fn(move || match encoder.take()? {
            Err(error) => Some(Err(error)),
            Ok(mut begun) => {
                let data = begun.data_set(rows, schema).transpose()?;
                encoder = data.is_ok().then_some(Ok(begun));
                Some(data)
            }
        })
    }
}
