//! Columns of a table as matrices of numbers, by a schema.

use super::Table;
use super::cell::{abbreviated, category, list, number};
use super::record::Record;
use crate::data::categories::Categories;
use crate::rows::fit_in_memory;
use crate::{CellProblem, Column, Dataset, Error, Float, Mlp, Result, Schema};
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

impl Table {
    /// The inputs of a network that knows its columns: rows × features. They are found by their names, in any order; other columns are
    /// not looked at: they may be blank, unnamed, or there twice.
    ///
    /// ```
    /// use densely::{Column, Identity, Mlp, Schema, Table};
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
    /// [`Error::Unnamed`] if the network does not know its columns, [`Error::UnknownColumn`] if the table lacks one of them, [`Error::DuplicateColumn`] if it has one
    /// twice, [`Error::Cell`] for a cell that is
    /// blank or no number of `F`, [`Error::UnknownCategory`] for text that is none of the column's, [`Error::TableTooLarge`].
    pub fn inputs_for<F: Float>(&self, net: &Mlp<F>) -> Result<Array2<F>> {
        self.inputs(net.schema())
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
    /// As [`inputs_for`](Self::inputs_for); [`Error::Unnamed`] if the network does not know its targets' names.
    pub fn dataset_for<F: Float>(&self, net: &Mlp<F>) -> Result<Dataset<F>> {
        self.dataset(net.schema(), net.outputs())
    }

    fn inputs<F: Float>(&self, schema: &Schema) -> Result<Array2<F>> {
        if schema.columns.is_empty() {
            return Err(Error::Unnamed { what: "columns" });
        }
        let mut sources = Vec::with_capacity(schema.columns.len());
        let mut features = 0;
        for column in &schema.columns {
            let Column { name, categories } = column;
            let index = self.column(name)?;
            sources.push(match &categories[..] {
                [] => Source::Number(index, features),
                names => Source::Category(index, features, Categories::new(names)),
            });
            features += column.features();
        }
        self.matrix(&sources, features)
    }

    /// With targets of so many columns.
    pub(super) fn dataset<F: Float>(&self, schema: &Schema, outputs: usize) -> Result<Dataset<F>> {
        if schema.targets.is_empty() {
            return Err(Error::Unnamed { what: "targets" });
        }
        let inputs = self.inputs(schema)?;
        let mut sources = Vec::with_capacity(schema.targets.len());
        for (place, name) in schema.targets.iter().enumerate() {
            let index = self.column(name)?;
            sources.push(match (&schema.classes[..], outputs) {
                ([], _) => Source::Number(index, place),
                (names, 1) => Source::Class(index, Categories::of_classes(names)),
                (names, _) => Source::Category(index, 0, Categories::of_classes(names)),
            });
        }
        let targets = self.matrix(&sources, outputs)?;
        Dataset::new(inputs, targets)?.with_schema(schema.clone())
    }

    fn matrix<F: Float>(&self, sources: &[Source<'_>], columns: usize) -> Result<Array2<F>> {
        let rows = self.rows;
        if !fit_in_memory::<F>(rows, columns) {
            let file = self.file.clone();
            return Err(Error::TableTooLarge { file, rows, features: columns });
        }
        let mut matrix = Array2::zeros((rows, columns));
        let mut numbers = matrix.rows_mut().into_iter();
        self.each_row(|row, record| {
            if let Some(mut numbers) = numbers.next() {
                for source in sources {
                    let (place, number) = self.number(row, record, source)?;
                    numbers[place] = number;
                }
            }
            Ok(())
        })?;
        Ok(matrix)
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
            categories.place(text).ok_or_else(|| Error::UnknownCategory {
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
                    Err(bad(CellProblem::TooLarge(F::NAME)))
                }
            }
        }
    }
}
