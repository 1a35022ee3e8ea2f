//! A weight of k equals k copies of a row, and a weight of 0 equals no row: in gradients, losses,
//! training and scaling.

use approx::assert_relative_eq;
use densely::{
    Adam, Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, EarlyStopping, Error,
    Identity, Loss, MeanSquaredError, Mlp, Relu, Report, Sgd, Sigmoid, Softmax, Tanh, Trainer,
    activation::{AnyActivation, Exponential, Softplus},
    error::DataError,
    loss::{Huber, MeanAbsoluteError, Poisson},
    optimizer::Lbfgs,
};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, stack};

/// Numbers in [-1, 1] without a pattern.
fn numbers(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(r, c)| (13.1 * r as f64 + 78.2 * c as f64).cos())
}

fn one_hot(classes: &[usize], columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((classes.len(), columns), |(row, c)| f64::from(classes[row] == c))
}

/// Returns each row as often as its weight says.
fn copies(rows: &Array2<f64>, weights: &Array1<f64>) -> Array2<f64> {
    let copies = weights.iter().map(|&weight| weight as usize).enumerate();
    let indices: Vec<_> = copies.flat_map(|(row, n)| std::iter::repeat_n(row, n)).collect();
    rows.select(Axis(0), &indices)
}

fn network(last: impl Into<AnyActivation<f64>>, outputs: usize) -> Mlp<f64> {
    Mlp::builder(4).dense(7, Tanh).dense(outputs, last).seed(3).build().unwrap()
}

/// Returns the numbers of all layers, from their weights and biases.
fn flat<'a>(
    layers: impl Iterator<Item = (ArrayView2<'a, f64>, ArrayView1<'a, f64>)>,
) -> Array1<f64> {
    layers.flat_map(|(weights, bias)| weights.into_iter().chain(bias)).copied().collect()
}

fn parameters(net: &Mlp<f64>) -> Array1<f64> {
    flat(net.layers().iter().map(|layer| (layer.weights(), layer.bias().unwrap())))
}

/// The mean loss and the gradient with respect to all parameters.
fn gradient(
    net: &Mlp<f64>,
    loss: &dyn Loss<f64>,
    rows: (&Array2<f64>, &Array2<f64>),
    weights: Option<&Array1<f64>>,
) -> (f64, Array1<f64>) {
    let (mut net, mut backprop) = (net.clone(), Backprop::new(net));
    let (inputs, targets) = (rows.0.view(), rows.1.view());
    let loss = match weights {
        None => backprop.run(&mut net, loss, inputs, targets),
        Some(weights) => backprop.run_weighted(&mut net, loss, inputs, targets, weights.view()),
    };
    let gradients = backprop.gradients().iter();
    (loss.unwrap(), flat(gradients.map(|g| (g.weights(), g.bias().unwrap()))))
}

/// Compares up to rounding.
fn assert_same(found: &(f64, Array1<f64>), expected: &(f64, Array1<f64>), what: &str) {
    let largest = |numbers: &Array1<f64>| numbers.iter().fold(0.0, |all: f64, g| all.max(g.abs()));
    assert!((found.0 - expected.0).abs() <= 1e-14 * expected.0.abs(), "{what}: {found:?}");
    let (error, size) = (largest(&(&found.1 - &expected.1)), largest(&expected.1));
    assert!(size > 1e-3 && found.1.iter().all(|g| g.is_finite()), "{what}: {found:?}");
    assert!(error <= 1e-14 * size, "{what}: {error} of {size}");
}

type Case = (Box<dyn Loss<f64>>, AnyActivation<f64>, Array2<f64>);

/// Every loss, fused with the output layer and not, on eight rows of three outputs.
fn cases() -> [Case; 9] {
    let (any, classes) = (numbers(8, 3), one_hot(&[0, 2, 1, 1, 0, 2, 2, 0], 3));
    let counts = any.mapv(|y| (2.0 * y + 2.0).round());
    [
        (Box::new(MeanSquaredError), Identity.into(), any.clone()),
        (Box::new(MeanAbsoluteError), Identity.into(), any.clone()),
        (Box::new(Huber::new(0.4)), Identity.into(), any),
        (Box::new(BinaryCrossEntropy), Sigmoid.into(), classes.clone()),
        (Box::new(BinaryCrossEntropy), Softmax.into(), classes.clone()),
        (Box::new(CategoricalCrossEntropy), Softmax.into(), classes.clone()),
        (Box::new(CategoricalCrossEntropy), Sigmoid.into(), classes),
        (Box::new(Poisson), Exponential.into(), counts.clone()),
        (Box::new(Poisson), Softplus.into(), counts),
    ]
}

#[test]
fn a_whole_weight_is_so_many_copies_in_loss_and_gradient() {
    let (inputs, weights) = (numbers(8, 4), array![2.0, 0.0, 1.0, 3.0, 1.0, 0.0, 5.0, 1.0]);
    for (loss, last, targets) in cases() {
        let net = network(last, 3);
        let weighted = gradient(&net, &loss, (&inputs, &targets), Some(&weights));
        let rows = (&copies(&inputs, &weights), &copies(&targets, &weights));
        assert_same(&weighted, &gradient(&net, &loss, rows, None), &format!("{loss:?}"));
    }
}

/// The loss is Σ w L / Σ w, computed from each row by itself.
#[test]
fn any_weights_give_the_weighted_mean_of_the_rows_own_gradients() {
    let (inputs, weights) = (numbers(8, 4), numbers(8, 1).column(0).mapv(|w| w * w));
    for (loss, last, targets) in cases() {
        let net = network(last, 3);
        let mut mean = (0.0, Array1::zeros(net.parameters()));
        for row in 0..8 {
            let alone = |rows: &Array2<f64>| rows.select(Axis(0), &[row]);
            let share = weights[row] / weights.sum();
            let (value, slope) = gradient(&net, &loss, (&alone(&inputs), &alone(&targets)), None);
            mean = (mean.0 + share * value, mean.1 + share * slope);
        }
        let weighted = gradient(&net, &loss, (&inputs, &targets), Some(&weights));
        assert_same(&weighted, &mean, &format!("{loss:?}"));
        let eightfold = gradient(&net, &loss, (&inputs, &targets), Some(&(&weights * 8.0)));
        assert_eq!(eightfold, weighted, "only the proportions count");
    }
}

/// The loss or the hidden layer's output is infinite for such a row, and 0 · ∞ is NaN.
#[test]
fn a_row_without_weight_does_not_count_were_its_loss_infinite() {
    let (mut inputs, targets) = (numbers(8, 4), numbers(8, 3));
    let weights = array![1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0];
    let rest = (copies(&inputs, &weights), copies(&targets, &weights));
    for size in [1e200, f64::MAX] {
        inputs.row_mut(1).fill(size);
        inputs.row_mut(5).fill(-size);
        for hidden in [Identity.into(), Relu.into(), AnyActivation::from(Exponential)] {
            let name = format!("{hidden:?}, inputs of {size:e}");
            let builder = Mlp::builder(4).dense(7, hidden).dense(3, Identity).seed(3);
            let mut net = builder.build().unwrap();
            net.layers_mut()[0].weights_mut().mapv_inplace(|w| 2.0 * w);
            let all = gradient(&net, &MeanSquaredError, (&inputs, &targets), None);
            assert!(!all.0.is_finite(), "{name}: {}", all.0);
            let found = gradient(&net, &MeanSquaredError, (&inputs, &targets), Some(&weights));
            let expected = gradient(&net, &MeanSquaredError, (&rest.0, &rest.1), None);
            assert_same(&found, &expected, &name);
        }
    }
}

fn weighted(inputs: Array2<f64>, targets: Array2<f64>, weights: Array1<f64>) -> Dataset<f64> {
    Dataset::new(inputs, targets).unwrap().with_weights(weights).unwrap()
}

/// Returns the rows whose weight is not 0.
fn counting(inputs: &Array2<f64>, targets: &Array2<f64>, weights: &Array1<f64>) -> Dataset<f64> {
    let rows: Vec<usize> = (0..weights.len()).filter(|&row| weights[row] > 0.0).collect();
    let select = |matrix: &Array2<f64>| matrix.select(Axis(0), &rows);
    weighted(select(inputs), select(targets), weights.select(Axis(0), &rows))
}

fn train(trainer: Trainer<'_, f64>, data: &Dataset<f64>) -> (Array1<f64>, Report) {
    let (mut net, mut trainer) = (network(Identity, 1), trainer);
    let report = trainer.fit(&mut net, data).unwrap();
    (parameters(&net), report)
}

/// Every third row has weight 0, inputs of a million, and a target whose square overflows.
#[test]
fn training_with_weightless_rows_is_training_without_them_to_the_bit() {
    let (mut inputs, mut targets) = (numbers(90, 4), numbers(90, 1).mapv(|y| y * y));
    let weights = Array1::from_shape_fn(90, |row| (row % 3) as f64);
    let without = counting(&inputs, &targets, &weights);
    for row in (0..90).step_by(3) {
        inputs.row_mut(row).fill(1e6);
        targets[[row, 0]] = 1e300;
    }
    let with = weighted(inputs, targets, weights);
    let adam = || Trainer::new(MeanSquaredError, Adam::new(0.05)).epochs(60).batch_size(7).seed(2);
    let patience = EarlyStopping::patience(4);
    type Make<'m> = dyn for<'d> Fn(&'d Dataset<f64>) -> Trainer<'d, f64> + 'm;
    let trainers: [&Make<'_>; 4] = [
        &|_| adam(),
        &|_| adam().validation_fraction(0.25).early_stopping(patience.clone()),
        &|validation| adam().validation_data(validation).early_stopping(patience.clone()),
        &|_| Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).epochs(10),
    ];
    for trainer in trainers {
        let (net, report) = train(trainer(&with), &with);
        let (expected, of_rest) = train(trainer(&without), &without);
        assert_eq!(net, expected);
        assert_eq!(report.epochs, of_rest.epochs);
        let rows = |report: &Report| (report.training_rows, report.validation_rows);
        assert_eq!(rows(&report), rows(&of_rest));
    }
}

/// Each batch has all rows, so only the order of sums differs.
#[test]
fn training_on_weights_is_training_on_copies() {
    let (inputs, targets) = (numbers(20, 4), numbers(20, 1));
    let weights = Array1::from_shape_fn(20, |row| (row * row % 4) as f64);
    let copied = Dataset::new(copies(&inputs, &weights), copies(&targets, &weights)).unwrap();
    let sgd = || Trainer::new(MeanSquaredError, Sgd::new(0.05).momentum(0.8)).batch_size(100);
    let (net, report) = train(sgd(), &weighted(inputs, targets, weights));
    let (expected, of_copies) = train(sgd(), &copied);
    assert_relative_eq!(net, expected, max_relative = 1e-10);
    let last = |report: &Report| report.epochs[99].training_loss;
    assert_relative_eq!(last(&report), last(&of_copies), max_relative = 1e-11);
    assert!((&net - &parameters(&network(Identity, 1))).iter().all(|change| change.abs() > 1e-6));
}

#[test]
fn reported_losses_are_weighted_means() {
    let weights = numbers(30, 1).column(0).mapv(|w| w.abs());
    let data = weighted(numbers(30, 4), numbers(30, 1).mapv(|y| y * y + 3.0), weights.clone());
    let mean = |net: &Mlp<f64>| {
        let errors = net.predict(data.inputs()).unwrap() - data.targets();
        (errors.column(0).mapv(|e| e * e) * &weights).sum() / weights.sum()
    };
    // The rate is so small that the weights hardly change, so an epoch's loss is that of all rows.
    let mut net = network(Identity, 1);
    net.measure(&data).unwrap();
    let expected = mean(&net);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-13)).epochs(1).batch_size(7);
    let report = trainer.fit(&mut net, &data).unwrap();
    assert_relative_eq!(report.epochs[0].training_loss, expected, max_relative = 1e-10);
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).batch_size(7);
    let report = trainer.validation_data(&data).fit(&mut net, &data).unwrap();
    assert_relative_eq!(report.epochs[2].loss(), mean(&net), max_relative = 1e-13);
}

#[test]
fn a_class_weight_multiplies_the_weight_of_each_of_its_rows() {
    let targets = array![[0.0], [1.0], [1.0], [0.0], [1.0]];
    let binary = Dataset::new(numbers(5, 4), targets).unwrap().with_classes(["no", "yes"]);
    let binary = || binary.as_ref().unwrap().clone();
    let weighted = binary().with_class_weights(&[0.5, 3.0]).unwrap();
    assert_eq!(weighted.weights().unwrap(), array![0.5, 3.0, 3.0, 0.5, 3.0]);
    let before = binary().with_weights(array![1.0, 2.0, 0.0, 4.0, 0.25]).unwrap();
    let weighted = before.with_class_weights(&[0.5, 3.0]).unwrap();
    assert_eq!(weighted.weights().unwrap(), array![0.5, 6.0, 0.0, 2.0, 0.75]);
}

/// n / (k n_c), as scikit-learn's `compute_class_weight("balanced", …)`.
#[test]
fn balanced_classes_count_alike() {
    let members = [0, 1, 0, 2, 0, 1, 0, 2, 0, 1];
    let data = Dataset::new(numbers(10, 4), one_hot(&members, 3)).unwrap();
    let data = || data.clone().with_classes(["a", "b", "c"]).unwrap();
    let balanced = data().with_balanced_classes().unwrap();
    let expected = members.map(|class| [2.0 / 3.0, 10.0 / 9.0, 5.0 / 3.0][class]);
    assert_relative_eq!(balanced.weights().unwrap(), Array1::from_iter(expected).view());

    let before = Array1::from_shape_fn(10, |row| row as f64);
    let weighted = data().with_weights(before.clone()).unwrap().with_balanced_classes().unwrap();
    // The weights of the classes are 0 + 2 + 4 + 6 + 8, 1 + 5 + 9 and 3 + 7; 45 in all.
    let expected = before * Array1::from_iter(members.map(|c| 15.0 / [20.0, 15.0, 10.0][c]));
    assert_relative_eq!(weighted.weights().unwrap(), expected.view(), max_relative = 1e-15);
}

/// Returns a network whose units were measured on these rows.
fn measured(data: &Dataset<f64>) -> Result<Mlp<f64>, Error> {
    let mut net = Mlp::builder(data.features()).dense(data.outputs(), Identity).build()?;
    net.measure(data)?;
    Ok(net)
}

#[test]
fn units_count_rows_by_their_weights() {
    let (inputs, targets) = (numbers(8, 4) * 50.0 + 1e3, numbers(8, 2) - 7.0);
    let weights = array![2.0, 0.0, 1.0, 3.0, 1.0, 0.0, 5.0, 1.0];
    let copied = Dataset::new(copies(&inputs, &weights), copies(&targets, &weights)).unwrap();
    let data = weighted(inputs, targets, weights);
    let (found, expected) = (measured(&data).unwrap(), measured(&copied).unwrap());
    let scaled = |net: &Mlp<f64>| {
        let inputs = net.units_in().to_network(data.inputs()).unwrap();
        (inputs, net.units_out().to_network(data.targets()).unwrap())
    };
    let ((inputs, targets), expected) = (scaled(&found), scaled(&expected));
    assert_relative_eq!(inputs, expected.0, max_relative = 1e-12);
    assert_relative_eq!(targets, expected.1, max_relative = 1e-12);
}

/// A row of weight 0, first or last, does not count as an outlier, and does not make a constant
/// feature vary.
#[test]
fn units_do_not_see_weightless_rows() {
    let column = |number: f64| array![0.1, 0.4, 0.2, 0.7, 0.9, number];
    for (row, outlier) in
        [-3.0, 1e20, f64::MAX].map(|outlier| [(0, outlier), (5, outlier)]).concat()
    {
        let mut inputs = stack![Axis(1), column(0.8), Array1::from_elem(6, 0.3)];
        let mut weights = array![0.7, 0.1, 0.3, 0.9, 0.2, 0.6];
        weights[row] = 0.0;
        let rest = counting(&inputs, &inputs, &weights);
        inputs.row_mut(row).fill(outlier);
        let data = weighted(inputs.clone(), inputs, weights);
        let scale = |by: &_| measured(by)?.units_in().to_network(rest.inputs());
        let (found, expected) = (scale(&data), scale(&rest).unwrap());
        let found = found.unwrap_or_else(|error| panic!("{outlier:e} in row {row}: {error}"));
        assert!(expected.column(1).iter().all(|&x| x == 0.0));
        assert!(found.abs_diff_eq(&expected, 1e-12), "{outlier:e} in row {row}: {found}");
    }
}

/// One part of a split may have only rows of weight 0.
#[test]
fn a_data_set_without_any_weight_is_refused() {
    let weights = Array1::from_shape_fn(10, |row| f64::from(row == 0));
    let data = weighted(numbers(10, 4), numbers(10, 1), weights);
    let Ok((rest, part)) = data.split(0.5, 1) else { return };
    let empty = if rest.weights().unwrap().sum() == 0.0 { rest } else { part };
    let fit = |mut trainer: Trainer<'_, f64>, data| trainer.fit(&mut network(Identity, 1), data);
    let sgd = || Trainer::new(MeanSquaredError, Sgd::new(0.1));
    for result in [fit(sgd(), &empty), fit(sgd().validation_data(&empty), &data)] {
        assert!(matches!(result, Err(Error::Data(DataError::NoWeight))), "{result:?}");
    }
}
