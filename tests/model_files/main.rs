//! A saved network is the same network.

use densely::{AnyActivation, Error, Float, Mlp};
use ndarray::Array2;

fn every_activation_comes_back_to_the_bit<F: Float>() {
    let names = AnyActivation::<F>::NAMES.iter().copied();
    for name in names.chain(["leaky_relu(0.2)", "elu(0.1)"]) {
        let activation = AnyActivation::<F>::named(name).unwrap();
        let builder = Mlp::builder(3).dense(4, activation.clone()).without_bias();
        let net = builder.dense(2, activation).seed(5).build().unwrap();
        let bytes = net.to_bytes().unwrap();
        assert_eq!(bytes, net.to_bytes().unwrap(), "the same bytes each time");
        let loaded = Mlp::<F>::from_bytes(&bytes).unwrap();
        for (loaded, saved) in loaded.layers().iter().zip(net.layers()) {
            assert_eq!(loaded.weights(), saved.weights());
            assert_eq!(loaded.bias(), saved.bias());
            assert_eq!(loaded.activation().name(), saved.activation().name());
        }
        let inputs = Array2::from_elem((2, 3), F::from_f64(0.7));
        assert_eq!(loaded.predict(inputs.view()).unwrap(), net.predict(inputs.view()).unwrap());
    }
}

#[test]
fn networks_come_back_as_they_were_saved() {
    every_activation_comes_back_to_the_bit::<f32>();
    every_activation_comes_back_to_the_bit::<f64>();
}

#[test]
fn another_precision_is_refused() {
    let net = Mlp::<f64>::builder(1).dense(1, densely::Identity).build().unwrap();
    let loaded = Mlp::<f32>::from_bytes(&net.to_bytes().unwrap());
    assert!(loaded.unwrap_err().to_string().contains("numbers are f64, not f32"));
}

/// Every file cut short, and every file with one byte changed, is an error or a network of finite numbers: no panic.
#[test]
fn damaged_files_are_errors() {
    let builder = Mlp::<f32>::builder(2).dense(3, densely::Tanh);
    let bytes = builder.dense(1, densely::Identity).build().unwrap().to_bytes().unwrap();
    for length in 0..bytes.len() {
        let result = Mlp::<f32>::from_bytes(&bytes[..length]);
        assert!(matches!(result, Err(Error::ModelFile { .. })), "{length} bytes: {result:?}");
    }
    for place in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[place] ^= mask;
            if let Ok(net) = Mlp::<f32>::from_bytes(&damaged) {
                assert!(net.layers().iter().all(|l| l.weights().iter().all(|w| w.is_finite())));
            }
        }
    }
}
