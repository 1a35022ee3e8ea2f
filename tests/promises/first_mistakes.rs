//! An error names the remedy of common first mistakes. None of them is trained on silently.

use densely::{
    Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, EarlyStopping, Error, Identity,
    MeanSquaredError, Mlp, Sgd, Sigmoid, Softmax, Table, Tanh, Trainer, metrics,
};
use ndarray::{Array2, ArrayView2, array};

fn message<T>(result: Result<T, Error>) -> String {
    result.err().expect("a mistake").to_string()
}

fn classifier(outputs: usize) -> Mlp<f64> {
    Mlp::builder(1).dense(4, Tanh).dense(outputs, Softmax).build().unwrap()
}

#[test]
fn an_error_has_a_message_and_shows_its_variant() {
    let error = Dataset::<f32>::new(array![[1.0]], array![[1.0], [2.0]]).unwrap_err();
    assert_eq!(error.to_string(), "inputs have 1 rows, targets have 2");
    let expected = "inputs have 1 rows, targets have 2 [Shape(Rows { inputs: 1, targets: 2 })]";
    assert_eq!(format!("{error:?}"), expected);
    let error = Table::read_csv("data/no such file.csv").unwrap_err();
    assert_eq!(format!("{error:?}"), format!("{error} [Io]"));
    // `main` prints this of an error that it returns: it names the remedy.
    let table = Table::parse_csv("a,b\n1,2\n,3\n".as_bytes(), "cars").unwrap();
    let error = table.regression::<f32>("b").unwrap_err();
    let expected = r#"cars: row 2, column "a": "" is blank; `Table::with_missing` takes missing values [Table(Cell { "#;
    assert!(format!("{error:?}").starts_with(expected), "{error:?}");
}

#[test]
fn class_numbers_in_a_column() {
    let data = Dataset::new(array![[0.0], [1.0], [2.0]], array![[0.0], [1.0], [2.0]]).unwrap();
    let trained =
        Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).fit(&mut classifier(3), &data);
    let expected = "targets have 1 columns, the network has 3 outputs (a column of class numbers? `Dataset::multiclass` makes them one-hot)";
    assert_eq!(message(trained), expected);
    let expected =
        "row 2 (counted from 0) of the targets belongs to no class: its number must be 0 or 1";
    assert_eq!(message(data.clone().with_classes(["a", "b"])), expected);
    let expected = "3 names for 2 classes (one column of targets has two; `Dataset::multiclass` makes labels one-hot)";
    assert_eq!(message(data.with_classes(["a", "b", "c"])), expected);
}

#[test]
fn targets_in_a_row() {
    let result = Dataset::new(Array2::<f32>::zeros((3, 1)), array![[1.0, 2.0, 3.0]]);
    let expected = "inputs have 3 rows, targets have 1 (targets are rows × outputs; is this a row, 1 × outputs?)";
    assert_eq!(message(result), expected);
}

#[test]
fn an_example_in_a_column() {
    let net = Mlp::<f32>::builder(3).dense(1, Identity).build().unwrap();
    let expected =
        "inputs have 1 features, the network takes 3 (an example is a row: 1 × features)";
    assert_eq!(message(net.predict(Array2::zeros((3, 1)).view())), expected);
    assert_eq!(
        message(net.predict_row(&[1.0, 2.0])),
        "inputs have 2 features, the network takes 3"
    );
}

#[test]
fn a_network_that_was_never_trained() {
    let net = Mlp::<f64>::builder(1).dense(1, Identity).build().unwrap();
    let expected = "the network's units are not measured yet: train it with `Trainer::fit`, measure them with `Mlp::measure`, or build it `without_units`";
    assert_eq!(message(net.predict_row(&[1.0])), expected);
}

/// Validation rows are in the data's units, like the training rows, wherever they lie.
#[test]
fn validation_rows_far_from_the_training_rows() {
    let rows =
        |offset: f64| Dataset::regression(array![[offset], [offset + 1.0]], [0.0, 3.0]).unwrap();
    let (train, validation) = (rows(0.0), rows(5.0));
    let mut net = Mlp::<f64>::builder(1).dense(1, Identity).build().unwrap();
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.1))
        .epochs(2)
        .validation_data(&validation)
        .early_stopping(EarlyStopping::patience(1))
        .fit(&mut net, &train)
        .unwrap();
    let loss = net.evaluate(&validation, metrics::mean_squared_error).unwrap();
    approx::assert_relative_eq!(report.best_loss(), loss, max_relative = 1e-12);
}

#[test]
fn a_forgotten_softmax_in_a_loop_of_ones_own() {
    let mut net = Mlp::<f64>::builder(1).dense(3, Identity).build().unwrap();
    let mut backprop = Backprop::new(&net);
    let (inputs, targets) = (array![[1.0]], array![[0.0, 1.0, 0.0]]);
    let run = backprop.run(&mut net, &CategoricalCrossEntropy, inputs.view(), targets.view());
    let expected = "CategoricalCrossEntropy needs outputs between 0 and 1, such as those of Softmax; the network ends in Identity";
    assert_eq!(message(run), expected);
}

#[test]
fn categorical_cross_entropy_for_one_output() {
    let data = Dataset::binary(array![[0.0], [1.0]], ["no", "yes"]).unwrap();
    let net = || Mlp::<f64>::builder(1).dense(1, Sigmoid).build().unwrap();
    let trained = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).fit(&mut net(), &data);
    let expected = "CategoricalCrossEntropy needs rows whose sum is 1 (for one output, there is BinaryCrossEntropy) as targets; row 0 (counted from 0) has 0";
    assert_eq!(message(trained), expected);
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(1).fit(&mut net(), &data).unwrap();
}

#[test]
fn names_that_the_network_does_not_know() {
    let net = classifier(3);
    let expected = "the network does not know the names of its classes: it predicts numbers, or was trained without names; `Mlp::set_schema` sets them";
    assert_eq!(message(net.predict_classes(array![[1.0]].view())), expected);
    let confusion = metrics::ConfusionMatrix::new(
        array![[0.1, 0.9]].view(),
        array![[0.0, 1.0]].view(),
        net.classes(),
    );
    assert_eq!(message(confusion), "0 names for 2 classes (`Dataset::with_classes` names them)");
}

#[test]
fn metrics_for_classes_on_numbers() {
    let (outputs, targets) = (array![[10.0], [-3.0], [7.5]], array![[0.0], [-2.0], [7.0]]);
    let expected = "the target of row 1 (counted from 0) is -2, not from 0 to 1: this metric is for classes; `metrics::r_squared` and others are for numbers";
    for metric in [metrics::accuracy, metrics::f1, metrics::log_loss, metrics::brier_score] {
        assert_eq!(message(metric(outputs.view(), targets.view())), expected);
    }
    let confusion = metrics::ConfusionMatrix::new(outputs.view(), targets.view(), ["a", "b"]);
    assert_eq!(message(confusion), expected);
}

/// The class of the largest is right, whatever the outputs are; other metrics need probabilities.
#[test]
fn metrics_for_probabilities_on_other_outputs() {
    let (outputs, targets) = (array![[3.0], [-3.0]], array![[1.0], [0.0]]);
    assert_eq!(metrics::accuracy(outputs.view(), targets.view()).unwrap(), 1.0);
    let calibration = |outputs: ArrayView2<'_, f64>, targets: ArrayView2<'_, f64>| {
        metrics::expected_calibration_error(outputs, targets, 10)
    };
    for metric in [metrics::log_loss, metrics::brier_score, calibration] {
        assert_eq!(
            message(metric(outputs.view(), targets.view())),
            "the output of row 0 (counted from 0) is 3, no probability: this metric needs the \
             outputs of Sigmoid or Softmax"
        );
        // By rounding, a sum of probabilities may be a little above 1.
        metric(array![[1.0 + 1e-7], [0.5]].view(), targets.view()).unwrap();
    }
}

#[test]
fn labels_that_the_network_does_not_know() {
    let train = Dataset::multiclass(array![[0.0], [1.0], [2.0]], ["a", "b", "c"]).unwrap();
    let mut net = classifier(3);
    Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(1).fit(&mut net, &train).unwrap();
    let unknown = Dataset::for_classifier(&net, array![[0.0], [1.0]], ["b", "d"]);
    let expected = r#"label 1 (counted from 0) is "d", which is none of "a", "b", "c""#;
    assert_eq!(message(unknown), expected);
    let other = Dataset::multiclass(array![[0.0], [1.0], [2.0]], ["a", "b", "x"]).unwrap();
    assert!(message(net.evaluate(&other, metrics::accuracy)).starts_with("class 2"));
}
