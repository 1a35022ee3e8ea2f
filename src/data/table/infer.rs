//! Infers the schema of a table whose target is known.

use super::Table;
use super::categories::{Counts, count};
use super::kind::Reading;
use super::report::{ColumnReport, TableReport};
use super::rows::TableColumn;
use super::target::{Target, TargetKind};
use crate::data::cell::abbreviated;
use crate::data::labels::classes::{ClassSet, WrongClasses};
use crate::error::{Error, Result, ShapeError, TableError};
use crate::schema::{Column, Schema};

/// What a table becomes for a target.
pub(super) struct Inferred {
    pub(super) schema: Schema,
    pub(super) outputs: usize,
    /// The number of rows that have a target.
    pub(super) rows: usize,
    /// What is known about the columns before the rows are read.
    pub(super) report: TableReport,
}

/// What another pass finds out.
#[derive(Default)]
struct Pass {
    /// Columns of the table whose values are counted, with the counts.
    counted: Vec<(usize, Counts)>,
    rows: usize,
    class_set: Option<(usize, ClassSet)>,
}

impl Table {
    /// The schema, and the number of outputs. Every column but the targets is a feature.
    pub(super) fn infer(&self, target: &Target) -> Result<Inferred> {
        let Target { columns: targets, kind } = target;
        if targets.is_empty() {
            return Err(ShapeError::Targets { found: 0, outputs: 1 }.into());
        }
        let (mut pass, mut forms, mut target_columns) = (Pass::default(), Vec::new(), Vec::new());
        for name in targets {
            let index = self.column(name)?;
            target_columns.push(index);
            let column = &self.scan.columns[index];
            if *kind != TargetKind::Numbers {
                pass.class_set = Some((index, ClassSet::new(column.summary.is_plain())));
                continue;
            }
            match self.reading(column)? {
                Reading::Numbers(form) => forms.push(form),
                Reading::Empty => forms.push(None),
                // The rows name the cell that is text.
                Reading::Mixed if 2 * column.summary.numbers() >= self.scan.rows => {
                    forms.push(None);
                }
                _ => {
                    let (file, column, value) =
                        (self.file.clone(), name.clone(), self.first_cell(index)?);
                    return Err(TableError::TextTarget { file, column, value }.into());
                }
            }
        }
        if self.columns().count() <= targets.len() {
            let file = self.file.clone();
            return Err(TableError::TargetAlone { file, column: targets.join(", ") }.into());
        }
        self.check_names()?;
        let mut readings = Vec::new();
        for (index, column) in self.columns() {
            if target_columns.contains(&index) {
                continue;
            }
            let reading = self.reading(column)?;
            if reading == Reading::Mixed {
                pass.counted.push((index, Counts::new()));
            }
            readings.push((index, reading));
        }
        self.pass(&target_columns, *kind, &mut pass)?;
        if pass.rows == 0 {
            let (file, column) = (self.file.clone(), targets.join(", "));
            return Err(TableError::NoTargets { file, column }.into());
        }
        let classes = match pass.class_set.take().map(|(_, classes)| classes) {
            None => Ok(Vec::new()),
            Some(classes) if *kind == TargetKind::Binary => classes.two(),
            Some(classes) => classes.several(),
        };
        let classes = classes.map_err(|WrongClasses { found, classes, needs }| {
            let (file, column) = (self.file.clone(), targets.join(", "));
            Error::Table(TableError::Classes { file, column, found, classes, needs })
        })?;
        let (mut columns, mut report) = (Vec::new(), TableReport::default());
        for (index, reading) in readings {
            let name = match &self.scan.columns[index].name[..] {
                "" => format!("column {}", index + 1),
                name => name.to_owned(),
            };
            let mut of_column = ColumnReport::of(&name);
            let counts = pass.counted.iter().find(|(counted, _)| *counted == index);
            let counts = counts.map(|(_, counts)| counts);
            columns.extend(self.feature(index, reading, counts, &mut of_column)?);
            report.columns.push(of_column);
        }
        if columns.is_empty() {
            let file = self.file.clone();
            return Err(TableError::TargetAlone { file, column: targets.join(", ") }.into());
        }
        let outputs = match kind {
            TargetKind::Numbers => targets.len(),
            TargetKind::Binary => 1,
            TargetKind::Classes => classes.len(),
        };
        let mut schema = Schema::new(columns).with_targets(targets).with_classes(classes);
        if forms.iter().any(Option::is_some) {
            schema.target_forms = forms;
        }
        schema.missing = self.format.missing.listed();
        Ok(Inferred { schema, outputs, rows: pass.rows, report })
    }

    /// Reads the rows once more, if that is needed: counts values and collects classes.
    fn pass(&self, targets: &[usize], kind: TargetKind, pass: &mut Pass) -> Result<()> {
        let blank_targets = targets.iter().any(|&index| {
            let summary = &self.scan.columns[index].summary;
            summary.blanks_in_numbers() > 0
        });
        pass.rows = self.scan.rows;
        if pass.counted.is_empty() && pass.class_set.is_none() && !blank_targets {
            return Ok(());
        }
        pass.rows = 0;
        let missing = &self.format.missing;
        let is_blank = |cell: &str| match kind {
            TargetKind::Numbers => missing.has_in_numbers(cell),
            _ => missing.has(cell),
        };
        let mut rows = self.row_reader()?;
        while let Some((row, record)) = rows.next()? {
            if self.takes_missing && targets.iter().any(|&index| is_blank(record.cell(index))) {
                continue;
            }
            pass.rows += 1;
            if let Some((index, classes)) = &mut pass.class_set {
                let cell = record.cell(*index);
                let added = match missing.has(cell) {
                    true => Err(self.blank(cell)),
                    false => classes.add(cell),
                };
                added.map_err(|problem| self.bad(row, *index, cell, problem))?;
            }
            for (index, counts) in &mut pass.counted {
                count(counts, record.cell(*index), missing.has(record.cell(*index)));
            }
        }
        Ok(())
    }

    /// The column of the schema; nothing for one that is left out.
    pub(super) fn feature(
        &self,
        index: usize,
        reading: Reading,
        counts: Option<&Counts>,
        report: &mut ColumnReport,
    ) -> Result<Option<Column>> {
        let column = &self.scan.columns[index];
        let (summary, name) = (&column.summary, &column.name);
        let file = || self.file.clone();
        let mut blanks = summary.blanks_in_numbers();
        let mut feature = Column::numbers(name);
        match reading {
            Reading::Empty if self.takes_missing || name.is_empty() => {
                report.left_out = Some("all its cells are blank".to_owned());
                return Ok(None);
            }
            Reading::Empty => {}
            Reading::Numbers(form) => {
                if form.is_none() {
                    feature.offset = summary.round_offset();
                }
                report.read_as = form.as_ref().map(|form| format!("numbers with a {form}"));
                feature.form = form;
            }
            Reading::Dates(format) => {
                feature.date = Some(self.date_form(index, format)?);
                report.read_as =
                    feature.date.as_ref().map(|date| format!("dates in the form {}", date.format));
            }
            Reading::Ambiguous(forms) => {
                return Err(TableError::AmbiguousDates {
                    file: file(),
                    column: name.clone(),
                    row: summary.first_text().0,
                    value: summary.first_text().1.to_owned(),
                    forms: Box::new([forms[0].clone(), forms[1].clone()]),
                }
                .into());
            }
            Reading::Texts | Reading::Mixed => {
                blanks = summary.blanks();
                let counts = counts.or(summary.texts());
                match self.categories(index, counts, report)? {
                    Some(texts) => [feature.categories, feature.rare] = texts,
                    None => return Ok(None),
                }
                feature.two = feature.categories.len() == 2;
            }
        }
        feature.blanks = self.takes_missing && blanks > 0;
        Ok(Some(feature))
    }

    /// Checks that each column has a name of its own, if it has one.
    fn check_names(&self) -> Result<()> {
        let nameless = |column: &TableColumn| {
            column.name.is_empty() && column.summary.blanks() < self.scan.rows
        };
        if let Some((index, _)) = self.columns().find(|(_, column)| nameless(column)) {
            let (file, number) = (self.file.clone(), index + 1);
            return Err(TableError::UnnamedColumn { file, number }.into());
        }
        let mut sorted: Vec<&str> = self.column_names().filter(|name| !name.is_empty()).collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                let (file, column) = (self.file.clone(), pair[0].to_owned());
                Err(TableError::DuplicateColumn { file, column }.into())
            }
            None => Ok(()),
        }
    }

    /// The text in the first row of a column.
    fn first_cell(&self, column: usize) -> Result<String> {
        let mut rows = self.row_reader()?;
        Ok(rows.next()?.map(|(_, record)| abbreviated(record.cell(column))).unwrap_or_default())
    }
}
