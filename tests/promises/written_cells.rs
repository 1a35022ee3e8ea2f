//! How cells are written: numbers, times and missing values are read as people mean them.

use densely::{
    Table,
    data::{CsvFormat, Target},
};

fn table(csv: &str) -> Table {
    Table::parse_csv(csv.as_bytes(), "data").unwrap()
}

fn message(csv: &str, target: &str) -> String {
    let table = Table::parse_csv(csv.as_bytes(), "data");
    table.and_then(|table| table.regression::<f32>(target)).unwrap_err().to_string()
}

#[test]
fn thousands_and_decimals_are_told_apart() {
    let first = |csv: &str, column: usize| {
        let data = table(csv).regression::<f64>("y").unwrap();
        data.inputs().column(column).to_vec()
    };
    // No thousands begin with 0.
    assert_eq!(first("x,y\n\"0,125\",3\n1,4\n\"0,500\",5\n", 0), [0.125, 1.0, 0.5]);
    // No cell has a comma: these are decimals, in a file with semicolons too.
    assert_eq!(first("x;y\n12%;3\n7.125%;4\n9.5%;5\n", 0), [12.0, 7.125, 9.5]);
    assert_eq!(first("x;y\n12%;3\n7.125%;4\n0.500%;5\n", 0), [12.0, 7.125, 0.5]);
    // Another column has a decimal point: commas stand between thousands.
    assert_eq!(
        first("a;x;y\n48.00;66,299;3\n48.01;845;4\n48.02;1,200;5\n", 1),
        [66_299.0, 845.0, 1_200.0]
    );
    // A comma reads all cells, a point does not.
    assert_eq!(
        first("x;y\n1.234.567;3\n43.916;4\n512;5\n43.916;6\n", 0),
        [1_234_567.0, 43_916.0, 512.0, 43_916.0]
    );
    // Points in a file of tabs with decimal commas are doubtful.
    let all = (0..9).map(|i| format!("{i},25\t{}\t{i}\n", ["7.322", "1.862", "3.104"][i % 3]));
    let all = table(&format!("a\tx\ty\n{}", all.collect::<String>()));
    let (_, report) = all.dataset_and_report::<f64>(Target::number("y")).unwrap();
    assert!(report.to_string().contains("points may stand between thousands"), "{report}");
    let rows = (0..9).map(|i| format!("{i},25\t{}\t{i}\n", ["7.322", "862", "104"][i % 3]));
    let tabs = table(&format!("a\tx\ty\n{}", rows.collect::<String>()));
    let (_, report) = tabs.dataset_and_report::<f64>(Target::number("y")).unwrap();
    assert!(report.to_string().contains("points may stand between thousands"), "{report}");
}

#[test]
fn numbers_of_a_form_have_an_offset_too() {
    for (csv, middle) in [
        ("x;y\n1700000000,5;1\n1700000001,5;2\n1700000003,5;3\n", 1_700_000_000.0),
        ("x,y\n$ 1700000000,1\n$ 1700000001,2\n$ 1700000003,3\n", 1_700_000_000.0),
    ] {
        let data = table(csv).regression::<f32>("y").unwrap();
        assert_eq!(data.feature_names(), [format!("x - {middle}")]);
        let x = data.inputs().column(0).to_vec();
        assert_eq!([x[1] - x[0], x[2] - x[1]], [1.0, 2.0]);
    }
}

#[test]
fn a_number_that_is_missing_is_one_in_any_form() {
    let format = CsvFormat::new().missing_values(["999", "9999"]);
    let csv = "x,z,y\n0.999,\"0.999\",1\n2,\"9,999\",2\n3,999,3\n9.999,\"1,000.5\",4\n";
    let data = format.parse(csv.as_bytes(), "data").unwrap().with_missing();
    let data = data.regression::<f64>("y").unwrap();
    assert_eq!(data.feature_names(), ["x", "z", "z is blank"]);
    assert_eq!(data.inputs().column(0).to_vec(), [0.999, 2.0, 3.0, 9.999]);
    assert_eq!(data.inputs().column(2).to_vec(), [0.0, 1.0, 1.0, 0.0]);
    assert_eq!(data.inputs()[[0, 1]], 0.999);
}

#[test]
fn many_numbers_below_a_limit_are_no_categories() {
    let cell = |i: usize| if i % 5 < 3 { "<0.1".to_owned() } else { format!("{}.5", i % 73) };
    let rows: String = (0..300).map(|i| format!("{},{i}\n", cell(i))).collect();
    let error = message(&format!("x,y\n{rows}"), "y");
    assert!(error.contains("\"<0.1\" is not a number, but 120 cells of the column are, and 180"));
    assert!(table(&format!("x,y\n{rows}")).without_unusable().regression::<f32>("y").is_err());
    let error = message(&format!("x,y\n{}", rows.replace("<0.1", "12 g")), "y");
    assert!(error.contains("\"12 g\" is not a number, but 120 cells"), "{error}");
}

#[test]
fn what_stands_above_or_below_the_rows_is_told() {
    let title = "Sales of 2024\n\nx,z,y\n1,2,3\n2,3,5\n";
    let error = message(title, "y");
    assert!(error.ends_with("`CsvFormat::skip_lines` skips lines above the header"), "{error}");
    let table = CsvFormat::new().skip_lines(2).parse(title.as_bytes(), "data").unwrap();
    assert_eq!(table.regression::<f64>("y").unwrap().rows(), 2);
    let sep = "Sales\nsep=;\nx;y\n1;3\n2;5\n";
    let table = CsvFormat::new().skip_lines(1).parse(sep.as_bytes(), "data").unwrap();
    assert_eq!(table.column_names().collect::<Vec<_>>(), ["x", "y"]);
    // A first line of dates, prices or shares is no header.
    for first in ["2024-01-01,1.5,a", "$ 3,12 %,b"] {
        let csv = format!("{first}\n2024-01-02,2.5,a\n2024-01-03,3.5,b\n");
        assert!(message(&csv, "y").contains("looks like a row"), "{first}");
    }
    let rows = "x,y\n1,pos\n2,Pos\n3,neg\n4,neg\n";
    let classes = Table::parse_csv(rows.as_bytes(), "data").unwrap();
    let (_, report) = classes.dataset_and_report::<f64>(Target::classes("y")).unwrap();
    let expected = "read as classes, though some differ only in upper and lower case: y";
    assert_eq!(report.to_string(), expected);
    let table = Table::parse_csv("x,y\n1,2\n3,5\n,\n,\n".as_bytes(), "data").unwrap();
    let (data, report) = table.dataset_and_report::<f64>(Target::number("y")).unwrap();
    assert_eq!((data.rows(), report.blank_rows_at_end), (2, 2));
    assert_eq!(report.to_string(), "left out: 2 blank rows at the end of the file");
}

#[test]
#[cfg(feature = "dates")]
fn parts_of_a_second_count_in_the_order_of_times() {
    let csv = "t,y\n2024-03-05 14:30:01.75,1\n2024-03-05 14:30:01.25,2\n2024-03-05 14:30:01.5,3\n";
    let order = table(csv).order("t").unwrap();
    assert!(order[1] < order[2] && order[2] < order[0], "{order:?}");
    // Days of plain numbers count from the first, too.
    let days = table("d,y\n20240102,1\n20240101,2\n20240105,3\n");
    let data = days.date_format("d", "%Y%m%d").unwrap().regression::<f64>("y").unwrap();
    assert_eq!(data.inputs().column(1).to_vec(), [1.0, 0.0, 4.0]);
    let short = table("d,y\n01/15/24,1\n02/16/24,2\n").date_format("d", "%D").unwrap();
    assert_eq!(short.regression::<f64>("y").unwrap().inputs()[[1, 1]], 32.0);
}

#[test]
fn numbers_with_a_unit_behind_them_are_numbers() {
    let rows = |other: &str| {
        let row = |i: usize| format!("{}.5 °C,{} kg\n", i % 40, 2 * i + 7);
        let rows: String = (0..60).map(row).collect();
        format!("temperature,load\n{rows}{other},9 kg\n")
    };
    let data = table(&rows("-3 °C")).regression::<f64>("load").unwrap();
    assert_eq!(data.feature_names(), ["temperature"]);
    assert_eq!((data.inputs()[[1, 0]], data.inputs()[[60, 0]]), (1.5, -3.0));
    assert_eq!((data.targets()[[0, 0]], data.targets()[[60, 0]]), (7.0, 9.0));
    let error = message(&rows("40 °F"), "load");
    let expected = "\"40 °F\" is not a number with a decimal point and °C, but 60 cells";
    assert!(error.contains(expected), "{error}");
    let error = message(&rows("1 °C,many\n2 °C"), "load");
    let expected = "target \"load\": \"many\" is not a number with a decimal point and kg, but 61";
    assert!(error.contains(expected) && error.contains("`Target::classes`"), "{error}");
    // Codes are categories.
    let codes = table("x,y\n007A,1\n012A,2\n007A,3\n012A,4\n031A,5\n031A,6\n");
    assert_eq!(codes.regression::<f64>("y").unwrap().features(), 3);
}
