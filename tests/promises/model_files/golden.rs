//! Files of every version load for ever, and their networks predict the same.
//!
//! NEVER regenerate the files in `tests/golden/`, even if a test fails: they stand for the files of
//! users. A new version of the format gets new files beside these.
//!
//! The expected numbers are NumPy's, which `tests/golden/expected.py` computes in f64 from the
//! weights in the file. Predictions in f32 differ from them by rounding, which depends on the
//! kernels of the machine.

use super::{everything, with_schema};
use approx::assert_relative_eq;
use densely::{
    Float, Identity, Mlp, Tanh,
    activation::{AnyActivation, Elu, LeakyRelu},
    initialization::Initialization,
    schema::{Column, Schema},
    units::{Scaling, Units},
};
use ndarray::{Array2, arr2, array};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The environment variable without which the tests that make files do nothing.
const WRITE: &str = "DENSELY_MAKES_GOLDEN_FILES";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn schema() -> Schema {
    let columns =
        [Column::numbers("Gewicht in \"kg\""), Column::categories("origin", ["日本", "Europe"])];
    Schema::new(columns).with_targets(["kind"]).with_classes(["a", "é", ""])
}

/// A network inside a user's structure.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u8,
    net: Mlp<f32>,
}

fn inputs<F: Float>() -> Array2<F> {
    let inputs = array![[0.5, 1.0, 0.0], [-1.25, 0.0, 1.0], [3.0, 0.0, 0.0]];
    inputs.mapv(F::from_f64)
}

fn check<F: Float, const N: usize>(net: &Mlp<F>, expected: [[f64; N]; 3], tolerance: f64) {
    let predicted = net.predict(inputs().view()).unwrap().mapv(|number| number.as_f64());
    assert_relative_eq!(predicted, arr2(&expected), max_relative = tolerance);
}

const EXPECTED_F32: [[f64; 3]; 3] = [
    [0.1810948249508987, 0.2907212349237944, 0.5281839401253069],
    [0.14969540161864156, 0.26867451451883656, 0.5816300838625218],
    [0.246982306259532, 0.32291599038388774, 0.4301017033565802],
];

const EXPECTED_F64: [[f64; 2]; 3] = [
    [-0.3484473639260479, -0.6273632968246148],
    [-0.09830526250739441, -0.16915843330567853],
    [-0.003166874626491396, 0.005113997393306485],
];

const EXPECTED_JSON: [[f64; 3]; 3] = [
    [0.3777928748296732, 0.33374209559516244, 0.28846502957516423],
    [0.42775679769926284, 0.30491547952952425, 0.2673277227712129],
    [0.41273822499346774, 0.1215049910207436, 0.4657567839857888],
];

/// Checks every built-in activation with its options.
#[test]
fn with_everything_in_f32() {
    let net = Mlp::<f32>::load(file("model_v1_f32.safetensors")).unwrap();
    let names: Vec<_> = net.layers().iter().map(|l| l.activation().name().unwrap()).collect();
    let expected = [
        "identity",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu(0.2)",
        "elu(0.1)",
        "selu",
        "softplus",
        "softsign",
        "exponential",
        "hard_tanh",
        "gelu",
        "silu",
        "mish",
        "softmax",
    ];
    assert_eq!(names, expected);
    let without_bias = net.layers().iter().map(|layer| layer.bias().is_none());
    assert!(without_bias.eq((0..15).map(|index| index % 3 == 1)));
    let dropout = net.layers().iter().map(|layer| layer.dropout());
    assert!(dropout.eq((0..15).map(|index| if index % 4 == 1 { 0.125 } else { 0.0 })));
    assert_eq!(*net.schema(), schema());
    check(&net, EXPECTED_F32, 1e-5);
}

#[test]
fn with_extreme_numbers_in_f64() {
    let net = Mlp::<f64>::load(file("model_v1_f64.safetensors")).unwrap();
    let extremes = [-0.0, f64::from_bits(1), -f64::MIN_POSITIVE, 1e300, -1e-300, 1.0 / 3.0];
    let first = net.layers()[0].weights();
    assert!(first.iter().zip(extremes).all(|(a, b)| a.to_bits() == b.to_bits()), "{first}");
    assert_eq!(*net.schema(), Schema::default());
    check(&net, EXPECTED_F64, 1e-12);
}

#[test]
fn in_a_structure_through_json() {
    let json = std::fs::read_to_string(file("kept_v1.json")).unwrap();
    let kept: Kept = serde_json::from_str(&json).unwrap();
    assert_eq!(kept.version, 7);
    let names = ["Größe, \"in\" cm", "origin=日本", "origin="];
    assert_eq!(kept.net.schema().feature_names(), names);
    check(&kept.net, EXPECTED_JSON, 1e-5);
}

/// Version 1 had no units.
#[test]
fn files_of_version_1_have_no_units() {
    let small = Mlp::<f32>::load(file("model_v1_f32.safetensors")).unwrap();
    let large = Mlp::<f64>::load(file("model_v1_f64.safetensors")).unwrap();
    for units in [small.units_in(), small.units_out(), large.units_in(), large.units_out()] {
        assert_eq!((units, units.scaling()), (&Units::none(), Scaling::None));
    }
}

/// A network with features in thousands and in thousandths, a constant feature, and targets near 20
/// and -50,000.
fn with_units<F: Float>(seed: u64) -> Mlp<F> {
    let builder = Mlp::<F>::builder(3).dense(4, Tanh).dense(2, Identity);
    let mut net = builder.seed(seed).build().unwrap();
    net.set_units(units_in(), units_out()).unwrap();
    net
}

fn units_in() -> Units {
    Units::standard([0.25, 1.0 / 3.0, -1e-300], [0.8, 0.0, 2.5]).unwrap()
}

fn units_out() -> Units {
    Units::standard([20.0, -5e4], [5.5, 1e4 / 3.0]).unwrap()
}

const EXPECTED_V2_F32: [[f64; 2]; 3] = [
    [20.406570714571473, -50659.11020336262],
    [18.098702408620326, -49195.62980586132],
    [20.879395122528035, -51610.69061927601],
];

const EXPECTED_V2_F64: [[f64; 2]; 3] = [
    [19.784902855804656, -50596.46291944638],
    [21.129610370033426, -46995.51718836569],
    [18.328137117149797, -53430.510606549244],
];

#[test]
fn with_units_in_both_precisions() {
    let net = Mlp::<f32>::load(file("model_v2_f32.safetensors")).unwrap();
    assert_eq!((net.units_in(), net.units_out()), (&units_in(), &units_out()));
    check(&net, EXPECTED_V2_F32, 1e-6);
    let net = Mlp::<f64>::load(file("model_v2_f64.safetensors")).unwrap();
    assert_eq!((net.units_in(), net.units_out()), (&units_in(), &units_out()));
    check(&net, EXPECTED_V2_F64, 1e-13);
}

/// An untrained network keeps its choice of units.
#[test]
fn with_units_that_are_not_measured() {
    let net = Mlp::<f32>::load(file("model_v2_unmeasured.safetensors")).unwrap();
    assert_eq!(net.units_in().scaling(), Scaling::Standard);
    assert_eq!(net.units_out().scaling(), Scaling::None);
    assert!(!net.units_in().is_measured());
}

/// Checks version 2 in the same way.
#[test]
#[ignore = "the golden files are there"]
fn make_golden_files_of_version_2() {
    if std::env::var_os(WRITE).is_none() {
        return;
    }
    let builder = Mlp::<f32>::builder(3).dense(2, Identity).units_out(Scaling::None);
    for (name, bytes) in [
        ("model_v2_f32.safetensors", with_units::<f32>(5).to_bytes().unwrap()),
        ("model_v2_f64.safetensors", with_units::<f64>(6).to_bytes().unwrap()),
        ("model_v2_unmeasured.safetensors", builder.build().unwrap().to_bytes().unwrap()),
    ] {
        use std::io::Write;
        let mut file = std::fs::File::create_new(file(name)).unwrap();
        file.write_all(&bytes).unwrap();
    }
}

/// Wrote the files, once. It does not overwrite a file.
#[test]
#[ignore = "the golden files are there"]
fn make_golden_files() {
    if std::env::var_os(WRITE).is_none() {
        return;
    }
    // The network is deep, but its outputs must still depend on its inputs.
    let telling = |net: &Mlp<f32>| {
        let outputs = net.predict(inputs().view()).unwrap();
        outputs.columns().into_iter().all(|column| {
            let [a, b, c] = [column[0], column[1], column[2]];
            [a - b, b - c, c - a].iter().all(|difference| difference.abs() > 0.02)
        })
    };
    let net = (0..).map(every_activation).find(telling).unwrap();

    let builder = Mlp::<f64>::builder(3).dense(2, Tanh).dense(2, Identity);
    let mut extremes = builder.seed(21).build().unwrap();
    let numbers = [-0.0, f64::from_bits(1), -f64::MIN_POSITIVE, 1e300, -1e-300, 1.0 / 3.0];
    let first = &mut extremes.layers_mut()[0];
    first.weights_mut().iter_mut().zip(numbers).for_each(|(to, from)| *to = from);
    first.bias_mut().unwrap().assign(&array![0.1, -0.2]);

    let kept = Kept { version: 7, net: with_schema(everything()) };
    for (name, bytes) in [
        ("model_v1_f32.safetensors", net.to_bytes().unwrap()),
        ("model_v1_f64.safetensors", extremes.to_bytes().unwrap()),
        ("kept_v1.json", serde_json::to_vec_pretty(&kept).unwrap()),
    ] {
        use std::io::Write;
        let mut file = std::fs::File::create_new(file(name)).unwrap();
        file.write_all(&bytes).unwrap();
    }
}

fn every_activation(seed: u64) -> Mlp<f32> {
    let mut builder = Mlp::<f32>::builder(3);
    for (index, name) in AnyActivation::<f32>::NAMES.iter().enumerate() {
        builder = match *name {
            "leaky_relu" => builder.dense(3, LeakyRelu::new(0.2).unwrap()),
            "elu" => builder.dense(3, Elu::new(0.1).unwrap()),
            name => builder.dense(3, name.parse::<AnyActivation<_>>().unwrap()),
        };
        builder = builder.initialization(Initialization::HeNormal);
        if index % 3 == 1 {
            builder = builder.without_bias();
        }
        if index % 4 == 1 {
            builder = builder.dropout(0.125);
        }
    }
    let mut net = builder.seed(seed).build().unwrap();
    for (index, layer) in net.layers_mut().iter_mut().enumerate() {
        if let Some(mut bias) = layer.bias_mut() {
            bias.iter_mut().zip(0..).for_each(|(b, i)| *b = (index as f32 + i as f32).sin() / 3.0);
        }
    }
    net.set_schema(schema()).unwrap();
    net
}
