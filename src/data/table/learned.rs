//! From a table to the schema of what is to be learned from it.

use super::Table;
use super::cell::{category, list};
use crate::data::classes::{Found, check_number, how_many};
use crate::{Column, Error, Result, Schema};
use std::collections::BTreeSet;

/// The most different values that a text column's categories have: text that differs from row to row is names or notes.
fn most_categories(rows: usize) -> usize {
    (rows / 2).clamp(20, 1_000)
}

impl Table {
    /// The schema with these targets: every other column is a feature.
    pub(super) fn schema(&self, targets: Vec<String>, classes: Vec<String>) -> Result<Schema> {
        if self.columns().count() <= targets.len() {
            let file = self.file.clone();
            return Err(Error::TargetAlone { file, column: targets.join(", ") });
        }
        self.check_names()?;
        let features = self.columns().filter(|(_, header)| !targets.contains(&header.name));
        let mut text = Vec::new();
        let mut columns = Vec::with_capacity(self.headers.len());
        for (index, header) in features {
            if !header.kinds.is_numeric(self.rows) {
                text.push((index, columns.len(), BTreeSet::<String>::new()));
            }
            columns.push(Column::numbers(&header.name));
        }
        let limit = most_categories(self.rows);
        if !text.is_empty() {
            self.each_row(|row, record| {
                for (index, _, categories) in &mut text {
                    let cell = record.cell(*index);
                    let name =
                        category(cell).map_err(|problem| self.bad(row, *index, cell, problem))?;
                    if !categories.contains(name) {
                        categories.insert(name.to_owned());
                    }
                }
                Ok(())
            })?;
        }
        for (index, column, categories) in text {
            let values = categories.len();
            if values > limit {
                let (file, column) = (self.file.clone(), self.headers[index].name.clone());
                return Err(Error::TooManyCategories { file, column, values, limit });
            }
            columns[column].categories = categories.into_iter().collect();
        }
        Ok(Schema { columns, targets, classes })
    }

    /// Of a table all of whose columns are used, each has a name, and no two have the same.
    fn check_names(&self) -> Result<()> {
        let file = || self.file.clone();
        if let Some((index, _)) = self.columns().find(|(_, header)| header.name.is_empty()) {
            return Err(Error::UnnamedColumn { file: file(), number: index + 1 });
        }
        let mut sorted: Vec<&str> = self.column_names().collect();
        sorted.sort_unstable();
        match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::DuplicateColumn { file: file(), column: pair[0].to_owned() }),
            None => Ok(()),
        }
    }

    /// The different values of a column in order: text by the alphabet, numbers by value.
    pub(super) fn classes(&self, target: &str) -> Result<Vec<String>> {
        let index = self.column(target)?;
        let mut found = Found::new(self.headers[index].kinds.is_numeric_throughout(self.rows));
        self.each_row(|row, record| {
            let cell = record.cell(index);
            found.add(cell).map_err(|problem| self.bad(row, index, cell, problem))
        })?;
        Ok(found.in_order())
    }

    /// The classes of a target that has from two to so many as one can learn.
    pub(super) fn several_classes(&self, target: &str) -> Result<Vec<String>> {
        let classes = self.classes(target)?;
        match check_number(&classes) {
            Ok(()) => Ok(classes),
            Err(needs) => Err(self.wrong_classes(target, &classes, needs)),
        }
    }

    pub(super) fn wrong_classes(
        &self,
        target: &str,
        classes: &[String],
        needs: &'static str,
    ) -> Error {
        Error::Classes {
            file: self.file.clone(),
            column: target.to_owned(),
            found: how_many(classes),
            classes: list(classes.iter().map(String::as_str)),
            needs,
        }
    }
}
