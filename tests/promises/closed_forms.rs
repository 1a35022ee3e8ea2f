//! Networks whose best weights, or whose function, are known without training.

use approx::assert_relative_eq;
use densely::{
    Backprop, BinaryCrossEntropy, Dense, Identity, Loss, MeanSquaredError, Mlp, Sgd, Sigmoid, Tanh,
    initialization::Initialization, optimizer::OptimizerState,
};
use ndarray::{Array1, Array2, array};

/// Ten points without a pattern.
fn points() -> Array2<f64> {
    Array2::from_shape_fn((10, 2), |(row, column)| (3.0 * row as f64 + 5.0 * column as f64).sin())
}

/// Full-batch gradient descent until it stops changing.
fn minimise(net: &mut Mlp<f64>, loss: &dyn Loss<f64>, inputs: &Array2<f64>, targets: &Array2<f64>) {
    let mut backprop = Backprop::new(net);
    let (sgd, mut memory) = (Sgd::new(0.2).momentum(0.9), OptimizerState::new());
    for _ in 0..20_000 {
        backprop.run(net, loss, inputs.view(), targets.view()).unwrap();
        memory.step(&sgd, backprop.parameters(net).unwrap()).unwrap();
    }
    let gradient = backprop.gradients()[0].weights().iter().fold(0.0, |g: f64, w| g.max(w.abs()));
    assert!(gradient < 1e-12, "still moving: {gradient}");
}

/// ```python
/// import numpy as np                                          # numpy 2
/// X = np.array([[np.sin(3. * r + 5. * c) for c in range(2)] for r in range(10)])
/// y = np.array([np.cos(2. * r) + 0.3 * r for r in range(10)])
/// print(np.linalg.lstsq(np.c_[X, np.ones(10)], y)[0].tolist())
/// ```
#[test]
fn identity_and_squared_error_are_least_squares() {
    let targets =
        Array2::from_shape_fn((10, 1), |(row, _)| (2.0 * row as f64).cos() + 0.3 * row as f64);
    let mut net = Mlp::builder(2).dense(1, Identity).seed(1).build().unwrap();
    minimise(&mut net, &MeanSquaredError, &points(), &targets);
    let layer = &net.layers()[0];
    assert_relative_eq!(
        layer.weights(),
        array![[0.718437964872195], [-0.26511876522154765]],
        max_relative = 1e-10
    );
    assert_relative_eq!(layer.bias().unwrap(), array![1.3653399253299308], max_relative = 1e-10);
}

/// ```python
/// import numpy as np  # Newton's method on the log-likelihood
/// X = np.array([[np.sin(3. * r + 5. * c) for c in range(2)] + [1.] for r in range(10)])
/// y = np.array([1., 0, 1, 1, 0, 0, 1, 0, 1, 0]); w = np.zeros(3)
/// for _ in range(50):
///     p = 1 / (1 + np.exp(-X @ w))
///     w += np.linalg.solve(X.T @ (X * (p * (1 - p))[:, None]), X.T @ (y - p))
/// print(w.tolist())
/// ```
#[test]
fn sigmoid_and_binary_cross_entropy_are_logistic_regression() {
    let targets =
        array![1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0].insert_axis(ndarray::Axis(1));
    let builder = Mlp::builder(2).dense(1, Sigmoid).initialization(Initialization::Zeros);
    let mut net = builder.build().unwrap();
    minimise(&mut net, &BinaryCrossEntropy, &points(), &targets);
    let layer = &net.layers()[0];
    assert_relative_eq!(
        layer.weights(),
        array![[-1.626730096119553], [-0.5216355758715513]],
        max_relative = 1e-10
    );
    assert_relative_eq!(layer.bias().unwrap(), array![0.08274751917172626], max_relative = 1e-10);
}

#[test]
fn stacked_identity_layers_are_one_with_the_product_of_their_weights() {
    let builder = Mlp::<f64>::builder(2).dense(7, Identity).dense(5, Identity).dense(3, Identity);
    let mut net = builder.without_units().seed(5).build().unwrap();
    for layer in net.layers_mut() {
        layer
            .bias_mut()
            .unwrap()
            .iter_mut()
            .enumerate()
            .for_each(|(i, b)| *b = 0.1 * i as f64 - 0.2);
    }
    let [first, second, third] = net.layers() else { panic!("three layers") };
    let weights = first.weights().dot(&second.weights()).dot(&third.weights());
    let bias = |layer: &Dense<f64>| layer.bias().unwrap().to_owned();
    let shift = bias(first).dot(&second.weights()) + bias(second);
    let shift = shift.dot(&third.weights()) + bias(third);
    let one = Mlp::from_layers(vec![Dense::new(weights, Some(shift), Identity).unwrap()]).unwrap();
    let inputs = points();
    let (stacked, single) = (net.predict(inputs.view()), one.predict(inputs.view()));
    assert_relative_eq!(stacked.unwrap(), single.unwrap(), max_relative = 1e-13, epsilon = 1e-14);
}

/// tanh z = 2σ(2z) - 1, so a tanh network equals a sigmoid network in which the first weights and
/// biases and the next weights are doubled, and the sum of the next weights is subtracted from the
/// next bias.
#[test]
fn a_tanh_network_is_a_rescaled_sigmoid_network() {
    let tanh = Mlp::<f64>::builder(2).dense(6, Tanh).dense(3, Identity).without_units();
    let tanh = tanh.seed(2).build().unwrap();
    let [hidden, output] = tanh.layers() else { panic!("two layers") };
    let bias: Array1<f64> = -output.weights().sum_axis(ndarray::Axis(0));
    let sigmoid = Mlp::from_layers(vec![
        Dense::new(&hidden.weights() * 2.0, Some(Array1::zeros(6)), Sigmoid).unwrap(),
        Dense::new(&output.weights() * 2.0, Some(bias), Identity).unwrap(),
    ]);
    let inputs = points();
    let (a, b) = (tanh.predict(inputs.view()), sigmoid.unwrap().predict(inputs.view()));
    assert_relative_eq!(a.unwrap(), b.unwrap(), epsilon = 1e-14);
}
