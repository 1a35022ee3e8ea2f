//! Encodes the cells of a table as matrices of numbers, by a schema.

use super::{Table, parser::Record, rows::RowReader};
use crate::data::cell::{abbreviated, category, list, number};
use crate::error::{CellProblem, Error, Result, SchemaError, TableError};
use crate::{
    data::Dataset, data::labels::index::LabelIndex, float::Float, matrix::fit_in_memory, mlp::Mlp,
    schema::Schema,
};
use ndarray::Array2;

/// How the cells of a row become inputs and targets.
#[derive(Default)]
pub(super) struct RowEncoding<'s> {
    inputs: Vec<CellEncoding<'s>>,
    targets: Vec<CellEncoding<'s>>,
    features: usize,
    outputs: usize,
}

/// How a cell becomes a number.
struct CellEncoding<'s> {
    /// The column of the table.
    column: usize,
    /// The column of the matrix, or the first of several.
    place: usize,
    code: Code<'s>,
}

enum Code<'s> {
    /// The number minus an offset.
    Number(f64),
    /// A 1 in the label's column of the matrix.
    OneHot(LabelIndex<'s>),
    /// The label's place: 0 or 1.
    Place(LabelIndex<'s>),
}

impl Table {
    /// The inputs of a network that knows its columns: rows × features. The table's columns are
    /// found by name, in any order. Other columns are ignored: they may be blank, unnamed or
    /// duplicate.
    ///
    /// ```
    /// use densely::{Identity, Mlp, Table, schema::{Column, Schema}};
    /// use ndarray::array;
    ///
    /// let mut net = Mlp::<f32>::builder(3).dense(1, Identity).build()?;
    /// let origin = Column::categories("origin", ["Europe", "Japan"]);
    /// // Training on a table does this:
    /// net.set_schema(Schema::new([Column::numbers("weight"), origin]))?;
    ///
    /// let table = Table::parse_csv("id,origin,weight\n?,Japan,2372\n".as_bytes(), "new cars")?;
    /// assert_eq!(table.inputs_for(&net)?, array![[2372.0, 0.0, 1.0]]);
    ///
    /// let table = Table::parse_csv("origin,weight\nMars,7\n".as_bytes(), "new cars")?;
    /// assert_eq!(
    ///     table.inputs_for(&net).unwrap_err().to_string(),
    ///     r#"new cars: row 1, column "origin": "Mars" is none of "Europe", "Japan""#
    /// );
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Unnamed`] if the network does not know its columns;
    /// [`TableError::UnknownColumn`] or [`TableError::DuplicateColumn`] if the table does not have
    /// each of them once; [`TableError::Cell`] for a cell that is blank or not a number of `F`;
    /// [`TableError::UnknownCategory`] for text that is not one of the column's categories;
    /// [`TableError::TooLarge`].
    pub fn inputs_for<F: Float>(&self, net: &Mlp<F>) -> Result<Array2<F>> {
        let encoding = self.encoding(net.schema(), None)?;
        Ok(self.encode(&encoding, &mut self.row_reader()?, self.rows)?.0)
    }

    /// Inputs and targets for a network that knows its columns, such as test rows from another
    /// file. Columns are found as by [`inputs_for`](Self::inputs_for).
    ///
    /// ```
    /// use densely::{Identity, MeanSquaredError, Mlp, Sgd, Table, Trainer};
    /// use ndarray::array;
    ///
    /// let csv = "origin,weight,mpg\nUSA,3.5,18\nJapan,2.4,24\n";
    /// let train = Table::parse_csv(csv.as_bytes(), "train")?.regression("mpg")?;
    /// let mut net = Mlp::<f32>::builder(train.features()).dense(1, Identity).build()?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(1).fit(&mut net, &train)?;
    ///
    /// let csv = "mpg,weight,origin\n26,2.1,Japan\n";
    /// let test = Table::parse_csv(csv.as_bytes(), "test")?.dataset_for(&net)?;
    /// assert_eq!(test.feature_names(), ["origin=Japan", "origin=USA", "weight"]);
    /// assert_eq!(test.inputs(), array![[1.0, 0.0, 2.1]]);
    /// assert_eq!(test.targets(), array![[26.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`inputs_for`](Self::inputs_for); [`SchemaError::Unnamed`] if the network does not know
    /// the names of its targets.
    pub fn dataset_for<F: Float>(&self, net: &Mlp<F>) -> Result<Dataset<F>> {
        self.encoded(net.schema(), net.outputs())
    }

    /// The whole table as a data set of this schema.
    pub(super) fn encoded<F: Float>(&self, schema: &Schema, outputs: usize) -> Result<Dataset<F>> {
        let encoding = self.encoding(schema, Some(outputs))?;
        let (inputs, targets) = self.encode(&encoding, &mut self.row_reader()?, self.rows)?;
        Dataset::new(inputs, targets)?.with_schema(schema.clone())
    }

    /// Finds the schema's columns in the table; those of the targets only if there are `outputs`.
    pub(super) fn encoding<'s>(
        &self,
        schema: &'s Schema,
        outputs: Option<usize>,
    ) -> Result<RowEncoding<'s>> {
        if schema.targets.is_empty() && outputs.is_some() {
            return Err(SchemaError::Unnamed { what: "targets" }.into());
        }
        if schema.columns.is_empty() {
            return Err(SchemaError::Unnamed { what: "columns" }.into());
        }
        let mut encoding = RowEncoding::default();
        for column in &schema.columns {
            let code = match &column.categories[..] {
                [] => Code::Number(column.offset),
                names => Code::OneHot(LabelIndex::of_categories(names)),
            };
            let (index, place) = (self.column(&column.name)?, encoding.features);
            encoding.inputs.push(CellEncoding { column: index, place, code });
            encoding.features += column.features();
        }
        if let Some(outputs) = outputs {
            encoding.outputs = outputs;
            for (place, name) in schema.targets.iter().enumerate() {
                let code = match (&schema.classes[..], outputs) {
                    ([], _) => Code::Number(0.0),
                    (names, 1) => Code::Place(LabelIndex::of_classes(names)),
                    (names, _) => Code::OneHot(LabelIndex::of_classes(names)),
                };
                encoding.targets.push(CellEncoding { column: self.column(name)?, place, code });
            }
        }
        Ok(encoding)
    }

    /// Inputs and targets of the next rows: at most `most`.
    pub(super) fn encode<F: Float>(
        &self,
        encoding: &RowEncoding<'_>,
        rows: &mut RowReader<'_>,
        most: usize,
    ) -> Result<(Array2<F>, Array2<F>)> {
        let count = most.min(rows.left());
        let zeros = |columns| {
            if fit_in_memory::<F>(count, columns) {
                return Ok(Array2::zeros((count, columns)));
            }
            let file = self.file.clone();
            Err(TableError::TooLarge { file, rows: count, features: columns })
        };
        let (mut inputs, mut targets) = (zeros(encoding.features)?, zeros(encoding.outputs)?);
        let mut index = 0;
        rows.each(count, |row, record| {
            for cell in &encoding.inputs {
                let (place, number) = self.number(row, record, cell)?;
                inputs[[index, place]] = number;
            }
            for cell in &encoding.targets {
                let (place, number) = self.number(row, record, cell)?;
                targets[[index, place]] = number;
            }
            index += 1;
            Ok(())
        })?;
        Ok((inputs, targets))
    }

    /// The number that a cell becomes, and its column in the matrix.
    fn number<F: Float>(
        &self,
        row: usize,
        record: &Record,
        encoding: &CellEncoding<'_>,
    ) -> Result<(usize, F)> {
        let &CellEncoding { column, place, ref code } = encoding;
        let cell = record.cell(column);
        let bad = |problem| self.bad(row, column, cell, problem);
        let find = |index: &LabelIndex<'_>| {
            let text = category(cell).map_err(bad)?;
            index.place(text).ok_or_else(|| {
                Error::Table(TableError::UnknownCategory {
                    file: self.file.clone(),
                    row,
                    column: self.columns[column].name.clone(),
                    value: abbreviated(text),
                    categories: list(index.names),
                })
            })
        };
        match code {
            Code::OneHot(index) => Ok((place + find(index)?, F::one())),
            Code::Place(index) => Ok((place, F::from_f64(find(index)? as f64))),
            Code::Number(offset) => {
                let number = F::from_f64(number(cell).map_err(bad)? - offset);
                let too_large = || bad(CellProblem::TooLarge(F::NAME));
                if number.is_finite() { Ok((place, number)) } else { Err(too_large()) }
            }
        }
    }
}
