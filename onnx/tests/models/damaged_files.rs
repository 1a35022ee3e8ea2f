//! Any bytes are a network of finite numbers or an error, never a panic.

use crate::foreign_models::golden;
use densely::{Error, Float, Mlp, Softmax, activation::Elu, error::ModelFileError};

fn is_an_error_or_finite<F: Float>(bytes: &[u8]) {
    match densely_onnx::from_bytes::<F>(bytes) {
        Ok(net) => {
            let numbers = net.layers().iter().flat_map(|layer| layer.weights().into_iter());
            assert!(numbers.into_iter().all(|number| number.is_finite()));
            for layer in net.layers() {
                assert!(layer.bias().into_iter().flatten().all(|number| number.is_finite()));
            }
        }
        Err(error) => assert!(matches!(
            error,
            Error::ModelFile(ModelFileError::Interchange { format: "ONNX", .. })
        )),
    }
}

/// Reads every beginning of a file, and the file with every byte changed.
fn damage<F: Float>(bytes: &[u8]) {
    for length in 0..bytes.len() {
        is_an_error_or_finite::<F>(&bytes[..length]);
    }
    let mut damaged = bytes.to_vec();
    for place in 0..bytes.len() {
        for mask in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff, 0x7f] {
            damaged[place] ^= mask;
            is_an_error_or_finite::<F>(&damaged);
            damaged[place] ^= mask;
        }
    }
}

#[test]
fn damaged_files_are_errors_or_networks() {
    let builder = Mlp::<f32>::builder(2).dense(3, Elu::default());
    let net = builder.dropout(0.5).dense(2, Softmax).without_units().build().unwrap();
    damage::<f32>(&densely_onnx::to_bytes(&net).unwrap());
    for name in [
        "torch-script-opset-17",
        "sklearn-two-classes-zipmap",
        "sklearn-columns",
        "torch-script-view-rows",
    ] {
        damage::<f32>(&std::fs::read(golden(&format!("{name}.onnx"))).unwrap());
    }
}

#[test]
fn a_file_cut_short_is_an_error() {
    let net = Mlp::<f64>::builder(2).dense(3, Softmax).without_units().build().unwrap();
    let bytes = densely_onnx::to_bytes(&net).unwrap();
    // Only the last fields, opset and metadata, may be missing.
    let metadata = bytes.windows(8).position(|window| window == b"\"format\"").unwrap();
    let graph = metadata - 30;
    for length in 0..graph {
        assert!(densely_onnx::from_bytes::<f64>(&bytes[..length]).is_err(), "{length} bytes");
    }
}
