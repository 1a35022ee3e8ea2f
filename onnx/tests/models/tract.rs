//! The models that are written give the network's predictions in tract, a runtime in Rust.

use densely::activation::{AnyActivation, Gelu};
use densely::ndarray::{Array1, Array2};
use densely::units::Units;
use densely::{Dense, Float, Identity, Mlp};
use tract_onnx::prelude::{Datum, InferenceModelExt, IntoRunnable, Tensor, tvec};
use tract_onnx::tract_core::framework::Framework;

const ROWS: usize = 256;

/// Compares the predictions, relative to the larger of their size and 0.001.
fn compare<F: Float + Datum>(name: &str, net: &Mlp<F>, inputs: &Array2<F>) {
    let bytes = densely_onnx::to_bytes(net).unwrap();
    let model = tract_onnx::onnx().model_for_read(&mut &bytes[..]).unwrap();
    let model = model.into_optimized().unwrap().into_runnable().unwrap();
    let shape = [ROWS, net.features()];
    let tensor = Tensor::from_shape(&shape, inputs.as_slice().unwrap()).unwrap();
    let outputs = model.run(tvec!(tensor.into())).unwrap();
    let theirs = outputs[0].to_plain_array_view::<F>().unwrap();
    let ours = net.predict(inputs.view()).unwrap();
    assert_eq!(theirs.shape(), ours.shape());
    let most = if size_of::<F>() == 4 { 2e-5 } else { 2e-12 };
    for (&theirs, &ours) in theirs.iter().zip(&ours) {
        let (theirs, ours) = (theirs.as_f64(), ours.as_f64());
        let error = (theirs - ours).abs() / ours.abs().max(1e-3);
        assert!(error < most, "{} {name}: {theirs} for {ours}", F::NAME);
    }
}

/// Each activation alone, for weighted sums of both signs and all magnitudes.
fn activations<F: Float + Datum>() {
    for name in AnyActivation::<F>::NAMES.iter().copied().chain(["leaky_relu(0.2)", "elu(0.3)"]) {
        let largest = if name == "exponential" { 2.0 } else { 5.0 };
        let inputs = Array2::from_shape_fn((ROWS, 4), |(row, column)| {
            let magnitude = 1e-3 * 10_f64.powf(largest * row as f64 / ROWS as f64);
            F::from_f64(if column % 2 == 0 { magnitude } else { -magnitude })
        });
        let activation = name.parse::<AnyActivation<F>>().unwrap();
        let layer = Dense::new(Array2::eye(4), Some(Array1::zeros(4)), activation).unwrap();
        compare(name, &Mlp::from_layers(vec![layer]).unwrap(), &inputs);
    }
}

#[test]
fn every_activation_runs() {
    activations::<f32>();
    activations::<f64>();
}

/// Several layers, units of inputs and outputs, a smooth clip, and NaN.
fn units<F: Float + Datum>() {
    let (centres, spreads) = ([200.0, -3.0, 0.0, 0.5, 1e3], [100.0, 0.5, 1.0, 0.0, 3.0]);
    let standard = Units::standard(centres, spreads).unwrap();
    let robust = Units::robust(centres, spreads, [3.0, 3.0, 0.0, 0.0, 2.0]).unwrap();
    let inputs = Array2::from_shape_fn((ROWS, 5), |(row, column)| {
        let z = 5.0 * (1.0 + (row * 5 + column) as f64 * 0.7).sin();
        let missing = (row + column) % 7 == 0;
        F::from_f64(if missing { f64::NAN } else { centres[column] + z * spreads[column] })
    });
    for units_in in [standard, robust] {
        let builder = Mlp::builder(5).dense(16, Gelu).dense(8, Gelu).without_bias();
        let mut net = builder.dense(2, Identity).seed(3).build().unwrap();
        net.set_units(units_in, Units::standard([9.0, 5.0], [2.0, 1.0]).unwrap()).unwrap();
        compare("units", &net, &inputs);
    }
}

#[test]
fn units_and_missing_numbers_run() {
    units::<f32>();
    units::<f64>();
}
