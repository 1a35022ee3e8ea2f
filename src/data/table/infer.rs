//! Infers the schema of a table whose target is known.

use super::Table;
use super::target::{Target, TargetKind};
use crate::data::cell::{abbreviated, category};
use crate::data::labels::classes::{ClassSet, WrongClasses};
use crate::data::labels::distinct::DistinctTexts;
use crate::error::{Error, Result, ShapeError, TableError};
use crate::schema::{Column, Schema};

/// A text column with more values holds names or notes, not categories.
fn most_categories(rows: usize) -> usize {
    (rows / 2).clamp(20, 1_000)
}

impl Table {
    /// The schema, and the number of outputs. Every column but the targets is a feature.
    pub(super) fn infer(&self, target: Target) -> Result<(Schema, usize)> {
        let Target { columns: targets, kind } = target;
        if targets.is_empty() {
            return Err(ShapeError::Targets { found: 0, outputs: 1 }.into());
        }
        let mut class_set = None;
        for name in &targets {
            let index = self.column(name)?;
            let summary = &self.columns[index].summary;
            if kind != TargetKind::Numbers {
                class_set = Some((index, ClassSet::new(summary.is_numeric_throughout(self.rows))));
            } else if !summary.is_numeric(self.rows) {
                let (file, column, value) =
                    (self.file.clone(), name.clone(), self.first_cell(index)?);
                return Err(TableError::TextTarget { file, column, value }.into());
            }
        }
        if self.columns().count() <= targets.len() {
            let file = self.file.clone();
            return Err(TableError::TargetAlone { file, column: targets.join(", ") }.into());
        }
        self.check_names()?;
        let (mut columns, mut texts) = (Vec::new(), Vec::new());
        for (index, column) in self.columns().filter(|(_, column)| !targets.contains(&column.name))
        {
            let mut numbers = Column::numbers(&column.name);
            if column.summary.is_numeric(self.rows) {
                numbers.offset = column.summary.round_offset();
            } else {
                texts.push((index, columns.len(), DistinctTexts::default()));
            }
            columns.push(numbers);
        }
        if class_set.is_some() || !texts.is_empty() {
            self.row_reader()?.each(self.rows, |row, record| {
                if let Some((index, classes)) = &mut class_set {
                    let cell = record.cell(*index);
                    classes.add(cell).map_err(|problem| self.bad(row, *index, cell, problem))?;
                }
                for (index, _, texts) in &mut texts {
                    let cell = record.cell(*index);
                    let text = category(cell);
                    texts.add(text.map_err(|problem| self.bad(row, *index, cell, problem))?);
                }
                Ok(())
            })?;
        }
        let classes = match class_set.map(|(_, classes)| classes) {
            None => Ok(Vec::new()),
            Some(classes) if kind == TargetKind::Binary => classes.two(),
            Some(classes) => classes.several(),
        };
        let classes = classes.map_err(|WrongClasses { found, classes, needs }| {
            let (file, column) = (self.file.clone(), targets.join(", "));
            Error::Table(TableError::Classes { file, column, found, classes, needs })
        })?;
        let limit = most_categories(self.rows);
        for (index, column, texts) in texts {
            let values = texts.len();
            if values > limit {
                let (file, column) = (self.file.clone(), self.columns[index].name.clone());
                return Err(TableError::TooManyCategories { file, column, values, limit }.into());
            }
            columns[column].categories = texts.sorted();
        }
        let outputs = match kind {
            TargetKind::Numbers => targets.len(),
            TargetKind::Binary => 1,
            TargetKind::Classes => classes.len(),
        };
        Ok((Schema::new(columns).with_targets(targets).with_classes(classes), outputs))
    }

    /// Checks that each column has a name of its own.
    fn check_names(&self) -> Result<()> {
        let file = || self.file.clone();
        if let Some((index, _)) = self.columns().find(|(_, column)| column.name.is_empty()) {
            return Err(TableError::UnnamedColumn { file: file(), number: index + 1 }.into());
        }
        let mut sorted: Vec<&str> = self.column_names().collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                Err(TableError::DuplicateColumn { file: file(), column: pair[0].to_owned() }.into())
            }
            None => Ok(()),
        }
    }

    /// The text in the first row of a column.
    fn first_cell(&self, column: usize) -> Result<String> {
        let mut text = String::new();
        self.row_reader()?.each(1, |_, record| {
            text = abbreviated(record.cell(column));
            Ok(())
        })?;
        Ok(text)
    }
}
