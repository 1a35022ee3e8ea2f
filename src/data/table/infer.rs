//! Infers the schema of a table whose target is known.

use super::report::{ColumnReport, TableReport};
use super::target::{Target, TargetKind};
use super::{
    Table, TableColumn, Told,
    categories::{are_alike, most_values},
    encoding::blank,
};
use crate::data::labels::classes::{ClassSet, WrongClasses};
use crate::error::{Error, Result, ShapeError, TableError, check::ensure};
use crate::float::Float;
use crate::schema::{NumberForm, Schema};
use std::collections::{HashMap, HashSet};

/// The numbers of a target are on at least this number of different steps of a floating-point
/// number.
const STEPS: f64 = 100.0;

/// What a table becomes for a target.
#[derive(Debug)]
pub(super) struct Inferred {
    pub(super) schema: Schema,
    pub(super) outputs: usize,
    /// The report before the rows are encoded. It counts all rows that have a target.
    pub(super) report: TableReport,
}

impl Table {
    /// The schema, and the number of outputs. Every column but the targets is a feature.
    pub(super) fn infer<F: Float>(&self, target: &Target) -> Result<Inferred> {
        let inferred = self.inferred(target)?;
        if target.kind == TargetKind::Numbers {
            let digits = (F::NAME, F::epsilon().as_f64());
            target.columns.iter().try_for_each(|name| self.check_digits(name, digits))?;
        }
        Ok(inferred)
    }

    /// Checks that rounding leaves the differences between the numbers of a target.
    fn check_digits(&self, name: &str, (float, epsilon): (&'static str, f64)) -> Result<()> {
        let target = &self.columns[self.column(name)?];
        let form = self.number_form(target);
        let [smallest, largest] = target.summary.ends(form.as_ref());
        let step = epsilon * smallest.abs().max(largest.abs());
        ensure(largest == smallest || STEPS * step <= largest - smallest, || {
            let (file, column) = (self.file.clone(), name.to_owned());
            let offset = target.summary.round_offset(form.as_ref());
            TableError::CoarseTarget { file, column, smallest, largest, float, offset }
        })
    }

    fn inferred(&self, target: &Target) -> Result<Inferred> {
        let Target { columns: names, kind } = target;
        ensure(!names.is_empty(), || ShapeError::NoTargets)?;
        let targets = names.iter().map(|name| self.column(name)).collect::<Result<Vec<_>>>()?;
        let forms = match kind {
            TargetKind::Numbers => {
                targets.iter().map(|&index| self.target_form(index)).collect::<Result<_>>()?
            }
            _ => Vec::new(),
        };
        let (file, all) = (|| self.file.clone(), || names.join(", "));
        let alone = |why| TableError::TargetAlone { file: file(), column: all(), why };
        ensure(self.used().count() > names.len(), || alone("there is no other column".to_owned()))?;
        self.check_names()?;
        let features = self.used().map(|(index, _)| index);
        let features: Vec<_> = features.filter(|index| !targets.contains(index)).collect();
        let (classes, rows) = match kind {
            TargetKind::Numbers => (Vec::new(), self.rows_with(&targets)?),
            _ => self.classes(targets[0], *kind == TargetKind::Binary)?,
        };
        ensure(rows > 0, || TableError::NoTargets { file: file(), column: all() })?;
        let counted: Vec<_> =
            features.iter().copied().filter(|&index| self.needs_counts(index)).collect();
        let counts: HashMap<_, _> = counted.iter().zip(self.count(&counted)?).collect();
        let (mut columns, mut report) =
            (Vec::new(), TableReport { rows, ..TableReport::default() });
        for (index, column) in self.used() {
            if targets.contains(&index) {
                report.columns.extend(self.told_of_target(index, *kind, &classes));
                continue;
            }
            let mut of_column = ColumnReport::of(index, &column.name);
            let counts = counts.get(&index).unwrap_or(&column.summary.texts);
            columns.extend(self.feature(index, counts, &mut of_column)?);
            report.columns.push(of_column);
        }
        ensure(!columns.is_empty(), || {
            report.columns.retain(|column| !column.is_empty());
            alone(report.to_string().replace('\n', "; "))
        })?;
        // A binary target is one column.
        let outputs = if *kind == TargetKind::Classes { classes.len() } else { names.len() };
        let mut schema = Schema::new(columns).with_targets(names).with_classes(classes);
        if forms.iter().any(Option::is_some) {
            schema.target_forms = forms;
        }
        schema.missing.clone_from(&self.format.missing.listed);
        Ok(Inferred { schema, outputs, report })
    }

    /// What should be known of the numbers or classes of a target.
    fn told_of_target(
        &self,
        index: usize,
        kind: TargetKind,
        classes: &[String],
    ) -> Option<ColumnReport> {
        let target = &self.columns[index];
        let alike = "classes, though some differ only in upper and lower case";
        let read_as = match kind {
            TargetKind::Numbers => self.numbers_read_as(target, true, false)?,
            _ => are_alike(classes).then(|| alike.to_owned())?,
        };
        Some(ColumnReport { read_as: Some(read_as), ..ColumnReport::of(index, &target.name) })
    }

    /// The form of the numbers of a target.
    fn target_form(&self, index: usize) -> Result<Option<NumberForm>> {
        let target @ TableColumn { name, told, summary, .. } = &self.columns[index];
        let (file, column) = (self.file.clone(), name.clone());
        let is_date = matches!(told, Some(Told::Date(_)));
        if !is_date && (self.holds_numbers(target) || summary.is_empty()) {
            return match summary.constant() {
                Some(value) => Err(TableError::ConstantTarget { file, column, value }.into()),
                None => Ok(self.number_form(target)),
            };
        }
        let (row, value) = match summary.first_text() {
            // All are numbers or blank.
            (0, _) => self.first_cell(index)?,
            first => first,
        };
        // The summary counts only texts.
        let counted = if summary.numbers > 0 { self.count(&[index])?.pop() } else { None };
        let counts = counted.as_ref().unwrap_or(&summary.texts);
        let majority = if is_date { None } else { self.majority(index, counts)? };
        let mixed = majority.filter(|found| {
            let is_most = found.is_plain() && found.cells >= found.others;
            !found.is_of_dates() && (is_most || found.is_clear())
        });
        if let Some(mixed) = mixed {
            return Err(mixed.error(file, column, true).into());
        }
        Err(match self.date_format_of(index) {
            Ok(Some(_)) | Err(Error::Table(TableError::AmbiguousDates { .. })) => {
                TableError::DateTarget { file, column, row, value }.into()
            }
            Ok(None) => TableError::TextTarget { file, column, row, value }.into(),
            Err(other) => other,
        })
    }

    /// The classes in a column, and the number of rows that have one.
    fn classes(&self, index: usize, binary: bool) -> Result<(Vec<String>, usize)> {
        let target @ TableColumn { name, summary, .. } = &self.columns[index];
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
        if rows == 0 {
            return Ok((Vec::new(), 0));
        }
        let (file, column) = (self.file.clone(), name.clone());
        match classes.classes(binary) {
            Ok(classes) if classes.len() <= most_values(rows) => Ok((classes, rows)),
            Ok(classes) => {
                let classes = classes.len();
                let of_numbers = self.holds_numbers(target);
                Err(TableError::TooManyClasses { file, column, classes, rows, of_numbers }.into())
            }
            Err(WrongClasses { found, classes, needs }) => {
                Err(TableError::Classes { file, column, found, classes, needs }.into())
            }
        }
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

    /// Checks that each column has a name of its own, if it has one.
    fn check_names(&self) -> Result<()> {
        let mut names = HashSet::new();
        for (index, TableColumn { name, summary, .. }) in self.used() {
            let unnamed =
                || TableError::UnnamedColumn { file: self.file.clone(), number: index + 1 };
            let may_be_left_out = summary.is_blank() || self.settings.unusable;
            ensure(!name.is_empty() || may_be_left_out, unnamed)?;
            ensure(name.is_empty() || names.insert(name), || self.duplicate(name))?;
        }
        Ok(())
    }
}
