//! The options of training: optimizer, schedule, loss, dropout, weight decay, class weights.

use super::{BINARY, MULTICLASS, REGRESSION, failure, json, run};
use densely::{Mlp, Table};
use ndarray::{Array1, Array2, ArrayView1};
use serde_json::Value;

fn score(run: &Value, name: &str) -> f64 {
    run["test"][name].as_f64().unwrap()
}

#[test]
fn every_optimizer_reads_digits() {
    for optimizer in ["sgd", "adagrad", "rmsprop", "adam", "adamw", "lbfgs"] {
        let run = json(MULTICLASS, &["--optimizer", optimizer, "--epochs", "40"]);
        assert!(score(&run, "accuracy") > 0.93, "{optimizer}: {run}");
    }
}

#[test]
fn every_schedule_finds_the_tumours() {
    let schedules =
        ["constant", "step", "exponential", "inverse-scaling", "cosine", "one-cycle", "plateau"];
    let trained = schedules.map(|schedule| {
        let options = ["--schedule", schedule, "--epochs", "40", "--warm-up", "3"];
        let run = json(BINARY, &options);
        assert!(score(&run, "accuracy") > 0.93, "{schedule}: {run}");
        score(&run, "log_loss").to_bits()
    });
    let different: std::collections::HashSet<_> = trained.into_iter().collect();
    // The plateau schedule may not act within these few epochs.
    assert!(different.len() >= schedules.len() - 1);
}

#[test]
fn losses_dropout_and_decay_change_what_is_learned() {
    let usual = json(REGRESSION, &["--epochs", "30"]);
    for options in [
        &["--loss", "absolute"][..],
        &["--loss", "huber"],
        &["--loss", "poisson"],
        &["--dropout", "0.2"],
        &["--weight-decay", "0.01"],
        &["--clip-norm", "0.1"],
    ] {
        let run = json(REGRESSION, &[&["--epochs", "30"], options].concat());
        assert!(score(&run, "r2") > 0.75, "{options:?}: {run}");
        assert_ne!(score(&run, "rmse"), score(&usual, "rmse"), "{options:?}");
    }
}

/// Returns how many benign tumours are predicted as malignant, and how many malignant ones as
/// benign.
fn confused(options: &[&str]) -> (usize, usize) {
    let output = run(BINARY, options);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    // The matrix ends above the place of the network.
    let (matrix, _) = text.split_once("\n\nsaved").unwrap();
    let rows: Vec<Vec<usize>> = matrix
        .lines()
        .rev()
        .take(2)
        .map(|line| line.split_whitespace().filter_map(|cell| cell.parse().ok()).collect())
        .collect();
    let [malignant, benign] = &rows[..] else { panic!("{text}") };
    (benign[1], malignant[0])
}

#[test]
fn class_weights_say_how_much_a_class_counts() {
    let usual = confused(&crate::OWN);
    // With weight 0, benign tumours do not count at all.
    let only_malignant = confused(&["--class-weight", "0,1"]);
    assert!(only_malignant.0 > 20 + usual.0 && only_malignant.1 == 0, "{only_malignant:?}");
    let only_benign = confused(&["--class-weight", "1,0"]);
    assert!(only_benign.1 > usual.1 && only_benign.0 == 0, "{only_benign:?}");
    let balanced = json(BINARY, &[&crate::OWN[..], &["--class-weight", "balanced"]].concat());
    assert!(score(&balanced, "accuracy") > 0.94, "{balanced}");
    assert_ne!(score(&balanced, "log_loss"), score(&json(BINARY, &crate::OWN), "log_loss"));
}

#[test]
fn what_does_not_go_together_is_told_in_one_line() {
    let cases = [
        (
            REGRESSION,
            &["--loss", "cross-entropy"][..],
            "--loss cross-entropy is for classes, not for numbers",
        ),
        (BINARY, &["--loss", "poisson"], "--loss poisson is for counts, not for classes"),
        (
            BINARY,
            &["--optimizer", "adam", "--momentum", "0.5"],
            "--momentum is for --optimizer sgd",
        ),
        (
            MULTICLASS,
            &["--optimizer", "lbfgs", "--learning-rate", "0.5"],
            "--optimizer lbfgs has no --learning-rate",
        ),
        (
            REGRESSION,
            &["--class-weight", "balanced"],
            "class weights need class targets; these targets are numbers",
        ),
        (MULTICLASS, &["--class-weight", "1,2"], "2 weights for 10 classes: give one for each"),
        (
            REGRESSION,
            &["--optimizer", "lbfgs", "--dropout", "0.1"],
            "L-BFGS uses all rows in every iteration and does not support dropout",
        ),
        (
            REGRESSION,
            &["--optimizer", "lbfgs", "--schedule", "cosine"],
            "L-BFGS uses all rows in every iteration and does not support a schedule",
        ),
    ];
    for (training, options, message) in cases {
        assert_eq!(failure(training, options, 1), format!("error: {message}"));
    }
    let message = failure(REGRESSION, &["--optimizer", "magic"], 2);
    assert!(message.contains("magic") && message.contains("adamw"), "{message}");
}

/// Computes the coefficients of the Poisson regression, the bias first, by Newton's method
/// (iteratively reweighted least squares).
fn poisson_regression(inputs: &Array2<f64>, counts: ArrayView1<'_, f64>) -> Array1<f64> {
    let rows = inputs.nrows();
    let mut design = Array2::ones((rows, inputs.ncols() + 1));
    design.slice_mut(ndarray::s![.., 1..]).assign(inputs);
    let mut coefficients = Array1::zeros(design.ncols());
    coefficients[0] = counts.mean().unwrap().ln();
    for _ in 0..50 {
        let expected = design.dot(&coefficients).mapv(f64::exp);
        let gradient = design.t().dot(&(&counts - &expected));
        let weighted = &design * &expected.insert_axis(ndarray::Axis(1));
        coefficients += &solve(design.t().dot(&weighted), gradient);
    }
    coefficients
}

/// Solves by Gaussian elimination; the matrix is positive definite.
fn solve(mut matrix: Array2<f64>, mut right: Array1<f64>) -> Array1<f64> {
    let size = right.len();
    for pivot in 0..size {
        for row in pivot + 1..size {
            let factor = matrix[[row, pivot]] / matrix[[pivot, pivot]];
            for column in pivot..size {
                matrix[[row, column]] -= factor * matrix[[pivot, column]];
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| matrix[[row, column]] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[[row, row]];
    }
    right
}

#[test]
fn poisson_without_a_hidden_layer_is_the_poisson_regression() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name| folder.path().join(name);
    let (data, model) = (file("counts.csv"), file("model.safetensors"));
    let mut csv = String::from("length,width,count\n");
    for row in 0..200 {
        let (length, width) =
            ((f64::from(row) * 0.7).sin(), 100.0 + 30.0 * (f64::from(row) * 1.9).cos());
        let expected = (1.0 + 0.8 * length + 0.01 * (width - 100.0)).exp();
        let count = (expected + (f64::from(row) * 2.3).sin() * expected.sqrt()).round().max(0.0);
        csv += &format!("{length},{width},{count}\n");
    }
    std::fs::write(&data, csv).unwrap();
    let (data_option, model_option) = (data.to_str().unwrap(), model.to_str().unwrap());
    let options =
        ["--loss", "poisson", "--hidden", "none", "--optimizer", "lbfgs", "--validation", "0"];
    let options = [&options[..], &["--save", model_option]].concat();
    let output = run(REGRESSION.on(data_option, "count"), &options);
    assert!(output.status.success(), "{output:?}");

    let table = Table::read_csv(&data).unwrap().regression::<f64>("count").unwrap();
    let (train, test) = table.split(0.2, 0).unwrap();
    let coefficients = poisson_regression(&train.inputs().to_owned(), train.targets().column(0));
    let net = Mlp::<f32>::load(&model).unwrap();
    let predicted = net.predict(test.inputs().mapv(|x| x as f32).view()).unwrap();
    for (row, predicted) in test.inputs().rows().into_iter().zip(&predicted) {
        let exponent = coefficients[0] + row[0] * coefficients[1] + row[1] * coefficients[2];
        approx::assert_relative_eq!(f64::from(*predicted), exponent.exp(), max_relative = 1e-3);
    }
}

/// The settings of a classifier that is to generalise, over ten seeds.
#[test]
#[ignore = "takes 50 seconds: twenty trainings on the digits"]
fn digits_with_dropout_and_adam() {
    let accuracy = |dropout: &str| {
        let accuracies = (0..10).map(|seed| {
            let network = ["--hidden", "256,128", "--activation", "relu", "--dropout", dropout];
            let steps = ["--optimizer", "adam", "--learning-rate", "0.003"];
            let epochs = ["--schedule", "one-cycle", "--epochs", "60", "--validation", "0"];
            let seed = seed.to_string();
            let options = [&network[..], &steps, &epochs, &["--seed", &seed]].concat();
            score(&json(MULTICLASS, &options), "accuracy")
        });
        let mut accuracies: Vec<f64> = accuracies.collect();
        accuracies.sort_by(f64::total_cmp);
        f64::midpoint(accuracies[4], accuracies[5])
    };
    let (with, without) = (accuracy("0.3"), accuracy("0"));
    assert!(with >= 0.975 && with > without, "{with}, without dropout {without}");
}
