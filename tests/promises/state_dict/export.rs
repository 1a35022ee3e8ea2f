//! Exports networks to PyTorch.

use super::activation;
use densely::{
    Activation, Dense, Error, Float, Identity, Mlp, Relu, Sigmoid, Tanh,
    activation::{AnyActivation, FromOutput},
    error::{ModelFileError, NetworkError},
};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use safetensors::SafeTensors;
use serde_json::json;
use std::process::Command;

/// Returns the expression in the file, and its tensors' names.
fn describe<F: Float>(net: &Mlp<F>) -> (String, Vec<String>) {
    let bytes = net.to_state_dict().unwrap();
    assert_eq!(bytes, net.to_state_dict().unwrap(), "the same bytes each time");
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = header.metadata().clone().unwrap();
    assert_eq!(metadata.len(), 1);
    let mut names = header.offset_keys();
    names.sort();
    (metadata["nn.Sequential"].clone(), names)
}

fn expression_of<F: Float>(name: &str) -> String {
    describe(&Mlp::<F>::builder(2).dense(3, activation(name)).without_units().build().unwrap()).0
}

/// `interop/check_state_dict.py` proves that PyTorch reads these files.
#[test]
fn every_activation_has_a_module() {
    let modules = [
        ("identity", ""),
        ("sigmoid", ", nn.Sigmoid()"),
        ("tanh", ", nn.Tanh()"),
        ("relu", ", nn.ReLU()"),
        ("leaky_relu", ", nn.LeakyReLU(0.01)"),
        ("leaky_relu(0.00000025)", ", nn.LeakyReLU(2.5e-7)"),
        ("elu", ", nn.ELU(1.0)"),
        ("elu(0.3)", ", nn.ELU(0.3)"),
        ("selu", ", nn.SELU()"),
        ("softplus", ", nn.Softplus(threshold=40)"),
        ("softsign", ", nn.Softsign()"),
        (
            "exponential",
            r#", type("Exponential", (nn.Module,), {"forward": lambda self, z: z.exp()})()"#,
        ),
        ("hard_tanh", ", nn.Hardtanh()"),
        (
            "isru",
            r#", type("Isru", (nn.Module,), {"forward": lambda self, z: z / (1 + z * z).sqrt()})()"#,
        ),
        ("gelu", ", nn.GELU()"),
        ("silu", ", nn.SiLU()"),
        ("mish", ", nn.Mish()"),
        ("softmax", ", nn.Softmax(dim=1)"),
    ];
    for name in AnyActivation::<f32>::NAMES {
        assert!(modules.iter().any(|(named, _)| named == name), "{name}");
    }
    for (name, module) in modules {
        let expected = format!("nn.Sequential(nn.Linear(2, 3){module})");
        assert_eq!(expression_of::<f32>(name), expected);
        assert_eq!(expression_of::<f64>(name), format!("{expected}.double()"));
    }
}

#[test]
fn modules_have_the_numbers_that_pytorch_gives_them() {
    let builder =
        Mlp::<f32>::builder(2).dense(3, Identity).dropout(0.5).dense(4, Relu).dropout(0.25);
    let net = builder
        .dense(5, Identity)
        .without_bias()
        .dense(1, Sigmoid)
        .without_units()
        .build()
        .unwrap();
    let (expression, names) = describe(&net);
    assert_eq!(
        expression,
        "nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 4), nn.ReLU(), nn.Dropout(0.25), \
         nn.Linear(4, 5, bias=False), nn.Linear(5, 1), nn.Sigmoid())"
    );
    let expected = ["0.bias", "0.weight", "2.bias", "2.weight", "5.weight", "6.bias", "6.weight"];
    assert_eq!(names, expected);
}

fn come_back_to_the_bit<F: Float>() {
    // The network has more than ten modules, and layers of one input and of one output.
    let builder = Mlp::<F>::builder(3).dense(1, Tanh).dense(7, Tanh).without_bias();
    let builder = builder.dense(7, Tanh).dense(7, Tanh).dense(7, Tanh).dense(7, Tanh);
    let net = builder.dense(2, Identity).without_units().seed(5).build().unwrap();
    let activations = net.layers().iter().map(|layer| layer.activation().clone());
    let loaded = Mlp::<F>::from_state_dict(&net.to_state_dict().unwrap(), activations).unwrap();
    for (loaded, saved) in loaded.layers().iter().zip(net.layers()) {
        assert_eq!(loaded.weights(), saved.weights());
        assert_eq!(loaded.bias(), saved.bias());
    }
    let inputs = Array2::from_shape_fn((9, 3), |(r, c)| F::from_f64(((r * 3 + c) as f64).sin()));
    assert_eq!(loaded.predict(inputs.view()).unwrap(), net.predict(inputs.view()).unwrap());
}

#[test]
fn exported_networks_come_back_to_the_bit() {
    come_back_to_the_bit::<f32>();
    come_back_to_the_bit::<f64>();
}

#[test]
fn files_are_written_and_read() {
    let path = std::env::temp_dir().join(format!("densely-state-dict-{}", std::process::id()));
    let net = Mlp::<f32>::builder(2).dense(1, Identity).without_units().build().unwrap();
    net.save_state_dict(&path).unwrap();
    let loaded = Mlp::<f32>::load_state_dict(&path, [Identity.into()]).unwrap();
    assert_eq!(loaded.layers()[0].weights(), net.layers()[0].weights());
    let error = Mlp::<f64>::load_state_dict(&path, [Identity.into()]).unwrap_err();
    let expected = format!("{}: state_dict: 0.weight is of type F32, not F64", path.display());
    assert_eq!(error.to_string(), expected);
    std::fs::remove_file(&path).unwrap();
    let error = Mlp::<f32>::load_state_dict(&path, [Identity.into()]).unwrap_err();
    assert!(matches!(error, Error::Io { .. }), "{error}");
}

/// An activation that PyTorch does not have, with the name of one that it has.
#[derive(Debug)]
struct Halved;

impl Activation for Halved {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
        z.mapv_inplace(|z| z * F::from_f64(0.5));
    }

    fn backward<F: Float>(&self, _: ArrayView2<'_, F>, mut delta: ArrayViewMut2<'_, F>) {
        delta.mapv_inplace(|delta| delta * F::from_f64(0.5));
    }

    fn name(&self) -> Option<String> {
        Some("tanh".to_owned())
    }
}

#[test]
fn what_pytorch_has_no_module_for_is_refused() {
    let net =
        Mlp::<f32>::builder(2).dense(3, Tanh).dense(1, Halved).without_units().build().unwrap();
    let error = net.to_state_dict().unwrap_err();
    assert_eq!(error.to_string(), "state_dict: layer 1: PyTorch has no module for Halved");
    assert!(matches!(
        error,
        Error::ModelFile(ModelFileError::Interchange { format: "state_dict", .. })
    ));
}

#[test]
fn networks_that_no_longer_fit_together_or_are_too_deep_are_refused() {
    let mut net =
        Mlp::<f32>::builder(2).dense(3, Tanh).dense(1, Identity).without_units().build().unwrap();
    net.layers_mut()[1] = Dense::new(Array2::zeros((4, 1)), None, Identity).unwrap();
    assert!(matches!(net.to_state_dict(), Err(Error::Network(NetworkError::LayerShape { .. }))));

    let layer = Dense::<f32>::new(Array2::zeros((1, 1)), None, Identity).unwrap();
    let net = Mlp::from_layers(vec![layer; 1001]).unwrap();
    let error = net.to_state_dict().unwrap_err();
    assert_eq!(error.to_string(), "state_dict: 1001 layers, a file holds up to 1000");
}

fn export<F: Float>(folder: &std::path::Path) {
    let write = |name: &str, net: Mlp<F>| {
        let stem = format!("{}_{name}", F::NAME);
        // The numbers are the same in both precisions.
        let number = |row: usize, column: usize| f64::from(((row * 3 + column) as f32).sin() * 3.0);
        let inputs = Array2::from_shape_fn((8, net.features()), |(r, c)| number(r, c));
        let outputs = net.predict(inputs.mapv(F::from_f64).view()).unwrap().mapv(F::as_f64);
        let rows = |matrix: &Array2<f64>| {
            matrix.rows().into_iter().map(|row| row.to_vec()).collect::<Vec<_>>()
        };
        net.save_state_dict(folder.join(format!("{stem}.safetensors"))).unwrap();
        let expected = json!({ "inputs": rows(&inputs), "outputs": rows(&outputs) });
        std::fs::write(folder.join(format!("{stem}.json")), expected.to_string()).unwrap();
    };
    for name in AnyActivation::<F>::NAMES.iter().chain(&["leaky_relu(0.2)", "elu(0.3)"]) {
        let builder = Mlp::builder(3).dense(6, activation(name)).dense(4, activation(name));
        write(name, builder.seed(11).without_units().build().unwrap());
    }
    let builder = Mlp::builder(3).dense(40, Relu).dropout(0.5).dense(20, Tanh).without_bias();
    let builder = builder.dense(20, Tanh).dropout(0.1).dense(1, Identity).dense(20, Tanh);
    write("deep", builder.dense(2, Identity).seed(11).without_units().build().unwrap());
}

/// Run `PYTHON=/path/to/python cargo test --test promises pytorch -- --ignored --nocapture`, with a
/// Python that has torch and safetensors.
#[test]
#[ignore = "needs PyTorch, in the Python that PYTHON names"]
fn pytorch_computes_what_the_network_computes() {
    let Some(python) = std::env::var_os("PYTHON") else { return };
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("state_dict");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    export::<f32>(&folder);
    export::<f64>(&folder);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/check_state_dict.py");
    let output = Command::new(python).arg(script).arg(&folder).output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{out}{err}");
    assert!(output.status.success());
}
