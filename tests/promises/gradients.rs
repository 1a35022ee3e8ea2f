//! Every gradient of every combination equals central differences.

use densely::{
    Activation, BinaryCrossEntropy, CategoricalCrossEntropy, Error, Float, Identity, Loss,
    MeanSquaredError, Mlp, Relu, Sigmoid, Softmax, Tanh, activation::FromOutput,
    error::GradientCheckError, gradient_check,
};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

/// Numbers in [-1, 1] without a pattern that a network could share.
fn numbers(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        (12.9898 * row as f64 + 78.233 * column as f64 + 1.0).sin()
    })
}

type AnyActivation = densely::activation::AnyActivation<f64>;

fn network(
    hidden: &[AnyActivation],
    outputs: usize,
    last: AnyActivation,
    bias: bool,
    seed: u64,
) -> Mlp<f64> {
    let mut builder = Mlp::builder(4);
    for activation in hidden {
        builder = builder.dense(5, activation.clone());
        builder = if bias { builder } else { builder.without_bias() };
    }
    builder = builder.dense(outputs, last);
    builder = if bias { builder } else { builder.without_bias() };
    let mut net = builder.seed(seed).build().unwrap();
    // Biases that are not zero, so that their effect shows.
    for layer in net.layers_mut() {
        if let Some(mut bias) = layer.bias_mut() {
            bias.indexed_iter_mut().for_each(|(index, bias)| *bias = 0.1 * (index as f64 - 1.5));
        }
    }
    net
}

fn one_hot(rows: usize, classes: usize) -> Array2<f64> {
    let class_of = |row: usize| (row * 7 + 1) % classes;
    Array2::from_shape_fn((rows, classes), |(row, class)| f64::from(class_of(row) == class))
}

/// The losses that an output layer with this activation can have, each with targets for it.
fn fitting_losses(
    last: &AnyActivation,
    rows: usize,
    outputs: usize,
) -> Vec<(&'static dyn Loss<f64>, Array2<f64>)> {
    let real = numbers(rows, outputs);
    let shares = real.mapv(|y| (y + 1.0) / 2.0);
    let labels = shares.mapv(f64::round);
    let mut losses: Vec<(&dyn Loss<f64>, _)> = vec![(&MeanSquaredError, real)];
    if last.is::<Sigmoid>() || (last.is::<Softmax>() && outputs > 1) {
        losses.push((&BinaryCrossEntropy, shares));
        losses.push((&BinaryCrossEntropy, labels));
        losses.push((&CategoricalCrossEntropy, one_hot(rows, outputs)));
    }
    losses
}

/// The largest error of a network of smooth functions: a hundredth of what `gradient_check`
/// accepts.
const LARGEST_ERROR: f64 = 1e-8;

/// Whether the five-point formula is exact far beyond its tolerance: no function in the network has
/// a kink, or a jump in its second derivative, and the loss is not as steep as e^(e^z).
fn is_smooth(hidden: &[AnyActivation], last: &AnyActivation) -> bool {
    let bent = ["relu", "leaky_relu(0.01)", "elu(1)", "selu", "softsign", "hard_tanh"];
    let mut names = hidden.iter().chain([last]).map(ToString::to_string);
    let exponential = |activation: &AnyActivation| activation.to_string() == "exponential";
    let steep = hidden.len() > 1 && hidden.iter().all(exponential);
    !steep && names.all(|name| !bent.contains(&&name[..]))
}

/// Checks the first of some networks, drawn from different seeds, whose rectifiers are not all
/// stopped.
fn check_some_network(
    hidden: &[AnyActivation],
    last: &AnyActivation,
    bias: bool,
    loss: &dyn Loss<f64>,
    targets: &Array2<f64>,
) {
    let inputs = numbers(targets.nrows(), 4);
    for seed in 0..20 {
        let mut net = network(hidden, targets.ncols(), last.clone(), bias, seed);
        match gradient_check(&mut net, loss, inputs.view(), targets.view()) {
            Err(Error::GradientCheck(GradientCheckError::ZeroGradient { .. })) => {}
            Err(error) => panic!("{loss:?}, {hidden:?}, {last:?}, bias {bias}: {error}"),
            Ok(check) => {
                assert_eq!(check.compared, net.parameters(), "{:?}", check.kinks);
                let exact = check.largest_error <= LARGEST_ERROR || !is_smooth(hidden, last);
                assert!(exact, "{loss:?}, {hidden:?}, {last:?}: {check:?}");
                return;
            }
        }
    }
    panic!("{loss:?}, {hidden:?}, {last:?}, bias {bias}: no gradient from 20 seeds");
}

#[test]
fn every_activation_and_loss_agrees_with_central_differences() {
    let all = AnyActivation::NAMES.iter().map(|name| name.parse::<AnyActivation>().unwrap());
    let all: Vec<AnyActivation> = all.collect();
    let hidden = all.iter().flat_map(|hidden| (1..=3).map(|depth| vec![hidden.clone(); depth]));
    let stacks: Vec<_> = std::iter::once(Vec::new()).chain(hidden).collect();
    let mut cases = 0;
    for (outputs, rows) in [(1, 1), (1, 7), (3, 1), (3, 7)] {
        for last in &all {
            if outputs == 1 && last.is::<Softmax>() {
                continue; // One output of softmax is 1 whatever the weights: it has no gradient.
            }
            for (loss, targets) in fitting_losses(last, rows, outputs) {
                for stack in &stacks {
                    for bias in [true, false] {
                        check_some_network(stack, last, bias, loss, &targets);
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 7840);
}

/// tanh with a derivative that is wrong by this factor.
#[derive(Clone, Debug)]
struct WrongTanh(f64);

impl Activation for WrongTanh {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
        Tanh.forward(z);
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, mut delta: ArrayViewMut2<'_, F>) {
        Tanh.backward(output, delta.view_mut());
        delta *= F::from_f64(self.0);
    }
}

#[test]
fn a_wrong_derivative_is_found_and_named() {
    // Gradients of the wrong layer and of those before it go through the wrong derivative.
    for (wrong, factor) in [(0, 1.00001), (1, 1.00001), (2, 1.00001), (0, 0.5), (1, -1.0)] {
        let mut builder = Mlp::builder(4);
        for layer in 0..3 {
            let tanh = WrongTanh(if layer == wrong { factor } else { 1.0 });
            builder = builder.dense(5, tanh);
        }
        let mut net = builder.dense(2, Identity).seed(1).build().unwrap();
        let before = net.clone();
        let (inputs, targets) = (numbers(6, 4), numbers(6, 2));
        let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
        let Err(Error::GradientCheck(GradientCheckError::WrongGradient {
            layer,
            parameter,
            index,
            analytic,
            numeric,
        })) = check
        else {
            panic!("{wrong}: {check:?}");
        };
        assert_eq!((layer, parameter, index), (0, "weight", vec![0, 0]));
        assert!((analytic / numeric / factor - 1.0).abs() < 1e-7, "{analytic} {numeric}");
        assert_eq!(net.layers()[0].weights(), before.layers()[0].weights());

        // The layers above the wrong one are right.
        let mut above = Mlp::from_layers(net.layers()[wrong + 1..].to_vec()).unwrap();
        let inputs = numbers(6, above.features());
        let check = gradient_check(&mut above, &MeanSquaredError, inputs.view(), targets.view());
        assert!(check.unwrap().largest_error <= LARGEST_ERROR);
    }
}

/// The identity, whose derivative is wrong for the third output.
#[derive(Debug)]
struct WrongThird;

impl Activation for WrongThird {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, _: ArrayViewMut2<'_, F>) {}

    fn backward<F: Float>(&self, _: ArrayView2<'_, F>, mut delta: ArrayViewMut2<'_, F>) {
        delta.column_mut(2).mapv_inplace(|delta| F::from_f64(1.001) * delta);
    }
}

#[test]
fn the_layer_and_the_index_of_a_wrong_gradient_are_named() {
    let builder = Mlp::builder(4).dense(5, Tanh).dense(3, WrongThird);
    let mut net = builder.seed(1).build().unwrap();
    // What reaches the first layer through the third output is 0, and so right.
    net.layers_mut()[1].weights_mut().column_mut(2).fill(0.0);
    let (inputs, targets) = (numbers(6, 4), numbers(6, 3));
    let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
    let Err(Error::GradientCheck(GradientCheckError::WrongGradient {
        layer,
        parameter,
        index,
        ..
    })) = check
    else {
        panic!("{check:?}");
    };
    assert_eq!((layer, parameter, index), (1, "weight", vec![0, 2]));
}

/// What `gradient_check` accepts, the bound above does not: it can fail.
#[test]
fn a_slightly_wrong_derivative_exceeds_the_largest_error() {
    let wrong = WrongTanh(1.0 + 5e-7);
    let mut net = Mlp::builder(4).dense(5, wrong).dense(2, Identity).seed(1).build().unwrap();
    let (inputs, targets) = (numbers(6, 4), numbers(6, 2));
    let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
    assert!(check.unwrap().largest_error > 10.0 * LARGEST_ERROR);
}

/// A loss near 1 whose gradient is about 10⁻⁷, and too large by one hundredth.
#[derive(Debug)]
struct SlightlyWrong;

impl Loss<f64> for SlightlyWrong {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, f64>,
        targets: ArrayView2<'_, f64>,
        losses: ndarray::ArrayViewMut1<'_, f64>,
        mut gradient: ArrayViewMut2<'_, f64>,
    ) {
        MeanSquaredError.evaluate(outputs, targets, losses, gradient.view_mut());
        gradient *= 1.01;
    }
}

#[test]
fn a_small_gradient_must_be_right_too() {
    let mut net = Mlp::builder(4).dense(5, Tanh).dense(2, Identity).seed(1).build().unwrap();
    net.layers_mut()[1].weights_mut().mapv_inplace(|weight| 1e-7 * weight);
    let (inputs, targets) = (numbers(6, 4), Array2::ones((6, 2)));
    let mut check =
        |loss: &dyn Loss<f64>| gradient_check(&mut net, loss, inputs.view(), targets.view());
    assert_eq!(check(&MeanSquaredError).unwrap().kinks, []);
    assert!(matches!(
        check(&SlightlyWrong),
        Err(Error::GradientCheck(GradientCheckError::WrongGradient { .. }))
    ));
}

/// A derivative that is NaN: 0/0 at every output.
#[derive(Debug)]
struct NanTanh;

impl Activation for NanTanh {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
        Tanh.forward(z);
    }

    fn backward<F: Float>(&self, _: ArrayView2<'_, F>, mut delta: ArrayViewMut2<'_, F>) {
        delta.fill(F::nan());
    }
}

#[test]
fn a_gradient_that_is_not_finite_is_wrong() {
    let mut net = Mlp::builder(4).dense(5, NanTanh).dense(2, Identity).seed(1).build().unwrap();
    let (inputs, targets) = (numbers(6, 4), numbers(6, 2));
    let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
    assert!(
        matches!(check, Err(Error::GradientCheck(GradientCheckError::WrongGradient { .. }))),
        "{check:?}"
    );
}

/// A single rectifier, whose kink is so near to the bias that the step of the difference would
/// cross it.
#[test]
fn a_right_gradient_passes_however_near_a_kink() {
    for slope in ["relu", "leaky_relu(0.2)", "hard_tanh"] {
        let activation = || slope.parse::<AnyActivation>().unwrap();
        let kink = if slope == "hard_tanh" { 1.0 } else { 0.0 };
        for distance in [0.0, 1e-9, 1e-7, 1e-6, 3e-6, 1e-5, 7e-5, 1e-4, 1e-3] {
            for side in [-1.0, 1.0] {
                let builder = Mlp::builder(1).dense(2, activation()).dense(1, Identity);
                let mut net = builder.seed(1).build().unwrap();
                net.layers_mut()[0].weights_mut().assign(&ndarray::array![[1.0, 1.0]]);
                let bias = ndarray::array![kink + side * distance - 0.5, 0.2];
                net.layers_mut()[0].bias_mut().unwrap().assign(&bias);
                let (inputs, targets) = (ndarray::array![[0.5]], ndarray::array![[3.0]]);
                let check =
                    gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
                let check = check.unwrap_or_else(|e| panic!("{slope}, {side} · {distance}: {e}"));
                assert!(check.kinks.len() <= 2, "{check:?}");
                assert!(distance < 1e-8 || check.kinks.is_empty(), "{slope} {distance} {check:?}");
            }
        }
    }
}

/// Networks of rectifiers with their initial weights: some unit is always near its kink for some
/// row.
#[test]
fn rectifier_networks_pass_from_every_seed() {
    for seed in 0..10 {
        let builder = Mlp::builder(8).dense(32, Relu).dense(1, Identity);
        let mut net = builder.seed(seed).build().unwrap();
        let (inputs, targets) = (numbers(100, 8), numbers(100, 1));
        gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view())
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

/// Raw features, as for a network whose units are folded in: a small step of a weight is a large
/// step of z.
#[test]
fn large_inputs_are_no_mistake() {
    for size in [1e3, 1e5, 1e6, 1e7] {
        let mut net = Mlp::builder(4).dense(5, Tanh).dense(2, Identity).seed(1).build().unwrap();
        net.layers_mut()[0].weights_mut().mapv_inplace(|weight| weight / size);
        let (inputs, targets) = (numbers(6, 4) * size, numbers(6, 2));
        let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
        assert_eq!(check.unwrap().kinks, [], "inputs of {size}");
    }
}

/// Near a perfect fit the gradients are rounding errors: the check can prove nothing, and finds no
/// error.
#[test]
fn a_perfect_fit_is_no_mistake() {
    for residual in [0.0, 1e-14, 1e-12] {
        let net = Mlp::builder(4).dense(5, Tanh).dense(2, Identity).without_units();
        let mut net = net.seed(1).build().unwrap();
        let inputs = numbers(6, 4);
        let targets = net.predict(inputs.view()).unwrap() + residual;
        let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
        assert!(
            matches!(
                check,
                Ok(_) | Err(Error::GradientCheck(GradientCheckError::ZeroGradient { .. }))
            ),
            "{residual}: {check:?}"
        );
    }
}

/// All gradients of a layer below stopped rectifiers are 0, and prove nothing.
#[test]
fn a_layer_of_which_nothing_is_proved_is_named() {
    let mut net = Mlp::builder(4).dense(5, Relu).dense(2, Identity).seed(1).build().unwrap();
    net.layers_mut()[0].bias_mut().unwrap().fill(-100.0);
    let (inputs, targets) = (numbers(6, 4), numbers(6, 2));
    let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
    assert!(
        matches!(check, Err(Error::GradientCheck(GradientCheckError::ZeroGradient { layer: 0 }))),
        "{check:?}"
    );
}

#[test]
fn a_check_of_nothing_does_not_pass() {
    let mut net = Mlp::builder(4).dense(5, Relu).dense(2, Identity).seed(1).build().unwrap();
    // All rectifiers are inactive, and the output biases meet the targets exactly.
    net.layers_mut()[0].bias_mut().unwrap().fill(-100.0);
    let (inputs, targets) = (numbers(6, 4), Array2::zeros((6, 2)));
    let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
    assert!(
        matches!(check, Err(Error::GradientCheck(GradientCheckError::ZeroGradient { .. }))),
        "{check:?}"
    );
}

#[test]
fn a_kink_is_reported_and_not_failed() {
    let mut net = Mlp::builder(1).dense(2, Relu).dense(1, Identity).seed(1).build().unwrap();
    net.layers_mut()[0].weights_mut().assign(&ndarray::array![[1.0, 1.0]]);
    net.layers_mut()[0].bias_mut().unwrap().assign(&ndarray::array![-0.5, 0.3]);
    // The first unit's z is 0.5 - 0.5 = 0, so its weight and its bias are at the kink.
    let (inputs, targets) = (ndarray::array![[0.5]], ndarray::array![[3.0]]);
    let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view()).unwrap();
    let places: Vec<_> = check.kinks.iter().map(|k| (k.layer, k.parameter, &k.index[..])).collect();
    assert_eq!(places, [(0, "weight", &[0, 0][..]), (0, "bias", &[0][..])]);
    assert_eq!(check.compared, net.parameters() - 2);
}
