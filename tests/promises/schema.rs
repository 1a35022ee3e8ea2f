//! Data, network and file keep the names of columns and classes.

use densely::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Error, Identity, MeanSquaredError, Mlp,
    Sgd, Sigmoid, Softmax, Table, Trainer,
    data::Target,
    error::{CellProblem, SchemaError, TableError},
    schema::{Column, Schema},
};
use ndarray::{Array2, array};

fn table(csv: &str) -> Table {
    Table::parse_csv(csv.as_bytes(), "cars").unwrap()
}

const CARS: &str = "weight,origin,mpg\n3504,USA,18\n2372,Japan,24\n1835,Europe,26\n2130,Japan,27\n";

#[test]
fn a_network_knows_the_columns_that_it_was_trained_on_and_so_does_its_file() {
    let data = table(CARS).regression::<f32>("mpg").unwrap();
    let columns =
        [Column::numbers("weight"), Column::categories("origin", ["Europe", "Japan", "USA"])];
    let schema = Schema::new(columns).with_targets(["mpg"]);
    assert_eq!(data.schema(), &schema);

    let mut net = Mlp::builder(4).dense(1, Identity).build().unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(1);
    trainer.fit(&mut net, &data).unwrap();
    assert_eq!(net.schema(), &schema);
    let mut loaded = Mlp::<f32>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.schema(), &schema);

    // Arrays have no names, and do not remove existing ones.
    let arrays = Dataset::new(Array2::zeros((3, 4)), Array2::ones((3, 1))).unwrap();
    assert_eq!(arrays.feature_names(), ["x0", "x1", "x2", "x3"]);
    trainer.fit(&mut loaded, &arrays).unwrap();
    assert_eq!(loaded.schema(), &schema);
    // Other names mean other columns, which the weights do not fit.
    let turned = "mpg,origin,weight\n18,USA,3504\n24,Japan,2372\n26,Europe,1835\n27,Japan,2130\n";
    let before = loaded.to_bytes().unwrap();
    let error = trainer.fit(&mut loaded, &table(turned).regression("mpg").unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "feature 0 (counted from 0) is \"origin=Europe\", the network was trained with \"weight\": \
         `Table::dataset_for` brings columns and classes into the network's order, \
         `Mlp::set_schema` renames them"
    );
    assert_eq!(loaded.to_bytes().unwrap(), before);
    trainer.fit(&mut loaded, &table(turned).dataset_for(&net).unwrap()).unwrap();
}

#[test]
fn streams_and_steps_tell_the_network_its_columns_too() {
    let data = || table(CARS).regression::<f32>("mpg").unwrap();
    let net = || Mlp::builder(4).dense(1, Identity).without_units().build().unwrap();
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(2);
    let mut streamed = net();
    trainer().fit_batches(&mut streamed, |_| Ok([Ok(data()), Ok(data())])).unwrap();
    assert_eq!(streamed.schema(), data().schema());
    let mut stepped = net();
    trainer().step(&mut stepped, &data()).unwrap();
    assert_eq!(stepped.schema(), data().schema());

    let other = || data().with_feature_names(["a", "b", "c", "d"]).unwrap();
    let error = trainer().fit_batches(&mut net(), |_| Ok([Ok(data()), Ok(other())])).unwrap_err();
    assert!(matches!(error, Error::Schema(SchemaError::Mismatch { number: 0, .. })), "{error}");
}

/// A file of pandas has an index column without a name.
#[test]
fn a_column_without_a_name_is_an_error_only_where_all_are_used() {
    let index = ",origin,weight,x,x\n0,Japan,1,?,?\n";
    let mut net = Mlp::<f32>::builder(4).dense(1, Identity).build().unwrap();
    net.set_schema(table(CARS).regression::<f32>("mpg").unwrap().schema().clone()).unwrap();
    assert_eq!(table(index).inputs_for(&net).unwrap(), array![[1.0, 0.0, 1.0, 0.0]]);
    let error = table(index).regression::<f32>("weight").unwrap_err();
    assert!(matches!(error, Error::Table(TableError::UnnamedColumn { number: 1, .. })), "{error}");
    let error = table("x,weight,x\n1,2,3\n").regression::<f32>("weight").unwrap_err();
    assert!(matches!(error, Error::Table(TableError::DuplicateColumn { .. })), "{error}");
    assert!(matches!(
        table(index).text("x"),
        Err(Error::Table(TableError::DuplicateColumn { .. }))
    ));
}

#[test]
fn a_schema_that_does_not_fit_is_refused() {
    let mut net = Mlp::<f64>::builder(2).dense(3, Softmax).build().unwrap();
    let schema = |columns: &[&str], targets: &[&str], classes: &[&str]| {
        let columns = columns.iter().copied().map(Column::numbers);
        let (targets, classes) = (targets.iter().copied(), classes.iter().copied());
        Schema::new(columns).with_targets(targets).with_classes(classes)
    };
    let mut refused = |schema| net.set_schema(schema).unwrap_err().to_string();
    assert_eq!(refused(schema(&["a"], &[], &[])), "1 names for 2 features");
    assert_eq!(
        refused(schema(&["a", "a"], &[], &[])),
        r#""a" occurs twice among the names of the columns"#
    );
    assert_eq!(refused(schema(&[], &["y"], &[])), "1 names for 3 targets");
    assert_eq!(refused(schema(&[], &["y", "z"], &["a", "b", "c"])), "2 names for 1 targets");
    assert_eq!(refused(schema(&[], &[], &["a", "b"])), "2 names for 3 classes");
    assert_eq!(
        refused(schema(&[], &[], &["a", "b", "b"])),
        r#""b" occurs twice among the names of the classes"#
    );
    let origin = Schema::new([Column::categories("origin", ["USA", "USA"])]);
    assert_eq!(refused(origin), r#""USA" occurs twice among the names of the categories"#);
    let infinite = Column::numbers("a").with_offset(f64::INFINITY);
    let message = "the offset of a column is inf, it must be finite, and 0 for text";
    assert_eq!(refused(Schema::new([infinite, Column::numbers("b")])), message);
    let text = Column::categories("origin", ["Europe", "USA"]).with_offset(1.0);
    let message = "the offset of a column is 1, it must be finite, and 0 for text";
    assert_eq!(refused(Schema::new([text])), message);
    net.set_schema(schema(&["a", "b"], &["y"], &["p", "q", "r"])).unwrap();
}

#[test]
fn columns_that_are_not_used_may_hold_anything() {
    let net = {
        let mut net = Mlp::<f32>::builder(4).dense(1, Identity).build().unwrap();
        let data = table(CARS).regression("mpg").unwrap();
        Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(1).fit(&mut net, &data).unwrap();
        net
    };
    let new = table("mpg,origin,note,weight\n?,Japan,,1.5\nNaN,USA,\"a, b\",2\n");
    assert_eq!(new.inputs_for(&net).unwrap(), array![[1.5, 0.0, 1.0, 0.0], [2.0, 0.0, 0.0, 1.0]]);
    assert_eq!(new.text("note").unwrap(), ["", "a, b"]);
    let error = new.dataset_for(&net).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Table(TableError::Cell { row: 1, problem: CellProblem::Missing, .. })
        ),
        "{error}"
    );
    let error = table("origin,weight\nJapan,1\nJapan,\n").inputs_for(&net).unwrap_err();
    assert!(
        matches!(error, Error::Table(TableError::Cell { row: 2, problem: CellProblem::Blank, .. })),
        "{error}"
    );
    let nameless = Mlp::<f32>::builder(4).dense(1, Identity).build().unwrap();
    assert!(matches!(new.inputs_for(&nameless), Err(Error::Schema(SchemaError::Unnamed { .. }))));
}

/// Classes are text unless all are numbers. A missing class is always an error.
#[test]
fn classes_are_numbers_or_text() {
    let classes = |cells: &str| {
        let rows = cells.split(' ').zip(0..).map(|(cell, x)| format!("{x},{cell}\n"));
        let csv = format!("x,children\n{}", rows.collect::<String>());
        table(&csv).multiclass::<f64>("children").map(|data| data.classes().to_vec())
    };
    assert_eq!(classes("10 9 10 9.0").unwrap(), ["9", "10"]);
    assert_eq!(classes("1 2 3+ 2 1").unwrap(), ["1", "2", "3+"]);
    let error = classes("1 2 ? 2 1").unwrap_err();
    assert!(matches!(error, Error::Table(TableError::Cell { row: 3, .. })), "{error}");
    let error = classes("1 2 2.5 2 1").unwrap_err();
    assert!(
        matches!(error, Error::Table(TableError::Cell { problem: CellProblem::NotAClass, .. })),
        "{error}"
    );
}

/// Two classes are one column for one output, and two columns for two outputs. Whole numbers are
/// the same class however they are written.
#[test]
fn rows_of_another_file_get_the_classes_of_the_network() {
    let (csv, other) = ("x,y\n1,0\n2,1\n3,0\n", "y,x\n1.0,5\n0,6\n");
    let fitted = |mut net: Mlp<f32>, data: Dataset<f32>| {
        let trainer = |loss: Box<dyn densely::Loss<f32>>| Trainer::new(loss, Sgd::new(0.1));
        let loss: Box<dyn densely::Loss<f32>> = match data.outputs() {
            1 => Box::new(BinaryCrossEntropy),
            _ => Box::new(CategoricalCrossEntropy),
        };
        trainer(loss).epochs(1).fit(&mut net, &data).unwrap();
        net
    };
    let one = Mlp::builder(1).dense(1, Sigmoid).build().unwrap();
    let one = fitted(one, table(csv).binary("y").unwrap());
    assert_eq!(table(other).dataset_for(&one).unwrap().targets(), array![[1.0], [0.0]]);
    let two = Mlp::builder(1).dense(2, Softmax).build().unwrap();
    let two = fitted(two, table(csv).multiclass("y").unwrap());
    let data = table(other).dataset_for(&two).unwrap();
    assert_eq!(data.targets(), array![[0.0, 1.0], [1.0, 0.0]]);
    assert_eq!(data.classes(), ["0", "1"]);
    let error = table("y,x\n0,5\n7,6\n").dataset_for(&two).unwrap_err();
    assert_eq!(error.to_string(), r#"cars: row 2, column "y": "7" is none of "0", "1""#);
}

#[test]
fn validation_rows_have_the_columns_of_the_training_rows() {
    let turned = "mpg,origin,weight\n18,USA,3504\n24,Japan,2372\n26,Europe,1835\n";
    let (train, other) = (table(CARS), table(turned));
    let (train, other) =
        (train.regression::<f32>("mpg").unwrap(), other.regression("mpg").unwrap());
    let mut net = Mlp::builder(4).dense(1, Identity).build().unwrap();
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(1);
    let error = trainer().validation_data(&other).fit(&mut net, &train).unwrap_err();
    assert!(matches!(error, Error::Schema(SchemaError::Mismatch { .. })), "{error}");
    assert!(net.schema().columns.is_empty());
    trainer().validation_data(&train).fit(&mut net, &train).unwrap();
    let mut trainer = trainer().validation_data(&other);
    let error = trainer.fit_batches(&mut net, |_| Ok([Ok(train.clone())])).unwrap_err();
    assert!(matches!(error, Error::Schema(SchemaError::Mismatch { .. })), "{error}");
}

/// Seconds 1.7e9 + 10 i for i < 6,000: the range is 59,990, so that the offset is the multiple of
/// 100,000 nearest to 1,700,029,995. An `f32` near 1.7e9 would be a multiple of 128.
#[test]
fn seconds_since_1970_keep_their_digits() {
    let row = |i: i64| format!("{},{}\n", 1_700_000_000 + 10 * i, 1_700_000_000 - 100_000 * i);
    let csv = |rows: std::ops::Range<i64>| format!("s,y\n{}", rows.map(row).collect::<String>());
    let seconds = table(&csv(0..6_000));
    let data = seconds.regression::<f32>("y").unwrap();
    assert_eq!(data.feature_names(), ["s - 1700000000"]);
    let expected: Vec<f32> = (0..6_000_u16).map(|i| 10.0 * f32::from(i)).collect();
    assert_eq!(data.inputs().column(0).to_vec(), expected);
    // Predictions are in the target's own unit: it has no offset.
    assert_eq!(data.targets()[[0, 0]], 1.7e9);

    let stream = seconds.stream::<f32>(Target::number("y")).unwrap();
    let last = stream.chunks(5_999).last().unwrap().unwrap();
    assert_eq!(last.inputs(), array![[59_990.0]]);

    // Other rows have the offset of the network, which its file keeps, whatever their range is.
    let mut net = Mlp::<f32>::builder(1).dense(1, Identity).build().unwrap();
    net.set_schema(data.schema().clone()).unwrap();
    let net = Mlp::<f32>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(net.schema(), data.schema());
    let others = table(&csv(5_990..5_992));
    assert_eq!(others.inputs_for(&net).unwrap(), array![[59_900.0], [59_910.0]]);
    assert_eq!(others.dataset_for(&net).unwrap().inputs(), array![[59_900.0], [59_910.0]]);
    let alone = others.regression::<f32>("y").unwrap();
    assert_eq!(alone.feature_names(), ["s - 1700059910"]);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(1);
    let error = trainer.fit(&mut net.clone(), &alone).unwrap_err();
    assert!(matches!(error, Error::Schema(SchemaError::Mismatch { .. })), "{error}");
}

#[test]
fn an_offset_is_told_and_written_only_where_there_is_one() {
    let columns = [-2.5, 0.0, 1e6].map(|offset| Column::numbers("x").with_offset(offset));
    let names = Schema::new(columns.clone()).feature_names();
    assert_eq!(names, ["x + 2.5", "x", "x - 1000000"]);
    let json = columns.clone().map(|column| serde_json::to_string(&column).unwrap());
    let expected = [
        r#"{"name":"x","categories":[],"offset":-2.5}"#,
        r#"{"name":"x","categories":[]}"#,
        r#"{"name":"x","categories":[],"offset":1000000.0}"#,
    ];
    assert_eq!(json, expected);
    let read = json.map(|json| serde_json::from_str::<Column>(&json).unwrap());
    assert_eq!(read, columns);
}
