//! Standardising, and folding it into a network.

use approx::assert_relative_eq;
use densely::{
    Dataset, Error, Float, Identity, Mlp, Sigmoid, Tanh, data::Standardizer,
    error::StandardizerError,
};
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
            scaler.clone().fold_into(&mut net).unwrap();
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
    assert!(matches!(
        scaler.clone().fold_into(&mut net),
        Err(Error::Standardizer(StandardizerError::CannotFold { .. }))
    ));
    assert_eq!(net.layers()[0].weights(), before.layers()[0].weights());
    let mut other = Mlp::<f64>::builder(4).dense(2, Identity).build().unwrap();
    assert!(matches!(
        scaler.clone().fold_into(&mut other),
        Err(Error::Standardizer(StandardizerError::OtherData { .. }))
    ));
    let narrow = Dataset::new(array![[1.0], [2.0]], array![[1.0, 1.0], [2.0, 2.0]]).unwrap();
    assert!(matches!(
        scaler.apply(&narrow),
        Err(Error::Standardizer(StandardizerError::OtherData { .. }))
    ));
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

/// A feature with this mean and deviation 1 beside one of mean 0, and a target with its own.
fn far_from_zero<F: Float>(mean: f64, target_mean: f64) -> Dataset<F> {
    let wave = |row: usize, phase: f64| 2f64.sqrt() * (row as f64 * 0.731 + phase).sin();
    let inputs = Array2::from_shape_fn((200, 2), |(row, column)| {
        F::from_f64(wave(row, column as f64) + [0.0, mean][column])
    });
    let targets =
        Array2::from_shape_fn((200, 1), |(row, _)| F::from_f64(target_mean + wave(row, 0.3)));
    let data = Dataset::new(inputs, targets).unwrap().with_feature_names(["near", "far"]).unwrap();
    data.with_target_names(["year"]).unwrap()
}

/// How far folding moves the predictions of all rows, in their own deviations.
fn moved<F: Float>(data: &Dataset<F>, seed: u64) -> Result<f64, Error> {
    let scaler = Standardizer::fit(data)?;
    let builder = Mlp::<F>::builder(2).dense(8, Tanh).dense(1, Identity);
    let mut net = builder.seed(seed).build()?;
    let before = net.predict(scaler.apply(data)?.inputs())?;
    scaler.fold_into(&mut net)?;
    let after = net.predict(data.inputs())?.mapv(F::as_f64);
    let targets = data.targets().mapv(F::as_f64);
    let before = before.mapv(|y| y.as_f64() * targets.std(0.0) + targets.mean().unwrap());
    let moved = (&before - &after).mapv(f64::abs).iter().copied().fold(0.0, f64::max);
    Ok(moved / before.std(0.0))
}

/// From a mean of one deviation to one of ten million: folding moves predictions by no more than it may, or names the column. Of the rows that folding is not
/// judged by, some move a little further than the one that moves furthest of the others.
#[test]
fn folding_that_would_move_predictions_is_an_error_that_names_the_column() {
    for seed in 0..5 {
        let (mut refused, mut accepted) = (0, 0);
        for exponent in 0..29 {
            let mean = 10f64.powf(f64::from(exponent) / 4.0);
            for (feature, target, name) in [(mean, 0.0, "far"), (0.0, mean, "year")] {
                match moved(&far_from_zero::<f32>(feature, target), seed) {
                    Ok(moved) => {
                        accepted += 1;
                        assert!(moved < 2e-3, "{name} {mean}: moved by {moved}");
                        assert!(mean < 3e4, "{name} {mean} should be too coarse");
                    }
                    Err(Error::Standardizer(StandardizerError::FoldingSpoils {
                        column,
                        moved,
                        ..
                    })) => {
                        refused += 1;
                        assert_eq!(column, name);
                        assert!(mean > 100.0 && moved > 1e-3, "{name} {mean}: moved by {moved}");
                    }
                    Err(error) => panic!("{error}"),
                }
                assert!(moved(&far_from_zero::<f64>(feature, target), seed).unwrap() < 1e-6);
            }
        }
        assert!(refused > 20 && accepted > 20, "{refused} {accepted}");
    }
}

#[test]
fn a_number_too_far_from_the_mean_is_named() {
    let train = Dataset::new(array![[0.0_f32], [1e-30]], array![[0.0], [1.0]]).unwrap();
    let scaler = Standardizer::fit(&train).unwrap();
    let other = Dataset::new(array![[0.0_f32], [1e20]], array![[0.0], [1.0]]).unwrap();
    let error = scaler.apply(&other).unwrap_err().to_string();
    assert!(error.starts_with("row 1, column 0 of the standardized inputs"), "{error}");
}
