//! Inputs may be views of every kind: whole, transposed, with gaps, in reverse order, with one row,
//! with no row.

use approx::assert_relative_eq;
use densely::{Backprop, Dense, Error, Identity, MeanSquaredError, Mlp, Tanh, error::NetworkError};
use ndarray::{Array1, Array2, s};

fn numbers(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(row, column)| ((7 * row + 3 * column) as f64).sin())
}

#[test]
fn a_layer_is_its_formula_for_every_view() {
    let (wide, tall) = (numbers(9, 14), numbers(14, 9));
    let first_row = wide.row(0);
    let inputs = [
        wide.view(),
        tall.t(),
        wide.slice(s![..;2, ..]),
        wide.slice(s![..;-1, ..]),
        wide.slice(s![3..4, ..]),
        wide.slice(s![0..0, ..]),
        first_row.broadcast((5, 14)).unwrap(),
    ];
    for outputs in [1, 3, 40] {
        let weights = numbers(outputs, 14).reversed_axes();
        let bias = Array1::from_shape_fn(outputs, |output| 0.1 * output as f64);
        let layer = Dense::new(weights.clone(), Some(bias.clone()), Identity).unwrap();
        for inputs in inputs {
            let expected = inputs.dot(&weights) + &bias;
            let predicted = layer.predict(inputs).unwrap();
            assert_relative_eq!(predicted, expected, epsilon = 1e-13);
        }
    }
}

#[test]
fn gradients_are_the_same_for_every_view() {
    let (inputs, targets) = (numbers(8, 6), numbers(8, 2));
    let mut net = Mlp::<f64>::builder(6).dense(5, Tanh).dense(2, Identity).build().unwrap();
    let mut gradient = |inputs, targets| {
        let mut backprop = Backprop::new(&net);
        backprop.run(&mut net, &MeanSquaredError, inputs, targets).unwrap();
        backprop.gradients()[0].weights().to_owned()
    };
    let expected = gradient(inputs.view(), targets.view());
    let column_major = inputs.t().as_standard_layout().into_owned();
    let spread = Array2::from_shape_fn((16, 12), |(row, column)| inputs[[row / 2, column / 2]]);
    let targets_by_column = targets.t().as_standard_layout().into_owned();
    let others = [
        gradient(column_major.t(), targets.view()),
        gradient(spread.slice(s![..;2, ..;2]), targets_by_column.t()),
        gradient(inputs.slice(s![..;-1, ..]), targets.slice(s![..;-1, ..])),
    ];
    for other in others {
        assert_relative_eq!(other, expected, epsilon = 1e-14);
    }
}

/// A row's prediction depends neither on the number of rows with it nor on their layout, to the
/// bit.
#[test]
fn a_row_alone_is_the_row_among_others() {
    for outputs in [1, 2, 40] {
        let net = Mlp::<f64>::builder(30).dense(20, Tanh).dense(outputs, Identity).without_units();
        let net = net.build().unwrap();
        let tall = numbers(30, 600);
        let all = net.predict(tall.t()).unwrap();
        for row in [0, 255, 256, 599] {
            let alone = tall.t().slice(s![row..=row, ..]).as_standard_layout().into_owned();
            assert_eq!(net.predict(alone.view()).unwrap(), all.slice(s![row..=row, ..]));
        }
    }
}

#[test]
fn layers_that_do_not_fit_together_are_refused() {
    let mut net = Mlp::<f64>::builder(2).dense(4, Tanh).dense(1, Identity).build().unwrap();
    net.layers_mut()[1] = Dense::new(numbers(3, 1), None, Identity).unwrap();
    let error = net.predict(numbers(5, 2).view()).unwrap_err();
    let Error::Network(error) = error else { panic!("{error}") };
    assert!(matches!(error, NetworkError::LayerShape { layer: 1, inputs: 3, outputs: 4 }));
}
