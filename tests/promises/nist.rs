//! Two of the NIST Statistical Reference Datasets are exactly small networks. At the certified
//! parameters the loss is the certified residual sum of squares divided by the number of rows, and
//! the gradient is zero.
//!
//! Source: NIST StRD, nonlinear regression,
//! [Rat42](https://www.itl.nist.gov/div898/strd/nls/data/ratkowsky2.shtml) and
//! [DanWood](https://www.itl.nist.gov/div898/strd/nls/data/daniel_wood.shtml).

use approx::assert_relative_eq;
use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp, Sigmoid, activation::Exponential};
use ndarray::{Array2, Axis, array};

/// A model with its data and certified figures.
struct Problem {
    inputs: Array2<f64>,
    targets: Array2<f64>,
    residual_sum_of_squares: f64,
    certified: Vec<f64>,
    network: fn(&[f64]) -> Mlp<f64>,
    /// The largest gradient, relative to its terms, for parameters of eleven digits; see
    /// [`relative_gradient`].
    rest: f64,
}

/// y = b1 / (1 + exp(b2 - b3 x)): a sigmoid unit, and an output without bias.
fn rat42() -> Problem {
    let inputs = array![9.0, 14.0, 21.0, 28.0, 42.0, 57.0, 63.0, 70.0, 79.0];
    let targets = array![8.93, 10.80, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08];
    Problem {
        inputs: inputs.insert_axis(Axis(1)),
        targets: targets.insert_axis(Axis(1)),
        residual_sum_of_squares: 8.0565229338,
        certified: vec![7.2462237576E+01, 2.6180768402E+00, 6.7359200066E-02],
        network: |b| {
            let hidden = Dense::new(array![[b[2]]], Some(array![-b[1]]), Sigmoid).unwrap();
            let output = Dense::new(array![[b[0]]], None, Identity).unwrap();
            Mlp::from_layers(vec![hidden, output]).unwrap()
        },
        rest: 2e-9,
    }
}

/// y = b1 x^b2 = exp(ln b1 + b2 ln x): one exponential unit that is given ln x.
fn dan_wood() -> Problem {
    let inputs = array![1.309_f64, 1.471, 1.490, 1.565, 1.611, 1.680];
    let targets = array![2.138, 3.421, 3.597, 4.340, 4.882, 5.660];
    Problem {
        inputs: inputs.ln().insert_axis(Axis(1)),
        targets: targets.insert_axis(Axis(1)),
        residual_sum_of_squares: 4.3173084083E-03,
        certified: vec![7.6886226176E-01, 3.8604055871E+00],
        network: |b| {
            let unit = Dense::new(array![[b[1]]], Some(array![b[0].ln()]), Exponential);
            Mlp::from_layers(vec![unit.unwrap()]).unwrap()
        },
        rest: 6e-9,
    }
}

/// Returns the gradients of every weight and bias, after a run.
fn gradients(backprop: &Backprop<f64>) -> Vec<f64> {
    let layers = backprop.gradients().iter();
    layers
        .flat_map(|layer| layer.weights().into_iter().chain(layer.bias().into_iter().flatten()))
        .copied()
        .collect()
}

/// Returns the largest gradient of a parameter, relative to the mean magnitude of its terms, the
/// gradients of the rows, which cancel at the minimum.
fn relative_gradient(net: &mut Mlp<f64>, problem: &Problem) -> f64 {
    let Problem { inputs, targets, .. } = problem;
    let mut backprop = Backprop::new(net);
    let rows = inputs.axis_chunks_iter(Axis(0), 1).zip(targets.axis_chunks_iter(Axis(0), 1));
    let mut magnitudes = vec![0.0; net.parameters()];
    for (input, target) in rows {
        backprop.run(net, &MeanSquaredError, input, target).unwrap();
        for (magnitude, gradient) in magnitudes.iter_mut().zip(gradients(&backprop)) {
            *magnitude += gradient.abs() / inputs.nrows() as f64;
        }
    }
    backprop.run(net, &MeanSquaredError, inputs.view(), targets.view()).unwrap();
    let ratios = gradients(&backprop).into_iter().zip(magnitudes).map(|(g, m)| g.abs() / m);
    ratios.fold(0.0, f64::max)
}

#[test]
fn the_loss_is_the_certified_residual_sum_of_squares() {
    for problem in [rat42(), dan_wood()] {
        let mut net = (problem.network)(&problem.certified);
        let (inputs, targets) = (problem.inputs.view(), problem.targets.view());
        let loss = Backprop::new(&net).loss(&mut net, &MeanSquaredError, inputs, targets).unwrap();
        let sum = loss * problem.inputs.nrows() as f64;
        assert_relative_eq!(sum, problem.residual_sum_of_squares, max_relative = 1e-10);
    }
}

/// The certified digits are rounded. Half a unit in the eleventh digit of every parameter, with the
/// worst signs, changes the gradient by at most Σ_k |Σ_i ∂f_i/∂p ∂f_i/∂p_k| Δp_k.
/// Relative to the mean magnitude of its terms that is 1.7e-9 for Rat42 and 5.5e-9 for DanWood
/// (mpmath, 40 digits; the certified points themselves have 5.0e-10 and 8.5e-10).
///
/// An error of one per cent in any parameter must show, so that a gradient that is always 0 does
/// not pass.
#[test]
fn the_gradient_is_zero_at_the_certified_parameters_and_nowhere_near() {
    for problem in [rat42(), dan_wood()] {
        let at_minimum = relative_gradient(&mut (problem.network)(&problem.certified), &problem);
        assert!(at_minimum < problem.rest, "{at_minimum} at the minimum");
        for moved in 0..problem.certified.len() {
            let mut parameters = problem.certified.clone();
            parameters[moved] *= 1.01;
            let beside = relative_gradient(&mut (problem.network)(&parameters), &problem);
            assert!(beside > 0.1, "{beside} with b{} moved by 1 %", moved + 1);
        }
    }
}
