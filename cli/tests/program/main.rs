//! Runs the program as a user does.

mod checkpoint;
mod commands;
mod conversion;
mod default_training;
mod explanation;
mod figures;
mod killed;
#[cfg(feature = "parquet")]
mod parquet;
mod plots;
mod prediction;
mod svg;
mod tables;
mod training_options;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// A table to train on, and its task.
#[derive(Clone, Copy)]
struct Training<'a> {
    data: &'a str,
    target: &'a str,
    task: &'a str,
}

const REGRESSION: Training<'static> =
    Training { data: "data/auto_mpg.csv", target: "mpg", task: "regression" };
const BINARY: Training<'static> =
    Training { data: "data/breast_cancer.csv", target: "diagnosis", task: "binary" };
const MULTICLASS: Training<'static> =
    Training { data: "data/digits.csv", target: "digit", task: "multiclass" };

impl<'a> Training<'a> {
    /// The same task on another table.
    fn on(self, data: &'a str, target: &'a str) -> Self {
        Self { data, target, ..self }
    }

    /// The command line.
    fn train<'s>(&'s self, options: &[&'s str]) -> Vec<&'s str> {
        let table = ["train", self.data, "--target", self.target, "--task", self.task];
        [&table, options].concat()
    }
}

/// The root of the checkout.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_densely"));
    command.current_dir(root()).args(arguments);
    command
}

fn densely(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Makes a training an own one, in place of the default training: the option has its usual value.
const OWN: [&str; 2] = ["--patience", "30"];

/// Trains. Without `--save` among the options, the network is saved to a folder that is removed.
fn run(training: Training<'_>, options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("net.safetensors");
    let save = ["--save", place.to_str().unwrap()];
    let save = if options.contains(&"--save") { &[][..] } else { &save };
    densely(&training.train(&[options, save].concat()))
}

fn json(training: Training<'_>, options: &[&str]) -> Value {
    let output = run(training, &[&["--json"], options].concat());
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the line on stderr of a run that fails with this exit code.
fn failure(training: Training<'_>, options: &[&str], exit_code: i32) -> String {
    line_of(&run(training, options), exit_code)
}

/// As [`failure`], of a whole command line.
fn refused(arguments: &[&str], exit_code: i32) -> String {
    line_of(&densely(arguments), exit_code)
}

fn line_of(output: &Output, exit_code: i32) -> String {
    assert_eq!(output.status.code(), Some(exit_code), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let stderr = std::str::from_utf8(&output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr.trim_end().to_owned()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// The median of each score over 15 seeds.
fn medians(training: Training<'_>, seeds: u32, scores: &[&str]) -> Vec<f64> {
    let run = |seed: u32| json(training, &[&OWN[..], &["--seed", &seed.to_string()]].concat());
    let runs: Vec<Value> = (0..seeds).map(run).collect();
    let of = |score: &&str| {
        median(runs.iter().map(|run| run["test"][score].as_f64().unwrap()).collect())
    };
    scores.iter().map(of).collect()
}

/// The bounds are the better of scikit-learn's SGD and Adam; for the digits, those of logistic
/// regression.
#[test]
#[ignore = "takes 35 seconds: 105 trainings"]
fn defaults_reach_the_published_quality() {
    // Cars come out between 2.1 and 4.4 miles per gallon: a median of 15 seeds still varies by 0.2.
    let rmse = medians(REGRESSION, 75, &["rmse"]);
    assert!(rmse[0] <= 2.85, "auto_mpg: RMSE {rmse:?}");
    let binary = medians(BINARY, 15, &["accuracy", "roc_auc"]);
    assert!(binary[0] >= 0.965 && binary[1] >= 0.994, "breast_cancer: {binary:?}");
    let accuracy = medians(MULTICLASS, 15, &["accuracy"]);
    assert!(accuracy[0] >= 0.965, "digits: {accuracy:?}");
}

#[test]
fn json_is_one_object_with_all_that_was_promised() {
    let run = json(REGRESSION, &["--epochs", "3", "--hidden", "32,32"]);
    assert_eq!(run["task"], "regression");
    assert_eq!(run["rows"], serde_json::json!({"train": 283, "validation": 31, "test": 78}));
    assert_eq!((&run["features"], &run["parameters"]), (&9.into(), &1409.into()));
    assert_eq!((&run["epochs"], &run["stop_reason"]), (&3.into(), &"all_epochs".into()));
    assert!(run["best_epoch"].as_u64().unwrap() <= 3 && run["seconds"].as_f64().unwrap() > 0.0);
    let scores = |run: &Value| run["test"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(scores(&run), ["mae", "r2", "rmse"]);
    let [low, high] = [0, 1].map(|end| run["test_intervals"]["rmse"][end].as_f64().unwrap());
    let rmse = run["test"]["rmse"].as_f64().unwrap();
    assert!(low < rmse && rmse < high, "{run}");
    let run = json(BINARY, &["--epochs", "3", "--hidden", "none"]);
    assert_eq!(scores(&run), ["accuracy", "f1", "log_loss", "roc_auc"]);
    assert_eq!(run["parameters"], 31);
    let run = json(MULTICLASS, &["--epochs", "3"]);
    assert_eq!(scores(&run), ["accuracy", "log_loss"]);
}

#[test]
fn the_summary_is_readable_and_ends_with_a_confusion_matrix() {
    let output = run(BINARY, &["--epochs", "3"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "rows  ",
        "features  ",
        "parameters  ",
        "epochs  ",
        "stopped  ",
        "time  ",
        "ROC AUC",
        "F1 of \"malignant\" ",
        "actual ↓ predicted →",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_saved_network_takes_raw_features_and_gives_raw_units() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mpg.safetensors");
    let report =
        json(REGRESSION, &["--save", path.to_str().unwrap(), "--seed", "3", "--epochs", "50"]);
    let net = densely::Mlp::<f32>::load(&path).unwrap();
    let data = root().join("data/auto_mpg.csv");
    let data = densely::Table::read_csv(data).unwrap().regression("mpg").unwrap();
    let (_, test) = data.split(0.2, 3).unwrap();
    let predicted = net.predict(test.inputs()).unwrap();
    let rmse = densely::metrics::root_mean_squared_error(predicted.view(), test.targets());
    assert_eq!(rmse.unwrap(), report["test"]["rmse"].as_f64().unwrap());
}

#[test]
fn columns_that_are_left_out_are_no_features() {
    let quick = ["--epochs", "1", "--without", "origin,weight"];
    assert_eq!(json(REGRESSION, &quick)["features"], 5);
}

/// Checks the message for each kind of broken file: it names file, row, column and value if they
/// exist.
#[test]
fn bad_files_get_one_line_and_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("cars.csv");
    let saved = folder.path().join("net.safetensors");
    let good = "4,a,18\n6,b,24\n3,a,26\n5,b,21\n7,a,20\n8,b,19\n";
    let with = |head: &str, rows: &str| [head.as_bytes(), b"\n", rows.as_bytes()].concat();
    let cars = |rows: &str| with("weight,origin,mpg", rows);
    let regression: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "the file is empty"),
        (cars(""), "there are no rows below the header"),
        (cars("4,a,18\n"), "1 rows are too few to set aside a fraction of 0.2"),
        (cars("4,a,18\n6,b\n"), "row 2 has 2 cells, the header has 3"),
        (cars("4,a,18\n6,b,24,9\n"), "row 2 has 4 cells, the header has 3"),
        (
            cars(&good.replace("3,a", "?,a")),
            r#"row 3, column "weight": "?" is a missing value; the program without --missing refuse takes missing values"#,
        ),
        (cars(&good.replace("b,24", "b,x")), r#"row 2, target "mpg": "x" is not a number"#),
        (
            cars(&good.replace("3,a", " ,a")),
            r#"row 3, column "weight": "" is blank; the program without --missing refuse takes missing values"#,
        ),
        (
            cars(&good.replace("5,b", "5,")),
            r#"row 4, column "origin": "" is blank; the program without --missing refuse takes missing values"#,
        ),
        (
            cars("NA,a,18\nNA,b,24\nNA,a,26\n5,b,21\nNA,a,20\n"),
            r#"row 1, column "weight": "NA" is a missing value; the program without --missing refuse takes missing values"#,
        ),
        (
            cars(&good.replace("3,a", "NaN,a")),
            r#"row 3, column "weight": "NaN" is a missing value"#,
        ),
        (
            cars(&good.replace("3,a", "-inf,a")),
            r#"row 3, column "weight": "-inf" is not a finite number"#,
        ),
        (
            cars(&good.replace("5,b", "5,nan")),
            r#"row 4, column "origin": "nan" is a missing value"#,
        ),
        (
            cars(&good.replace("3,a", "1e39,a")),
            r#"row 3, column "weight": "1e39" is too large for f32"#,
        ),
        (
            cars(&good.replace("3,a", "1e999,a")),
            r#"row 3, column "weight": "1e999" is too large for f64"#,
        ),
        (
            [&cars("4,"), &b"\xff\xfe,18\n"[..]].concat(),
            "row 1, column \"origin\": \"\u{fffd}\u{fffd}\" is not UTF-8",
        ),
        (
            [&b"wei\xff,"[..], &with("origin,mpg", good)].concat(),
            "the name of column 1 is not UTF-8",
        ),
        (with("mpg,origin,mpg", good), r#"column "mpg" occurs twice in the header"#),
        (
            with("weight,origin,km", good),
            r#"there is no column "mpg"; there are "weight", "origin", "km""#,
        ),
        (
            with("weight,mpg,km", good),
            r#"target "mpg" is text ("a" in row 1), a regression needs numbers"#,
        ),
        (
            b"mpg\n1\n2\n3\n4\n5\n".to_vec(),
            r#"there are no features beside target "mpg": there is no other column"#,
        ),
    ];
    let binary: Vec<(Vec<u8>, &str)> = vec![
        (
            with("weight,mpg,kind", "1,2,a\n3,4,a\n5,6,a\n"),
            r#"target "kind" has only one class ("a")"#,
        ),
        (
            with("weight,mpg,kind", "1,2,a\n3,4,b\n5,6,c\n"),
            r#"target "kind" has 3 classes ("a", "b", "c")"#,
        ),
        (
            with("weight,mpg,kind", "1,2,1\n3,4,2.5\n5,6,1\n"),
            r#"row 2, column "kind": "2.5" is not a class"#,
        ),
    ];
    let cases = regression.iter().map(|case| (REGRESSION, "mpg", case));
    let cases = cases.chain(binary.iter().map(|case| (BINARY, "kind", case)));
    for (training, target, (bytes, expected)) in cases {
        std::fs::write(&csv, bytes).unwrap();
        let [csv, saved] = [&csv, &saved].map(|path| path.to_str().unwrap());
        let line = failure(training.on(csv, target), &["--save", saved, "--missing", "refuse"], 1);
        assert!(line.contains(expected), "{expected}\n{line}");
        assert!(line.contains("cars.csv: "), "no file named: {line}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let missing = folder.path().join("no.csv");
    let line = failure(REGRESSION.on(missing.to_str().unwrap(), "mpg"), &[], 1);
    assert!(line.contains("no.csv: No such file"), "{line}");
    assert!(failure(REGRESSION.on(path, "mpg"), &[], 1).contains("is a directory"));
    assert!(failure(REGRESSION, &["--save", path], 1).contains("is a directory"));
    let nowhere = folder.path().join("no/net.safetensors");
    // The program checks before training starts. Otherwise it would report the rate that diverges.
    let options = ["--save", nowhere.to_str().unwrap(), "--learning-rate", "1e30"];
    assert!(failure(REGRESSION, &options, 1).contains("net.safetensors: No such file"));
}

#[test]
fn what_is_no_file_or_the_data_itself_is_not_saved_over() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("cars.csv");
    std::fs::copy(root().join("data/auto_mpg.csv"), &csv).unwrap();
    let before = std::fs::read(&csv).unwrap();
    let path = csv.to_str().unwrap();
    let line = failure(REGRESSION.on(path, "mpg"), &["--save", path], 1);
    assert!(line.contains("is the data"), "{line}");
    assert_eq!(std::fs::read(&csv).unwrap(), before);
    if cfg!(unix) {
        assert!(failure(REGRESSION, &["--save", "/dev/null"], 1).contains("not a regular file"));
    }
}

#[test]
fn a_result_that_cannot_be_printed_is_a_failure() {
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let mut command = command(&["completions", "bash"]);
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    }
}

#[test]
fn divergence_names_epoch_and_batch() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("net.safetensors");
    for training in [REGRESSION, BINARY, MULTICLASS] {
        for rate in ["1e10", "1e30"] {
            let options = ["--learning-rate", rate, "--save", saved.to_str().unwrap()];
            let line = failure(training, &options, 1);
            assert!(line.starts_with("error: training diverged in epoch 1, batch "), "{line}");
            assert!(!saved.exists());
        }
    }
}

#[test]
fn wrong_options_exit_with_2() {
    for options in [
        ["--hidden", "0"],
        ["--hidden", "8,0"],
        ["--hidden", "8,,8"],
        ["--hidden", ""],
        ["--activation", "sine"],
        ["--epochs", "0"],
        ["--epochs", "-1"],
        ["--epochs", "99999999999999999999"],
        ["--activation", "ta\nnh"],
        ["--batch-size", "0"],
        ["--patience", "0"],
        ["--learning-rate", "0"],
        ["--learning-rate", "-0.1"],
        ["--learning-rate", "inf"],
        ["--learning-rate", "NaN"],
        ["--momentum", "1"],
        ["--dropout", "1"],
        ["--clip-norm", "0"],
        ["--weight-decay", "-1"],
        ["--class-weight", "1,x"],
        ["--schedule", "none"],
        ["--validation", "1"],
        ["--test", "1.5"],
        ["--test", "-0.1"],
        ["--seed", "x"],
        ["--no-such-option", "1"],
    ] {
        let line = failure(REGRESSION, &options, 2);
        assert!(line.starts_with("error: ") && line.contains(options[0]), "{line}");
    }
}

/// A constant is so large that an `f32` has no digits left for anything added to it. Nothing trains
/// its weight, which must not keep its initial value.
#[test]
fn a_constant_column_is_fine() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("constant.csv");
    for constant in ["0.1", "1700000000", "-1e30"] {
        let rows = (0..60).map(|row| format!("{row},{constant},only,{}\n", 3 * row + 1));
        std::fs::write(&csv, "x,constant,text,y\n".to_owned() + &rows.collect::<String>()).unwrap();
        let data = REGRESSION.on(csv.to_str().unwrap(), "y");
        let run = json(data, &["--hidden", "none"]);
        assert!(run["test"]["rmse"].as_f64().unwrap() < 1.0, "{constant}: {run}");
    }
}

#[test]
fn help_tells_the_defaults() {
    let output = densely(&["train", "--help"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["Examples:", "[default: 80,40]", "[default: tanh]", "[default: 0.01;"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
