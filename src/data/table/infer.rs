//! From a table to what is to be learned from it.

use super::Table;
use super::cell::{abbreviated, category, list};
use crate::data::classes::{Found, check_number, how_many};
use crate::data::values::Texts;
use crate::error::{Result, ShapeError, TableError};
use crate::schema::{Column, Schema};

/// What the targets are.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Targets {
    Numbers,
    TwoClasses,
    Classes,
}

/// What is in the columns, and how many outputs a network has that learns it.
#[derive(Debug)]
pub(super) struct Learned {
    pub(super) schema: Schema,
    pub(super) outputs: usize,
}

/// The most different values that a text column's categories have: text that differs from row to row is names or notes.
fn most_categories(rows: usize) -> usize {
    (rows / 2).clamp(20, 1_000)
}

impl Table {
    /// With these columns as targets, of which classes have one: every other column is a feature.
    pub(super) fn learn(&self, names: Vec<String>, targets: Targets) -> Result<Learned> {
        if names.is_empty() {
            return Err(ShapeError::Targets { found: 0, outputs: 1 }.into());
        }
        let mut classes = None;
        for name in &names {
            let index = self.column(name)?;
            let kinds = &self.headers[index].kinds;
            if targets != Targets::Numbers {
                classes = Some((index, Found::new(kinds.is_numeric_throughout(self.rows))));
            } else if !kinds.is_numeric(self.rows) {
                let (file, column) = (self.file.clone(), name.clone());
                return Err(TableError::TextTarget {
                    file,
                    column,
                    value: self.first_cell(index)?,
                }
                .into());
            }
        }
        if self.columns().count() <= names.len() {
            let file = self.file.clone();
            return Err(TableError::TargetAlone { file, column: names.join(", ") }.into());
        }
        self.check_names()?;
        let mut texts = Vec::new();
        let mut columns = Vec::with_capacity(self.headers.len());
        for (index, header) in self.columns().filter(|(_, header)| !names.contains(&header.name)) {
            if !header.kinds.is_numeric(self.rows) {
                texts.push((index, columns.len(), Texts::default()));
            }
            columns.push(Column::numbers(&header.name));
        }
        if classes.is_some() || !texts.is_empty() {
            let mut rows = self.each_row()?;
            while let Some((row, record)) = rows.next()? {
                if let Some((index, found)) = &mut classes {
                    let cell = record.cell(*index);
                    found.add(cell).map_err(|problem| self.bad(row, *index, cell, problem))?;
                }
                for (index, _, texts) in &mut texts {
                    let cell = record.cell(*index);
                    let text = category(cell);
                    texts.add(text.map_err(|problem| self.bad(row, *index, cell, problem))?);
                }
            }
        }
        let classes = classes.map(|(_, found)| self.in_order(found, &names, targets));
        let classes = classes.transpose()?.unwrap_or_default();
        let limit = most_categories(self.rows);
        for (index, column, texts) in texts {
            let values = texts.len();
            if values > limit {
                let (file, column) = (self.file.clone(), self.headers[index].name.clone());
                return Err(TableError::TooManyCategories { file, column, values, limit }.into());
            }
            columns[column].categories = texts.in_order();
        }
        let outputs = match targets {
            Targets::Numbers => names.len(),
            Targets::TwoClasses => 1,
            Targets::Classes => classes.len(),
        };
        Ok(Learned { schema: Schema { columns, targets: names, classes }, outputs })
    }

    /// Of a table all of whose columns are used, each has a name, and no two have the same.
    fn check_names(&self) -> Result<()> {
        let file = || self.file.clone();
        if let Some((index, _)) = self.columns().find(|(_, header)| header.name.is_empty()) {
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

    /// What stands in the first row.
    fn first_cell(&self, index: usize) -> Result<String> {
        let mut rows = self.each_row()?;
        Ok(rows.next()?.map(|(_, record)| abbreviated(record.cell(index))).unwrap_or_default())
    }

    /// The classes that were found, if they are as many as a classifier needs.
    fn in_order(&self, found: Found, names: &[String], targets: Targets) -> Result<Vec<String>> {
        let mut classes = found.in_order();
        let needs = match targets {
            Targets::TwoClasses if classes.len() != 2 => Some("a binary classifier needs two"),
            Targets::TwoClasses => None,
            _ => check_number(&classes).err(),
        };
        if let Some(needs) = needs {
            return Err(TableError::Classes {
                file: self.file.clone(),
                column: names.join(", "),
                found: how_many(&classes),
                classes: list(classes.iter().map(String::as_str)),
                needs,
            }
            .into());
        }
        if targets == Targets::TwoClasses {
            // Numbers are in the order of their values, which for "10" and "9" is not the alphabet's.
            classes.sort();
        }
        Ok(classes)
    }
}
