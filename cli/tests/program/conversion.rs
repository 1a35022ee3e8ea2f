//! The command `convert`: it writes the same data as a table in memory holds, or writes nothing and
//! reports the table's error.

use super::{densely, refused, root};
use densely::{Dataset, Table};
use std::fs;
use std::path::Path;

const TUMOURS: [&str; 3] = ["data/breast_cancer.csv", "--target", "diagnosis"];

/// Returns the line on stderr of a run that fails.
fn failure(options: &[&str]) -> String {
    refused(&[&["convert"], options].concat(), 1)
}

/// Converts a table to shards of this many rows, and compares.
fn check(options: &[&str], whole: &Dataset<f32>, rows_per_shard: usize) -> String {
    let place = tempfile::tempdir().unwrap();
    // The program also makes the parent folders.
    let folder = place.path().join("new/shards");
    let rows = rows_per_shard.to_string();
    let output = ["--output", folder.to_str().unwrap(), "--rows-per-shard", &rows];
    let output = densely(&[&["convert"], options, &output].concat());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");

    let shards = Dataset::<f32, _>::open_shards(&folder).unwrap();
    assert_eq!(shards.schema(), whole.schema());
    let read = shards.read(0..shards.rows()).unwrap();
    assert_eq!(read.inputs(), whole.inputs());
    assert_eq!(read.targets(), whole.targets());
    let files = whole.rows().div_ceil(rows_per_shard);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2 * files + 1);
    assert!(folder.join(format!("inputs-{:05}.npy", files - 1)).exists());
    assert_eq!(fs::read_dir(place.path().join("new")).unwrap().count(), 1, "nothing beside it");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn shards_are_the_rows_of_the_table() {
    let table = |name: &str| Table::read_csv(root().join(format!("data/{name}.csv"))).unwrap();
    let tumours = table("breast_cancer");
    let summary = check(&TUMOURS, &tumours.binary("diagnosis").unwrap(), 100);
    let begin = "data/breast_cancer.csv: diagnosis (benign or malignant)\n\nrows        569\nfeatures    30\noutputs     1\nshards      6, of up to 100 rows\n";
    assert!(summary.starts_with(begin), "{summary}");
    let options = [&TUMOURS[..], &["--task", "multiclass"]].concat();
    check(&options, &tumours.multiclass("diagnosis").unwrap(), 569);

    let cars = ["data/auto_mpg.csv", "--target"];
    let without = [&cars[..], &["mpg", "--without", "origin,weight"]].concat();
    check(&[&cars[..], &["mpg"]].concat(), &table("auto_mpg").regression("mpg").unwrap(), 7);
    let fewer = table("auto_mpg").without(["origin", "weight"]).unwrap();
    check(&without, &fewer.regression("mpg").unwrap(), 1000);
    // A column of three different texts.
    check(
        &[&cars[..], &["origin"]].concat(),
        &table("auto_mpg").multiclass("origin").unwrap(),
        200,
    );

    let digits = table("digits").multiclass("digit").unwrap();
    check(&["data/digits.csv", "--target", "digit"], &digits, 500);
    check(&["data/digits.csv", "--target", "digit", "--task", "multiclass"], &digits, 500);
}

#[test]
fn codes_are_classes_as_in_a_training() {
    let place = tempfile::tempdir().unwrap();
    let csv = place.path().join("calls.csv");
    let rows: String = (0..60).map(|row| format!("{},{:03}\n", row % 7, row % 12 * 5)).collect();
    fs::write(&csv, format!("x,code\n{rows}")).unwrap();
    let folder = place.path().join("shards");
    let files = [csv.to_str().unwrap(), "--output", folder.to_str().unwrap()];
    let output = densely(&[&["convert", "--target", "code"], &files[..]].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("code (12 classes)"), "{said}");
}

#[test]
fn what_was_done_with_the_table_is_said() {
    let place = tempfile::tempdir().unwrap();
    let csv = place.path().join("sales.csv");
    fs::write(&csv, "size,price\n1,$ 700\n2,\"$ 1,900\"\n4,$ 20\n").unwrap();
    let folder = place.path().join("shards");
    let files = [csv.to_str().unwrap(), "--output", folder.to_str().unwrap()];
    let output = densely(&[&["convert", "--target", "size"], &files[..]].concat());
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.ends_with(": price\n") && said.starts_with("read as numbers with a "), "{said}");
    assert_eq!(said.lines().count(), 1);
}

#[test]
fn what_is_wrong_with_a_table_is_said_and_nothing_is_left() {
    let place = tempfile::tempdir().unwrap();
    let (csv, folder) = (place.path().join("cars.csv"), place.path().join("shards"));
    let (data, output) = (csv.to_str().unwrap(), folder.to_str().unwrap());
    let options = [data, "--target", "y", "--rows-per-shard", "2", "--output", output];
    for text in [
        "",
        "x,y\n",
        "x,z\n1,2\n",
        "x,y\n1,2\n3,4\n5,6\n7\n",
        "x,y\n1,2\n3,4\n5,6\n?,8\n",
        "x,y\na,2\na,4\nb,6\n,8\n",
        "x,y\n1,2\n3,4\n5,6\n7,1e40\n",
    ] {
        fs::write(&csv, text).unwrap();
        let table = Table::read_csv(&csv).and_then(|table| table.regression::<f32>("y"));
        let error = table.unwrap_err().to_string();
        let remedy = "a conversion takes no missing values: --without leaves the column out";
        let error = error.replace("`Table::with_missing` takes missing values", remedy);
        assert_eq!(failure(&options), format!("error: {error}"));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
    let missing = place.path().join("no such file.csv");
    let error = Table::read_csv(&missing).unwrap_err();
    let options = [missing.to_str().unwrap(), "--target", "y", "--output", output];
    assert_eq!(failure(&options), format!("error: {error}"));
    assert!(!folder.exists());
}

#[test]
fn nothing_is_written_over() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let to = |path: &Path| failure(&[&TUMOURS[..], &["--output", path.to_str().unwrap()]].concat());
    fs::create_dir(at("used")).unwrap();
    fs::write(at("used").join("notes"), "mine").unwrap();
    let error = to(&at("used"));
    assert!(error.ends_with("used: the folder is not empty, and is not overwritten"), "{error}");
    assert_eq!(fs::read_dir(at("used")).unwrap().count(), 1);

    fs::write(at("file"), "mine").unwrap();
    assert!(to(&at("file")).starts_with("error: "));
    assert_eq!(fs::read(at("file")).unwrap(), b"mine");

    // A killed program may have left this folder.
    fs::create_dir(at("other.unfinished")).unwrap();
    assert!(to(&at("other")).contains("other.unfinished: is being written by another program"));
    assert!(at("other.unfinished").exists() && !at("other").exists());

    fs::create_dir(at("empty")).unwrap();
    let empty = at("empty");
    let output = ["--output", empty.to_str().unwrap()];
    let output = densely(&[&["convert"], &TUMOURS[..], &output].concat());
    assert!(output.status.success(), "{output:?}");
    assert!(at("empty").join("schema.json").exists());
}
