//! Encodes the cells of a table as matrices of numbers, by a schema.

use super::{Table, met::Met, parser::Record, report::TableReport, rows::RowReader};
use crate::data::cell::{abbreviated, list, number, plain_number};
use crate::data::labels::index::LabelIndex;
use crate::data::missing::MissingWords;
use crate::data::storage::Sides;
use crate::error::{CellProblem, Error, Result, SchemaError, TableError};
use crate::schema::{DateForm, NumberForm, Schema};
use crate::{
    data::Arrays, data::Dataset, float::Float, matrix::Matrix, matrix::fit_in_memory, mlp::Mlp,
};
use ndarray::Array2;

/// How the cells of a row become inputs and targets.
#[derive(Default)]
pub(super) struct RowEncoding<'s> {
    inputs: Vec<CellEncoding<'s>>,
    targets: Vec<CellEncoding<'s>>,
    features: usize,
    outputs: usize,
    missing: MissingWords,
}

/// How a cell becomes numbers.
struct CellEncoding<'s> {
    /// The column of the table.
    column: usize,
    /// The column of the matrix, or the first of several, and the number of them.
    place: usize,
    width: usize,
    code: Code<'s>,
    /// Texts that are none of the labels.
    rare: &'s [String],
    /// The column of the matrix that says whether the cell is blank.
    blank: Option<usize>,
    is_target: bool,
}

/// What a cell was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Value,
    Blank,
    Unknown,
}

enum Code<'s> {
    /// The number minus an offset.
    Number(f64, Option<&'s NumberForm>),
    /// A 1 in the label's column of the matrix.
    OneHot(LabelIndex<'s>),
    /// The label's place: 0 or 1.
    Place(LabelIndex<'s>),
    /// -1 for the first label, 1 for the second.
    Two(LabelIndex<'s>),
    Date(&'s DateForm),
}

impl Table {
    /// The inputs of a network that knows its columns: rows × features. The table's columns are
    /// found by name, in any order, and read as the schema says. Other columns are ignored: they
    /// may be blank, unnamed or duplicate.
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
    ///     "new cars: row 1, column \"origin\": \"Mars\" is none of \"Europe\", \"Japan\"; \
    ///      `Table::with_unknown` takes unknown categories for none of them"
    /// );
    /// assert_eq!(table.with_unknown().inputs_for(&net)?, array![[7.0, 0.0, 0.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Unnamed`] if the network does not know its columns;
    /// [`TableError::UnknownColumn`] or [`TableError::DuplicateColumn`] if the table does not have
    /// each of them once; [`TableError::Cell`] for a cell that is not as the schema says or not a
    /// number of `F`, and for a blank one without [`with_missing`](Self::with_missing);
    /// [`TableError::UnknownCategory`] for text that is not one of the column's categories, without
    /// [`with_unknown`](Self::with_unknown);
    /// [`TableError::TooLarge`].
    pub fn inputs_for<F: Float>(&self, net: &Mlp<F>) -> Result<Array2<F>> {
        Ok(self.inputs_and_report(net)?.0)
    }

    /// As [`inputs_for`](Self::inputs_for), with a report of blank cells and unknown categories.
    ///
    /// # Errors
    ///
    /// As [`inputs_for`](Self::inputs_for).
    pub fn inputs_and_report<F: Float>(&self, net: &Mlp<F>) -> Result<(Array2<F>, TableReport)> {
        let encoding = self.encoding(net.schema(), None)?;
        let mut met = Met::default();
        let rows = &mut self.row_reader()?;
        let (inputs, _) = self.encode(&encoding, rows, self.scan.rows, &mut met)?;
        let mut report = TableReport::default();
        met.complete(&mut report, net.schema());
        Ok((inputs, report))
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
    /// assert_eq!(test.feature_names(), ["origin=USA", "weight"]);
    /// assert_eq!(test.inputs(), array![[-1.0, 2.1]]); // -1 for Japan, 1 for the USA
    /// assert_eq!(test.targets(), array![[26.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`inputs_for`](Self::inputs_for); [`SchemaError::Unnamed`] if the network does not know
    /// the names of its targets.
    pub fn dataset_for<F: Float>(&self, net: &Mlp<F>) -> Result<Dataset<F>> {
        Ok(self.dataset_for_and_report(net)?.0)
    }

    /// As [`dataset_for`](Self::dataset_for), with a report of blank cells, rows without a target
    /// and unknown categories.
    ///
    /// # Errors
    ///
    /// As [`dataset_for`](Self::dataset_for).
    pub fn dataset_for_and_report<F: Float>(
        &self,
        net: &Mlp<F>,
    ) -> Result<(Dataset<F>, TableReport)> {
        self.encoded(net.schema(), net.outputs(), TableReport::default())
    }

    /// The whole table as a data set of this schema. Completes the report.
    pub(super) fn encoded<F: Float>(
        &self,
        schema: &Schema,
        outputs: usize,
        mut report: TableReport,
    ) -> Result<(Dataset<F>, TableReport)> {
        let encoding = self.encoding(schema, Some(outputs))?;
        let (rows, mut met) = (&mut self.row_reader()?, Met::default());
        let (inputs, targets) = self.encode(&encoding, rows, self.scan.rows, &mut met)?;
        if inputs.nrows() == 0 {
            let (file, column) = (self.file.clone(), schema.targets.join(", "));
            return Err(TableError::NoTargets { file, column }.into());
        }
        met.complete(&mut report, schema);
        Ok((data_set(inputs, targets, schema)?, report))
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
        let missing = MissingWords::of(&schema.missing);
        let mut encoding = RowEncoding { missing, ..RowEncoding::default() };
        for column in &schema.columns {
            let code = match (&column.date, &column.categories[..]) {
                (Some(date), _) => Code::Date(date),
                (None, []) => Code::Number(column.offset, column.form.as_ref()),
                (None, names) if column.two => Code::Two(LabelIndex::new(names)),
                (None, names) => Code::OneHot(LabelIndex::new(names)),
            };
            let (index, place, width) =
                (self.column(&column.name)?, encoding.features, column.values());
            let blank = column.blanks.then_some(place + width);
            encoding.inputs.push(CellEncoding {
                column: index,
                place,
                width,
                code,
                rare: &column.rare,
                blank,
                is_target: false,
            });
            encoding.features += column.features();
        }
        if let Some(outputs) = outputs {
            encoding.outputs = outputs;
            for (place, name) in schema.targets.iter().enumerate() {
                let code = match (&schema.classes[..], outputs) {
                    ([], _) => {
                        let form = schema.target_forms.get(place).and_then(Option::as_ref);
                        Code::Number(0.0, form)
                    }
                    (names, 1) => Code::Place(LabelIndex::new(names)),
                    (names, _) => Code::OneHot(LabelIndex::new(names)),
                };
                let (column, width, blank, is_target) = (self.column(name)?, 1, None, true);
                let rare = &[];
                let cell = CellEncoding { column, place, width, code, rare, blank, is_target };
                encoding.targets.push(cell);
            }
        }
        Ok(encoding)
    }

    /// Inputs and targets of the next rows that have a target: at most `most`.
    pub(super) fn encode<F: Float>(
        &self,
        encoding: &RowEncoding<'_>,
        rows: &mut RowReader<'_>,
        most: usize,
        met: &mut Met,
    ) -> Result<(Array2<F>, Array2<F>)> {
        let count = most.min(rows.left());
        let zeros = |columns| {
            if fit_in_memory::<F>(count, columns) {
                return Ok(vec![F::zero(); count * columns]);
            }
            let file = self.file.clone();
            Err(TableError::TooLarge { file, rows: count, features: columns })
        };
        let (mut inputs, mut targets) = (zeros(encoding.features)?, zeros(encoding.outputs)?);
        met.resize(encoding.inputs.len());
        let mut taken = 0;
        while taken < count {
            let Some((row, record)) = rows.next()? else { break };
            let of_row = &mut targets[taken * encoding.outputs..][..encoding.outputs];
            let missing = &encoding.missing;
            if self.takes_missing
                && encoding.targets.iter().any(|cell| cell.is_blank(record, missing))
            {
                met.without_target(row);
                continue;
            }
            for cell in &encoding.targets {
                self.write(row, record, cell, missing, of_row)?;
            }
            let of_row = &mut inputs[taken * encoding.features..][..encoding.features];
            for (column, cell) in encoding.inputs.iter().enumerate() {
                match self.write(row, record, cell, missing, of_row)? {
                    Written::Value => {}
                    Written::Blank => met.blank(column),
                    Written::Unknown => met.unknown(column, record.cell(cell.column), row),
                }
            }
            taken += 1;
        }
        met.taken(taken);
        inputs.truncate(taken * encoding.features);
        targets.truncate(taken * encoding.outputs);
        let matrix = |columns, numbers| {
            Array2::from_shape_vec((taken, columns), numbers).map_err(|_| {
                let (file, rows) = (self.file.clone(), taken);
                Error::Table(TableError::TooLarge { file, rows, features: columns })
            })
        };
        Ok((matrix(encoding.features, inputs)?, matrix(encoding.outputs, targets)?))
    }

    /// Writes the numbers that a cell becomes into the zeros of its row.
    #[inline]
    fn write<F: Float>(
        &self,
        row: usize,
        record: &Record,
        encoding: &CellEncoding<'_>,
        missing: &MissingWords,
        to: &mut [F],
    ) -> Result<Written> {
        let &CellEncoding { column, place, width, ref code, blank, is_target, .. } = encoding;
        let cell = record.cell(column);
        let bad = |problem| self.bad(row, column, cell, problem);
        // Most cells are plain numbers.
        if let Code::Number(offset, None) = code
            && let Some(number) = plain_number(cell).filter(|number| number.is_finite())
            && !missing.has_number(number)
        {
            return self.write_number(number - offset, &mut to[place], bad);
        }
        if encoding.is_blank(record, missing) {
            if !self.takes_missing {
                return Err(bad(self.blank(cell)));
            }
            if matches!(code, Code::Number(..) | Code::Date(_)) {
                to[place..place + width].fill(F::nan());
            }
            if let Some(blank) = blank {
                to[blank] = F::one();
            }
            return Ok(Written::Blank);
        }
        match code {
            Code::Number(offset, form) => {
                let number = match form {
                    Some(form) => form.number(cell).ok_or(CellProblem::NotANumber),
                    None => number(cell),
                };
                return self.write_number(number.map_err(bad)? - offset, &mut to[place], bad);
            }
            Code::Date(form) => {
                self.write_date(form, cell, &mut to[place..place + width]).map_err(bad)?
            }
            Code::OneHot(index) | Code::Place(index) | Code::Two(index) => {
                let Some(label) = index.place(cell) else {
                    if encoding.rare.iter().any(|rare| rare == cell) {
                        return Ok(Written::Value);
                    }
                    if self.takes_unknown && !is_target {
                        return Ok(Written::Unknown);
                    }
                    return Err(self.unknown_label((row, column, cell), index.names, is_target));
                };
                match code {
                    Code::OneHot(_) => to[place + label] = F::one(),
                    Code::Two(_) => to[place] = F::from_f64(2.0 * label as f64 - 1.0),
                    _ => to[place] = F::from_f64(label as f64),
                }
            }
        }
        Ok(Written::Value)
    }

    #[inline]
    fn write_number<F: Float>(
        &self,
        number: f64,
        to: &mut F,
        bad: impl Fn(CellProblem) -> Error,
    ) -> Result<Written> {
        *to = F::from_f64(number);
        if to.is_finite() { Ok(Written::Value) } else { Err(bad(CellProblem::TooLarge(F::NAME))) }
    }

    /// What is wrong with a blank cell.
    pub(super) fn blank(&self, cell: &str) -> CellProblem {
        if cell.is_empty() { CellProblem::Blank } else { CellProblem::Missing }
    }

    fn unknown_label(
        &self,
        (row, column, cell): (usize, usize, &str),
        names: &[String],
        is_target: bool,
    ) -> Error {
        let (file, column) = (self.file.clone(), self.scan.columns[column].name.clone());
        let (value, names) = (abbreviated(cell), list(names));
        Error::Table(if is_target {
            TableError::UnknownClass { file, row, column, value, classes: names }
        } else {
            TableError::UnknownCategory { file, row, column, value, categories: names }
        })
    }
}

/// A data set whose inputs may be NaN.
pub(super) fn data_set<F: Float>(
    inputs: Array2<F>,
    targets: Array2<F>,
    schema: &Schema,
) -> Result<Dataset<F>> {
    let sides = Sides { inputs: Matrix::of(inputs), targets: Matrix::of(targets) };
    Dataset::stored(Arrays(sides)).with_schema(schema.clone())
}

impl CellEncoding<'_> {
    fn is_blank(&self, record: &Record, missing: &MissingWords) -> bool {
        let cell = record.cell(self.column);
        match self.code {
            Code::Number(..) | Code::Date(_) => missing.has_in_numbers(cell),
            _ => missing.has(cell),
        }
    }
}
