//! The models that PyTorch, Keras and skl2onnx exported predict what those libraries predicted.
//! `interop/onnx_golden.py` made them in `tests/golden`; it names the versions.

use crate::protobuf::{field, float, float_attribute, model, node, tensor, whole_attribute};
use densely::Float;
use densely::ndarray::{Array2, array};
use serde_json::Value;
use std::path::PathBuf;

pub fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn matrix<F: Float>(rows: &Value) -> Array2<F> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(rows.clone()).unwrap();
    let columns = rows[0].len();
    Array2::from_shape_fn((rows.len(), columns), |(row, column)| F::from_f64(rows[row][column]))
}

fn check<F: Float>(name: &str, expected: &Value, tolerance: f64) {
    let net = densely_onnx::load::<F>(golden(&format!("{name}.onnx")));
    let net = net.unwrap_or_else(|error| panic!("{name}: {error}"));
    let names = net.layers().iter().map(|layer| layer.activation().name().unwrap());
    let found: Value = names.collect();
    // The names include α.
    assert_eq!(found, expected["activations"], "{name}");
    let outputs = net.predict(matrix(&expected["inputs"]).view()).unwrap();
    let theirs = matrix::<F>(&expected["outputs"]);
    assert_eq!(outputs.dim(), theirs.dim(), "{name}");
    let largest = theirs.iter().fold(0.0_f64, |largest, value| largest.max(value.as_f64().abs()));
    for (ours, theirs) in outputs.iter().zip(&theirs) {
        let difference = (ours.as_f64() - theirs.as_f64()).abs();
        assert!(difference <= tolerance * largest, "{name}: {ours} instead of {theirs}");
    }
}

#[test]
fn models_of_other_libraries_predict_the_same() {
    let expected = std::fs::read_to_string(golden("expected.json")).unwrap();
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&expected).unwrap();
    assert!(expected.len() >= 60, "{}", expected.len());
    for (name, expected) in &expected {
        if expected["type"] == "f64" {
            // Folding a Scaler of scikit-learn changes the rounding.
            check::<f64>(name, expected, 1e-8);
        } else {
            check::<f32>(name, expected, 3e-6);
        }
    }
}

/// Models of the kinds that users reported, with outputs that are exact in `f32`.
#[test]
fn reported_models_predict_exactly() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reports");
    let expected = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&expected).unwrap();
    assert_eq!(expected.len(), 5);
    for (name, expected) in &expected {
        let net = densely_onnx::load::<f32>(folder.join(name));
        let net = net.unwrap_or_else(|error| panic!("{name}: {error}"));
        let outputs = net.predict(matrix(&expected["inputs"]).view()).unwrap();
        assert_eq!(outputs, matrix::<f32>(&expected["outputs"]), "{name}");
    }
}

/// The weights of a small network, two features × two outputs.
const WEIGHTS: [f32; 4] = [1.0, -2.0, 0.5, 4.0];

/// The outputs for one row, of the network whose graph has these parts between `x` and `y`.
fn predicted(parts: &[Vec<u8>], row: [f32; 2]) -> Vec<f32> {
    let net = densely_onnx::from_bytes::<f32>(&model(2, parts)).unwrap();
    net.predict(array![row].view()).unwrap().into_raw_vec_and_offset().0
}

#[test]
fn gemm_in_all_its_forms() {
    let weights = || tensor("w", &[2, 2], &WEIGHTS);
    let plain = node("Gemm", &["x", "w"], "y", &[]);
    assert_eq!(predicted(&[plain, weights()], [3.0, 1.0]), [3.5, -2.0]);
    let attributes =
        [whole_attribute("transB", 1), float_attribute("alpha", 2.0), float_attribute("beta", 0.5)];
    let scaled = node("Gemm", &["x", "w", "c"], "y", &attributes);
    let bias = tensor("c", &[1, 2], &[10.0, 20.0]);
    assert_eq!(predicted(&[scaled.clone(), weights(), bias], [3.0, 1.0]), [7.0, 21.0]);
    let bias = tensor("c", &[1], &[10.0]);
    assert_eq!(predicted(&[scaled, weights(), bias], [3.0, 1.0]), [7.0, 16.0]);
}

#[test]
fn constants_around_a_layer_are_folded_into_it() {
    let constants = [tensor("w", &[2, 2], &WEIGHTS), tensor("c", &[2], &[2.0, 4.0])];
    let parts = |nodes: Vec<Vec<u8>>| [nodes.concat(), constants.concat()];
    for (operator, operands, expected) in [
        ("Add", ["x", "c"], [7.5, 10.0]),
        ("Sub", ["x", "c"], [-0.5, -14.0]),
        ("Sub", ["c", "x"], [0.5, 14.0]),
        ("Mul", ["c", "x"], [8.0, 4.0]),
        ("Div", ["x", "c"], [1.625, -2.0]),
    ] {
        let before =
            vec![node(operator, &operands, "a", &[]), node("MatMul", &["a", "w"], "y", &[])];
        assert_eq!(predicted(&parts(before), [3.0, 1.0]), expected, "{operator} before");
    }
    // x W is [3.5, -2].
    for (operator, operands, expected) in [
        ("Add", ["a", "c"], [5.5, 2.0]),
        ("Sub", ["a", "c"], [1.5, -6.0]),
        ("Sub", ["c", "a"], [-1.5, 6.0]),
        ("Mul", ["c", "a"], [7.0, -8.0]),
        ("Div", ["a", "c"], [1.75, -0.5]),
    ] {
        let after =
            vec![node("MatMul", &["x", "w"], "a", &[]), node(operator, &operands, "y", &[])];
        assert_eq!(predicted(&parts(after), [3.0, 1.0]), expected, "{operator} after");
    }
    let attribute = |name, values: [f32; 2]| {
        [field(1, name), float(7, values[0]), float(7, values[1])].concat()
    };
    let scaler = [attribute("offset", [1.0, -1.0]), attribute("scale", [0.5, 2.0])];
    let mut nodes = vec![node("Scaler", &["x"], "a", &scaler)];
    nodes.push(node("MatMul", &["a", "w"], "y", &[]));
    assert_eq!(predicted(&parts(nodes), [3.0, 1.0]), [3.0, 14.0]);
}
