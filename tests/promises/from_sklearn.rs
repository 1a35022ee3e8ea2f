//! Networks that `interop/from_sklearn.py` wrote predict what scikit-learn predicts.
//!
//! It wrote the files in `tests/golden/` together with `interop/make_golden.py`, from models that
//! scikit-learn 1.9.1 fitted, with their outputs.

use densely::{Float, Mlp};
use ndarray::Array2;
use safetensors::SafeTensors;
use serde_json::Value;

const MODELS: [&str; 6] =
    ["binary", "multiclass", "multilabel", "poisson", "regressor", "two_outputs"];

fn golden(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn expected(name: &str) -> Value {
    serde_json::from_slice(&golden(&format!("sklearn_{name}.json"))).unwrap()
}

fn file<F: Float>(name: &str) -> Vec<u8> {
    golden(&format!("sklearn_{name}_{}.safetensors", F::NAME))
}

fn matrix(rows: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(rows.clone()).unwrap();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(row, column)| rows[row][column])
}

/// Returns the largest error, relative to 1 or to the largest output of its column, whichever is
/// larger.
fn worst_error<F: Float>(name: &str) -> f64 {
    let net = Mlp::<F>::from_bytes(&file::<F>(name)).unwrap();
    let expected = expected(name);
    let inputs = matrix(&expected["inputs"]).mapv(F::from_f64);
    let (found, expected) = (net.predict(inputs.view()).unwrap(), matrix(&expected["outputs"]));
    assert_eq!(found.dim(), expected.dim());
    let mut worst = 0.0;
    for (found, expected) in found.columns().into_iter().zip(expected.columns()) {
        let scale = expected.iter().fold(1.0, |scale: f64, a| scale.max(a.abs()));
        let errors = found.iter().zip(expected).map(|(a, b)| (a.as_f64() - b).abs() / scale);
        worst = errors.fold(worst, f64::max);
    }
    println!("{} {name}: {worst:.1e}", F::NAME);
    worst
}

#[test]
fn predictions_are_those_of_scikit_learn() {
    for name in MODELS {
        assert!(worst_error::<f64>(name) <= 1e-12, "{name}");
        // The first layer sums raw features, whose means are up to 16 deviations from 0.
        // Cancellation loses that factor of precision; scikit-learn computes in 64 bits.
        assert!(worst_error::<f32>(name) <= 32.0 * f64::from(f32::EPSILON), "{name}");
    }
}

#[test]
fn names_of_features_and_classes_come_along() {
    for name in MODELS {
        let net = Mlp::<f32>::from_bytes(&file::<f32>(name)).unwrap();
        let expected = expected(name);
        let names =
            |key: &str| serde_json::from_value::<Vec<String>>(expected[key].clone()).unwrap();
        assert_eq!(net.schema().feature_names(), names("features"), "{name}");
        assert_eq!(net.schema().classes, names("classes"), "{name}");
        assert!(net.schema().targets.is_empty());
    }
}

fn activations_of(name: &str) -> Vec<String> {
    let net = Mlp::<f64>::from_bytes(&file::<f64>(name)).unwrap();
    net.layers().iter().map(|layer| layer.activation().name().unwrap()).collect()
}

#[test]
fn activations_are_named() {
    assert_eq!(activations_of("binary"), ["sigmoid", "sigmoid", "sigmoid"]);
    assert_eq!(activations_of("multiclass"), ["tanh", "softmax"]);
    assert_eq!(activations_of("multilabel"), ["relu", "sigmoid"]);
    assert_eq!(activations_of("regressor"), ["tanh", "identity"]);
    assert_eq!(activations_of("poisson"), ["identity", "exponential"]);
}

/// Returns the structure without the fields about its writer, and the numbers.
fn parts(bytes: &[u8]) -> (Value, Vec<u8>) {
    let (header, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let mut structure: Value =
        serde_json::from_str(&metadata.metadata().as_ref().unwrap()["densely"]).unwrap();
    structure["library"] = Value::Null;
    (structure, bytes[8 + header..].to_vec())
}

fn is_as_saved<F: Float>(name: &str) {
    let bytes = file::<F>(name);
    let saved = Mlp::<F>::from_bytes(&bytes).unwrap().to_bytes().unwrap();
    // Saving writes version 2, which holds the units.
    let ((mut expected, numbers), saved) = (parts(&bytes), parts(&saved));
    assert_eq!(expected["version"], 1);
    expected["version"] = 2.into();
    (expected["units_in"], expected["units_out"]) = ("none".into(), "none".into());
    assert_eq!((expected, numbers), saved, "{name}");
}

#[test]
fn files_are_what_save_writes() {
    for name in MODELS {
        is_as_saved::<f32>(name);
        is_as_saved::<f64>(name);
    }
}
