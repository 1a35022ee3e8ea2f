//! Columns of a table as matrices of numbers, by a schema.

use super::Table;
use super::cell::{abbreviated, category, list, number};
use super::parser::Record;
use super::rows::Rows;
use crate::data::Dataset;
use crate::data::categories::Categories;
use crate::error::{CellProblem, Result, SchemaError, TableError};
use crate::float::Float;
use crate::matrix::fit_in_memory;
use crate::mlp::Mlp;
use crate::schema::{Column, Schema};
use ndarray::Array2;

/// Where the numbers in a row of the matrix come from.
enum Source<'s> {
    /// The column of the table, and that of the matrix.
    Number(usize, usize),
    /// The column of the table, the first of the matrix, and the place of each category behind it.
    Category(usize, usize, Categories<'s>),
    /// The column of the table; the first column of the matrix is the number of the class.
    Class(usize, Categories<'s>),
}

/// Where a row of a matrix comes from.
#[derive(Default)]
struct Sources<'s> {
    cells: Vec<Source<'s>>,
    /// Of the matrix.
    columns: usize,
}

/// How a row becomes numbers.
pub(super) struct Encoding<'s> {
    inputs: Sources<'s>,
    targets: Sources<'s>,
}

impl Table {
    /// The inputs of a network that knows its columns: rows × features. They are found by their names, in any order; other columns are
    /// not looked at: they may be blank, unnamed, or there twice.
    ///
    /// ```
    /// use densely::{Identity, Mlp, Table, schema::{Column, Schema}};
    /// use ndarray::array;
    ///
    /// let mut net = Mlp::<f32>::builder(3).dense(1, Identity).build()?;
    /// let columns = vec![Column::numbers("weight"), Column::categories("origin", ["Europe", "Japan"])];
    /// net.set_schema(Schema { columns, ..Schema::default() })?;         // as training on a table does
    ///
    /// let table = Table::parse_csv("id,origin,weight\n?,Japan,2372\n".as_bytes(), "new cars")?;
    /// assert_eq!(table.inputs_for(&net)?, array![[2372.0, 0.0, 1.0]]);
    ///
    /// let table = Table::parse_csv("origin,weight\nMars,7\n".as_bytes(), "new cars")?;
    /// let error = table.inputs_for(&net).unwrap_err();
    /// assert_eq!(error.to_string(), r#"new cars: row 1, column "origin": "Mars" is none of "Europe", "Japan""#);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Unnamed`] if the network does not know its columns, [`TableError::UnknownColumn`] if the table lacks one of them, [`TableError::DuplicateColumn`] if it has one
    /// twice, [`TableError::Cell`] for a cell that is
    /// blank or no number of `F`, [`TableError::UnknownCategory`] for text that is none of the column's, [`TableError::TooLarge`].
    pub fn inputs_for<F: Float>(&self, net: &Mlp<F>) -> Result<Array2<F>> {
        let encoding = self.encoding(net.schema(), None)?;
        Ok(self.encode(&encoding, &mut self.each_row()?, self.rows)?.0)
    }

    /// Inputs and targets for a network that knows its columns, such as rows of another file to test it on. Columns are found as by
    /// [`inputs_for`](Self::inputs_for).
    ///
    /// ```
    /// use densely::{Identity, MeanSquaredError, Mlp, Sgd, Table, Trainer};
    /// use ndarray::array;
    ///
    /// let train = Table::parse_csv("origin,weight,mpg\nUSA,3.5,18\nJapan,2.4,24\n".as_bytes(), "train")?.regression("mpg")?;
    /// let mut net = Mlp::<f32>::builder(train.features()).dense(1, Identity).build()?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(1).fit(&mut net, &train)?;        // it now knows the columns
    ///
    /// let test = Table::parse_csv("mpg,weight,origin\n26,2.1,Japan\n".as_bytes(), "test")?.dataset_for(&net)?;
    /// assert_eq!(test.inputs(), array![[1.0, 0.0, 2.1]]);          // origin=Japan, origin=USA, weight: as the training rows
    /// assert_eq!(test.targets(), array![[26.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`inputs_for`](Self::inputs_for); [`SchemaError::Unnamed`] if the network does not know its targets' names.
    pub fn dataset_for<F: Float>(&self, net: &Mlp<F>) -> Result<Dataset<F>> {
        self.dataset(net.schema(), net.outputs())
    }

    /// With targets of so many columns.
    pub(super) fn dataset<F: Float>(&self, schema: &Schema, outputs: usize) -> Result<Dataset<F>> {
        let encoding = self.encoding(schema, Some(outputs))?;
        let (inputs, targets) = self.encode(&encoding, &mut self.each_row()?, self.rows)?;
        Dataset::new(inputs, targets)?.with_schema(schema.clone())
    }

    /// Of inputs alone, or of targets of so many columns too.
    pub(super) fn encoding<'s>(
        &self,
        schema: &'s Schema,
        outputs: Option<usize>,
    ) -> Result<Encoding<'s>> {
        if schema.targets.is_empty() && outputs.is_some() {
            return Err(SchemaError::Unnamed { what: "targets" }.into());
        }
        if schema.columns.is_empty() {
            return Err(SchemaError::Unnamed { what: "columns" }.into());
        }
        let (mut inputs, mut targets) = (Sources::default(), Sources::default());
        for column in &schema.columns {
            let Column { name, categories } = column;
            let index = self.column(name)?;
            inputs.cells.push(match &categories[..] {
                [] => Source::Number(index, inputs.columns),
                names => Source::Category(index, inputs.columns, Categories::new(names)),
            });
            inputs.columns += column.features();
        }
        if let Some(outputs) = outputs {
            targets.columns = outputs;
            for (place, name) in schema.targets.iter().enumerate() {
                let index = self.column(name)?;
                targets.cells.push(match (&schema.classes[..], outputs) {
                    ([], _) => Source::Number(index, place),
                    (names, 1) => Source::Class(index, Categories::of_classes(names)),
                    (names, _) => Source::Category(index, 0, Categories::of_classes(names)),
                });
            }
        }
        Ok(Encoding { inputs, targets })
    }

    /// Inputs and targets of the next rows: so many, or as many as are left.
    pub(super) fn encode<F: Float>(
        &self,
        encoding: &Encoding<'_>,
        rows: &mut Rows<'_>,
        most: usize,
    ) -> Result<(Array2<F>, Array2<F>)> {
        let Encoding { inputs, targets } = encoding;
        let count = most.min(rows.left());
        let zeros = |columns| {
            if fit_in_memory::<F>(count, columns) {
                return Ok(Array2::zeros((count, columns)));
            }
            let file = self.file.clone();
            Err(TableError::TooLarge { file, rows: count, features: columns })
        };
        let (mut of_inputs, mut of_targets) = (zeros(inputs.columns)?, zeros(targets.columns)?);
        let matrices = of_inputs.rows_mut().into_iter().zip(of_targets.rows_mut());
        for (mut of_inputs, mut of_targets) in matrices {
            let Some((row, record)) = rows.next()? else { break };
            for source in &inputs.cells {
                let (place, number) = self.number(row, record, source)?;
                of_inputs[place] = number;
            }
            for source in &targets.cells {
                let (place, number) = self.number(row, record, source)?;
                of_targets[place] = number;
            }
        }
        Ok((of_inputs, of_targets))
    }

    /// The number that a source gives for a row, and its place there.
    fn number<F: Float>(
        &self,
        row: usize,
        record: &Record,
        source: &Source<'_>,
    ) -> Result<(usize, F)> {
        let (Source::Number(index, _) | Source::Category(index, ..) | Source::Class(index, _)) =
            *source;
        let cell = record.cell(index);
        let bad = |problem| self.bad(row, index, cell, problem);
        let place = |categories: &Categories<'_>| {
            let text = category(cell).map_err(bad)?;
            categories.place(text).ok_or_else(|| TableError::UnknownCategory {
                file: self.file.clone(),
                row,
                column: self.headers[index].name.clone(),
                value: abbreviated(text),
                categories: list(categories.names.iter().map(String::as_str)),
            })
        };
        match source {
            Source::Category(_, first, categories) => Ok((first + place(categories)?, F::one())),
            Source::Class(_, categories) => Ok((0, F::from_f64(place(categories)? as f64))),
            Source::Number(_, place) => {
                let converted = F::from_f64(number(cell).map_err(bad)?);
                if converted.is_finite() {
                    Ok((*place, converted))
                } else {
                    Err(bad(CellProblem::TooLarge(F::NAME)).into())
                }
            }
        }
    }
}
