//! Regression with other losses than the squared error: Poisson's loss, Huber's, and the absolute
//! error, compared with PyTorch and scikit-learn.

use approx::assert_relative_eq;
use densely::{
    Dataset, Error, Float, Identity, Loss, Mlp, Relu, Sgd, Sigmoid, Softmax, Tanh, Trainer,
    activation::{AnyActivation, Exponential, Softplus},
    error::LossError,
    gradient_check,
    loss::{Huber, MeanAbsoluteError, Poisson},
    optimizer::Lbfgs,
};
use ndarray::{Array1, Array2, ArrayView2, Axis, array};

/// Compares with scikit-learn 1.9. Its solver `newton-cholesky` and Newton's method in NumPy agree
/// to 16 digits.
///
/// ```python
/// import numpy as np
/// from sklearn.linear_model import PoissonRegressor
/// r = np.arange(40.0)
/// X = np.c_[np.sin(1.7 * r), np.cos(0.9 * r * r)]
/// y = np.floor(np.exp(0.5 + 0.8 * X[:, 0] - 0.6 * X[:, 1]) + 1.5 * (np.sin(5 * r * r) + 1))
/// glm = PoissonRegressor(alpha=0, tol=1e-14, solver="newton-cholesky").fit(X, y)
/// print(y.tolist(), glm.coef_.tolist(), glm.intercept_)
/// ```
#[test]
fn without_a_hidden_layer_it_is_poisson_regression() {
    let inputs = Array2::from_shape_fn((40, 2), |(row, column)| {
        let r = row as f64;
        if column == 0 { (1.7 * r).sin() } else { (0.9 * r * r).cos() }
    });
    let counts = [
        2, 2, 5, 3, 2, 5, 0, 1, 3, 5, 1, 4, 6, 2, 1, 3, 4, 2, 1, 6, 5, 1, 4, 4, 5, 4, 2, 8, 1, 4,
        4, 3, 1, 1, 6, 3, 3, 3, 5, 3,
    ];
    let targets: Array1<f64> = counts.into_iter().map(f64::from).collect();
    let data = Dataset::new(inputs, targets.insert_axis(Axis(1))).unwrap();
    for seed in 0..3 {
        let mut net =
            Mlp::builder(2).dense(1, Exponential).without_units().seed(seed).build().unwrap();
        Trainer::lbfgs(Poisson, Lbfgs::new().tolerance(1e-11)).fit(&mut net, &data).unwrap();
        let layer = &net.layers()[0];
        let expected = array![[0.5042020334113378], [-0.43523670245023294]];
        // Nearer to the minimum, rounding hides further improvement of the loss.
        assert_relative_eq!(layer.weights(), expected, max_relative = 1e-9);
        assert_relative_eq!(layer.bias().unwrap()[0], 0.9910656154694583, max_relative = 1e-9);
    }
}

/// The mean loss and its gradient with respect to the outputs.
fn of_outputs<F: Float>(
    loss: &dyn Loss<F>,
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
) -> (f64, Array2<f64>) {
    let rows = outputs.nrows() as f64;
    let (mut losses, mut gradient) = (Array1::zeros(outputs.nrows()), Array2::zeros(outputs.dim()));
    loss.evaluate(outputs, targets, losses.view_mut(), gradient.view_mut());
    (losses.mapv(|l: F| l.as_f64()).sum() / rows, gradient.mapv(|g: F| g.as_f64() / rows))
}

/// Returns the same with respect to the weighted sums, with the loss fused with [`Exponential`].
fn of_sums<F: Float>(z: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> (f64, Array2<f64>) {
    let exponential = AnyActivation::<F>::from(Exponential);
    let mut outputs = z.to_owned();
    exponential.forward(outputs.view_mut());
    let rows = z.nrows() as f64;
    let (mut losses, mut delta) = (Array1::zeros(z.nrows()), Array2::zeros(z.dim()));
    let fused = Loss::<F>::fused_with(&Poisson, &exponential).unwrap();
    fused.evaluate(z, outputs.view(), targets, losses.view_mut(), delta.view_mut());
    (losses.mapv(|l: F| l.as_f64()).sum() / rows, delta.mapv(|d: F| d.as_f64() / rows))
}

fn assert_equal(found: (f64, Array2<f64>), value: f64, gradient: Array2<f64>) {
    assert_relative_eq!(found.0, value, max_relative = 4e-15);
    assert_relative_eq!(found.1, gradient, max_relative = 4e-15);
}

/// Compares with PyTorch 2.15: the means over rows and outputs.
///
/// ```python
/// import torch
/// from torch.nn.functional import huber_loss, l1_loss, poisson_nll_loss
/// torch.set_default_dtype(torch.float64)
/// def show(loss, x, y, **options):
///     x = torch.tensor(x, requires_grad=True)
///     value = loss(x, torch.tensor(y), **options)
///     value.backward()
///     print(loss.__name__, options, value.item(), x.grad.tolist())
/// z = [[0.3, -1.2], [2.5, 0.0], [-4.0, 1.7], [-9.5, 5.25]]
/// counts = [[2.0, 0.0], [9.0, 1.0], [0.5, 7.0], [0.0, 100.0]]
/// show(poisson_nll_loss, z, counts, log_input=True)
/// a = [[1.5, 0.25], [12.0, 1.0], [0.02, 6.5], [1e-5, 150.0]]
/// show(poisson_nll_loss, a, counts, log_input=False, eps=0)
/// outputs = [[0.5, -2.0], [1.0, 3.5], [0.0, 0.75], [-6.0, 0.1]]
/// targets = [[0.25, 1.0], [1.0, 2.5], [2.0, 0.0], [4.5, 0.3]]
/// for delta in 1.0, 0.75, 2.5:
///     show(huber_loss, outputs, targets, delta=delta)
/// show(l1_loss, outputs, targets)
/// ```
#[test]
fn values_and_gradients_equal_pytorchs() {
    let z = array![[0.3, -1.2], [2.5, 0.0], [-4.0, 1.7], [-9.5, 5.25]];
    let counts = array![[2.0, 0.0], [9.0, 1.0], [0.5, 7.0], [0.0, 100.0]];
    let gradient = array![
        [-0.0812676490529996, 0.03764927648902527],
        [0.39781174508793415, 0.0],
        [-0.06021054513890823, -0.1907565760341],
        [9.356478735962575e-06, 11.320783557328749]
    ];
    assert_equal(of_sums(z.view(), counts.view()), -43.38848083484156, gradient);

    let a = array![[1.5, 0.25], [12.0, 1.0], [0.02, 6.5], [1e-5, 150.0]];
    let gradient = array![
        [-0.04166666666666666, 0.125],
        [0.03125, 0.0],
        [-3.0, -0.009615384615384609],
        [0.125, 0.04166666666666667]
    ];
    let found = of_outputs(&Poisson, a.view(), counts.view());
    assert_equal(found, -45.51440165119137, gradient);

    let outputs = array![[0.5, -2.0], [1.0, 3.5], [0.0, 0.75], [-6.0, 0.1]];
    let targets = array![[0.25, 1.0], [1.0, 2.5], [2.0, 0.0], [4.5, 0.3]];
    let huber = [
        (1.0, 1.8540625, [0.03125, -0.125, 0.0, 0.125, -0.125, 0.09375, -0.125, -0.025]),
        (0.75, 1.4478125, [0.03125, -0.09375, 0.0, 0.09375, -0.09375, 0.09375, -0.09375, -0.025]),
        (2.5, 3.7915625, [0.03125, -0.3125, 0.0, 0.125, -0.25, 0.09375, -0.3125, -0.025]),
    ];
    for (delta, value, gradient) in huber {
        let gradient = Array2::from_shape_vec((4, 2), gradient.to_vec()).unwrap();
        let found = of_outputs(&Huber::new(delta), outputs.view(), targets.view());
        assert_equal(found, value, gradient);
    }
    assert_eq!(Huber::default(), Huber::new(1.0));

    let gradient = array![[0.125, -0.125], [0.0, 0.125], [-0.125, 0.125], [-0.125, -0.125]];
    let found = of_outputs(&MeanAbsoluteError, outputs.view(), targets.view());
    assert_equal(found, 2.2125, gradient);
}

/// e^-1000 is 0 and e^1000 is infinite in floating point. The loss e^z - y z and its
/// derivative e^z - y must still be correct.
fn extreme_sums<F: Float>() {
    let cases = [
        (-1000.0, 3.0, 3000.0, -3.0),
        (-1000.0, 0.0, 0.0, 0.0),
        (-1000.0, 0.5, 500.0, -0.5),
        (1000.0, 3.0, f64::INFINITY, f64::INFINITY),
        (1000.0, 0.0, f64::INFINITY, f64::INFINITY),
    ];
    for (z, y, value, slope) in cases {
        let one = |x: f64| Array2::from_elem((1, 1), F::from_f64(x));
        assert_eq!(of_sums(one(z).view(), one(y).view()), (value, array![[slope]]), "{z} {y}");
    }
}

#[test]
fn extreme_sums_are_no_trouble() {
    extreme_sums::<f64>();
    extreme_sums::<f32>();
    // The softplus of 1000 is 1000. The softplus of -700 is e^-700, whose logarithm is -700.
    let mut outputs = array![[1000.0, -700.0]];
    AnyActivation::<f64>::from(Softplus).forward(outputs.view_mut());
    let (value, _) = of_outputs(&Poisson, outputs.view(), array![[2.0, 3.0]].view());
    let expected = (1000.0 - 2.0 * 1000_f64.ln() + 3.0 * 700.0) / 2.0;
    assert_relative_eq!(value, expected, max_relative = 1e-14);
    // If an expected count rounds to 0, the loss of a count of 1 is infinite, and that of a count
    // of 0 is 0.
    let (value, gradient) = of_outputs(&Poisson, array![[0.0]].view(), array![[0.0]].view());
    assert_eq!((value, gradient), (0.0, array![[1.0]]));
    let (value, _) = of_outputs(&Poisson, array![[0.0]].view(), array![[1.0]].view());
    assert_eq!(value, f64::INFINITY);
}

/// Numbers in [-1, 1] without a pattern that a network could share.
fn numbers(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        (12.9898 * row as f64 + 78.233 * column as f64 + 1.0).sin()
    })
}

#[test]
fn gradients_equal_central_differences() {
    let check = |loss: &dyn Loss<f64>, last: AnyActivation<f64>, targets: &Array2<f64>| {
        for hidden in [0, 5] {
            let builder = Mlp::builder(4);
            let builder = if hidden > 0 { builder.dense(hidden, Tanh) } else { builder };
            let mut net = builder.dense(targets.ncols(), last.clone()).seed(3).build().unwrap();
            let inputs = numbers(targets.nrows(), 4);
            let check = gradient_check(&mut net, loss, inputs.view(), targets.view());
            let check = check.unwrap_or_else(|error| panic!("{loss:?} {last:?} {hidden}: {error}"));
            assert_eq!((check.compared, &check.kinks[..]), (net.parameters(), &[][..]), "{loss:?}");
            // A hundredth of what `Ok` implies.
            assert!(check.largest_error <= 1e-8, "{loss:?} {check:?}");
        }
    };
    for (rows, outputs) in [(1, 1), (7, 1), (7, 3)] {
        // The counts are 0, 1, 2 and 3.
        let counts = numbers(rows, outputs).mapv(|y| (2.0 * y + 1.5).round().max(0.0));
        check(&Poisson, Exponential.into(), &counts);
        check(&Poisson, Softplus.into(), &counts);
        // Targets are near the outputs and far on both sides of them. No difference is 0 or equals
        // δ.
        let real = 4.0 * numbers(rows, outputs);
        for delta in [0.3, 1.0, 2.5] {
            check(&Huber::new(delta), Identity.into(), &real);
            check(&Huber::new(delta), Tanh.into(), &real);
        }
        check(&MeanAbsoluteError, Identity.into(), &real);
        check(&MeanAbsoluteError, Tanh.into(), &real);
    }
}

/// Compares the loss of standardised targets of deviation 4, scaled back.
#[test]
fn losses_return_to_the_targets_own_unit() {
    let (outputs, targets) = (numbers(7, 2), 3.0 * numbers(2, 7).reversed_axes());
    let (large, large_targets) = (4.0 * &outputs, 4.0 * &targets);
    let losses: [[&dyn Loss<f64>; 2]; 2] =
        [[&Huber::new(0.5), &Huber::new(2.0)], [&MeanAbsoluteError, &MeanAbsoluteError]];
    for [loss, in_own_unit] in losses {
        let (small, _) = of_outputs(loss, outputs.view(), targets.view());
        let (own, _) = of_outputs(in_own_unit, large.view(), large_targets.view());
        assert_relative_eq!(loss.rescaled(small, 4.0), own, max_relative = 1e-14);
    }
}

#[test]
fn what_has_no_meaning_is_refused() {
    let fit = |loss: Box<dyn Loss<f64>>, last: AnyActivation<f64>, target: f64| {
        let mut targets = Array2::from_elem((4, 2), 1.0);
        targets[[2, 1]] = target;
        let data = Dataset::new(numbers(4, 3), targets).unwrap();
        let mut net = Mlp::builder(3).dense(2, last).seed(1).build().unwrap();
        Trainer::new(loss, Sgd::new(0.01)).epochs(1).fit(&mut net, &data).map(|_| ())
    };
    let poisson = || Box::new(Poisson);
    for last in [Exponential.into(), Softplus.into()] {
        for target in [0.0, -0.0, 2.5, 1e3] {
            fit(poisson(), AnyActivation::clone(&last), target).unwrap();
        }
        for target in [-1.0, -1e-300] {
            let error = fit(poisson(), AnyActivation::clone(&last), target).unwrap_err();
            assert!(
                matches!(error, Error::Loss(LossError::UnsuitableTarget { row: 2, value, .. }) if value == target),
                "{error:?}"
            );
        }
    }
    let message = "Poisson needs numbers of at least 0 as targets; row 2 (counted from 0) has -1";
    assert_eq!(fit(poisson(), Exponential.into(), -1.0).unwrap_err().to_string(), message);
    for last in [Identity.into(), Relu.into(), Tanh.into(), Sigmoid.into(), Softmax.into()] {
        let error = fit(poisson(), AnyActivation::clone(&last), 1.0).unwrap_err();
        assert!(matches!(error, Error::Loss(LossError::UnsuitableOutput { .. })), "{error:?}");
    }
    let message = "Poisson needs positive outputs, such as those of Exponential; the network ends in Identity";
    assert_eq!(fit(poisson(), Identity.into(), 1.0).unwrap_err().to_string(), message);
    for delta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = fit(Box::new(Huber::new(delta)), Identity.into(), 1.0).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }), "{error:?}");
    }
    fit(Box::new(Huber::new(1.0)), Identity.into(), -5.0).unwrap();
    fit(Box::new(MeanAbsoluteError), Identity.into(), -5.0).unwrap();
}
