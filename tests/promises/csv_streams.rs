//! The chunks of a table's stream are the same data set as the whole table, with the same errors.

use densely::{Dataset, Error, Float, Result, Table, data::Target, error::TableError};
use ndarray::{Array2, Axis, concatenate};
use ndarray_rand::rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashSet;
use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Copy, Debug)]
enum Task {
    Regression,
    Binary,
    Multiclass,
}

use Task::{Binary, Multiclass, Regression};

impl Task {
    fn target(self, column: &str) -> Target {
        match self {
            Regression => Target::number(column),
            Binary => Target::binary(column),
            Multiclass => Target::classes(column),
        }
    }

    fn whole<F: Float>(self, table: &Table, target: &str) -> Result<Dataset<F>> {
        table.dataset(self.target(target))
    }

    /// Joins the chunks of a stream.
    fn joined<F: Float>(self, table: &Table, target: &str, rows: usize) -> Result<Dataset<F>> {
        let stream = table.stream::<F>(self.target(target))?;
        let chunks: Vec<Dataset<F>> = stream.chunks(rows).collect::<Result<_>>()?;
        let (last, full) = chunks.split_last().unwrap();
        assert!(full.iter().all(|data| data.rows() == rows) && last.rows() <= rows);
        for data in &chunks {
            assert_eq!(data.schema(), stream.schema());
            assert_eq!((data.features(), data.outputs()), (stream.features(), stream.outputs()));
        }
        let inputs: Vec<_> = chunks.iter().map(|data| data.inputs()).collect();
        let targets: Vec<_> = chunks.iter().map(|data| data.targets()).collect();
        let join = |parts: &[_]| -> Array2<F> { concatenate(Axis(0), parts).unwrap() };
        Dataset::new(join(&inputs), join(&targets))?.with_schema(stream.schema().clone())
    }
}

fn check_same<F: Float>(one: &Dataset<F>, other: &Dataset<F>) {
    assert_eq!(one.schema(), other.schema());
    assert_eq!(one.inputs(), other.inputs());
    assert_eq!(one.targets(), other.targets());
}

/// Reads a few bytes at a time, and is interrupted before each.
struct Halting(&'static [u8], bool);

impl Read for Halting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(ErrorKind::Interrupted.into());
        }
        let most = buffer.len().min(3);
        self.0.read(&mut buffer[..most])
    }
}

fn opened(csv: &'static str) -> Result<Table> {
    Table::open_csv_with(move || Ok(Halting(csv.as_bytes(), false)), "data")
}

#[test]
fn chunks_are_the_rows_of_the_whole() {
    for (file, target, task) in [
        ("data/auto_mpg.csv", "mpg", Regression),
        ("data/auto_mpg.csv", "cylinders", Multiclass),
        ("data/breast_cancer.csv", "diagnosis", Binary),
        ("data/breast_cancer.csv", "diagnosis", Multiclass),
        ("data/digits.csv", "digit", Multiclass),
    ] {
        let (read, open) = (Table::read_csv(file).unwrap(), Table::open_csv(file).unwrap());
        assert_eq!(read.rows(), open.rows());
        let whole = task.whole::<f32>(&read, target).unwrap();
        check_same(&whole, &task.whole(&open, target).unwrap());
        for rows in [7, 200, whole.rows() - 1, whole.rows(), usize::MAX] {
            check_same(&whole, &task.joined(&open, target, rows).unwrap());
            check_same(&whole, &task.joined(&read, target, rows).unwrap());
        }
        let whole = task.whole::<f64>(&read, target).unwrap();
        check_same(&whole, &task.joined(&open, target, 100).unwrap());
        assert_eq!(read.text(target).unwrap(), open.text(target).unwrap());
    }
}

#[test]
fn of_files_as_programs_write_them() {
    for (csv, task) in [
        ("x,y\n1,2\n3,4\n", Regression),
        ("x,y\r\n1,2\r\n\r\n3,4", Regression),
        ("\u{feff}y,x\n1,2\n3,4\n", Regression),
        ("\u{feff}\u{feff}y,y\n1,2\n", Regression),
        (" x , y \n 1 ,\" a\"\n 2 ,b\n3,\"b\"", Binary),
        ("kind,y\n\"one, \"\"two\"\"\",10\n\"three\nlines\",9\nü,10\n", Binary),
        ("x,y\n1,10\n2,9\n3,1e1\n4,9.0\n5,-0\n", Multiclass),
        ("x,y\n?,1\n", Regression),
        ("x,y\n1700000010,1\n1700000020,2\n1700000090,3\n", Regression),
    ] {
        let read = Table::parse_csv(csv.as_bytes(), "data").unwrap();
        let open = opened(csv).unwrap();
        assert!(read.column_names().eq(open.column_names()), "{csv:?}");
        for rows in [1, 2, 100] {
            match (task.whole::<f32>(&read, "y"), task.joined::<f32>(&open, "y", rows)) {
                (Ok(whole), Ok(joined)) => check_same(&whole, &joined),
                (whole, joined) => {
                    assert_eq!(whole.unwrap_err().to_string(), joined.unwrap_err().to_string());
                }
            }
        }
    }
}

#[test]
fn faults_are_the_same() {
    for (csv, task, expected) in [
        ("", Regression, "data: the file is empty"),
        ("x,y\n", Regression, "data: there are no rows below the header"),
        ("x,y\n1,2\n3\n", Regression, "data: row 2 has 1 cells, the header has 2"),
        ("x,x,y\n1,2,3\n", Regression, r#"data: column "x" occurs twice in the header"#),
        (
            "x,,y\n1,2,3\n",
            Regression,
            "data: column 2 has no name in the header; is it an index? its name is \"\"; \
             `Table::without` leaves the column out",
        ),
        ("x\n1\n", Regression, r#"data: there is no column "y"; there are "x""#),
        (
            "y\n1\n",
            Regression,
            r#"data: there are no features beside target "y": there is no other column"#,
        ),
        (
            "x,y\n1,2\n2,3\n?,4\n",
            Regression,
            r#"data: row 3, column "x": "?" is a missing value; `Table::with_missing` takes missing values"#,
        ),
        (
            "x,y\n1,2\n2,3\n1,\n",
            Regression,
            r#"data: row 3, column "y": "" is blank; `Table::with_missing` takes missing values"#,
        ),
        (
            "x,y\na,2\nb,3\n,4\n",
            Regression,
            r#"data: row 3, column "x": "" is blank; `Table::with_missing` takes missing values"#,
        ),
        (
            "x,y\n1,2\n1e39,3\n",
            Regression,
            r#"data: row 2, column "x": "1e39" is too large for f32"#,
        ),
        (
            "x,y\n1,2 m\n2,3 l\n",
            Regression,
            r#"data: target "y" is text ("2 m" in row 1), a regression needs numbers; `Target::classes` takes each different value for a class"#,
        ),
        (
            "x,y\n1,a\n2,a\n",
            Binary,
            r#"data: target "y" has only one class ("a"), a binary classifier needs two"#,
        ),
        (
            "x,y\n1,a\n2,b\n3,c\n",
            Binary,
            r#"data: target "y" has 3 classes ("a", "b", "c"), a binary classifier needs two"#,
        ),
        (
            "x,y\n1,1\n2,2\n3,2.5\n",
            Multiclass,
            r#"data: row 3, column "y": "2.5" is not a class: classes are text or whole numbers; `Target::number` predicts the column as numbers"#,
        ),
    ] {
        let read = Table::parse_csv(csv.as_bytes(), "data");
        let whole = read.and_then(|table| task.whole::<f32>(&table, "y")).unwrap_err();
        assert_eq!(whole.to_string(), expected);
        for rows in [1, 2, 100] {
            let joined = opened(csv).and_then(|table| task.joined::<f32>(&table, "y", rows));
            assert_eq!(joined.unwrap_err().to_string(), expected, "{rows} rows");
        }
    }
    let not_utf8 = b"x,y\n1,2\n3,\xff\n";
    let open = Table::open_csv_with(|| Ok(&not_utf8[..]), "data").unwrap_err();
    assert_eq!(
        open.to_string(),
        "data: row 2, column \"y\": \"\u{fffd}\" is not UTF-8; `CsvFormat::encoding` names another encoding, such as latin1"
    );
}

/// Random files mostly have several faults. Both ways report the first.
#[test]
fn of_files_at_random() {
    let cells =
        ["1", "1", "2", "2.0", "-3.5", "a", " a ", "\"a\"", "\"b,\n\"", "?", "", "nan", "1,", "\""];
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut good, mut faults) = (0, HashSet::new());
    for _ in 0..5_000 {
        // Most files have few bad cells.
        let kinds = random.random_range(2..=cells.len());
        let rows = random.random_range(1..8);
        let mut cell = || cells[random.random_range(0..kinds)];
        let mut row = |_| format!("{},{}\n", cell(), cell());
        let csv = format!("x,y\n{}", (0..rows).map(&mut row).collect::<String>());
        let csv: &'static str = csv.leak();
        let (read, open) = (Table::parse_csv(csv.as_bytes(), "data"), opened(csv));
        let (read, open) = match (read, open) {
            (Ok(read), Ok(open)) => (read, open),
            (read, open) => {
                assert_eq!(read.unwrap_err().to_string(), open.unwrap_err().to_string());
                continue;
            }
        };
        for task in [Regression, Binary, Multiclass] {
            match (task.whole::<f32>(&read, "y"), task.joined::<f32>(&open, "y", 2)) {
                (Ok(whole), Ok(joined)) => {
                    check_same(&whole, &joined);
                    good += 1;
                }
                (Err(whole), Err(joined)) => {
                    assert_eq!(whole.to_string(), joined.to_string(), "{csv:?}");
                    let Error::Table(fault) = whole else { panic!("{whole}") };
                    faults.insert(std::mem::discriminant(&fault));
                }
                (whole, joined) => panic!("{csv:?}: {whole:?}, {joined:?}"),
            }
        }
    }
    assert!(good > 1000 && faults.len() >= 3, "{good} good, {} faults", faults.len());
}

/// A column of names or measurements has too many values. They are counted up to a limit.
#[test]
fn of_many_different_values_few_are_kept() {
    let csv = |rows: usize, cell: &dyn Fn(usize) -> String| {
        let rows = (0..rows).map(|row| format!("{row},{}\n", cell(row)));
        format!("x,y\n{}", rows.collect::<String>())
    };
    let multiclass = |csv: &str| {
        let table = Table::parse_csv(csv.as_bytes(), "data").unwrap();
        table.stream::<f32>(Target::classes("y")).err().map(|error| error.to_string())
    };
    // The values descend, so that the first in order come last.
    let first = |text: &dyn Fn(usize) -> String| {
        let names: Vec<String> = (0..10).map(|value| format!("{:?}", text(value))).collect();
        names.join(", ")
    };
    let number = |value: usize| value.to_string();
    let name = |value: usize| format!("n{value:06}");
    for text in [&number as &dyn Fn(usize) -> String, &name] {
        assert_eq!(multiclass(&csv(100_000, &|row| text(row % 10_000))), None);
        for values in [10_001, 90_000] {
            let message = multiclass(&csv(90_000, &|row| text(values - 1 - row % values)));
            let expected = format!(
                "data: target \"y\" has more than 10000 classes ({}, …), a classifier here takes up to 10000",
                first(text)
            );
            assert_eq!(message.unwrap(), expected);
        }
    }
    for (values, found) in [(1_001, "1001"), (10_000, "10000"), (30_000, "more than 10000")] {
        let (first, csv) = (name(0), csv(30_000, &|row| name(row % values)));
        let error = Table::parse_csv(csv.as_bytes(), "data").unwrap().regression::<f32>("x");
        let expected = format!(
            "data: text column \"y\" has {found} different values, such as \"{first}\"; at most 1000 are supported as categories; `Table::without` leaves the column out"
        );
        assert_eq!(error.unwrap_err().to_string(), expected);
    }
}

#[test]
fn nothing_follows_an_error() {
    let table = opened("x,y\n1,1\n2,2\n3,3\n?,4\n5,5\n").unwrap();
    let stream = table.stream::<f64>(Target::number("y")).unwrap();
    let mut chunks = stream.chunks(2);
    assert_eq!(chunks.next().unwrap().unwrap().rows(), 2);
    assert!(matches!(chunks.next(), Some(Err(Error::Table(TableError::Cell { row: 4, .. })))));
    assert!(chunks.next().is_none());
    let mut chunks = stream.chunks(0);
    let error = chunks.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the number of rows in a chunk is 0, it must be at least 1");
    assert!(chunks.next().is_none());
}

#[test]
fn a_file_that_changes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.csv");
    std::fs::write(&path, "x,y\n1,2\n3,4\n").unwrap();
    let table = Table::open_csv(&path).unwrap();
    std::fs::write(&path, "x,y\n1,2\n3,4\n5,6\n").unwrap();
    let changed = |error: Error| {
        assert!(matches!(error, Error::ChangedFile { .. }), "{error}");
        assert!(error.to_string().ends_with(": the file was changed after it was opened"));
    };
    changed(table.regression::<f32>("y").unwrap_err());
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(table.regression::<f32>("y"), Err(Error::Io { .. })));

    // Only the content tells that this one changed.
    for second in ["x,y\n1,2\n", "x,y\n1,2\n3\n"] {
        let again = AtomicBool::new(false);
        let open = move || {
            let csv = if again.swap(true, Ordering::Relaxed) { second } else { "x,y\n1,2\n3,4\n" };
            Ok(csv.as_bytes())
        };
        let table = Table::open_csv_with(open, "cars").unwrap();
        changed(Regression.joined::<f32>(&table, "y", 1).unwrap_err());
    }
}

#[test]
fn what_cannot_be_read_again_is_refused() {
    let message = |path: &str| Table::open_csv(path).unwrap_err().to_string();
    assert_eq!(message("data"), "data: is a directory");
    assert!(message("data/no such file.csv").starts_with("data/no such file.csv: "));
    #[cfg(unix)]
    assert_eq!(message("/dev/null"), "/dev/null: not a regular file: it could be read only once");
}

/// Otherwise the row would grow until memory is full.
#[test]
fn a_quotation_mark_that_is_never_closed_ends() {
    let open = || Ok("x,y\n1,2\n3,\"".as_bytes().chain(std::io::repeat(b'a')));
    let error = Table::open_csv_with(open, "cars").unwrap_err();
    let expected = "cars: row 2 is longer than 64 MB; is a quotation mark in it never closed?";
    assert_eq!(error.to_string(), expected);
}
