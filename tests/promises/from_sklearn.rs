//! Networks that the Python package `densely_interop` wrote predict what scikit-learn predicts.
//!
//! `interop/make_golden.py` wrote the files in `tests/golden/` with it, from models that
//! scikit-learn 1.9.1 fitted, with their outputs. `interop/check_from_sklearn.py` compares more
//! models, by the program.

use densely::{Float, Mlp, Table, schema::Column, units::Scaling};
use ndarray::{Array2, ArrayView2};
use safetensors::SafeTensors;
use serde_json::Value;

/// Files of version 1, of the package's first revision, which folded scalers into the weights.
const FOLDED: [&str; 6] =
    ["binary", "multiclass", "multilabel", "poisson", "regressor", "two_outputs"];

/// Files with units.
const WITH_UNITS: [&str; 2] = ["table", "units"];

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

fn net<F: Float>(name: &str) -> Mlp<F> {
    Mlp::from_bytes(&file::<F>(name)).unwrap()
}

/// Returns the inputs of a network: those beside its outputs, or the cells of a raw table.
fn inputs<F: Float>(name: &str) -> Array2<F> {
    if name == "table" {
        let table = Table::parse_csv(&golden("sklearn_table.csv")[..], name).unwrap();
        return table.with_missing().with_unknown().inputs_for(&net::<F>(name)).unwrap();
    }
    matrix(&expected(name)["inputs"]).mapv(F::from_f64)
}

fn worst_error_of<F: Float>(name: &str) -> f64 {
    let found = net::<F>(name).predict(inputs::<F>(name).view()).unwrap();
    worst_error(name, found.view())
}

/// Returns the largest error, relative to 1 or to the largest output of its column, whichever is
/// larger.
fn worst_error<F: Float>(name: &str, found: ArrayView2<'_, F>) -> f64 {
    let expected = matrix(&expected(name)["outputs"]);
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
    for name in FOLDED.into_iter().chain(WITH_UNITS) {
        assert!(worst_error_of::<f64>(name) <= 1e-12, "{name}");
        // Means are up to 30 deviations from 0. Rounding features to 32 bits loses that factor of
        // precision; scikit-learn computes in 64 bits.
        assert!(worst_error_of::<f32>(name) <= 32.0 * f64::from(f32::EPSILON), "{name}");
    }
}

#[test]
fn the_schema_knows_categories_and_blanks() {
    let since = Column::numbers("since");
    let columns = [
        Column::numbers("age"),
        Column::categories("town", ["Bonn, am Rhein", "Köln", "Ulm"]).with_blanks(),
        Column::categories("rooms", ["1", "2", "3"]).with_blanks(),
        since.clone(),
    ];
    let net = net::<f64>("table");
    assert_eq!(net.schema().columns, columns);
    assert_eq!(net.schema().targets, ["where"]);
    assert_eq!(net.schema().classes, ["city", "coast", "village"]);
    // Times of 1.7e9 ± 1e4 seconds lose digits as `f32`.
    let in_f32 = self::net::<f32>("table");
    assert_eq!(in_f32.schema().columns[3], since.with_offset(1.7e9));
}

#[test]
fn scalers_are_units() {
    let net = net::<f64>("units");
    assert_eq!(net.units_in().scaling(), Scaling::Standard);
    assert_eq!(net.units_out().scaling(), Scaling::Standard);
    // The second of the array's three columns is not used.
    assert_eq!(net.units_in().spreads().unwrap()[1], 0.0);
    assert!(net.schema().columns.is_empty());
}

#[test]
fn names_of_features_and_classes_come_along() {
    for name in FOLDED {
        let net = net::<f32>(name);
        let expected = expected(name);
        let names =
            |key: &str| serde_json::from_value::<Vec<String>>(expected[key].clone()).unwrap();
        assert_eq!(net.schema().feature_names(), names("features"), "{name}");
        assert_eq!(net.schema().classes, names("classes"), "{name}");
        assert!(net.schema().targets.is_empty());
    }
}

fn activations_of(name: &str) -> Vec<String> {
    net::<f64>(name).layers().iter().map(|layer| layer.activation().name().unwrap()).collect()
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
    let saved = net::<F>(name).to_bytes().unwrap();
    let ((mut expected, numbers), saved) = (parts(&bytes), parts(&saved));
    if FOLDED.contains(&name) {
        // Saving writes version 2, which holds the units.
        assert_eq!(expected["version"], 1);
        expected["version"] = 2.into();
        (expected["units_in"], expected["units_out"]) = ("none".into(), "none".into());
    }
    assert_eq!((expected, numbers), saved, "{name}");
}

#[test]
fn files_are_what_save_writes() {
    for name in FOLDED.into_iter().chain(WITH_UNITS) {
        is_as_saved::<f32>(name);
        is_as_saved::<f64>(name);
    }
}
