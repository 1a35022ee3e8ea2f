//! The command `explain`, and intervals around predictions.

use super::{BINARY, OWN, REGRESSION, Training, densely, failure, json, refused, root, run};
use densely::schema::{Column, Schema};
use densely::units::Units;
use densely::{Dense, Identity, Mlp, Sigmoid, Table};
use ndarray::array;
use serde_json::Value;
use tempfile::TempDir;

const ROWS: &str = "origin,weight,y\nUSA,10,23\nJapan,20,42\nUSA,30,63\nJapan,40,82\n";

/// A folder with the network y = 1 [Japan] + 2 [USA] + 2 weight, in `net`, and its rows.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let weights = array![[1.0], [2.0], [2.0]];
    let mut net =
        Mlp::<f64>::from_layers(vec![Dense::new(weights, None, Identity).unwrap()]).unwrap();
    let columns = [Column::categories("origin", ["Japan", "USA"]), Column::numbers("weight")];
    net.set_schema(Schema::new(columns).with_targets(["y"])).unwrap();
    net.save(folder.path().join("net")).unwrap();
    std::fs::write(folder.path().join("rows.csv"), ROWS).unwrap();
    folder
}

fn explain(folder: &TempDir, options: &[&str]) -> String {
    let [net, rows] = ["net", "rows.csv"].map(|name| folder.path().join(name));
    let command = ["explain", net.to_str().unwrap(), rows.to_str().unwrap()];
    let output = densely(&[&command, options].concat());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn importances_stand_with_bars_the_largest_first() {
    let folder = folder();
    let text = explain(&folder, &[]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "RMSE 1.0000 on 4 rows; with a column shuffled it rises by");
    assert!(lines[2].starts_with("weight ") && lines[2].ends_with(&"█".repeat(30)), "{text}");
    assert!(lines[3].starts_with("origin "), "{text}");

    let found: Value = serde_json::from_str(&explain(&folder, &["--json"])).unwrap();
    assert_eq!((&found["rows"], &found["error"]), (&4.into(), &"rmse".into()));
    let weight = &found["columns"][0];
    assert_eq!(weight["changes"].as_array().unwrap().len(), 5);
    assert_eq!(weight["values"], serde_json::json!([10.0, 20.0, 30.0, 40.0]));
    // 2 weight, and the mean of 1 and 2.
    assert_eq!(weight["dependence"]["y"], serde_json::json!([21.5, 41.5, 61.5, 81.5]));
    assert_eq!(found["columns"][1]["values"], serde_json::json!(["Japan", "USA"]));
    assert_eq!(explain(&folder, &[]), text);
    assert_ne!(explain(&folder, &["--seed", "1"]), text);
    let renamed = ROWS.replace(",y\n", ",miles\n");
    std::fs::write(folder.path().join("rows.csv"), renamed).unwrap();
    assert_eq!(explain(&folder, &["--target", "miles"]), text);
}

#[test]
fn pictures_have_a_bar_and_a_chart_for_each_column() {
    let folder = folder();
    let pictures = folder.path().join("pictures");
    let text = explain(&folder, &["--plot", pictures.to_str().unwrap()]);
    assert!(text.ends_with("importances.svg, dependence.svg\n"), "{text}");
    for name in ["importances.svg", "dependence.svg"] {
        let svg = std::fs::read_to_string(pictures.join(name)).unwrap();
        assert!(svg.contains("weight") && svg.contains("origin"), "{name}");
    }
    let svg = std::fs::read_to_string(pictures.join("dependence.svg")).unwrap();
    assert!(svg.contains("Japan") && svg.contains("The mean of 4 rows with each value"));
}

/// Of a linear network, a column moves the output by its weight times its distance from the mean.
#[test]
fn a_row_is_explained_by_what_each_column_moved() {
    let folder = folder();
    let text = explain(&folder, &["--row", "4"]);
    let expected = "row 4: y 81.0000\nThe mean prediction for 4 rows is 51.5000. Moved by\n\n\
                    weight = 40     +30.0000  ██████████████████████████████\n\
                    origin = Japan   -0.5000  ▌\n";
    assert_eq!(text, expected);
    let found: Value = serde_json::from_str(&explain(&folder, &["--row", "1", "--json"])).unwrap();
    let output = &found["outputs"][0];
    assert_eq!((&output["predicted"], &output["mean"]), (&22.0.into(), &51.5.into()));
    assert_eq!(output["columns"][0]["moved_by"], -30.0);
    let refusal = |number: &str| {
        let [net, rows] = ["net", "rows.csv"].map(|name| folder.path().join(name));
        refused(&["explain", net.to_str().unwrap(), rows.to_str().unwrap(), "--row", number], 1)
    };
    assert!(refusal("5").ends_with("there is no row 5: the table has 4 rows"));
    let write = |rows: &str| std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    write("origin,weight,y\nUSA,10,23\n");
    assert!(refusal("1").ends_with("but the table has no others"));
}

/// A network without units has no prediction for a blank number. With them, a blank column is only
/// a column without values to try.
#[test]
fn blank_cells_are_explained_or_named() {
    let folder = folder();
    let write = |rows: &str| std::fs::write(folder.path().join("rows.csv"), rows).unwrap();
    write("origin,weight,y\nUSA,10,23\nJapan,,42\n");
    let [net, rows] = ["net", "rows.csv"].map(|name| folder.path().join(name));
    let output = densely(&["explain", net.to_str().unwrap(), rows.to_str().unwrap(), "--row", "1"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("row 2 has no prediction (NaN): it has a blank cell"), "{stderr}");

    let mut with_units = Mlp::<f64>::load(&net).unwrap();
    let units = Units::standard(vec![0.0; 3], vec![1.0; 3]).unwrap();
    with_units.set_units(units, Units::none()).unwrap();
    with_units.save(&net).unwrap();
    write("origin,weight,y\nUSA,,2\nJapan,,1\n");
    let pictures = folder.path().join("pictures");
    let options = ["--json", "--plot", pictures.to_str().unwrap()];
    let command = ["explain", net.to_str().unwrap(), rows.to_str().unwrap()];
    let output = densely(&[&command[..], &options].concat());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |name: &str| {
        let columns = found["columns"].as_array().unwrap();
        columns.iter().find(|column| column["column"] == name).unwrap().clone()
    };
    assert!(of("weight")["values"].is_null() && of("weight")["importance"] == 0.0);
    assert_eq!(of("origin")["dependence"]["y"], serde_json::json!([1.0, 2.0]));
    let svg = std::fs::read_to_string(pictures.join("dependence.svg")).unwrap();
    assert!(svg.contains("origin") && !svg.contains("weight"));
}

/// Of a classifier, the probability of the second class; and a row needs no target.
#[test]
fn a_classifier_is_explained_by_its_probability() {
    let folder = folder();
    let layer = Dense::new(array![[1.0], [2.0], [0.0]], None, Sigmoid).unwrap();
    let mut net = Mlp::<f32>::from_layers(vec![layer]).unwrap();
    let columns = [Column::categories("origin", ["Japan", "USA"]), Column::numbers("weight")];
    let schema = Schema::new(columns).with_targets(["y"]).with_classes(["no", "yes"]);
    net.set_schema(schema).unwrap();
    net.save(folder.path().join("net")).unwrap();
    std::fs::write(folder.path().join("rows.csv"), "weight,origin\n1,Japan\n2,USA\n").unwrap();
    let text = explain(&folder, &["--row", "2"]);
    // 1 / (1 + e⁻²), and half of its difference to 1 / (1 + e⁻¹).
    assert!(text.starts_with("row 2: P(yes) 0.8808\n"), "{text}");
    assert!(text.contains("origin = USA  +0.0749  █") && text.contains("weight = 2    +0.0000"));
}

#[test]
fn an_interval_goes_from_the_training_to_the_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let net = folder.path().join("net").to_str().unwrap().to_owned();
    let trained = json(REGRESSION, &[&OWN[..], &["--interval", "0.8", "--save", &net]].concat());
    let (level, widths) = (&trained["interval"]["level"], &trained["interval"]["half_widths"]);
    assert_eq!(level, 0.8);
    let width = widths[0].as_f64().unwrap() as f32;
    let output = densely(&["predict", &net, REGRESSION.data]);
    let table = Table::parse_csv(&output.stdout[..], "predictions").unwrap();
    assert_eq!(table.column_names().collect::<Vec<_>>(), ["mpg", "mpg.low", "mpg.high"]);
    let column = |name| {
        let cells = table.text(name).unwrap().into_iter();
        cells.map(|cell| cell.parse::<f32>().unwrap()).collect::<Vec<_>>()
    };
    let [middle, low, high] = ["mpg", "mpg.low", "mpg.high"].map(column);
    for ((middle, low), high) in middle.iter().zip(&low).zip(&high) {
        assert!((middle - width - low).abs() < 1e-5 && (middle + width - high).abs() < 1e-5);
    }
    let shown = String::from_utf8(densely(&["show", &net]).stdout).unwrap();
    assert!(
        shown.contains(
            "holds the number in at least 80 % of new rows like the test rows, on average"
        ),
        "{shown}"
    );

    // One network has no spread; the mean of two that differ in their bias has the same everywhere.
    let message = refused(&["predict", &net, REGRESSION.data, "--spread"], 1);
    assert!(message.contains("the network is not the mean of several"), "{message}");
    let one = Mlp::<f32>::load(&net).unwrap();
    let mut other = one.clone();
    other.layers_mut().last_mut().unwrap().bias_mut().unwrap().mapv_inplace(|bias| bias + 1.0);
    let spread = (one.units_out().spreads().unwrap()[0] / 2_f64.sqrt()) as f32;
    Mlp::mean_of(&[one, other]).unwrap().save(&net).unwrap();
    let output = densely(&["predict", &net, REGRESSION.data, "--spread"]);
    let table = Table::parse_csv(&output.stdout[..], "predictions").unwrap();
    assert_eq!(table.column_names().collect::<Vec<_>>(), ["mpg", "mpg.spread"]);
    let spreads = table.text("mpg.spread").unwrap();
    assert!(spreads.iter().all(|cell| (cell.parse::<f32>().unwrap() - spread).abs() < 1e-4));
    let shown = String::from_utf8(densely(&["show", &net]).stdout).unwrap();
    assert!(shown.contains("mean of     2 networks"), "{shown}");

    // The default training leaves the test rows out of its last training.
    let quick = json(REGRESSION, &["--quick", "--refit", "all", "--interval", "0.8"]);
    let [train, test] = ["train", "test"].map(|rows| quick["rows"][rows].as_u64().unwrap());
    assert!(quick["interval"]["level"] == 0.8 && test == 78 && train < 392 - 78);
    assert_eq!(quick["recipe"]["refit_rows"], 392 - 78);

    // A second network gives each row a width of its own.
    let cars = std::fs::read_to_string(root().join(REGRESSION.data)).unwrap();
    let blank = |(row, line): (usize, &str)| match line.split(',').collect::<Vec<_>>()[..] {
        [mpg, cylinders, displacement, _, ref rest @ ..] if row % 9 == 4 => {
            [&[mpg, cylinders, displacement, ""], rest].concat().join(",")
        }
        _ => line.to_owned(),
    };
    let cars: Vec<_> = cars.lines().enumerate().map(blank).collect();
    let data = folder.path().join("blanks.csv").to_str().unwrap().to_owned();
    std::fs::write(&data, cars.join("\n")).unwrap();
    let options = ["--epochs", "3", "--interval", "0.8", "--scaled", "--save", &net];
    let blanks = Training { data: &data, ..REGRESSION };
    let output = run(blanks, &[&["--json"], &options[..]].concat());
    let trained: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(trained["interval"]["scaled"], true);
    let output = densely(&["predict", &net, &data]);
    let table = Table::parse_csv(&output.stdout[..], "predictions").unwrap();
    let [low, high] = ["mpg.low", "mpg.high"].map(|name| {
        let cells = table.text(name).unwrap().into_iter();
        cells.map(|cell| cell.parse::<f32>().unwrap()).collect::<Vec<_>>()
    });
    let widths: Vec<_> = high.iter().zip(&low).map(|(high, low)| high - low).collect();
    let [least, most] = [f32::min, f32::max].map(|of| widths.iter().copied().reduce(of).unwrap());
    assert!(least > 0.0 && most > 2.0 * least, "{least} to {most}");
}

#[test]
fn an_interval_that_cannot_be_measured_is_refused_before_the_training() {
    let message = failure(BINARY, &["--interval", "0.9"], 1);
    assert!(message.contains("--interval is for numbers"), "{message}");
    let message = failure(REGRESSION, &["--interval", "0.9999"], 1);
    assert!(message.contains("needs 9999 rows or more"), "{message}");
    let message = failure(REGRESSION, &["--interval", "1.5"], 2);
    assert!(message.contains("must be above 0 and below 1"), "{message}");
}
