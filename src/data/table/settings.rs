//! What a user tells about a table.

use super::{Table, TableColumn, Told, feature::in_order};
use crate::error::{Result, check::ensure};

impl Table {
    /// Takes missing values. A blank number or date is NaN, which the network replaces by the
    /// centre of the training rows; a blank category is 0 in all features of its column. Where
    /// training rows have blanks, one more feature says so: `age is blank`. Rows without a target
    /// are left out of data sets.
    ///
    /// ```
    /// use densely::Table;
    /// use ndarray::array;
    ///
    /// let csv = "age,sex,city,price\n30,m,Oslo,7\n,f,Lima,8\n50,m,?,9\n60,f,Rome,\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "sales")?.with_missing();
    /// let data = table.regression::<f64>("price")?;
    /// let names = data.feature_names();
    /// assert_eq!(names[..3], ["age", "age is blank", "sex=m"]);
    /// assert_eq!(names[3..], ["city=Lima", "city=Oslo", "city=Rome", "city is blank"]);
    /// assert_eq!(data.inputs().row(0), array![30.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    /// assert!(data.inputs()[[1, 0]].is_nan() && data.inputs()[[1, 1]] == 1.0);
    /// assert_eq!(data.targets(), array![[7.0], [8.0], [9.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    #[must_use]
    pub fn with_missing(mut self) -> Self {
        self.settings.missing = true;
        self
    }

    /// Takes categories that a network does not know: they are 0 in all features of their column.
    /// [`inputs_and_report`](Self::inputs_and_report) counts them.
    #[must_use]
    pub fn with_unknown(mut self) -> Self {
        self.settings.unknown = true;
        self
    }

    /// Leaves out columns that would be an error: those with too many different texts, those in
    /// which more than a tenth of the cells is text among numbers, and those without a name.
    /// [`dataset_and_report`](Self::dataset_and_report) names them.
    #[must_use]
    pub fn without_unusable(mut self) -> Self {
        self.settings.unusable = true;
        self
    }

    /// The table without the columns of these names. Leave out identifiers, and values that are
    /// unknown at the time of a prediction. A name applies to all columns that have it.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let csv = "id,weight,mpg\nA7,3504,18\nB2,2372,24\nC9,1835,26\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "cars")?.without(["id"])?;
    /// assert_eq!(table.regression::<f32>("mpg")?.feature_names(), ["weight"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TableError::UnknownColumn`](crate::error::TableError::UnknownColumn).
    pub fn without(self, columns: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        self.tell(columns, &Told::LeftOut)
    }

    /// Takes the values of these columns for categories, numbers too: codes, months, postcodes.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let csv = "month,sales\n1,3\n12,7\n6,5\n1,4\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "sales")?.category(["month"])?;
    /// let data = table.regression::<f32>("sales")?;
    /// assert_eq!(data.feature_names(), ["month=1", "month=6", "month=12"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TableError::UnknownColumn`](crate::error::TableError::UnknownColumn).
    pub fn category(self, columns: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        self.tell(columns, &Told::Category)
    }

    /// Takes these columns for numbers. A cell that is not a number is then an error that names it.
    ///
    /// # Errors
    ///
    /// As [`category`](Self::category).
    pub fn number(self, columns: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        self.tell(columns, &Told::Number)
    }

    /// Takes these columns for dates or times, in the form that reads all their cells.
    ///
    /// # Errors
    ///
    /// As [`category`](Self::category). A column that is no date is an error when it is used.
    pub fn date(self, columns: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        self.tell(columns, &Told::Date(None))
    }

    /// Takes a column for dates or times in this form, as
    /// [strftime](https://docs.rs/chrono/0.4/chrono/format/strftime) has it. The form has a day
    /// (`%d`, `%e`, `%F`), a time (`%H`, `%I`, `%T`, `%R`), or both.
    ///
    /// ```
    /// # #[cfg(feature = "dates")] {
    /// use densely::Table;
    ///
    /// // 3 April or 4 March?
    /// let csv = "day,sales\n03/04/2024,3\n05/04/2024,7\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "sales")?;
    /// assert!(table.regression::<f32>("sales").is_err());
    /// let data = table.date_format("day", "%d/%m/%Y")?.regression::<f64>("sales")?;
    /// assert_eq!(data.inputs().column(1).to_vec(), [0.0, 2.0]); // days since the first
    /// # }
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`category`](Self::category).
    pub fn date_format(self, column: &str, format: &str) -> Result<Self> {
        self.tell([column], &Told::Date(Some(format.to_owned())))
    }

    fn tell(
        mut self,
        names: impl IntoIterator<Item = impl AsRef<str>>,
        told: &Told,
    ) -> Result<Self> {
        for name in names {
            let name = name.as_ref();
            // A column may be left out twice.
            let is_known = |column: &TableColumn| {
                column.name == name
                    && (*told == Told::LeftOut || column.told != Some(Told::LeftOut))
            };
            ensure(self.columns.iter().any(is_known), || self.unknown(name))?;
            let named = self.columns.iter_mut().filter(|column| column.name == name);
            named.for_each(|column| column.told = Some(told.clone()));
        }
        Ok(self)
    }

    /// A number for each row by which the rows stand in the order of a column of numbers or dates;
    /// NaN for a blank cell. Times with an offset are ordered by universal time.
    /// [`Dataset::split_by`](crate::Dataset::split_by) takes them.
    ///
    /// ```
    /// # use densely::Table;
    /// let csv = "price,sales\n\"$ 1,200\",3\n$ 900,7\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "sales")?;
    /// assert_eq!(table.order("price")?, [1200.0, 900.0]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TableError::UnknownColumn`], [`TableError::DuplicateColumn`], [`TableError::Cell`] for
    /// other text.
    ///
    /// [`TableError::UnknownColumn`]: crate::error::TableError::UnknownColumn
    /// [`TableError::DuplicateColumn`]: crate::error::TableError::DuplicateColumn
    /// [`TableError::Cell`]: crate::error::TableError::Cell
    pub fn order(&self, column: &str) -> Result<Vec<f64>> {
        let (index, mut order) = (self.column(column)?, Vec::with_capacity(self.rows));
        let column = &self.columns[index];
        let (form, date) = (self.number_form(column), self.date_format_of(index)?);
        self.each_row(|row, record| {
            let cell = record.cell(index);
            order.push(match self.format.missing.has_in_numbers(cell) {
                true => f64::NAN,
                false => in_order(date.as_deref(), form.as_ref(), cell)
                    .map_err(|problem| self.bad(row, index, cell, problem))?,
            });
            Ok(())
        })?;
        Ok(order)
    }
}
