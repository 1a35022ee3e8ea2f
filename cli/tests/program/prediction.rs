//! The command `predict`: it predicts the rows of a file with a saved network.

use super::{BINARY, MULTICLASS, REGRESSION, Training, densely, json, refused, root};
use densely::{
    Identity, Mlp, Table, Tanh,
    schema::{Column, Schema},
};
use tempfile::TempDir;

/// A folder with a network and a data file.
struct Case {
    folder: TempDir,
}

impl Case {
    fn trained(training: Training<'_>) -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        json(training, &["--epochs", "10", "--save", &case.path("net")]);
        case
    }

    /// A network from these columns to one number.
    fn of<F: densely::Float>(columns: Vec<Column>) -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        let schema = Schema::new(columns).with_targets(["y"]);
        let builder =
            Mlp::<F>::builder(schema.features()).dense(4, Tanh).dense(1, Identity).without_units();
        let mut net = builder.seed(6).build().unwrap();
        net.set_schema(schema).unwrap();
        net.save(case.path("net")).unwrap();
        case
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn options(&self, csv: &str, more: &[&str]) -> Vec<String> {
        std::fs::write(self.path("new.csv"), csv).unwrap();
        let (net, data) = (self.path("net"), self.path("new.csv"));
        let options = ["predict", &net, &data].into_iter().chain(more.iter().copied());
        options.map(str::to_owned).collect()
    }

    /// Returns the printed predictions as a table.
    fn predictions(&self, csv: &str, more: &[&str]) -> Table {
        let options = self.options(csv, more);
        let output = densely(&options.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        Table::parse_csv(&output.stdout[..], "predictions").unwrap()
    }

    fn failure(&self, csv: &str, more: &[&str]) -> String {
        let options = self.options(csv, more);
        refused(&options.iter().map(String::as_str).collect::<Vec<_>>(), 1)
    }
}

fn names(table: &Table) -> Vec<&str> {
    table.column_names().collect()
}

/// Returns a file's first rows, with the columns in reverse order and two more columns.
fn turned(data: &str, rows: usize) -> String {
    let path = root().join(data);
    let text = std::fs::read_to_string(path).unwrap();
    let turned = text.lines().take(rows + 1).enumerate().map(|(index, line)| {
        let cells: Vec<&str> = line.split(',').rev().collect();
        let cells = cells.join(",");
        if index == 0 { format!("id,{cells},note\n") } else { format!("{index},{cells},\n") }
    });
    turned.collect()
}

#[test]
fn of_numbers_are_those_of_the_library() {
    let case = Case::trained(REGRESSION);
    let csv = turned("data/auto_mpg.csv", 20);
    let predicted = case.predictions(&csv, &["--keep", "id,origin"]);
    assert_eq!(names(&predicted), ["id", "origin", "mpg"]);
    let ids = (1..=20).map(|id: usize| id.to_string());
    assert!(predicted.text("id").unwrap().into_iter().eq(ids));
    let table = Table::parse_csv(csv.as_bytes(), "new").unwrap();
    assert_eq!(predicted.text("origin").unwrap(), table.text("origin").unwrap());

    let net = Mlp::<f32>::load(case.path("net")).unwrap();
    let expected = net.predict(table.inputs_for(&net).unwrap().view()).unwrap();
    let predicted = predicted.text("mpg").unwrap();
    for (predicted, expected) in predicted.iter().zip(&expected) {
        assert_eq!(predicted.parse::<f32>().unwrap(), *expected);
    }
    // The predictions are miles per gallon.
    assert!(expected.iter().all(|mpg| (5.0..50.0).contains(mpg)), "{expected}");
}

#[test]
fn of_two_classes_are_the_likelier_and_both_probabilities() {
    let case = Case::trained(BINARY);
    let csv = turned("data/breast_cancer.csv", 30);
    let predicted = case.predictions(&csv, &[]);
    let net = Mlp::<f32>::load(case.path("net")).unwrap();
    let classes = &net.schema().classes;
    let [first, second] = [0, 1].map(|class| format!("P({})", classes[class]));
    assert_eq!(names(&predicted), ["diagnosis", &first, &second]);
    let table = Table::parse_csv(csv.as_bytes(), "new").unwrap();
    let expected = net.predict(table.inputs_for(&net).unwrap().view()).unwrap();
    let columns = ["diagnosis", &first, &second].map(|name| predicted.text(name).unwrap());
    for (row, expected) in expected.iter().enumerate() {
        assert_eq!(columns[2][row].parse::<f32>().unwrap(), *expected);
        assert_eq!(columns[1][row].parse::<f32>().unwrap(), 1.0 - *expected);
        assert_eq!(columns[0][row], classes[usize::from(*expected >= 0.5)]);
    }
    let right = columns[0].iter().zip(table.text("diagnosis").unwrap());
    assert!(right.filter(|(predicted, actual)| *predicted == actual).count() > 24);
}

#[test]
fn of_many_classes_are_the_likeliest_and_every_probability() {
    let case = Case::trained(MULTICLASS);
    let csv = turned("data/digits.csv", 30);
    let predicted = case.predictions(&csv, &["--keep", "digit"]);
    assert_eq!(names(&predicted)[..3], ["digit", "predicted digit", "P(0)"]);
    let actual = predicted.text("digit").unwrap();
    let right = actual.iter().zip(predicted.text("predicted digit").unwrap());
    assert!(right.filter(|(actual, predicted)| *actual == predicted).count() > 20);
    let probabilities: Vec<String> = (0..10).map(|digit| format!("P({digit})")).collect();
    let columns: Vec<Vec<f32>> = probabilities
        .iter()
        .map(|name| predicted.text(name).unwrap())
        .map(|column| column.iter().map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let table = Table::parse_csv(csv.as_bytes(), "new").unwrap();
    let net = Mlp::<f32>::load(case.path("net")).unwrap();
    let expected = net.predict(table.inputs_for(&net).unwrap().view()).unwrap();
    for ((row, class), expected) in expected.indexed_iter() {
        assert_eq!(columns[class][row], *expected);
    }
}

#[test]
fn of_a_network_in_f64_are_in_f64() {
    let columns = vec![Column::categories("kind", ["a", "é"]), Column::numbers("x, in m")];
    let case = Case::of::<f64>(columns);
    let csv = "unused,\"x, in m\",kind\n,0.1,é\n?,2,a\n";
    let predicted = case.predictions(csv, &["--keep", "\"x, in m\""]);
    let net = Mlp::<f64>::load(case.path("net")).unwrap();
    let inputs = ndarray::array![[0.0, 1.0, 0.1], [1.0, 0.0, 2.0]];
    let expected = net.predict(inputs.view()).unwrap();
    assert_eq!(predicted.text("x, in m").unwrap(), ["0.1", "2"]);
    let predicted = predicted.text("y").unwrap();
    for (predicted, expected) in predicted.iter().zip(&expected) {
        assert_eq!(predicted.parse::<f64>().unwrap().to_bits(), expected.to_bits());
    }
}

#[test]
fn that_cannot_be_are_told_in_one_line() {
    let columns = vec![Column::categories("kind", ["a", "b"]), Column::numbers("x")];
    let case = Case::of::<f32>(columns);
    let good = case.predictions("x,kind,unused\n1,a,\n2,b,\n", &[]);
    assert_eq!((names(&good), good.rows()), (vec!["y"], 2));
    for (csv, expected) in [
        ("x,other\n1,a\n", r#"there is no column "kind"; there are "x", "other""#),
        (
            "x,kind\n1,a\n2,c\n",
            r#"row 2, column "kind": "c" is none of "a", "b"; the program without --unknown refuse takes an unknown category for none of the known ones"#,
        ),
        (
            "x,kind\n1,a\n,b\n",
            r#"row 2, column "x": "" is blank; the program without --missing refuse takes missing values"#,
        ),
        (
            "x,kind\n1,\n",
            r#"row 1, column "kind": "" is blank; the program without --missing refuse takes missing values"#,
        ),
        ("x,kind\n1,a\nfour,b\n", r#"row 2, column "x": "four" is not a number"#),
        ("x,kind\n1\n", "row 1 has 1 cells, the header has 2"),
        ("x,kind\n", "there are no rows below the header"),
        ("", "the file is empty"),
    ] {
        let line = case.failure(csv, &["--missing", "refuse", "--unknown", "refuse"]);
        assert!(line.starts_with("error: ") && line.contains("new.csv: "), "{line}");
        assert!(line.contains(expected), "{line}");
    }
    let line = case.failure("x,kind\n1,a\n", &["--keep", "id"]);
    assert!(line.contains(r#"new.csv: there is no column "id""#), "{line}");

    let net = Mlp::<f32>::builder(2).dense(1, Identity).build().unwrap();
    net.save(case.path("net")).unwrap();
    let line = case.failure("x,kind\n1,a\n", &[]);
    assert!(line.contains("the network does not know the names of its columns"), "{line}");
    std::fs::write(case.path("net"), "no network").unwrap();
    let line = case.failure("x,kind\n1,a\n", &[]);
    assert!(line.contains("net: not a densely model: it is a text file"), "{line}");
    std::fs::remove_file(case.path("net")).unwrap();
    assert!(case.failure("x,kind\n1,a\n", &[]).contains("net: No such file"));
}
