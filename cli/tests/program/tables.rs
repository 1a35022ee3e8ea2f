//! Tables as people have them: the files of `reports/` show a fault or a wish each. What is right
//! was computed from the formulas by which the files were made.

use super::{command, densely, refused};
use densely::{Identity, Mlp, Table, schema::Column, schema::Schema};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

fn report(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/reports");
    folder.join(format!("{name}.csv")).to_str().unwrap().to_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A network trained on a report, in a folder that is removed.
struct Trained {
    folder: TempDir,
    stderr: String,
}

impl Trained {
    fn on(data: &str, target: &str, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let net = folder.path().join("net");
        let table = ["train", data, "--target", target, "--save", net.to_str().unwrap()];
        let output = densely(&[&table, options].concat());
        assert!(output.status.success(), "{output:?}");
        Self { folder, stderr: text(&output.stderr) }
    }

    fn net(&self) -> String {
        self.folder.path().join("net").to_str().unwrap().to_owned()
    }

    fn features(&self) -> Vec<String> {
        Mlp::<f32>::load(self.net()).unwrap().schema().feature_names()
    }

    fn predict(&self, data: &str, options: &[&str]) -> Output {
        densely(&[&["predict", &self.net(), data], options].concat())
    }

    /// The predicted numbers, and what the program says.
    fn predictions(&self, data: &str, target: &str) -> (Vec<f64>, String) {
        let output = self.predict(data, &[]);
        assert!(output.status.success(), "{output:?}");
        let table = Table::parse_csv(&output.stdout[..], "predictions").unwrap();
        let numbers = table.text(target).unwrap();
        (numbers.iter().map(|cell| cell.parse().unwrap()).collect(), text(&output.stderr))
    }
}

/// The object of `--json`. Nothing is said on stderr: the object has it.
fn json(data: &str, target: &str, options: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let net = folder.path().join("net");
    let table = ["train", data, "--target", target, "--json", "--save", net.to_str().unwrap()];
    let output = densely(&[&table, options].concat());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn r_squared(run: &Value) -> f64 {
    run["test"]["r2"].as_f64().unwrap()
}

fn look(data: &str, options: &[&str]) -> Value {
    let output = densely(&[&["look", data, "--json"], options].concat());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The kinds of the columns.
fn kinds(profile: &Value) -> Vec<&str> {
    profile["columns"].as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap()).collect()
}

/// A table of 60 rows in a folder: `x` and `y` = 2 `x`, and the cells of the other columns.
fn written(folder: &TempDir, name: &str, others: &str, cells: impl Fn(usize) -> String) -> String {
    let rows: String = (0..60).map(|row| format!("{row},{},{}\n", 2 * row, cells(row))).collect();
    let path = folder.path().join(name);
    fs::write(&path, format!("x,y,{others}\n{rows}")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn codes_among_numbers_are_categories() {
    let data = report("as-categories");
    let told = json(&data, "sales", &["--quick", "--category", "holiday,month"]);
    assert!(r_squared(&told) > 0.95, "{told}");
    assert_eq!(told["features"], 4 + 12);
    let profile = look(&data, &["--target", "sales"]);
    assert_eq!(kinds(&profile), ["category", "number", "number"]);
    assert_eq!(profile["columns"][0]["values"].as_str().unwrap().split(' ').next(), Some("0"));
    let profile = look(&data, &["--category", "month"]);
    assert_eq!(
        (&profile["columns"][1]["kind"], &profile["columns"][1]["told"]),
        (&"category".into(), &true.into())
    );
    let line = refused(&["look", &data, "--category", "town"], 1);
    assert!(
        line.contains(r#"there is no column "town"; there are "holiday", "month", "sales""#),
        "{line}"
    );
}

#[test]
fn unknown_categories_are_told_and_hurt_no_other_row() {
    let trained = Trained::on(&report("unknown-category"), "price", &["--epochs", "60"]);
    let new = report("unknown-category-new");
    let (all, said) = trained.predictions(&new, "price");
    assert_eq!(
        said,
        "unknown categories count as none of the known ones: city (\"Accra\" in row 3, 1 cell)\n"
    );
    let csv = fs::read_to_string(&new).unwrap();
    let known = trained.folder.path().join("known.csv");
    fs::write(&known, csv.replace("Accra,50\n", "")).unwrap();
    let (known, said) = trained.predictions(known.to_str().unwrap(), "price");
    assert_eq!([&all[..2], &all[3..]].concat(), known);
    assert!(all[2].is_finite() && said.is_empty(), "{said}");
    let output = trained.predict(&new, &["--unknown", "refuse"]);
    let line = text(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(line.contains(r#"row 3, column "city": "Accra" is none of"#), "{line}");
    assert!(line.contains("the program without --unknown refuse takes an unknown"), "{line}");
}

#[test]
fn later_dates_are_predicted() {
    let trained = Trained::on(&report("date-categories"), "rentals", &["--quick"]);
    assert_eq!(trained.features()[1], "date: days since the first");
    let new = report("date-categories-new");
    let (predicted, said) = trained.predictions(&new, "rentals");
    let actual = Table::read_csv(&new).unwrap().text("rentals").unwrap();
    let squares =
        predicted.iter().zip(&actual).map(|(p, a)| (p - a.parse::<f64>().unwrap()).powi(2));
    let rmse = (squares.sum::<f64>() / 20.0).sqrt();
    assert_eq!((predicted.len(), &said[..]), (20, ""));
    assert!(rmse < 8.0, "{rmse}");
    assert_eq!(kinds(&look(&report("date-categories"), &[]))[0], "date");
}

#[test]
fn ambiguous_dates_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(&folder, "days.csv", "day", |row| {
        format!("0{}/0{}/2024", row % 9 + 1, row % 7 + 1)
    });
    let net = folder.path().join("net");
    let train = ["train", &data, "--target", "y", "--epochs", "2", "--save", net.to_str().unwrap()];
    let line = refused(&train, 1);
    let remedy = "tell it with --date 'day=%d/%m/%Y' or --date 'day=%m/%d/%Y'";
    assert!(line.contains("row 1, column \"day\"") && line.ends_with(remedy), "{line}");
    let output = densely(&[&train[..], &["--date", "day=%m/%d/%Y"]].concat());
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn percentages_and_thousands_are_numbers() {
    let data = report("percent-text");
    assert_eq!(kinds(&look(&data, &[])), ["number"; 3]);
    assert!(r_squared(&json(&data, "y", &["--quick"])) > 0.99);
    let trained = Trained::on(&data, "y", &["--quick"]);
    let new = report("percent-text-new");
    let (predicted, _) = trained.predictions(&new, "y");
    let table = Table::read_csv(&new).unwrap();
    let of = |column: &str, sign: &str| -> Vec<f64> {
        table
            .text(column)
            .unwrap()
            .iter()
            .map(|cell| cell.replace(sign, "").parse().unwrap())
            .collect()
    };
    let formula = of("rate", "%")
        .into_iter()
        .zip(of("price", ","))
        .map(|(rate, price)| 20.0 * rate + price / 100.0);
    assert_eq!(predicted.len(), 20);
    for (predicted, formula) in predicted.iter().zip(formula) {
        assert!((predicted - formula).abs() < 10.0, "{predicted}, not {formula}");
    }
}

#[test]
#[ignore = "takes 25 seconds: six trainings on 3,000 rows"]
fn a_rare_category_does_no_harm() {
    for options in [&["--hidden", "none"][..], &["--activation", "relu"], &["--quick"]] {
        for seed in ["0", "1"] {
            let run = json(&report("rare-category"), "y", &[options, &["--seed", seed]].concat());
            assert!((0.76..0.83).contains(&r_squared(&run)), "{options:?}, seed {seed}: {run}");
        }
    }
}

#[test]
fn tables_of_spreadsheets_are_recognised() {
    let data = report("excel-europe");
    let profile = look(&data, &["--missing-values", "-200"]);
    assert_eq!(profile["separator"], ";");
    assert_eq!(kinds(&profile)[..5], ["constant", "date", "number", "number", "number"]);
    let output = densely(&["look", &data, "--target", "T", "--missing-values", "-200"]);
    assert!(
        output.status.success() && text(&output.stdout).contains("decimal comma"),
        "{output:?}"
    );
    let trained = Trained::on(&data, "T", &["--missing-values", "-200", "--epochs", "5"]);
    assert!(
        trained.stderr.contains("read as numbers with a decimal comma: CO(GT)"),
        "{}",
        trained.stderr
    );
    // What is told agrees with what is found out.
    let told = ["--separator", ";", "--decimal-comma", "--missing-values", "-200", "--epochs", "5"];
    assert_eq!(Trained::on(&data, "T", &told).features(), trained.features());
    let folder = tempfile::tempdir().unwrap();
    let data = written(&folder, "gas.csv", "gas", |row| match row % 6 {
        0 => "-200".to_owned(),
        rest => rest.to_string(),
    });
    let trained = Trained::on(&data, "y", &["--missing-values", "-200", "--epochs", "5"]);
    assert_eq!(trained.features(), ["x", "gas", "gas is blank"]);
    assert!(
        trained.stderr.contains("blank cells count as the centre of the training rows: gas (10)\n"),
        "{}",
        trained.stderr
    );
    let line = refused(&["look", &data, "--separator", "two"], 2);
    assert!(line.contains("must be one character"), "{line}");
}

#[test]
fn a_header_that_is_missing_is_told() {
    let data = report("no-header");
    let folder = tempfile::tempdir().unwrap();
    let net = folder.path().join("net");
    let train = ["train", &data, "--target", "4", "--epochs", "5", "--save", net.to_str().unwrap()];
    let line = refused(&train, 1);
    assert!(line.contains("the first line looks like a row"), "{line}");
    assert!(line.contains("--no-header takes it for a row, --header for names"), "{line}");
    let output = densely(&[&train[..], &["--no-header"]].concat());
    assert!(output.status.success(), "{output:?}");
    let net = Mlp::<f32>::load(&net).unwrap();
    assert_eq!(net.schema().feature_names(), ["1", "2", "3"]);
    assert_eq!(net.schema().classes, ["large", "small"]);
    let output = densely(&["predict", train[7], &data, "--no-header"]);
    assert_eq!(text(&output.stdout).lines().next(), Some("4,P(large),P(small)"));
}

#[test]
fn blanks_before_quotation_marks_change_nothing() {
    let cells = |name: &str| {
        let table = Table::read_csv(report(name)).unwrap();
        ["name", "origin", "weight", "mpg"].map(|column| table.text(column).unwrap())
    };
    let clean = cells("space-quote-clean");
    assert_eq!(clean[0][0], "Ford, Torino");
    for name in ["space-quote", "space-quote-comma"] {
        assert_eq!(cells(name), clean, "{name}");
        let trained = Trained::on(&report(name), "mpg", &["--epochs", "3"]);
        assert!(trained.features().contains(&"weight".to_owned()));
    }
}

#[test]
fn missing_values_are_told_and_may_be_refused() {
    for name in ["missing-in-numbers", "missing-in-text"] {
        let data = report(name);
        let trained = Trained::on(&data, "rich", &["--epochs", "3"]);
        let (blank, column) = match name {
            "missing-in-numbers" => ("age", "age is blank"),
            _ => ("workclass", "workclass is blank"),
        };
        let told = trained.stderr.lines().any(|line| {
            line.starts_with("blank cells count as ") && line.contains(&format!("{blank} ("))
        });
        assert!(told, "{}", trained.stderr);
        assert!(trained.features().contains(&column.to_owned()), "{:?}", trained.features());
        let run = json(&data, "rich", &["--epochs", "3"]);
        let columns = run["table"]["columns"].as_array().unwrap();
        assert!(
            columns.iter().any(|of| of["name"] == blank && of["blanks"].as_u64() > Some(0)),
            "{run}"
        );

        let net = trained.net();
        let refuse = ["train", &data, "--target", "rich", "--missing", "refuse", "--save", &net];
        let line = refused(&refuse, 1);
        assert!(line.contains(": row ") && line.contains(", column "), "{line}");
        assert!(
            line.ends_with("the program without --missing refuse takes missing values"),
            "{line}"
        );
        // A prediction takes them too, and says so.
        let output = trained.predict(&data, &[]);
        assert!(
            output.status.success() && text(&output.stderr).contains("blank cell"),
            "{output:?}"
        );
        let output = trained.predict(&data, &["--missing", "refuse"]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    }
}

#[test]
fn rows_without_a_target_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    let rows: String = (0..40)
        .map(|row| match row {
            6 | 20 => format!("{row},\n"),
            _ => format!("{row},{}\n", 3 * row),
        })
        .collect();
    fs::write(&path, format!("x,y\n{rows}")).unwrap();
    let data = path.to_str().unwrap();
    let trained = Trained::on(data, "y", &["--epochs", "3"]);
    assert_eq!(trained.stderr, "2 rows without a target are left out: row 7, …\n");
    let run = json(data, "y", &["--epochs", "3"]);
    assert_eq!(run["table"]["rows_without_target"], serde_json::json!([7, 21]));
    let rows = ["train", "validation", "test"].map(|part| run["rows"][part].as_u64().unwrap());
    assert_eq!(rows.iter().sum::<u64>(), 38);
}

#[test]
fn latin1_is_read_when_it_is_told() {
    let data = report("latin1-header");
    let line = refused(&["look", &data], 1);
    assert!(line.ends_with("--encoding names another encoding, such as latin1"), "{line}");
    let options = ["--encoding", "latin1", "--epochs", "3"];
    let trained = Trained::on(&data, "Rented Bike Count", &options);
    let names = trained.features();
    assert!(names.contains(&"Temperature(°C)".to_owned()), "{names:?}");
    assert!(
        names.contains(&"Season=Été".to_owned()) || names.contains(&"Season=été".to_owned()),
        "{names:?}"
    );
    let output = trained.predict(&data, &["--encoding", "latin1"]);
    assert!(output.status.success(), "{output:?}");
    assert!(refused(&["look", &data, "--encoding", "klingon"], 1).contains("klingon"));
}

#[test]
fn identifiers_and_commas_at_the_end_of_lines_are_no_features() {
    let trained = Trained::on(&report("trailing-comma"), "diagnosis", &["--epochs", "3"]);
    assert_eq!(trained.features(), ["id", "radius", "texture"]);
    let folder = tempfile::tempdir().unwrap();
    let data = written(&folder, "names.csv", "name", |row| format!("person {}", row * row));
    let trained = Trained::on(&data, "y", &["--epochs", "3"]);
    assert_eq!(trained.features(), ["x"]);
    assert!(trained.stderr.contains("left out: name ("), "{}", trained.stderr);
    let counts = "they only count the rows (--without leaves the column out): x\n";
    assert!(trained.stderr.contains(counts), "{}", trained.stderr);
    assert_eq!(kinds(&look(&data, &[])), ["number", "number", "identifier"]);
}

#[test]
fn classes_keep_their_text() {
    let trained = Trained::on(&report("leading-zeros"), "code", &["--quick"]);
    let output = trained.predict(&report("leading-zeros"), &["--keep", "code"]);
    let table = Table::parse_csv(&output.stdout[..], "predictions").unwrap();
    let predicted = table.text("predicted code").unwrap();
    assert!(predicted.iter().all(|code| ["01", "02", "03"].contains(&&code[..])), "{predicted:?}");
    let right = predicted.iter().zip(table.text("code").unwrap()).filter(|(a, b)| **a == *b);
    assert!(2 * right.count() > predicted.len(), "{predicted:?}");
}

#[test]
fn test_rows_are_the_last_or_whole_groups_or_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(&folder, "sales.csv", "day,customer", |row| {
        format!("2024-0{}-{:02},{}", 3 - row / 20, row % 20 + 1, ["Ann", "Bob", "Eve"][row % 3])
    });
    let quick = |options: &[&str]| {
        json(&data, "y", &[&["--epochs", "3", "--validation", "0"], options].concat())
    };
    let parts = |run: &Value| {
        (run["rows"]["train"].as_u64().unwrap(), run["rows"]["test"].as_u64().unwrap())
    };
    // The last 20 days are those of March, the first 20 rows: y is at most 38.
    let last = quick(&["--split-by", "day", "--test", "0.34"]);
    assert_eq!(parts(&last), (40, 20));
    let groups = quick(&["--group", "customer", "--test", "0.3"]);
    assert_eq!(parts(&groups), (40, 20));
    let kept = quick(&["--split-by", "day"])["features"].as_u64().unwrap();
    assert_eq!(groups["features"].as_u64().unwrap(), kept - 3, "the group is no feature");

    let test = written(&folder, "test.csv", "day,customer", |row| {
        format!("2024-04-{:02},Zoe", row % 30 + 1)
    });
    let run = quick(&["--test-data", &test]);
    assert_eq!(parts(&run), (60, 60));
    assert_eq!(run["test_table"]["columns"][0]["unknown"][0]["category"], "Zoe");
    let trained = Trained::on(&data, "y", &["--epochs", "3", "--test-data", &test]);
    assert!(trained.stderr.contains("customer (\"Zoe\" in row 1, 60 cells)"), "{}", trained.stderr);
    let train = ["train", &data, "--target", "y"];
    let both = [&train[..], &["--test-data", &test, "--test", "0.1"]].concat();
    assert!(refused(&both, 2).contains("cannot be used with"));
    let both = [&train[..], &["--group", "customer", "--split-by", "day"]].concat();
    assert!(refused(&both, 2).contains("cannot be used with"));
    // The last day alone has this class.
    let classes = written(&folder, "classes.csv", "day,kind", |row| {
        format!("2024-01-{:02},{}", row % 30 + 1, ["a", "b", "late"][2.min(row % 30 / 14)])
    });
    let last = ["train", &classes, "--target", "kind", "--split-by", "day", "--quick"];
    let stderr = text(&densely(&last).stderr);
    assert!(stderr.contains("test rows have a class that no training row has: \"late\""));
    let over = [&train[..], &["--test-data", &test, "--save", &test]].concat();
    assert!(refused(&over, 1).ends_with("has the test rows, it is not saved over"));
}

/// Early stopping must not look at the customers or days that the network is trained on.
#[test]
fn validation_rows_are_set_aside_as_test_rows_are() {
    let folder = tempfile::tempdir().unwrap();
    let of = |row: usize| {
        (format!("2024-0{}-{:02}", 1 + row / 20, row % 20 + 1), ["Ann", "Bob", "Eve"][row % 3])
    };
    let data = written(&folder, "sales.csv", "day,customer", |row| {
        let (day, customer) = of(row);
        format!("{day},{customer}")
    });
    let groups = json(&data, "y", &["--epochs", "3", "--group", "customer", "--test", "0.3"]);
    let rows = |part: &str| groups["rows"][part].as_u64().unwrap();
    assert_eq!([rows("train"), rows("validation"), rows("test")], [20, 20, 20]);
    // Of two customers, none is left.
    let two = written(&folder, "two.csv", "customer", |row| ["Ann", "Bob"][row % 2].to_owned());
    let train = ["train", &two, "--target", "y", "--group", "customer"];
    assert!(refused(&train, 1).ends_with("--validation 0 sets no rows aside for it"));
    assert!(
        densely(&[&train[..], &["--validation", "0", "--epochs", "3"]].concat()).status.success()
    );

    // In the last fifth of the training rows y falls where it rose before: each epoch makes the
    // last rows worse.
    let path = folder.path().join("turn.csv");
    let mut lines = vec!["day,x,y".to_owned()];
    lines.extend((0..125).map(|row| {
        let x = (row * 37) % 25;
        format!("{row},{x},{}", if row < 80 { x } else { -x })
    }));
    fs::write(&path, lines.join("\n")).unwrap();
    let options = ["--without", "day", "--validation", "0.2", "--test", "0.2", "--patience", "40"];
    let run = |more: &[&str]| {
        let run = json(path.to_str().unwrap(), "y", &[&options[..], more].concat());
        assert_eq!(run["rows"]["validation"], 20);
        run["best_epoch"].as_u64().unwrap()
    };
    let (last, by_chance) = (run(&["--split-by", "day"]), run(&[]));
    assert!(last <= 3 && by_chance > 3, "{last} {by_chance}");
}

#[test]
fn numbers_that_count_classes_are_classes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("targets.csv");
    // From 120 rows; in `few`, 3 is in nine rows alone.
    let header = "x,from_0,from_1,from_2,gap,few,eleven,halves,two\n";
    let rows: Vec<_> = (0..120)
        .map(|row| {
            let few = if row < 9 { 3 } else { row % 3 };
            let gap = [0, 1, 3][row % 3];
            let half = (row % 4) as f64 / 2.0;
            let [from_0, from_1, from_2] = [row % 10, 1 + row % 10, 2 + row % 4];
            format!(
                "{row}.5,{from_0},{from_1},{from_2},{gap},{few},{},{half},{}\n",
                row % 11,
                row % 2
            )
        })
        .collect();
    fs::write(&path, header.to_owned() + &rows.concat()).unwrap();
    for (target, task) in [
        ("from_0", "multiclass, 10 classes"),
        ("from_1", "multiclass, 10 classes"),
        ("from_2", "regression"),
        ("gap", "regression"),
        ("few", "regression"),
        ("eleven", "regression"),
        ("halves", "regression"),
        ("two", "binary, 2 classes"),
    ] {
        let profile = look(path.to_str().unwrap(), &["--target", target]);
        let columns = profile["columns"].as_array().unwrap();
        let column = columns.iter().find(|column| column["name"] == target).unwrap();
        let action = column["action"].as_str().unwrap();
        assert!(action.starts_with(&format!("the target: {task}; ")), "{target}: {action}");
    }
    // Counts of this loss are numbers, however few.
    let counts = json(path.to_str().unwrap(), "from_0", &["--loss", "poisson", "--epochs", "2"]);
    assert_eq!(counts["task"], "regression");
}

#[test]
fn of_many_classes_the_confused_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing tells the first class from the last.
    let data = written(&folder, "kinds.csv", "kind", |row| format!("k{}", row % 25));
    let output = densely(&["train", &data, "--target", "kind", "--quick"]);
    let printed = text(&output.stdout);
    let line = printed.lines().find(|line| line.starts_with("confused")).unwrap();
    assert!(line.contains("\" taken for \"k") && line.contains(" ("), "{line}");
    assert!(!printed.contains("actual ↓"), "{printed}");
}

#[test]
fn a_row_without_a_prediction_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema::new([Column::numbers("a")]).with_targets(["y"]);
    let mut net = Mlp::<f32>::builder(1).dense(1, Identity).without_units().build().unwrap();
    net.set_schema(schema).unwrap();
    let [place, data] = ["net", "new.csv"].map(|name| folder.path().join(name));
    net.save(&place).unwrap();
    fs::write(&data, "a\n1\n\n2\n?\n").unwrap();
    let line = refused_last(
        &command(&["predict", place.to_str().unwrap(), data.to_str().unwrap()]).output().unwrap(),
    );
    assert!(line.contains("new.csv: row 3 has no prediction (NaN): it has a blank cell"), "{line}");
}

/// The last line on stderr of a run that fails.
fn refused_last(output: &Output) -> String {
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
    text(&output.stderr).lines().last().unwrap().to_owned()
}

#[test]
fn look_shows_each_column_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(&folder, "cars.csv", "origin,sold\u{1b}[2J", |row| match row {
        4 => ",2024-01-05".to_owned(),
        _ => format!("{},2024-01-{:02}", ["Japan", "USA"][row % 2], row % 28 + 1),
    });
    let output = densely(&["look", &data, "--target", "y"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let shown = text(&output.stdout);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].ends_with("cars.csv: 60 rows, 4 columns, separated by ','"), "{shown}");
    for (line, parts) in lines[2..].iter().zip([
        &["x ", "number", "0 to 59", "60"][..],
        &["y ", "number", "0 to 118", "the target: regression"],
        &[
            "origin ",
            "two values",
            "USA (30), Japan (29)",
            " 1 ",
            "-1 for \"Japan\", 1 for \"USA\"",
        ],
        &["sold\u{fffd}[2J", "date", "2024-01-01 to 2024-01-28", "28"],
    ]) {
        for part in parts {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    assert_eq!(lines.len(), 6, "{shown}");
    let twice = ["look", &data, "--number", "x,y", "--date", "x=%d/%m/%Y"];
    assert!(refused(&twice, 1).ends_with("--number and --date both name \"x\""));
    let line = refused(&["look", &data, "--target", "z"], 1);
    assert!(line.contains("there is no column \"z\""), "{line}");
}
