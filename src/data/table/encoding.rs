//! Encodes the cells of a table as matrices of numbers, by a schema.

use super::report::{ColumnReport, TableReport};
use super::{Table, feature::in_order, rows::RowReader};
use crate::data::cell::{abbreviated, list};
use crate::data::{Arrays, Dataset, dates, labels::index::LabelIndex, missing::MissingWords};
use crate::error::{CellProblem, Error, Result, SchemaError, TableError, check::ensure};
use crate::schema::{DateForm, NumberForm, Schema};
use crate::{data::storage::Sides, float::Float, matrix::Matrix, matrix::fit_in_memory, mlp::Mlp};
use ndarray::Array2;
use std::ops::Range;

/// Turns the rows of a table into inputs and targets.
pub(super) struct Encoder<'t> {
    rows: RowReader<'t>,
    missing: MissingWords,
    /// Those of the targets come first.
    cells: Vec<CellEncoding<'t>>,
    features: usize,
    outputs: usize,
    report: TableReport,
}

/// How a cell becomes numbers.
struct CellEncoding<'s> {
    /// The column of the table.
    column: usize,
    /// The columns of the matrix.
    places: Range<usize>,
    code: Code<'s>,
    /// The column of the matrix that says whether the cell is blank.
    blank: Option<usize>,
    /// The place of the column in the report; nothing for a target.
    reported: Option<usize>,
}

enum Code<'s> {
    /// The number minus an offset.
    Number(f64, Option<&'s NumberForm>),
    Date(&'s DateForm),
    /// The numbers of two labels, or a 1 in the label's column of the matrix. Rare texts are none
    /// of the labels.
    Label {
        labels: LabelIndex<'s>,
        two: Option<[f64; 2]>,
        rare: &'s [String],
    },
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
    ///      `Table::with_unknown` takes an unknown category for none of the known ones"
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
        let mut encoder = self.encoder(net.schema(), None, TableReport::default())?;
        Ok((encoder.next(self.rows)?.0, encoder.report()))
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
        report: TableReport,
    ) -> Result<(Dataset<F>, TableReport)> {
        let mut encoder = self.encoder(schema, Some(outputs), report)?;
        let data = encoder.data_set(self.rows, schema)?.ok_or_else(|| {
            let (file, column) = (self.file.clone(), schema.targets.join(", "));
            TableError::NoTargets { file, column }
        })?;
        Ok((data, encoder.report()))
    }

    /// Finds the schema's columns in the table; those of the targets only if there are `outputs`.
    pub(super) fn encoder<'t>(
        &'t self,
        schema: &'t Schema,
        outputs: Option<usize>,
        mut report: TableReport,
    ) -> Result<Encoder<'t>> {
        let unnamed = |what| SchemaError::Unnamed { what };
        ensure(outputs.is_none() || !schema.targets.is_empty(), || unnamed("targets"))?;
        ensure(!schema.columns.is_empty(), || unnamed("columns"))?;
        let mut cells = Vec::new();
        let names = if outputs.is_some() { &schema.targets[..] } else { &[] };
        for (place, name) in names.iter().enumerate() {
            let form = schema.target_forms.get(place).and_then(Option::as_ref);
            let two = (outputs == Some(1)).then_some([0.0, 1.0]);
            let (code, places) = match &schema.classes[..] {
                [] => (Code::Number(0.0, form), place..place + 1),
                names => {
                    let labels = LabelIndex::new(names);
                    (Code::Label { labels, two, rare: &[] }, 0..outputs.unwrap_or(0))
                }
            };
            let (column, blank, reported) = (self.column(name)?, None, None);
            cells.push(CellEncoding { column, places, code, blank, reported });
        }
        for (column, features) in schema.places() {
            let code = match (&column.date, &column.categories[..]) {
                (Some(date), _) => Code::Date(date),
                (None, []) => Code::Number(column.offset, column.form.as_ref()),
                (None, names) => {
                    let (labels, rare) = (LabelIndex::new(names), &column.rare[..]);
                    Code::Label { labels, two: column.two.then_some([-1.0, 1.0]), rare }
                }
            };
            let places = features.start..features.start + column.values();
            let blank = column.blanks.then_some(places.end);
            let name = &column.name;
            let column = self.column(name)?;
            let of_column = ColumnReport::of(column, name);
            let known = report.columns.iter().position(|known| known.name == of_column.name);
            let reported = known.unwrap_or_else(|| {
                report.columns.push(of_column);
                report.columns.len() - 1
            });
            cells.push(CellEncoding { column, places, code, blank, reported: Some(reported) });
        }
        report.blank_rows_at_end = self.blank_rows;
        let (rows, missing) = (self.row_reader()?, MissingWords::new(schema.missing.clone()));
        let (features, outputs) = (schema.features(), outputs.unwrap_or(0));
        Ok(Encoder { rows, missing, cells, features, outputs, report })
    }

    /// The error of a cell that is none of the labels.
    fn unknown_label(
        &self,
        row: usize,
        encoding: &CellEncoding<'_>,
        cell: &str,
        labels: &[String],
    ) -> Error {
        let (file, value, names) = (self.file.clone(), abbreviated(cell), list(labels));
        let column = self.columns[encoding.column].name.clone();
        match encoding.reported {
            None => TableError::UnknownClass { file, row, column, value, classes: names },
            Some(_) => TableError::UnknownCategory { file, row, column, value, categories: names },
        }
        .into()
    }
}

impl Encoder<'_> {
    /// The next rows that have a target, at most `most`, as a data set; nothing if there are none.
    pub(super) fn data_set<F: Float>(
        &mut self,
        most: usize,
        schema: &Schema,
    ) -> Result<Option<Dataset<F>>> {
        let (inputs, targets) = self.next(most)?;
        if inputs.nrows() == 0 {
            return Ok(None);
        }
        let sides = Sides { inputs: Matrix::of(inputs), targets: Matrix::of(targets) };
        // Inputs may be NaN.
        Dataset::stored(Arrays(sides)).with_schema(schema.clone()).map(Some)
    }

    /// Inputs and targets of the next rows that have a target: at most `most`.
    pub(super) fn next<F: Float>(&mut self, most: usize) -> Result<(Array2<F>, Array2<F>)> {
        let Self { rows, missing, report, .. } = self;
        let (table, features, outputs) = (rows.table, self.features, self.outputs);
        let count = most.min(rows.left());
        let too_large =
            |features| TableError::TooLarge { file: table.file.clone(), rows: count, features };
        let zeros = |columns| {
            ensure(fit_in_memory::<F>(count, columns), || too_large(columns))?;
            Ok::<_, Error>(vec![F::zero(); count * columns])
        };
        let (mut inputs, mut targets, mut taken) = (zeros(features)?, zeros(outputs)?, 0);
        'rows: while taken < count {
            let Some((row, record)) = rows.next()? else { break };
            for encoding in &self.cells {
                let to = match encoding.reported {
                    Some(_) => &mut inputs[taken * features..][..features],
                    None => &mut targets[taken * outputs..][..outputs],
                };
                // Most cells are plain numbers.
                if let Code::Number(offset, None) = encoding.code
                    && let Some(number) = record.short_number(encoding.column)
                    && !missing.has_number(number)
                    && let number = F::from_f64(number - offset)
                    && number.is_finite()
                {
                    to[encoding.places.start] = number;
                    continue;
                }
                let cell = record.cell(encoding.column);
                let reported = encoding.reported.map(|place| &mut report.columns[place]);
                match (encoding.write(cell, missing, to), reported) {
                    (Ok(None), _) => {}
                    (Err(CellProblem::Blank | CellProblem::Missing), reported)
                        if table.settings.missing =>
                    {
                        let Some(reported) = reported else {
                            report.rows_without_target.push(row);
                            continue 'rows;
                        };
                        reported.blanks += 1;
                        reported.filled_with = Some(match encoding.code {
                            Code::Label { .. } => "none of the categories",
                            _ => "the centre of the training rows",
                        });
                    }
                    (Ok(Some(known)), Some(reported)) if table.settings.unknown => {
                        reported.add_unknown(cell, row, known);
                    }
                    (Ok(Some(known)), _) => {
                        return Err(table.unknown_label(row, encoding, cell, known));
                    }
                    (Err(problem), _) => {
                        return Err(table.bad(row, encoding.column, cell, problem));
                    }
                }
            }
            taken += 1;
        }
        report.rows = taken;
        inputs.truncate(taken * features);
        targets.truncate(taken * outputs);
        let matrix = |columns, numbers| {
            Array2::from_shape_vec((taken, columns), numbers).map_err(|_| too_large(columns))
        };
        Ok((matrix(features, inputs)?, matrix(outputs, targets)?))
    }

    /// What was left out, filled in or unknown.
    fn report(mut self) -> TableReport {
        self.report.columns.retain(|column| !column.is_empty());
        self.report
    }
}

impl<'s> CellEncoding<'s> {
    /// Writes the numbers that a cell becomes into the zeros of its row. Returns the labels if
    /// the cell is none of them. A blank cell is always an error; the caller decides.
    #[inline]
    fn write<F: Float>(
        &self,
        cell: &str,
        missing: &MissingWords,
        row: &mut [F],
    ) -> Result<Option<&'s [String]>, CellProblem> {
        let finite = |number: f64| match F::from_f64(number) {
            number if number.is_finite() => Ok(number),
            _ => Err(CellProblem::TooLarge(F::NAME)),
        };
        let to = &mut row[self.places.clone()];
        let is_label = matches!(self.code, Code::Label { .. });
        let is_blank = if is_label { missing.has(cell) } else { missing.has_in_numbers(cell) };
        if is_blank {
            if !is_label {
                to.fill(F::nan());
            }
            if let Some(blank) = self.blank {
                row[blank] = F::one();
            }
            return Err(blank(cell));
        }
        match &self.code {
            Code::Number(offset, form) => to[0] = finite(in_order(None, *form, cell)? - offset)?,
            Code::Date(form) => {
                let features = dates::moment(&form.format, cell)?.features(form.first);
                to.iter_mut().zip(features).for_each(|(to, number)| *to = F::from_f64(number));
            }
            Code::Label { labels, two, rare } => match (labels.place(cell), two) {
                (Some(label), Some(two)) => to[0] = F::from_f64(two[label]),
                (Some(label), None) => to[label] = F::one(),
                (None, _) if rare.iter().any(|rare| rare == cell) => {}
                (None, _) => return Ok(Some(labels.names)),
            },
        }
        Ok(None)
    }
}

/// What is wrong with a blank cell.
pub(super) fn blank(cell: &str) -> CellProblem {
    if cell.is_empty() { CellProblem::Blank } else { CellProblem::Missing }
}
