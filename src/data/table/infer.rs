//! Infers the schema of a table whose target is known.

use super::report::{ColumnReport, TableReport};
use super::target::{Target, TargetKind};
use super::{Table, encoding::blank, kind::Reading, rows::TableColumn, summary::Counts};
use crate::data::labels::classes::{ClassSet, WrongClasses};
use crate::data::{cell::abbreviated, dates};
use crate::error::{Result, ShapeError, TableError, check::ensure};
use crate::schema::{Column, DateForm, NumberForm, Schema};
use std::collections::{HashMap, HashSet};

/// What a table becomes for a target.
pub(super) struct Inferred {
    pub(super) schema: Schema,
    pub(super) outputs: usize,
    /// The number of rows that have a target.
    pub(super) rows: usize,
    /// What is known about the columns before the rows are read.
    pub(super) report: TableReport,
}

impl Table {
    /// The schema, and the number of outputs. Every column but the targets is a feature.
    pub(super) fn infer(&self, target: &Target) -> Result<Inferred> {
        let Target { columns: names, kind } = target;
        ensure(!names.is_empty(), || ShapeError::Targets { found: 0, outputs: 1 })?;
        let targets = names.iter().map(|name| self.column(name)).collect::<Result<Vec<_>>>()?;
        let mut forms = match kind {
            TargetKind::Numbers => {
                targets.iter().map(|&index| self.target_form(index)).collect::<Result<_>>()?
            }
            _ => Vec::new(),
        };
        let (file, all) = (|| self.file.clone(), || names.join(", "));
        let alone = || TableError::TargetAlone { file: file(), column: all() };
        ensure(self.used().count() > names.len(), alone)?;
        self.check_names()?;
        let features = self.used().filter(|(index, _)| !targets.contains(index));
        let readings = features.map(|(index, column)| Ok((index, self.reading(column)?)));
        let readings = readings.collect::<Result<Vec<_>>>()?;
        let (classes, rows) = match kind {
            TargetKind::Numbers => (Vec::new(), self.rows_with(&targets)?),
            _ => self.classes(targets[0], *kind == TargetKind::Binary)?,
        };
        ensure(rows > 0, || TableError::NoTargets { file: file(), column: all() })?;
        // The summary has the texts alone.
        let has_numbers =
            |reading: &Reading| matches!(reading, Reading::Mixed | Reading::Categories);
        let counted = readings.iter().filter(|(_, reading)| has_numbers(reading));
        let counted: Vec<_> = counted.map(|(index, _)| *index).collect();
        let counts: HashMap<_, _> = counted.iter().zip(self.count(&counted)?).collect();
        let (mut columns, mut report) = (Vec::new(), TableReport::default());
        for (index, reading) in readings {
            let column = &self.columns[index];
            let mut of_column = match &column.name[..] {
                "" => ColumnReport::new(format!("column {}", index + 1)),
                name => ColumnReport::new(name),
            };
            let counts = counts.get(&index).unwrap_or(&column.summary.texts);
            columns.extend(self.feature(index, reading, counts, &mut of_column)?);
            report.columns.push(of_column);
        }
        ensure(!columns.is_empty(), alone)?;
        let outputs = match kind {
            TargetKind::Numbers => names.len(),
            TargetKind::Binary => 1,
            TargetKind::Classes => classes.len(),
        };
        let mut schema = Schema::new(columns).with_targets(names).with_classes(classes);
        if forms.iter().any(Option::is_some) {
            schema.target_forms.append(&mut forms);
        }
        schema.missing.clone_from(&self.format.missing.listed);
        Ok(Inferred { schema, outputs, rows, report })
    }

    /// The form of the numbers of a target.
    fn target_form(&self, index: usize) -> Result<Option<NumberForm>> {
        let column = &self.columns[index];
        match self.reading(column)? {
            Reading::Numbers(form) => Ok(form),
            Reading::Empty => Ok(None),
            // The rows name the cell that is text.
            Reading::Mixed | Reading::Categories if 2 * column.summary.numbers >= self.rows => {
                Ok(None)
            }
            _ => {
                let mut rows = self.row_reader()?;
                let first = rows.next()?.map(|(_, record)| abbreviated(record.cell(index)));
                let (file, column) = (self.file.clone(), column.name.clone());
                Err(TableError::TextTarget { file, column, value: first.unwrap_or_default() }
                    .into())
            }
        }
    }

    /// The classes in a column, and the number of rows that have one.
    fn classes(&self, index: usize, binary: bool) -> Result<(Vec<String>, usize)> {
        let TableColumn { name, summary, .. } = &self.columns[index];
        let (mut classes, mut rows) = (ClassSet::new(summary.is_plain()), 0);
        self.each_row(|row, record| {
            let cell = record.cell(index);
            let is_blank = self.format.missing.has(cell);
            if is_blank && self.settings.missing {
                return Ok(());
            }
            rows += 1;
            let added = if is_blank { Err(blank(cell)) } else { classes.add(cell) };
            added.map_err(|problem| self.bad(row, index, cell, problem))
        })?;
        let classes = match rows {
            0 => Ok(Vec::new()),
            _ => classes.classes(binary),
        };
        let classes = classes.map_err(|WrongClasses { found, classes, needs }| {
            let (file, column) = (self.file.clone(), name.clone());
            TableError::Classes { file, column, found, classes, needs }
        })?;
        Ok((classes, rows))
    }

    /// The number of rows that have a number in all of these columns.
    fn rows_with(&self, targets: &[usize]) -> Result<usize> {
        let has_blanks = |&index: &usize| self.columns[index].summary.blanks_in_numbers() > 0;
        if !self.settings.missing || !targets.iter().any(has_blanks) {
            return Ok(self.rows);
        }
        let (missing, mut rows) = (&self.format.missing, 0);
        self.each_row(|_, record| {
            let is_blank = |&index: &usize| missing.has_in_numbers(record.cell(index));
            rows += usize::from(!targets.iter().any(is_blank));
            Ok(())
        })?;
        Ok(rows)
    }

    /// The column of the schema; nothing for one that is left out.
    pub(super) fn feature(
        &self,
        index: usize,
        reading: Reading,
        counts: &Counts,
        report: &mut ColumnReport,
    ) -> Result<Option<Column>> {
        let TableColumn { name, summary, .. } = &self.columns[index];
        let mut feature = Column::numbers(name);
        let mut blanks = summary.blanks_in_numbers();
        match reading {
            Reading::Empty if self.settings.missing || name.is_empty() => {
                report.left_out = Some("all its cells are blank".to_owned());
                return Ok(None);
            }
            Reading::Empty => {}
            Reading::Numbers(None) => feature.offset = summary.round_offset(),
            Reading::Numbers(Some(form)) => {
                report.read_as = Some(format!("numbers with a {form}"));
                feature.form = Some(form);
            }
            Reading::Dates(format) => {
                let moments = summary.texts.values.keys();
                let days = moments.filter_map(|text| dates::moment(&format, text).ok()?.days());
                report.read_as = Some(format!("dates in the form {format}"));
                feature.date = Some(DateForm::new(&format, days.min().unwrap_or(0)));
            }
            Reading::Ambiguous(forms) => {
                let (file, column) = (self.file.clone(), name.clone());
                let (row, value) = (summary.first_text().0, summary.first_text().1.to_owned());
                let forms = Box::new([forms[0].clone(), forms[1].clone()]);
                return Err(TableError::AmbiguousDates { file, row, column, value, forms }.into());
            }
            Reading::Texts | Reading::Mixed | Reading::Categories => {
                blanks = summary.blanks;
                match self.categories(index, &reading, counts, report)? {
                    Some(texts) => [feature.categories, feature.rare] = texts,
                    None => return Ok(None),
                }
                feature.two = feature.categories.len() == 2;
            }
        }
        feature.blanks = self.settings.missing && blanks > 0;
        Ok(Some(feature))
    }

    /// Checks that each column has a name of its own, if it has one.
    fn check_names(&self) -> Result<()> {
        let mut names = HashSet::new();
        for (index, TableColumn { name, summary, .. }) in self.used() {
            ensure(!name.is_empty() || summary.is_blank(), || TableError::UnnamedColumn {
                file: self.file.clone(),
                number: index + 1,
            })?;
            if !name.is_empty() && !names.insert(name) {
                return Err(self.duplicate(name));
            }
        }
        Ok(())
    }
}
