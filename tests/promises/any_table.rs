//! Tables as people have them: each file of `tests/promises/tables` is read as it should be, and so
//! is each rule of the page of `Table`.

use densely::data::{ColumnKind, CsvFormat, Target};
use densely::error::{CellProblem, TableError};
use densely::schema::Schema;
#[cfg(feature = "dates")]
use densely::schema::{Column, DateForm};
use densely::{
    Adam, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Error, Identity, MeanSquaredError,
    Mlp, Sigmoid, Softmax, Table, Tanh, Trainer, metrics,
};
use ndarray::{Axis, array};

fn file(name: &str) -> String {
    format!("tests/promises/tables/{name}.csv")
}

fn read(name: &str) -> Table {
    Table::read_csv(file(name)).unwrap()
}

fn table(csv: &str) -> Table {
    Table::parse_csv(csv.as_bytes(), "data").unwrap()
}

fn message(csv: &str, target: &str) -> String {
    let table = Table::parse_csv(csv.as_bytes(), "data");
    table.and_then(|table| table.regression::<f32>(target)).unwrap_err().to_string()
}

/// What is told of a table whose target is y.
fn report_on(table: Table) -> String {
    table.dataset_and_report::<f32>(Target::number("y")).unwrap().1.to_string()
}

fn said(csv: &str) -> String {
    report_on(table(csv))
}

/// A small network for a regression, trained on these rows.
fn trained(data: &Dataset<f32>) -> Mlp<f32> {
    let builder = Mlp::builder(data.features()).dense(16, Tanh).dense(1, Identity);
    let mut net = builder.seed(1).build().unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(150).seed(1);
    trainer.fit(&mut net, data).unwrap();
    net
}

fn r_squared(net: &Mlp<f32>, data: &Dataset<f32>) -> f64 {
    net.evaluate(data, metrics::r_squared).unwrap()
}

#[test]
fn codes_among_numbers_are_categories() {
    let table = read("as-categories");
    let kinds: Vec<_> = table.profile().unwrap().columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [ColumnKind::Category, ColumnKind::Number, ColumnKind::Number]);
    let data = table.category(["holiday", "month"]).unwrap().regression("sales").unwrap();
    assert_eq!(data.feature_names()[..4], ["holiday=0", "holiday=a", "holiday=b", "holiday=c"]);
    assert_eq!(data.feature_names()[4..7], ["month=1", "month=2", "month=3"]);
    assert_eq!(data.features(), 16);
    let (train, test) = data.split(0.2, 7).unwrap();
    let r2 = r_squared(&trained(&train), &test);
    assert!(r2 > 0.95, "{r2}");
}

#[test]
fn an_unknown_category_is_none_of_the_known() {
    let net = trained(&read("unknown-category").regression("price").unwrap());
    let new = read("unknown-category-new");
    let error = new.inputs_for(&net).unwrap_err().to_string();
    assert!(error.contains(r#"row 3, column "city": "Accra" is none of "#), "{error}");
    let (inputs, report) = new.with_unknown().inputs_and_report(&net).unwrap();
    assert_eq!(inputs.row(2).to_vec(), [0.0, 0.0, 0.0, 50.0]);
    assert_eq!(
        report.to_string(),
        "unknown categories count as none of the known ones: city (\"Accra\" in row 3, 1 cell)"
    );
    let unknown = &report.columns[0].unknown[0];
    assert_eq!((&unknown.category[..], unknown.count, unknown.row), ("Accra", 1, 3));
    // The four others are as without that row.
    let four = table("city,size\nOslo,30\nLima,40\nPune,22\nOslo,59\n").inputs_for(&net).unwrap();
    let predicted = net.predict(inputs.select(Axis(0), &[0, 1, 3, 4]).view()).unwrap();
    assert_eq!(predicted, net.predict(four.view()).unwrap());
}

#[cfg(feature = "dates")]
#[test]
fn later_dates_are_predicted() {
    let data = read("date-categories").regression("rentals").unwrap();
    assert_eq!(data.feature_names()[1], "date: days since the first");
    assert_eq!((data.inputs()[[0, 1]], data.inputs()[[599, 1]]), (0.0, 63.0));
    let net = trained(&data);
    let new = read("date-categories-new").dataset_for(&net).unwrap();
    assert_eq!(new.rows(), 20);
    let rmse = net.evaluate(&new, metrics::root_mean_squared_error).unwrap();
    assert!(rmse < 8.0, "{rmse}");
}

#[test]
fn percentages_and_groups_of_digits_are_numbers() {
    let data = read("percent-text").regression("y").unwrap();
    assert_eq!(data.feature_names(), ["rate", "price"]);
    assert_eq!(data.inputs().row(0), array![21.5, 1950.0]);
    let net = trained(&data);
    assert!(r_squared(&net, &data) > 0.99);
    let new = read("percent-text-new").dataset_for(&net).unwrap();
    assert_eq!(new.rows(), 20);
    let predicted = net.predict(new.inputs()).unwrap();
    for (predicted, row) in predicted.iter().zip(new.inputs().rows()) {
        let formula = 20.0 * row[0] + row[1] / 100.0;
        assert!((predicted - formula).abs() < 10.0, "{predicted} for {formula}");
    }
}

/// A category of two rows among 3,000 must not spoil the others.
#[test]
fn a_rare_category_does_no_harm() {
    let data = read("rare-category").regression::<f32>("y").unwrap();
    assert_eq!(data.feature_names(), ["x", "kind=a", "kind=b", "kind=z"]);
    for seed in 0..4 {
        let (train, test) = data.split(0.2, seed).unwrap();
        let mut net = Mlp::builder(4).dense(1, Identity).seed(seed).build().unwrap();
        let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(20);
        trainer.fit(&mut net, &train).unwrap();
        let r2 = r_squared(&net, &test);
        assert!((0.74..0.85).contains(&r2), "{r2}");
    }
}

#[test]
fn what_spreadsheets_of_europe_write_is_recognised() {
    let format = CsvFormat::new().missing_values(["-200"]);
    let table = format.read(file("excel-europe")).unwrap().with_missing();
    assert_eq!((table.rows(), table.profile().unwrap().separator), (24, Some(';')));
    let (data, report) = table.dataset_and_report::<f64>(Target::number("T")).unwrap();
    assert_eq!(data.targets().column(0).to_vec()[..3], [10.0, 10.25, 10.5]);
    let names = data.feature_names();
    let place = names.iter().position(|name| name == "CO(GT)").unwrap();
    assert_eq!(data.inputs().column(place).to_vec()[..3], [1.0, 1.1, 1.2]);
    let said = report.to_string();
    assert!(said.contains("read as numbers with a decimal comma: CO(GT)"), "{said}");
    assert!(said.contains("left out: column 6 (all its cells are blank)"), "{said}");

    // -200 stands for a missing value however it is written.
    let csv = "a;T\n1,5;-200,0\n-200;2,5\n2,5;3,5\n";
    let format = CsvFormat::new().missing_values(["-200"]);
    let table = format.parse(csv.as_bytes(), "data").unwrap().with_missing();
    let data = table.regression::<f64>("T").unwrap();
    assert_eq!(data.targets(), array![[2.5], [3.5]]);
    assert!(data.inputs()[[0, 0]].is_nan() && data.inputs()[[0, 1]] == 1.0);
}

#[test]
fn a_missing_header_is_an_error_that_says_so() {
    let error = Table::read_csv(file("no-header")).unwrap_err();
    assert!(matches!(error, Error::Table(TableError::NoHeader { .. })), "{error}");
    assert!(error.to_string().contains("`CsvFormat::without_header`"), "{error}");
    let table = CsvFormat::new().without_header().read(file("no-header")).unwrap();
    assert_eq!(table.column_names().collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    let data = table.binary::<f32>("4").unwrap();
    assert_eq!((data.rows(), data.classes()), (121, &["large".to_owned(), "small".to_owned()][..]));
    let numbers = "1,2,3\n4,5,6\n7,8,9\n";
    assert!(Table::parse_csv(numbers.as_bytes(), "data").is_err());
    let named = CsvFormat::new().with_header().parse(numbers.as_bytes(), "data").unwrap();
    assert_eq!(named.rows(), 2);
    // A name may be a number where others are not.
    assert_eq!(self::table("0,1,y\n4,5,6\n7,8,9\n").rows(), 2);
}

#[test]
fn blanks_before_quotation_marks_do_not_matter() {
    let clean = read("space-quote-clean");
    for name in ["space-quote", "space-quote-comma"] {
        let other = read(name);
        assert_eq!(other.rows(), clean.rows());
        for column in ["name", "origin", "weight", "mpg"] {
            assert_eq!(other.text(column).unwrap(), clean.text(column).unwrap(), "{name} {column}");
        }
    }
    assert!(clean.text("name").unwrap().contains(&"Ford, Torino".to_owned()));
    // A quotation mark within a cell is part of it.
    let inch = table("size,y\n5\" pipe,1\n \"a \"\"b\"\"\",2\n\"x\" \"y,3\n");
    assert_eq!(inch.text("size").unwrap(), ["5\" pipe", "a \"b\"", "x \"y"]);
}

#[test]
fn missing_values_are_taken_when_asked() {
    for (name, row, column) in
        [("missing-in-numbers", 2, "workclass"), ("missing-in-text", 2, "workclass")]
    {
        let error = read(name).binary::<f32>("rich").unwrap_err();
        let Error::Table(TableError::Cell { row: found, column: of, problem, .. }) = &error else {
            panic!("{error}")
        };
        assert_eq!((*found, &of[..], problem), (row, column, &CellProblem::Missing));
        assert!(error.to_string().ends_with("`Table::with_missing` takes missing values"));

        let table = read(name).with_missing();
        let (data, report) = table.dataset_and_report::<f32>(Target::binary("rich")).unwrap();
        assert_eq!(data.rows(), 100);
        let said = report.to_string();
        assert!(said.contains("count as none of the categories: workclass (36)"), "{said}");
        assert_eq!(said.contains("age ("), name == "missing-in-numbers", "{said}");
        let names = data.feature_names();
        assert!(names.contains(&"workclass is blank".to_owned()), "{names:?}");
        let mut net = Mlp::builder(data.features()).dense(1, Sigmoid).build().unwrap();
        let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.05)).epochs(50);
        trainer.fit(&mut net, &data).unwrap();
        // A network measures its scales on the numbers that are there, and predicts blanks too.
        let centre = net.units_in().centres().unwrap()[0];
        let ages: Vec<f64> =
            table.text("age").unwrap().iter().filter_map(|age| age.parse().ok()).collect();
        let mean = ages.iter().sum::<f64>() / ages.len() as f64;
        assert!((centre - mean).abs() < 1e-4, "{centre} for {mean}");
        let new = self::table("workclass,age\n,\nprivate,NA\n").with_missing();
        let predicted = net.predict(new.inputs_for(&net).unwrap().view()).unwrap();
        assert!(predicted.iter().all(|p| p.is_finite()));
    }
}

#[cfg(feature = "formats")]
#[test]
fn other_encodings_are_read_when_named() {
    let error = Table::read_csv(file("latin1-header")).unwrap_err().to_string();
    assert!(error.contains("is not UTF-8") && error.contains("latin1"), "{error}");
    let format = || CsvFormat::new().encoding("latin1");
    let read = format().read(file("latin1-header")).unwrap();
    assert_eq!(read.column_names().next(), Some("Temperature(°C)"));
    let data = read.regression::<f32>("Rented Bike Count").unwrap();
    assert_eq!(data.feature_names()[2], "Season=Été");
    let open = format().open(file("latin1-header")).unwrap();
    assert_eq!(open.text("Season").unwrap(), read.text("Season").unwrap());
    let unknown = CsvFormat::new().encoding("klingon").read(file("latin1-header")).unwrap_err();
    assert!(matches!(unknown, Error::Table(TableError::Encoding { .. })), "{unknown}");

    // Spreadsheets write UTF-16 with a mark.
    let csv = "größe,y\n1,2\n3,4\n";
    let little: Vec<u8> =
        "\u{feff}".encode_utf16().chain(csv.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        "\u{feff}".encode_utf16().chain(csv.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let table = Table::parse_csv(&bytes[..], "data").unwrap();
        assert_eq!(table.text("größe").unwrap(), ["1", "3"]);
    }
}

#[cfg(feature = "formats")]
#[test]
fn compressed_files_are_read() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cars.csv.gz");
    let mut writer = flate2::write::GzEncoder::new(
        std::fs::File::create(&path).unwrap(),
        flate2::Compression::fast(),
    );
    writer.write_all(b"x,y\n1,2\n3,4\n").unwrap();
    writer.finish().unwrap();
    for table in [Table::read_csv(&path), Table::open_csv(&path)] {
        assert_eq!(table.unwrap().regression::<f64>("y").unwrap().targets(), array![[2.0], [4.0]]);
    }
    std::fs::write(&path, "x,y\n1,2\n").unwrap();
    let error = Table::read_csv(&path).unwrap_err();
    assert!(
        matches!(error, Error::Io { .. }) && error.to_string().contains("cars.csv.gz"),
        "{error}"
    );
}

#[test]
fn a_separator_at_each_lines_end_is_no_column() {
    let table = read("trailing-comma").without(["id"]).unwrap();
    let data = table.binary::<f32>("diagnosis").unwrap();
    assert_eq!(
        (data.feature_names(), data.rows()),
        (vec!["radius".to_owned(), "texture".into()], 120)
    );
    // In the rows alone, or in the header alone.
    for csv in ["x,y\n1,2,\n3,4,\n", "x,y,\n1,2\n3,4\n"] {
        assert_eq!(self::table(csv).regression::<f64>("y").unwrap().inputs(), array![[1.0], [3.0]]);
    }
    let error = Table::parse_csv("x,y\n1,2,\n3,4,5\n".as_bytes(), "data").unwrap_err();
    assert!(matches!(error, Error::Table(TableError::RaggedRow { row: 2, .. })), "{error}");
}

#[test]
fn classes_keep_the_text_of_the_file() {
    let data = read("leading-zeros").multiclass::<f32>("code").unwrap();
    assert_eq!(data.classes(), ["01", "02", "03"]);
    let mut net = Mlp::builder(1).dense(3, Softmax).build().unwrap();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.05)).epochs(60);
    trainer.fit(&mut net, &data).unwrap();
    let predicted = net.predict_classes(data.inputs()).unwrap();
    assert!(predicted.iter().all(|class| ["01", "02", "03"].contains(class)));
    assert_eq!(predicted[0], "01");

    let ids = table("x,y\n1,12345678901234567\n2,12345678901234568\n").binary::<f32>("y").unwrap();
    assert_eq!(ids.classes(), ["12345678901234567", "12345678901234568"]);
    assert_eq!(ids.targets(), array![[0.0], [1.0]]);
    let forms = table("x,y\n1,10\n2,9.0\n3,9\n4,1e1\n").multiclass::<f32>("y").unwrap();
    assert_eq!(forms.classes(), ["9", "10"]);
}

#[test]
fn each_kind_of_column_is_recognised() {
    // A column for each row of the table on the page of `Table`.
    let row = |i: usize| {
        let two = if i.is_multiple_of(3) { "yes" } else { "no" };
        let place = ["Oslo", "Lima", "Rome"][i % 3];
        let code = ["0", "a", "b"][i % 3];
        format!("{i},{two},{place},{code},id-{i},7,,{}.5 %,{i}x{}\n", i % 9, i % 40)
    };
    let csv = format!(
        "number,two,place,code,id,same,none,rate,words\n{}",
        (0..80).map(row).collect::<String>()
    );
    let profile = table(&csv).with_missing().without_unusable().profile().unwrap();
    let kinds: Vec<_> = profile.columns.iter().map(|column| column.kind).collect();
    use ColumnKind::{Category, Constant, Empty, Identifier, Number, TwoValues};
    assert_eq!(
        kinds,
        [Number, TwoValues, Category, Category, Identifier, Constant, Empty, Number, Identifier]
    );
    let two = &profile.columns[1];
    assert_eq!(
        (two.distinct, two.blanks, &two.examples[..]),
        (2, 0, &["yes".to_owned(), "no".into()][..])
    );
    assert_eq!(two.action, r#"-1 for "no", 1 for "yes""#);
    assert_eq!(two.values, "no (53), yes (27)");
    assert_eq!(profile.columns[0].values, "0 to 79");
    // A cell that training would refuse is shown.
    let action = |told: Table, column: usize| {
        let column = told.profile().unwrap().columns.remove(column);
        (column.is_error, column.action)
    };
    let number = table(&csv).number(["code"]).unwrap();
    let date = table(&csv).date_format("place", "%d/%m/%Y").unwrap();
    // It is a column of numbers all the same.
    let blank = table("x,y\n1,a\n?,b\n2,c\n3,a\n").profile().unwrap().columns.remove(0);
    assert_eq!((blank.kind, &blank.values[..], blank.blanks), (Number, "1 to 3", 1));
    for ((is_error, action), expected) in [
        (action(number, 3), r#"row 2, column "code": "a" is not a number"#),
        (action(date, 2), r#""Oslo" is not a date in the form "%d/%m/%Y""#),
        (action(table("x,y\n1,a\n?,b\n2,c\n"), 0), r#"row 2, column "x": "?" is a missing value"#),
    ] {
        assert!(is_error && action.contains(expected), "{action}");
    }
    // One line for the file, one for the names, and one a column, with the cells below each other.
    let lines: Vec<String> = profile.to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 11);
    let place = lines[1].find("kind").unwrap();
    assert!(
        lines[2][place..].starts_with("number ") && lines[3][place..].starts_with("two values ")
    );
    let json = serde_json::to_value(&profile).unwrap();
    assert_eq!(json["columns"][1]["kind"], "two_values");
}

#[test]
fn two_categories_are_one_column() {
    let data = table("sex,y\nm,1\nf,2\nf,3\n").regression::<f64>("y").unwrap();
    assert_eq!(
        (data.feature_names(), data.inputs()),
        (vec!["sex=m".to_owned()], array![[1.0], [-1.0], [-1.0]].view())
    );
    // Units leave it as it is, and blank numbers out.
    let mut net = Mlp::builder(1).dense(1, Identity).build().unwrap();
    net.measure(&data).unwrap();
    assert_eq!(
        (net.units_in().centres().unwrap()[0], net.units_in().spreads().unwrap()[0]),
        (0.0, 1.0)
    );
}

#[test]
fn a_category_of_one_row_is_none() {
    let csv = format!("kind,y\n{}z,1\n", "a,1\nb,2\nc,3\n".repeat(20));
    let (data, report) = table(&csv).dataset_and_report::<f64>(Target::number("y")).unwrap();
    assert_eq!(data.feature_names(), ["kind=a", "kind=b", "kind=c"]);
    assert_eq!(data.inputs().row(60), array![0.0, 0.0, 0.0]);
    let mut net = Mlp::<f64>::builder(3).dense(1, Identity).build().unwrap();
    net.set_schema(data.schema().clone()).unwrap();
    assert_eq!(table(&csv).inputs_for(&net).unwrap(), data.inputs());
    let said = "categories of a single row count as none: kind (\"z\")";
    assert_eq!(report.to_string(), said);
}

/// As R and pandas write row names.
#[test]
fn a_column_without_a_name_is_left_out_when_asked() {
    let table = table(",x,y\n1,5,2\n2,6,4\n3,7,7\n");
    let error = table.regression::<f64>("y").unwrap_err().to_string();
    assert!(error.contains("its name is \"\"; `Table::without` leaves"), "{error}");
    let named = table.clone().without([""]).unwrap().regression::<f64>("y").unwrap();
    let table = table.without_unusable();
    let (data, report) = table.dataset_and_report::<f64>(Target::number("y")).unwrap();
    assert_eq!((data.feature_names(), data.inputs()), (named.feature_names(), named.inputs()));
    assert_eq!(report.to_string(), "left out: column 1 (it has no name, as row names have none)");
}

/// Of 60 texts, all but blanks are different: no category is left.
#[test]
fn a_column_of_rare_texts_is_left_out() {
    let rows = (0..60).map(|row| match row % 5 {
        0 => format!("note {row},{row},{row}\n"),
        _ => format!(",{row},{row}\n"),
    });
    let csv: String = std::iter::once("note,x,y\n".to_owned()).chain(rows).collect();
    let table = table(&csv).with_missing();
    let (data, report) = table.dataset_and_report::<f64>(Target::number("y")).unwrap();
    assert_eq!(data.feature_names(), ["x"]);
    assert!(report.to_string().contains("each of its texts is in one row alone"), "{report}");
}

#[test]
fn a_slip_among_numbers_is_an_error_that_shows_the_cell() {
    let rows = |slip: &str| {
        let rows =
            (0..30).map(|i| if i == 17 { format!("{slip},1\n") } else { format!("{i}.5,2\n") });
        format!("x,y\n{}", rows.collect::<String>())
    };
    let error = message(&rows("12o"), "y");
    assert!(error.starts_with(r#"data: row 18, column "x": "12o" is not a number"#), "{error}");
    assert!(error.contains("`CsvFormat::missing_values`") && error.contains("`Table::category`"));
    // It is not left out either.
    assert!(table(&rows("12o")).without_unusable().regression::<f32>("y").is_err());
    let number = table(&rows("12o")).number(["x"]).unwrap().regression::<f32>("y").unwrap_err();
    assert!(matches!(number, Error::Table(TableError::MixedColumn { row: 18, .. })), "{number}");
    // A target is no category.
    let error = message(&rows("12o"), "x");
    assert!(error.contains("\"12o\" is not a number, but 29 cells of the column are"), "{error}");
    assert!(error.contains("`Target::classes`") && !error.contains("`Table::category`"), "{error}");
    // Ages that repeat are no codes, and hold no category for each number.
    let ages = (0..400).map(|i| match i % 80 {
        7 => format!("unknown,{i}\n"),
        _ => format!("{},{i}\n", 18 + i % 60),
    });
    let ages = format!("x,y\n{}", ages.collect::<String>());
    assert!(message(&ages, "y").contains("row 8, column \"x\": \"unknown\" is not a number"));
    assert!(table(&ages).without_unusable().regression::<f32>("y").is_err());
    // What the user tells of a target is no reason for another error.
    let numbers = table("x,y\n1,20240305\n2,20240306\n3,20240308\n");
    let told = numbers.clone().date_format("y", "%Y%m%d").unwrap().regression::<f32>("y");
    let told = told.unwrap_err().to_string();
    assert!(told.contains("target \"y\" is a date or a time (\"20240305\" in row 1)"), "{told}");
    assert_eq!(numbers.clone().category(["y"]).unwrap().regression::<f64>("y").unwrap().rows(), 3);
    // An `f32` would round them to two different numbers.
    let coarse = numbers.regression::<f32>("y").unwrap_err().to_string();
    let expected = "from 20240305 to 20240308, too near each other for f32";
    assert!(coarse.contains(expected) && coarse.ends_with("minus 20240310 instead"), "{coarse}");
    // Numbers of two forms, and units in some cells alone.
    for slip in ["1.234,5", "7 %"] {
        assert!(message(&rows(&format!("\"{slip}\"")), "y").contains("is not a number"), "{slip}");
    }
}

#[test]
#[cfg(feature = "dates")]
fn a_slip_among_dates_or_percentages_is_an_error_that_names_their_form() {
    let rows = |slip: &str, cell: fn(usize) -> String| {
        let rows = (0..60).map(|i| match i {
            17 => format!("{slip},1\n"),
            _ => format!("{},2\n", cell(i)),
        });
        format!("x,y\n{}", rows.collect::<String>())
    };
    // These dates repeat, and would make 28 categories.
    let days = rows("soon", |i| format!("2024-02-{:02}", i % 28 + 1));
    let shares = rows("none given", |i| format!("{i}.5 %"));
    for (csv, expected) in [
        (
            &days,
            "\"soon\" is not a date in the form %Y-%m-%d, but 59 cells of the column are, and 1",
        ),
        (&shares, "\"none given\" is not a number with a decimal point and %, but 59 cells"),
    ] {
        assert!(message(csv, "y").contains(expected), "{}", message(csv, "y"));
        let table = table(csv).without_unusable();
        assert!(table.regression::<f32>("y").unwrap_err().to_string().contains(expected));
        assert_eq!(table.profile().unwrap().columns[0].kind, ColumnKind::Mixed);
    }
    let told = table(&days).date(["x"]).unwrap().regression::<f32>("y").unwrap_err();
    assert!(matches!(told, Error::Table(TableError::MixedColumn { others: 1, .. })), "{told}");
    // A column stays text if only half of its cells can be read as numbers.
    let choices = rows("2", |i| format!("\"{},{}\"", i % 5, ["1", "1,2", "none"][i % 3]));
    assert_eq!(table(&choices).regression::<f32>("y").unwrap().inputs().ncols(), 15);
}

#[test]
fn text_that_no_network_can_use_is_left_out_when_asked() {
    let row = |i: usize| format!("person {i},{},{}\n", i % 5, 2 * i);
    let csv = format!("name,x,y\n{}", (0..60).map(row).collect::<String>());
    let error = message(&csv, "y");
    assert!(
        error.contains("such as \"person 0\"") && error.contains("`Table::without`"),
        "{error}"
    );
    let table = table(&csv).without_unusable();
    let (data, report) = table.dataset_and_report::<f32>(Target::number("y")).unwrap();
    assert_eq!(data.feature_names(), ["x"]);
    assert_eq!(
        report.to_string(),
        "left out: name (its 60 texts are all different, such as \"person 0\")"
    );
}

#[cfg(feature = "dates")]
#[test]
fn dates_are_read_in_their_usual_forms() {
    // 5 March 2024 was a Tuesday, day 64 of the year counted from 0, and 20 days after 14 February.
    let usual = [
        ("2024-02-14", "2024-03-05"),
        ("2024/02/14", "2024/03/05"),
        ("14/02/2024", "05/03/2024"),
        ("02/14/2024", "03/05/2024"),
        ("14.02.2024", "05.03.2024"),
        ("14.2.2024", "5.3.2024"),
        ("14/02/24", "05/03/24"),
        ("14 February 2024", "5 March 2024"),
        ("14-Feb-2024", "05-Mar-2024"),
        ("\"Feb 14, 2024\"", "\"March 5, 2024\""),
    ];
    for (first, second) in usual {
        let data =
            table(&format!("day,y\n{first},1\n{second},2\n")).regression::<f64>("y").unwrap();
        let tau = std::f64::consts::TAU;
        let (year, week) = (tau * 64.0 / 365.25, tau / 7.0);
        let expected = [2024.0, 20.0, year.sin(), year.cos(), week.sin(), week.cos()];
        assert_eq!(data.inputs().row(1).to_vec(), expected, "{second}");
    }
    for (first, second) in [
        ("2024-02-14 09:00", "2024-03-05 18:00"),
        ("2024-02-14T09:00:00.25", "2024-03-05T18:00:00.0"),
        ("2024-02-14T09:00:00Z", "2024-03-05T18:00:00Z"),
        ("2024-02-14T09:00:00+01:00", "2024-03-05T18:00:00+01:00"),
        ("14.02.2024 09:00:00", "05.03.2024 18:00:00"),
        ("02/14/2024 9:00 AM", "03/05/2024 6:00 PM"),
    ] {
        let data =
            table(&format!("day,y\n{first},1\n{second},2\n")).regression::<f64>("y").unwrap();
        let row = data.inputs().row(1).to_vec();
        assert_eq!((row.len(), row[1]), (8, 20.0), "{second}");
        // Three quarters of a day.
        assert!((row[6] + 1.0).abs() < 1e-12 && row[7].abs() < 1e-12, "{second}");
    }
    let times = table("time,y\n06:00,1\n23:59,2\n").regression::<f64>("y").unwrap();
    assert_eq!(times.features(), 2);
    // Scores, versions and ranges are no times or dates.
    for cells in [["3:2", "1:0"], ["1.2.3", "1.10.0"], ["90-100", "80-89"]] {
        let data = table(&format!("x,y\n{},1\n{},2\n", cells[0], cells[1])).regression::<f64>("y");
        assert_eq!(data.unwrap().features(), 1, "{cells:?}");
    }
    // A form of one's own may pad with blanks or not at all.
    for (form, cells) in [
        ("%e.%m.%Y", ["14.02.2024", " 5.03.2024"]),
        ("%-d.%-m.%Y", ["14.2.2024", "5.3.2024"]),
        ("%F", ["2024-02-14", "2024-03-05"]),
    ] {
        let table = table(&format!("day,y\n{},1\n{},2\n", cells[0], cells[1]));
        let data = table.date_format("day", form).unwrap().regression::<f64>("y").unwrap();
        assert_eq!((data.features(), data.inputs()[[1, 1]]), (6, 20.0), "{form}");
    }
    let months = table("day,y\n2024-02,1\n2024-03,2\n").date_format("day", "%Y-%m").unwrap();
    let error = months.regression::<f64>("y").unwrap_err().to_string();
    assert!(error.contains("\"2024-02\" is not a date"), "{error}");
    let error = message("day,y\n03/04/2024,1\n05/06/2024,2\n", "y");
    assert!(
        error.contains("\"03/04/2024\" can be read in two ways, as all dates of the column can"),
        "{error}"
    );
    assert!(error.contains("\"%d/%m/%Y\"") && error.contains("\"%m/%d/%Y\""), "{error}");
    // One day above 12 settles it for the column.
    assert!(table("day,y\n03/04/2024,1\n13/06/2024,2\n").regression::<f32>("y").is_ok());
}

#[cfg(feature = "dates")]
#[test]
fn a_network_reads_other_dates_as_the_first() {
    let data = table("day,y\n03.04.2024,1\n13.06.2024,2\n").regression::<f64>("y").unwrap();
    let mut net = Mlp::builder(data.features()).dense(1, Identity).build().unwrap();
    net.set_schema(data.schema().clone()).unwrap();
    net.measure(&data).unwrap();
    let net = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(net.schema(), data.schema());
    assert_eq!(table("day\n05.04.2024\n").inputs_for(&net).unwrap()[[0, 1]], 2.0);
    let error = table("day\n04/05/2024\n").inputs_for(&net).unwrap_err().to_string();
    assert!(error.contains("is not a date in the form \"%d.%m.%Y\" of this column"), "{error}");
    let blank = table("day\n?\n").with_missing().inputs_for(&net).unwrap();
    assert!(blank.iter().all(|number| number.is_nan()));
    assert!(net.predict(blank.view()).unwrap()[[0, 0]].is_finite());
}

/// Whatever another file looks like, its cells are read as those of the training rows.
#[test]
fn prediction_follows_the_schema() {
    let csv = "a;b;c\n1,5;$ 1.200,50;u\n2,25;$ 900;v\n";
    let format = CsvFormat::new().missing_values(["x"]);
    let data = format.parse(csv.as_bytes(), "data").unwrap().regression::<f64>("a").unwrap();
    let mut net = Mlp::<f64>::builder(2).dense(1, Identity).build().unwrap();
    net.set_schema(data.schema().clone()).unwrap();
    let net = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    let new = table("b,c,a\n\"$ 1.234\",u,7\n$ 1,v,\"7,5\"\nx,u,8\n").with_missing();
    let data = new.dataset_for(&net).unwrap();
    assert_eq!(data.inputs().slice(ndarray::s![..2, ..]), array![[1234.0, -1.0], [1.0, 1.0]]);
    assert!(data.inputs()[[2, 0]].is_nan());
    assert_eq!(data.targets(), array![[7.0], [7.5], [8.0]]);
    let error = table("b,c\n12,u\n").inputs_for(&net).unwrap_err().to_string();
    let reason = r#"row 1, column "b": "12" is not a number with a decimal comma and $, the form"#;
    assert!(error.contains(reason), "{error}");
    // Without a mark between thousands in the first table, this could be 7.125.
    let error = table("b,c,a\n$ 1,u,7.125\n").dataset_for(&net).unwrap_err().to_string();
    assert!(error.contains(r#""7.125" is not a number with a decimal comma"#), "{error}");
}

#[test]
fn separators_are_recognised() {
    for csv in [
        "x,y\n1,2\n3,4\n",
        "x;y\n1;2\n3;4\n",
        "x\ty\n1\t2\n3\t4\n",
        "x|y\n1|2\n3|4\n",
        "sep=;\nx;y\n1;2\n3;4\n",
        "\u{feff}sep=;\r\nx;y\r\n1;2\r\n3;4\r\n",
        "x,y\r1,2\r3,4\r",
        "x,y\n\n1,2\n3,4\n\n,\n,\n",
    ] {
        let data = table(csv).regression::<f64>("y").unwrap();
        assert_eq!(
            (data.inputs(), data.targets()),
            (array![[1.0], [3.0]].view(), array![[2.0], [4.0]].view()),
            "{csv:?}"
        );
        let (held, rows) = (csv.as_bytes().to_vec(), table(csv).rows());
        let open =
            Table::open_csv_with(move || Ok(std::io::Cursor::new(held.clone())), "data").unwrap();
        assert_eq!(
            (open.rows(), open.text("y").unwrap()),
            (rows, vec!["2".to_owned(), "4".into()])
        );
    }
    // Commas in cells, quoted or decimal, do not count.
    assert_eq!(
        table("x;y\n1,5;2,5\n3,5;4,5\n").regression::<f64>("y").unwrap().targets(),
        array![[2.5], [4.5]]
    );
    assert_eq!(table("name,y\n\"a;b\",1\n\"c;d\",2\n").text("name").unwrap(), ["a;b", "c;d"]);
    let forced = CsvFormat::new().separator(b':').parse("x:y\n1:2\n".as_bytes(), "data").unwrap();
    assert_eq!(forced.text("y").unwrap(), ["2"]);
    // A separator that may stand in a number ends it.
    let points = CsvFormat::new().separator(b'.').parse("x.y\n1.2\n3.-4\n".as_bytes(), "data");
    assert_eq!(points.unwrap().regression::<f64>("y").unwrap().targets(), array![[2.0], [-4.0]]);
    let error = Table::parse_csv("x,y\n1,2\nx,y\n3,4\n".as_bytes(), "data").unwrap_err();
    assert!(error.to_string().starts_with("data: row 2 repeats the header"), "{error}");
    // A blank row in the middle is a row of missing values.
    assert_eq!(table("x,y\n1,2\n,\n3,4\n").rows(), 3);
}

#[test]
fn the_decimal_point_is_settled_by_the_file() {
    let value = |csv: &str| table(csv).regression::<f64>("y").unwrap().inputs()[[0, 0]];
    assert_eq!(value("x,y\n\"1,234\",1\n\"2,345\",2\n"), 1234.0);
    assert_eq!(value("x;y\n1,234;1\n2,345;2\n"), 1.234);
    // Another column tells.
    assert_eq!(value("x,z,y\n\"1,234\",\"1,5\",1\n\"2,345\",\"2,5\",2\n"), 1.234);
    assert_eq!(value("x;z;y\n1,234;1,234.5;1\n2,345;2,345.5;2\n"), 1234.0);
    let told =
        CsvFormat::new().decimal_comma().parse("x,y\n1.234,1\n2,2\n".as_bytes(), "data").unwrap();
    assert_eq!(told.regression::<f64>("y").unwrap().inputs(), array![[1234.0], [2.0]]);
}

#[test]
fn splits_follow_order_groups_and_folds() {
    let csv = "day,who,y\n3,a,30\n1,b,10\n?,c,0\n2,a,20\n4,b,40\n5,c,\n";
    let table = table(csv).with_missing().without(["who"]).unwrap();
    let (data, report) = table.dataset_and_report::<f64>(Target::number("y")).unwrap();
    let order = report.taken(table.order("day").unwrap());
    let (earlier, later) = data.split_by(0.4, &order).unwrap();
    assert_eq!(later.targets(), array![[30.0], [40.0]]);
    assert_eq!(earlier.targets(), array![[0.0], [10.0], [20.0]]);
    let groups = ["a", "b", "c", "a", "b"];
    for seed in 0..10 {
        let (train, test) = data.split_groups(0.4, groups, seed).unwrap();
        let of = |data: &Dataset<f64>| -> Vec<&str> {
            let all = [30.0, 10.0, 0.0, 20.0, 40.0];
            data.targets()
                .iter()
                .map(|y| groups[all.iter().position(|of| of == y).unwrap()])
                .collect()
        };
        assert!(of(&train).iter().all(|group| !of(&test).contains(group)));
        assert_eq!(train.rows() + test.rows(), 5);
    }
    assert!(data.split_groups(0.4, ["a"; 5], 1).is_err() && data.split_by(0.4, &[1.0]).is_err());
    let mut seen: Vec<f64> = Vec::new();
    for (train, test) in data.folds(5, 3).unwrap() {
        assert_eq!((train.rows(), test.rows()), (4, 1));
        seen.extend(test.targets());
    }
    seen.sort_by(f64::total_cmp);
    assert_eq!(seen, [0.0, 10.0, 20.0, 30.0, 40.0]);
    assert!(data.folds(1, 3).is_err() && data.folds(6, 3).is_err());
}

#[test]
fn rows_without_a_target_are_left_out_of_streams_too() {
    let csv = "x,y\n1,2\n3,\n5,6\n7,?\n9,10\n";
    let table = table(csv).with_missing();
    let whole = table.regression::<f64>("y").unwrap();
    assert_eq!(whole.inputs(), array![[1.0], [5.0], [9.0]]);
    let stream = table.stream::<f64>(Target::number("y")).unwrap();
    assert_eq!(stream.rows(), 3);
    let chunks: Vec<_> = stream.chunks(2).map(|data| data.unwrap().inputs().to_owned()).collect();
    assert_eq!(chunks, [array![[1.0], [5.0]], array![[9.0]]]);
    let none = self::table("x,y\n1,\n2,\n").with_missing().regression::<f64>("y").unwrap_err();
    assert!(matches!(none, Error::Table(TableError::NoTargets { .. })), "{none}");
}

#[test]
fn outputs_that_are_not_a_number_are_no_class() {
    let mut net = Mlp::<f32>::builder(1).dense(1, Sigmoid).without_units().build().unwrap();
    net.set_schema(Schema::default().with_classes(["benign", "malignant"])).unwrap();
    let error = net.predict_classes(array![[1.0], [f32::NAN]].view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the outputs of row 1 (counted from 0) are NaN, which is no class; is a value missing there?"
    );
}

/// Files of older versions have two features for two categories, and keep them.
#[test]
fn older_schemas_stay_as_they_are() {
    let schema: Schema = serde_json::from_str(
        r#"{"columns":[{"name":"sex","categories":["f","m"]}],"targets":["y"],"classes":[]}"#,
    )
    .unwrap();
    let mut net = Mlp::<f32>::builder(2).dense(1, Identity).build().unwrap();
    net.set_schema(schema).unwrap();
    assert_eq!(table("sex\nm\n").inputs_for(&net).unwrap(), array![[0.0, 1.0]]);
    assert!(String::from_utf8_lossy(&net.to_bytes().unwrap()).contains(r#"\"version\":2"#));
    let data = table("sex,y\nm,1\nf,2\n").regression::<f32>("y").unwrap();
    let mut newer = Mlp::<f32>::builder(1).dense(1, Identity).build().unwrap();
    newer.set_schema(data.schema().clone()).unwrap();
    assert!(String::from_utf8_lossy(&newer.to_bytes().unwrap()).contains(r#"\"version\":3"#));
}

#[test]
fn a_target_without_anything_to_learn_is_refused() {
    for (cells, said) in [
        (["5", "5.0", "5"], r#"target "y" is 5 in all rows, so there is nothing to learn"#),
        (["7 %", "7 %", "7 %"], r#"target "y" is 7 % in all rows, so there is nothing to learn"#),
    ] {
        let error = message(&format!("x,y\n1,{}\n2,{}\n4,{}\n", cells[0], cells[1], cells[2]), "y");
        assert!(error.contains(said), "{error}");
    }
    // A single row is no constant.
    assert!(table("x,y\n1,5\n").regression::<f32>("y").is_ok());
}

#[test]
#[cfg(feature = "dates")]
fn dates_are_no_numbers_to_learn() {
    let error = message("x,y\n1,2024-03-05\n2,2024-03-06\n4,2024-04-01\n", "y");
    assert!(error.contains(r#"target "y" is a date or a time ("2024-03-05" in row 1)"#), "{error}");
    assert!(error.ends_with("`Target::classes` takes each different value for a class"), "{error}");
    // Numbers that are told to be dates: the first cell is shown.
    let error = table("x,y\n17.5,3\n18.5,4\n").date(["x"]).unwrap();
    let error = error.regression::<f32>("y").unwrap_err().to_string();
    assert!(error.contains(r#"row 1, column "x": the cells, such as "17.5", are not"#), "{error}");
}

#[test]
fn numbers_that_count_the_rows_are_told() {
    let csv = |first: usize, step: usize| {
        let rows = (0..60).map(|i| format!("{},{},{}\n", first + step * i, i * i % 7, i % 5));
        format!("id,x,y\n{}", rows.collect::<String>())
    };
    let counts = "read as numbers, though they only count the rows (`Table::without` leaves the column out): id";
    assert_eq!([said(&csv(0, 1)), said(&csv(1, 1))], [counts, counts]);
    // Years, and steps of two.
    assert_eq!([said(&csv(1950, 1)), said(&csv(0, 2))], ["", ""]);
    let number = table(&csv(0, 1)).number(["id"]).unwrap();
    assert!(number.dataset_and_report::<f32>(Target::number("y")).unwrap().1.is_empty());
    // The network has nothing else to learn from.
    let alone: String = (0..60).map(|i| format!("{i},{}\n", i % 5)).collect();
    assert_eq!(said(&format!("id,y\n{alone}")), "");
}

#[test]
fn columns_that_may_be_something_else_are_named() {
    let rows = (0..60)
        .map(|i| format!("{:05},{},{}\n", 501 + 997 * i, ["IT", "it", "Sales"][i % 3], i % 7));
    let csv = format!("zip,team,y\n{}", rows.collect::<String>());
    let (data, report) = table(&csv).dataset_and_report::<f32>(Target::number("y")).unwrap();
    assert_eq!(data.feature_names(), ["zip", "team=IT", "team=Sales", "team=it"]);
    assert_eq!(data.inputs()[[1, 0]], 1498.0);
    assert_eq!(
        report.to_string(),
        "read as numbers, though some begin with 0, as codes do (`Table::category` takes all values for categories): zip\n\
         read as categories, though some differ only in upper and lower case: team"
    );
    let told = table(&csv).number(["zip"]).unwrap().category(["team"]).unwrap();
    let (_, report) = told.dataset_and_report::<f32>(Target::number("y")).unwrap();
    assert!(report.is_empty(), "{report}");
}

#[test]
#[cfg(feature = "dates")]
fn moments_are_in_the_order_of_universal_time() {
    let csv =
        "at,y\n2024-03-05T01:00:00+02:00,1\n2024-03-04T23:30:00Z,2\n2024-03-04 12:00:00 -1130,3\n";
    // Two cells have a `T`, and one has a blank in its place.
    assert!(table(csv).date(["at"]).unwrap().order("at").is_err());
    let csv = csv.replace(" 12:00:00 -1130", "T12:00:00-1130");
    let order = table(&csv).order("at").unwrap();
    let minutes: Vec<_> = order.iter().map(|at| ((at - order[0]) * 24.0 * 60.0).round()).collect();
    // 23:00, 23:30 and 23:30 of universal time.
    assert_eq!(minutes, [0.0, 30.0, 30.0]);
    let order = table("at,y\n2024-03-05T14:30+02:00,1\n2024-03-05T12:30Z,2\n").order("at").unwrap();
    assert_eq!(order[0], order[1]);
    // What a network learns is the local time.
    let data = table(&csv).regression::<f64>("y").unwrap();
    let names = data.feature_names();
    let sine = names.iter().position(|name| name.ends_with("sine of the time of day")).unwrap();
    let fraction: f64 = 1.0 / 24.0;
    assert!((data.inputs()[[0, sine]] - (std::f64::consts::TAU * fraction).sin()).abs() < 1e-12);
}

#[test]
fn text_behind_a_closing_quotation_mark_is_an_error() {
    for (csv, row) in
        [("a,y\n\"x,1\n\"z,2\n", 1), ("a,y\nb,3\n\"12\"pipe,1\n", 2), ("\"a\"b,y\n1,2\n", 0)]
    {
        let error = Table::parse_csv(csv.as_bytes(), "data").unwrap_err();
        assert!(
            matches!(error, Error::Table(TableError::BehindQuotationMark { row: of, .. }) if of == row),
            "{error}"
        );
    }
    let headless = CsvFormat::new().without_header().parse("\"a\"b,1\n".as_bytes(), "data");
    assert!(headless.unwrap_err().to_string().starts_with("data: row 1: text stands directly"));
    // With the wrong separator, text stands behind marks.
    let csv = "name, first;size\n\"Smith\";3\n\"Jones\";4\n";
    assert_eq!(table(csv).text("name, first").unwrap(), ["Smith", "Jones"]);
    // Marks in the middle of a cell, doubled marks, and blanks around marked cells are none.
    let csv = "a,y\n12\" pipe,1\n\"12\"\" pipe\" ,2\n \"b\",3\n";
    assert_eq!(table(csv).text("a").unwrap(), ["12\" pipe", "12\" pipe", "b"]);
}

#[test]
fn a_target_with_fewer_than_two_rows_a_class_is_refused() {
    let csv: String = (0..60).map(|i| format!("{},row {}\n", i % 7, i / 2 * 2 + i % 3)).collect();
    let error = table(&format!("x,name\n{csv}")).multiclass::<f32>("name").unwrap_err();
    assert!(
        error.to_string().contains("classes in 60 rows, fewer than two rows for each"),
        "{error}"
    );
}

#[test]
fn numbers_that_may_stand_for_missing_values_are_named() {
    let told = "read as numbers, though -999 often stands for a missing value (`CsvFormat::missing_values` takes the text for a missing value): t";
    assert_eq!(said("t,x,y\n20,1,2\n-999,5,3\n21.5,2,4\n"), told);
    assert_eq!(said("t,x,y\n-500,1,2\n-999,5,3\n-300,2,4\n"), "");
}

#[test]
fn an_unknown_category_that_is_like_a_known_one_is_told() {
    let net = trained(&table("on,x,y\nTrue,1,2\nFalse,2,4\nTrue,3,3\n").regression("y").unwrap());
    let new = table("on,x\nTRUE,1\nmaybe,1\n").with_unknown();
    let (_, report) = new.inputs_and_report(&net).unwrap();
    let said = "on (\"TRUE\" in row 1, 1 cell, \"True\" is known; and 1 more)";
    assert!(report.to_string().ends_with(said), "{report}");
}

#[test]
fn points_that_may_stand_between_thousands_are_named() {
    let csv = "sum;x;y\n7.116;1;2\n241;5;3\n-9.237;2,5;4\n12.480;3;5\n";
    let told = "read as numbers, though points may stand between thousands (`CsvFormat::decimal_comma` reads decimals behind a comma): sum\n\
        read as numbers with a decimal comma: x";
    assert_eq!(said(csv), told);
    // Where every number has a point, decimal commas in another column raise the doubt.
    let all = csv.replace("241;", "241.000;");
    assert!(said(&all).contains("thousands"));
    assert_eq!(said(&all.replace("2,5", "25")), "");
    // A number of 1,000 or more without a point, other decimals, and numbers below 1 show that it
    // does not.
    for other in ["2410", "2.41", "0.241"] {
        let text = said(&csv.replace(";1;", ";1,5;").replace("241;", &format!("{other};")));
        assert!(!text.contains("thousands"), "{other}: {text}");
    }
}

#[test]
#[cfg(feature = "dates")]
fn forms_of_dates_in_earlier_networks_are_read() {
    for (form, cell) in [
        ("%Y-%m-%dT%H:%M:%S%.fZ", "2024-03-05T14:30:00Z"),
        ("%Y-%m-%dT%H:%M:%S%.f%z", "2024-03-05T14:30:00+0200"),
        ("%Y-%m-%dT%H:%M:%S%.f %z", "2024-03-05T14:30:00.5 +02:00"),
    ] {
        let mut net = Mlp::<f64>::builder(8).dense(1, Identity).without_units().build().unwrap();
        let column = Column::dates("at", DateForm::new(form, 738_000));
        net.set_schema(Schema::new([column])).unwrap();
        let inputs = table(&format!("at\n{cell}\n")).inputs_for(&net).unwrap();
        assert_eq!(inputs.column(0).to_vec(), [2024.0], "{form}");
    }
}

#[test]
fn doubts_do_not_depend_on_quotes_decimal_commas_and_missing_values() {
    let with_blanks = |table: Table| report_on(table.with_missing());
    let thousands = "points may stand between thousands";
    let csv = "sum;x;y\n7.116;\"a\";2\n241;b;3\n-9.237;\"a\";4\n12.480;\"b\";5\n-9999;a;6\n";
    let format = || CsvFormat::new().missing_values(["-9999"]);
    assert!(with_blanks(format().parse(csv.as_bytes(), "data").unwrap()).contains(thousands));
    assert!(
        !with_blanks(format().parse(csv.replace("12.480", "1234.567").as_bytes(), "data").unwrap())
            .contains(thousands)
    );
    let rows = |separator: char| {
        let row = |i: usize| format!("{i}{separator}{}{separator}{}\n", i % 5, i * i % 7);
        let rows = (1..=60).map(row).collect::<String>();
        // A spreadsheet leaves blank rows at the end.
        format!("id{separator}x{separator}y\n{rows}{separator}{separator}\n")
    };
    let commas = CsvFormat::new().decimal_comma().parse(rows(';').as_bytes(), "data").unwrap();
    for told in [with_blanks(table(&rows(','))), with_blanks(commas)] {
        assert!(
            told.contains("they only count the rows (`Table::without` leaves the column out): id"),
            "{told}"
        );
    }
    // A missing value that begins with 0 makes no codes.
    let csv = "x,y\n1,00\n2,5\n4,7\n5,00\n";
    let table = CsvFormat::new().missing_values(["00"]).parse(csv.as_bytes(), "data").unwrap();
    assert!(!table.has_codes("y").unwrap());
    // Nor does a word for a missing value make a constant vary.
    for csv in ["x,y\n1,5\n2,-\n4,5\n", "x,y\n1,7 %\n2,-\n4,7 %\n"] {
        let table = Table::parse_csv(csv.as_bytes(), "data").unwrap().with_missing();
        let error = table.regression::<f32>("y").unwrap_err();
        assert!(matches!(error, Error::Table(TableError::ConstantTarget { .. })), "{error}");
    }
}

#[test]
fn what_is_no_separator_is_named() {
    for separator in *b"\"\n\xe9" {
        let read = CsvFormat::new().separator(separator).parse("a,b\n1,2\n".as_bytes(), "data");
        assert!(read.unwrap_err().to_string().starts_with("the separator, as a byte, is "));
    }
}

#[test]
fn a_column_without_a_name_is_told_by_its_number() {
    let table = table(",z,y\n1,4,2\n,5,3\n7,6,9\n").with_missing().without_unusable();
    let report = table.number([""]).unwrap().dataset_and_report::<f32>(Target::number("y"));
    let (_, report) = report.unwrap();
    let told = "blank cells count as the centre of the training rows: column 1 (1)";
    assert_eq!(report.to_string(), told);
}
