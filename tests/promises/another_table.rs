//! A network that was trained on a table finds its columns in another one.

use densely::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Identity, MeanSquaredError, Mlp, Sgd,
    Sigmoid, Softmax, Table, Trainer, metrics,
    schema::{Column, Schema},
};
use ndarray::array;

fn csv(text: &str) -> Table {
    Table::parse_csv(text.as_bytes(), "new").unwrap()
}

/// The same rows with the columns in reverse order, and one more column.
fn turned(rows: &str) -> String {
    let turned = rows.lines().enumerate().map(|(index, line)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells.reverse();
        let more = if index == 0 { "more" } else { "-" };
        format!("{more},{}\n", cells.join(","))
    });
    turned.collect()
}

/// Rows to train on and rows to test, alternately.
fn halves(path: &str) -> [String; 2] {
    let text = std::fs::read_to_string(path).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let of = |first: usize| {
        let rows = rows.iter().skip(first).step_by(2).map(|row| format!("{row}\n"));
        format!("{header}\n{}", rows.collect::<String>())
    };
    [of(0), of(1)]
}

#[test]
fn of_numbers_with_the_same_scores() {
    let [train, test] = halves("data/auto_mpg.csv");
    let data = csv(&train).regression::<f64>("mpg").unwrap();
    let mut net = Mlp::builder(data.features()).dense(1, Identity).build().unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(20);
    trainer.fit(&mut net, &data).unwrap();

    // If the other table has all categories, it has the same features by itself.
    let usual = csv(&test).regression::<f64>("mpg").unwrap();
    let found = csv(&turned(&test)).dataset_for(&net).unwrap();
    assert_eq!(found.inputs(), usual.inputs());
    assert_eq!(found.targets(), usual.targets());
    assert_eq!(found.schema(), net.schema());
    let score = |data: &densely::Dataset<f64>| {
        let predicted = net.predict(data.inputs()).unwrap();
        metrics::root_mean_squared_error(predicted.view(), data.targets()).unwrap()
    };
    assert!(score(&found) < 5.0);
    assert_eq!(score(&found), score(&usual));

    // If a category is missing, only the network knows it.
    let text = turned(&test);
    let origin = text.lines().next().unwrap().split(',').position(|name| name == "origin").unwrap();
    let only = |line: &&str| line.split(',').nth(origin) != Some("Europe");
    let some: String = text.lines().filter(only).map(|line| format!("{line}\n")).collect();
    let by_itself = csv(&some).regression::<f64>("mpg").unwrap().feature_names();
    assert!(!by_itself.contains(&"origin=Europe".to_owned()), "{by_itself:?}");
    assert_eq!(csv(&some).dataset_for(&net).unwrap().features(), net.features());
}

#[test]
fn of_classes_with_the_same_scores() {
    let [train, test] = halves("data/breast_cancer.csv");
    let data = csv(&train).binary::<f32>("diagnosis").unwrap();
    let mut net = Mlp::builder(data.features()).dense(1, Sigmoid).build().unwrap();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(5);
    trainer.fit(&mut net, &data).unwrap();
    let usual = csv(&test).binary::<f32>("diagnosis").unwrap();
    let found = csv(&turned(&test)).dataset_for(&net).unwrap();
    assert_eq!((found.inputs(), found.targets()), (usual.inputs(), usual.targets()));

    let [train, test] = halves("data/digits.csv");
    let data = csv(&train).multiclass::<f32>("digit").unwrap();
    let mut net = Mlp::builder(data.features()).dense(10, Softmax).build().unwrap();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(1e-4)).epochs(2);
    trainer.fit(&mut net, &data).unwrap();
    let usual = csv(&test).multiclass::<f32>("digit").unwrap();
    let found = csv(&turned(&test)).dataset_for(&net).unwrap();
    assert_eq!((found.inputs(), found.targets()), (usual.inputs(), usual.targets()));
    // A table with one of the ten classes still has ten outputs.
    let zeros = csv(&format!("{}{}", test.lines().next().unwrap(), {
        let zeros = test.lines().filter(|line| line.ends_with(",0"));
        zeros.map(|line| format!("\n{line}")).collect::<String>()
    }));
    let found = zeros.dataset_for(&net).unwrap();
    assert_eq!(found.outputs(), 10);
    assert_eq!(found.targets().column(0).sum(), found.rows() as f32);
}

/// The rows of a file and the same texts in memory become the same inputs.
#[test]
fn of_texts_that_an_application_has() {
    let file = "when,\"kind, \"\"of\"\"\",size\n2024-05-01,\"a, b\",1\n2024-06-01,c,\n,d,3\n";
    let data = csv(file).with_missing().regression::<f32>("size").unwrap();
    let mut net = Mlp::builder(data.features()).dense(1, Identity).build().unwrap();
    net.measure(&data).unwrap();
    assert_eq!(net.schema(), data.schema());

    let names = ["kind, \"of\"", "when"];
    let rows = [["a, b", "2024-05-01"], ["c", "2024-06-01"], ["d", ""]];
    let request = Table::from_rows(names, rows, "request").unwrap().with_missing();
    let from_file = csv(file).with_missing().inputs_for(&net).unwrap();
    let bits = |inputs: &ndarray::Array2<f32>| inputs.mapv(f32::to_bits);
    assert_eq!(bits(&request.inputs_for(&net).unwrap()), bits(&from_file));

    // Nothing is left out, whatever the rows say.
    let rows = [["", ""], ["a", "b"], ["", ""]];
    let table = Table::from_rows(["a", "b"], rows, "request").unwrap();
    assert_eq!(table.text("b").unwrap(), ["", "b", ""]);

    let message = |names: &[&str], rows: &[&[&str]]| {
        let rows = rows.iter().map(|row| row.iter().copied());
        Table::from_rows(names, rows, "request").unwrap_err().to_string()
    };
    let ragged = message(&["a", "b"], &[&["1", "2"], &[], &["1", "2"]]);
    assert_eq!(ragged, "request: row 2 has 0 cells, the header has 2");
    assert_eq!(message(&["a"], &[]), "request: there are no rows below the header");
    assert_eq!(message(&[], &[&[]]), "request: the file is empty");
    assert_eq!(message(&[], &[&["1"]]), "request: row 1 has 1 cells, the header has 0");

    // Of many columns, those are named that begin alike.
    let names: Vec<String> = (0..30).map(|number| format!("x_{number}")).collect();
    let table = Table::from_rows(&names, [&names], "request").unwrap();
    let error = table.text("X_29 ").unwrap_err().to_string();
    let expected =
        r#"request: there is no column "X_29 "; there are "x_29", "x_2", "x_20", "x_21""#;
    assert!(error.starts_with(expected), "{error}");
}

/// Measuring tells a network names that it does not have, and takes none away.
#[test]
fn whose_names_a_measured_network_knows() {
    let data = csv("a,kind\n1,x\n2,y\n").binary::<f32>("kind").unwrap();
    let mut net = Mlp::builder(1).dense(1, Sigmoid).build().unwrap();
    net.measure(&data).unwrap();
    assert_eq!((net.classes(), net.schema()), (data.classes(), data.schema()));
    let (inputs, targets) = (data.inputs().to_owned(), data.targets().to_owned());
    let bare = Dataset::new(inputs, targets).unwrap();
    net.measure(&bare.clone().with_target_names(["other"]).unwrap()).unwrap();
    assert_eq!(net.schema(), data.schema());
    let error = net.measure(&bare.with_feature_names(["b"]).unwrap()).unwrap_err().to_string();
    assert!(error.contains(r#"is "b", the network was trained with "a""#), "{error}");
}

#[test]
fn or_says_what_is_wrong() {
    let mut net = Mlp::<f32>::builder(3).dense(2, Softmax).build().unwrap();
    let message =
        |table: &str, net: &Mlp<f32>| csv(table).dataset_for(net).unwrap_err().to_string();
    let unnamed = "the network does not know the names of its";
    assert_eq!(
        message("a\n1\n", &net),
        format!(
            "{unnamed} targets: it was trained on data without names; `Mlp::set_schema` sets them"
        )
    );
    let columns = [Column::numbers("x"), Column::categories("kind", ["a", "b"])];
    net.set_schema(Schema::new(columns).with_targets(["y"]).with_classes(["1", "2"])).unwrap();
    let good = csv("y,kind,x,other\n2,b,-0.5,\n1.0,a,1e3,?\n").dataset_for(&net).unwrap();
    assert_eq!(good.inputs(), array![[-0.5, 0.0, 1.0], [1e3, 1.0, 0.0]]);
    // A whole number is a class however it is written.
    assert_eq!(good.targets(), array![[0.0, 1.0], [1.0, 0.0]]);
    for (table, expected) in [
        ("x,y\n1,1\n", r#"new: there is no column "kind"; there are "x", "y""#),
        ("x,kind\n1,a\n", r#"new: there is no column "y"; there are "x", "kind""#),
        (
            "x,kind,y\n1,a,1\n1,c,1\n",
            r#"new: row 2, column "kind": "c" is none of "a", "b"; `Table::with_unknown` takes an unknown category for none of the known ones"#,
        ),
        ("x,kind,y\n1,a,1\n1,a,3\n", r#"new: row 2, column "y": "3" is none of "1", "2""#),
        (
            "x,kind,y\n1,,1\n",
            r#"new: row 1, column "kind": "" is blank; `Table::with_missing` takes missing values"#,
        ),
        (
            "x,kind,y\n,a,1\n",
            r#"new: row 1, column "x": "" is blank; `Table::with_missing` takes missing values"#,
        ),
        (
            "x,kind,y\n1,a,\n",
            r#"new: row 1, column "y": "" is blank; `Table::with_missing` takes missing values"#,
        ),
        ("x,kind,y\n1e39,a,1\n", r#"new: row 1, column "x": "1e39" is too large for f32"#),
        (
            "x,kind,y\nNaN,a,1\n",
            r#"new: row 1, column "x": "NaN" is a missing value; `Table::with_missing` takes missing values"#,
        ),
    ] {
        assert_eq!(message(table, &net), expected);
    }
}
