//! A network that is loaded from PyTorch's `state_dict` computes what PyTorch computes, and the
//! other way round.
//!
//! `interop/make_golden.py` wrote the files in `tests/golden/` with PyTorch.

mod batch_norm;
mod export;
mod memory;
mod names;
mod refusals;

use densely::{Float, Mlp, Softmax, Tanh, activation::AnyActivation};
use ndarray::{Array2, s};
use safetensors::SafeTensors;
use serde_json::Value;
use std::ops::Range;

fn golden(name: &str) -> String {
    format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn golden_json(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(golden(name)).unwrap()).unwrap()
}

fn matrix<F: Float>(rows: &Value) -> Array2<F> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(rows.clone()).unwrap();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(row, column)| {
        F::from_f64(rows[row][column])
    })
}

/// Returns the error in units in the last place of 1 or of the largest output. The terms of the
/// sums are that large, and can be added in any order.
fn error_in_ulps<F: Float>(found: &Array2<F>, expected: &Array2<F>) -> f64 {
    assert_eq!(found.dim(), expected.dim());
    let scale = expected.iter().fold(1.0, |scale: f64, a| scale.max(a.as_f64().abs()));
    let difference = |(a, b): (&F, &F)| (a.as_f64() - b.as_f64()).abs();
    let worst = found.iter().zip(expected).map(difference).fold(0.0, f64::max);
    worst / scale / F::epsilon().as_f64()
}

fn activation<F: Float>(name: &str) -> AnyActivation<F> {
    name.parse().unwrap()
}

/// Checks that the network computes from the inputs in a golden file what PyTorch computes.
fn check_outputs<F: Float>(net: &Mlp<F>, file: &str, columns: Range<usize>, most_ulps: f64) {
    let golden_outputs = golden_json(&format!("{file}.json"));
    let outputs = net.predict(matrix(&golden_outputs["inputs"]).view()).unwrap();
    let expected = matrix(&golden_outputs["outputs"]).slice_move(s![.., columns]);
    let ulps = error_in_ulps(&outputs, &expected);
    println!("{file}: {ulps:.2} ulps");
    assert!(ulps <= most_ulps, "{file}: {ulps} ulps");
}

fn every_activation_agrees<F: Float>(most_ulps: f64) {
    let golden_outputs = golden_json("torch_activations.json");
    let inputs = matrix::<F>(&golden_outputs["inputs"]);
    let file = golden(&format!("torch_activations_{}.safetensors", F::NAME));
    let expected = golden_outputs[F::NAME].as_object().unwrap();
    // PyTorch has no modules for these two.
    let without = ["exponential", "isru"];
    for name in AnyActivation::<F>::NAMES.iter().filter(|name| !without.contains(name)) {
        assert!(expected.contains_key(*name), "{name} is not among PyTorch's");
    }
    for (name, expected) in expected {
        let check = |last: &str, key: &str| {
            let activations = [activation(name), activation(last)];
            let net = Mlp::<F>::load_state_dict(&file, activations).unwrap();
            let ulps = error_in_ulps(&net.predict(inputs.view()).unwrap(), &matrix(&expected[key]));
            println!("{} {name} {key}: {ulps:.2} ulps", F::NAME);
            assert!(ulps <= most_ulps, "{} {name} {key}: {ulps} ulps", F::NAME);
        };
        check("identity", "hidden");
        check(name, "output");
    }
}

/// The sums have five products. The activations are within four units in the last place here, and
/// within a few in PyTorch. For `f64`, 4,500 units would be 1e-12.
#[test]
fn every_activation_agrees_with_pytorch() {
    every_activation_agrees::<f32>(8.0);
    every_activation_agrees::<f64>(16.0);
}

#[test]
fn modules_are_taken_by_number_under_any_prefix() {
    let file = golden("torch_wrapped.safetensors");
    let tanh = || Tanh.into();
    let activations = [tanh(), tanh(), tanh(), tanh(), Softmax.into()];
    let net = Mlp::<f32>::load_state_dict(&file, activations.clone()).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let from_bytes = Mlp::<f32>::from_state_dict(&bytes, activations).unwrap();

    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(net.layers().len(), 5);
    for (index, layer) in net.layers().iter().enumerate() {
        let of_pytorch = |name: &str| {
            let tensor = tensors.tensor(&format!("net.net.{}.{name}", 3 * index)).ok()?;
            let numbers = tensor.data().chunks_exact(4);
            let numbers = numbers.map(|b| f32::from_le_bytes(b.try_into().unwrap()).to_bits());
            Some(numbers.collect::<Vec<_>>())
        };
        let transposed: Vec<_> = layer.weights().t().iter().map(|w| w.to_bits()).collect();
        assert_eq!(Some(transposed), of_pytorch("weight"), "layer {index}: the same bits");
        let bias = layer.bias().map(|bias| bias.iter().map(|b| b.to_bits()).collect());
        assert_eq!(bias, of_pytorch("bias"), "layer {index}");
        assert_eq!(layer.weights(), from_bytes.layers()[index].weights());
    }

    // The network has five layers, with weights up to 3.
    check_outputs(&net, "torch_wrapped", 0..3, 32.0);
}
