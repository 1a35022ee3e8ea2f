//! Standardising, and folding it into a network.

use approx::assert_relative_eq;
use densely::{Dataset, Error, Float, Identity, Mlp, Sigmoid, Standardizer, Tanh};
use ndarray::{Array2, Axis, array};

fn data<F: Float>() -> Dataset<F> {
    let inputs = Array2::from_shape_fn((30, 3), |(row, column)| {
        let unit = ((row * 7 + column * 11) as f64).sin();
        F::from_f64([3000.0 + 800.0 * unit, 0.001 * unit, 4.25][column])
    });
    let targets = Array2::from_shape_fn((30, 2), |(row, column)| {
        F::from_f64([20.0, -5e4][column] * (1.0 + (row as f64 * 1.3).cos()))
    });
    Dataset::new(inputs, targets).unwrap()
}

/// Mean 0 and population deviation 1; a constant column, whose mean is not exact in binary, becomes exactly 0.
#[test]
fn every_column_gets_mean_0_and_deviation_1() {
    let data = data::<f64>();
    let scaled = Standardizer::fit(&data).unwrap().apply(&data).unwrap();
    let inputs = scaled.inputs();
    for column in [inputs.column(0), inputs.column(1), scaled.targets().column(1)] {
        assert_relative_eq!(column.mean().unwrap(), 0.0, epsilon = 1e-12);
        assert_relative_eq!(column.std(0.0), 1.0, epsilon = 1e-12);
    }
    assert!(inputs.column(2).iter().all(|&x| x == 0.0));
}

/// The folded network on raw rows gives what the network on standardised rows gives, brought back by hand.
fn folded_and_unfolded_agree<F: Float + approx::RelativeEq<Epsilon = F>>(tolerance: f64) {
    let data = data::<F>();
    let scaler = Standardizer::fit(&data).unwrap();
    for hidden in [0, 1, 2] {
        for bias in [true, false] {
            let mut builder = Mlp::<F>::builder(3);
            for _ in 0..hidden {
                builder = builder.dense(5, Tanh);
                builder = if bias { builder } else { builder.without_bias() };
            }
            builder = builder.dense(2, Identity);
            builder = if bias { builder } else { builder.without_bias() };
            let mut net = builder.seed(3).build().unwrap();
            let scaled = net.predict(scaler.apply(&data).unwrap().inputs()).unwrap();
            scaler.fold_into(&mut net).unwrap();
            let folded = net.predict(data.inputs()).unwrap();
            for (column, (folded, scaled)) in
                folded.axis_iter(Axis(1)).zip(scaled.axis_iter(Axis(1))).enumerate()
            {
                let targets = data.targets();
                let y = targets.column(column).mapv(|y| y.as_f64());
                let (mean, deviation) = (y.mean().unwrap(), y.std(0.0));
                for (folded, scaled) in folded.iter().zip(scaled) {
                    let expected = scaled.as_f64() * deviation + mean;
                    let difference = (folded.as_f64() - expected).abs();
                    assert!(difference < tolerance * deviation, "{folded} {expected}");
                }
            }
        }
    }
}

#[test]
fn folding_changes_no_prediction() {
    folded_and_unfolded_agree::<f64>(1e-12);
    folded_and_unfolded_agree::<f32>(2e-5);
}

#[test]
fn what_cannot_be_folded_is_refused_and_left_alone() {
    let data = data::<f64>();
    let scaler = Standardizer::fit(&data).unwrap();
    let mut net = Mlp::<f64>::builder(3).dense(2, Sigmoid).seed(1).build().unwrap();
    let before = net.clone();
    assert!(matches!(scaler.fold_into(&mut net), Err(Error::CannotFold { .. })));
    assert_eq!(net.layers()[0].weights(), before.layers()[0].weights());
    let mut other = Mlp::<f64>::builder(4).dense(2, Identity).build().unwrap();
    assert!(matches!(scaler.fold_into(&mut other), Err(Error::OtherData { .. })));
    let narrow = Dataset::new(array![[1.0], [2.0]], array![[1.0, 1.0], [2.0, 2.0]]).unwrap();
    assert!(matches!(scaler.apply(&narrow), Err(Error::OtherData { .. })));
}

#[test]
fn classes_are_not_scaled() {
    let data = Dataset::new(array![[1.0], [3.0]], array![[0.0], [1.0]]).unwrap();
    let data = data.with_classes(["no", "yes"]).unwrap();
    let scaler = Standardizer::fit(&data).unwrap();
    assert_eq!(scaler.apply(&data).unwrap().targets(), array![[0.0], [1.0]]);
    let mut net = Mlp::builder(1).dense(1, Sigmoid).seed(1).build().unwrap();
    let scaled = net.predict(array![[-1.0], [1.0]].view()).unwrap();
    scaler.fold_into(&mut net).unwrap();
    assert_relative_eq!(net.predict(data.inputs()).unwrap(), scaled, max_relative = 1e-14);
}
