//! Refuses a file that is not the `state_dict` of linear layers, or is damaged.

use super::golden;
use densely::{Error, Identity, Mlp, Tanh, activation::AnyActivation, error::ModelFileError};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};

pub fn two() -> [AnyActivation<f32>; 2] {
    [Tanh.into(), Identity.into()]
}

/// Returns a file of these tensors, in which every byte is `byte`.
fn file(tensors: &[(&str, Dtype, &[usize])], byte: u8) -> Vec<u8> {
    let bytes = vec![byte; 4096];
    let views = tensors.iter().map(|&(name, dtype, shape)| {
        let length = shape.iter().product::<usize>() * dtype.bitsize() / 8;
        (name, TensorView::new(dtype, shape.to_vec(), &bytes[..length]).unwrap())
    });
    serialize(views, None).unwrap()
}

/// Returns a file of these tensors, of a number for each name and place.
pub fn file_with(tensors: &[(&str, &[usize])], number: impl Fn(&str, usize) -> f32) -> Vec<u8> {
    let bytes = tensors.iter().map(|&(name, shape)| {
        let numbers = (0..shape.iter().product()).map(|place| number(name, place).to_le_bytes());
        numbers.flatten().collect::<Vec<u8>>()
    });
    let bytes: Vec<_> = bytes.collect();
    let views = tensors.iter().zip(&bytes).map(|(&(name, shape), bytes)| {
        (name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap())
    });
    serialize(views, None).unwrap()
}

/// Returns a file of these tensors, full of zeros.
pub fn file_of(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    file_with(tensors, |_, _| 0.0)
}

/// Returns the error for such a file.
pub fn refusal(tensors: &[(&str, &[usize])]) -> String {
    reason(&file_of(tensors))
}

/// Returns the reason of the refusal.
fn reason(bytes: &[u8]) -> String {
    match Mlp::<f32>::from_state_dict(bytes, two()) {
        Err(Error::ModelFile(ModelFileError::Interchange { format: "state_dict", reason })) => {
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_layers_are_read() {
    let tensors: [(&str, Dtype, &[usize]); 3] = [
        ("0.weight", Dtype::F32, &[3, 2]),
        ("0.bias", Dtype::F32, &[3]),
        ("7.weight", Dtype::F32, &[1, 3]),
    ];
    assert!(Mlp::<f32>::from_state_dict(&file(&tensors, 0), two()).is_ok());
}

/// What the message says about the layers of the file.
fn no_order(layers: &str) -> String {
    let remedy = "name its layers in order, with `load_state_dict_of`";
    format!("its layers follow one another in no order; {remedy}: {layers}")
}

#[test]
fn other_tensors_are_refused_by_name() {
    for name in [
        "1.running_mean",
        "0",
        "",
        ".",
        "0.weight.",
        "0.parametrizations.weight.original0",
        "layers.0.weights",
        "log_std",
    ] {
        let expected = format!("no linear layer or BatchNorm: {name} [2, 2] (a network that");
        let reason = refusal(&[(name, &[2, 2])]);
        assert!(reason.starts_with(&expected), "{reason}");
    }
    let reason = refusal(&[("a\n.b", &[2, 2])]);
    assert!(reason.starts_with("no linear layer or BatchNorm: a\u{fffd}.b [2, 2] ("), "{reason}");
    for long in ["x".repeat(100_000), "x".repeat(100_000) + ".weight"] {
        assert!(refusal(&[(&long, &[2, 2]), ("y.weight", &[3, 3])]).len() < 1000);
    }

    let other = "no linear layer or BatchNorm: ";
    let reason = refusal(&[("0.weight", &[3, 2]), ("1.weight", &[3]), ("1.bias", &[3])]);
    assert!(reason.starts_with(&format!("{other}1.bias [3], 1.weight [3] (")), "{reason}");
    let reason = refusal(&[("0.weight", &[3, 2, 3, 3])]);
    assert!(reason.starts_with(&format!("{other}0.weight [3, 2, 3, 3] (")), "{reason}");
    let reason = refusal(&[("0.weight", &[3, 2]), ("0.bias", &[2])]);
    assert!(reason.starts_with(&format!("{other}0.bias [2], 0.weight [3, 2] (")), "{reason}");
    let reason = refusal(&[("0.weight", &[3, 2]), ("0.bias", &[3, 1])]);
    assert!(reason.starts_with(&format!("{other}0.bias [3, 1], 0.weight [3, 2] (")), "{reason}");
    let reason = refusal(&[("0.weight", &[3, 2]), ("2.bias", &[3])]);
    assert!(reason.starts_with(&format!("{other}2.bias [3] (")), "{reason}");
}

#[test]
fn other_types_are_refused() {
    let reason = |name: &str| reason(&std::fs::read(golden(name)).unwrap());
    assert!(reason("torch_bf16.safetensors").ends_with("is of type BF16, not F32"));
    assert!(reason("torch_f16.safetensors").ends_with("is of type F16, not F32"));
    let reason = reason("torch_activations_f64.safetensors");
    assert!(reason.ends_with("is of type F64, not F32"), "{reason}");
    let reason = self::reason(&file(&[("0.weight", Dtype::I64, &[1, 2])], 0));
    assert_eq!(reason, "0.weight is of type I64, not F32");
}

#[test]
fn layers_that_do_not_fit_together_are_refused() {
    let reason = refusal(&[("0.weight", &[3, 2]), ("2.weight", &[1, 4])]);
    assert_eq!(reason, no_order("0 (Linear 2 → 3), 2 (Linear 4 → 1)"));
    let reason = refusal(&[("0.weight", &[0, 2]), ("2.weight", &[1, 0])]);
    let expected = "a layer needs at least one input and one output, not 2 and 0";
    assert_eq!(reason, format!("0 (Linear 2 → 0): {expected}"));
}

#[test]
fn several_networks_in_one_file_are_refused() {
    let reason = refusal(&[("actor.0.weight", &[3, 2]), ("critic.0.weight", &[1, 2])]);
    assert_eq!(reason, no_order("actor.0 (Linear 2 → 3), critic.0 (Linear 2 → 1)"));
}

#[test]
fn activations_are_one_for_each_layer() {
    let reason = refusal(&[("0.weight", &[3, 2])]);
    assert_eq!(reason, "1 linear layers take 1 activations, 2 are given");
    let empty = file(&[], 0);
    assert_eq!(reason_of_none(&empty), "a network needs at least one layer");
}

fn reason_of_none(bytes: &[u8]) -> String {
    match Mlp::<f32>::from_state_dict(bytes, []) {
        Err(Error::ModelFile(ModelFileError::Interchange { reason, .. })) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    let tensors: [(&str, Dtype, &[usize]); 2] =
        [("0.weight", Dtype::F32, &[3, 2]), ("2.weight", Dtype::F32, &[1, 3])];
    let reason = reason(&file(&tensors, 0xff));
    assert_eq!(reason, "0 (Linear 2 → 3): a weight or bias is NaN, not a finite number");
}

/// Returns a file of a header and any number of bytes after it.
fn forged(header: &str, numbers: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + numbers, 0);
    bytes
}

#[test]
fn forged_sizes_are_errors_before_anything_is_allocated() {
    let tensor = |shape: &str, end: &str| {
        format!(r#"{{"0.weight":{{"dtype":"F32","shape":{shape},"data_offsets":[0,{end}]}}}}"#)
    };
    let ten_tebibytes = forged(&tensor("[1649267441664,2]", "13194139533312"), 16);
    assert_eq!(
        reason(&ten_tebibytes),
        "its numbers should have 13194139533312 bytes, 16 are there"
    );
    let overflowing = forged(&tensor("[9223372036854775807,9223372036854775807]", "4"), 4);
    reason(&overflowing);
    reason(&forged(&tensor("[0,18446744073709551615]", "0"), 0));
    reason(&forged(&tensor("[1,2]", "4"), 4));
    reason(&forged(&tensor("[-1,2]", "8"), 8));
    reason(&forged(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), 0));
    let many: Vec<_> = (0..30_000).map(|n| format!(r#""{n}":"""#)).collect();
    let many = format!(r#"{{"__metadata__":{{{}}}}}"#, many.join(","));
    assert!(reason(&forged(&many, 0)).starts_with("too many values"));
    // A file of torch.save is a ZIP archive.
    reason(b"PK\x03\x04\x00\x00\x08\x08\x00\x00\x00\x00");
}

/// The file has PyTorch's metadata `{"format": "pt"}`.
#[test]
fn metadata_may_say_anything() {
    let header = r#"{"__metadata__":{"format":"pt","densely":"{","":"\u0000"},"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#;
    assert!(Mlp::<f32>::from_state_dict(&forged(header, 4), [Identity.into()]).is_ok());
}

/// Loads it with tanh in all layers but the last.
fn load(bytes: &[u8], layers: usize) -> densely::Result<Mlp<f32>> {
    let mut activations = vec![Tanh.into(); layers - 1];
    activations.push(Identity.into());
    Mlp::from_state_dict(bytes, activations)
}

/// Every truncated file, and every file with one changed byte, is an error or a network of finite
/// numbers. Nothing panics.
#[test]
fn damaged_files_are_errors() {
    let builder = Mlp::<f32>::builder(2).dense(3, Tanh);
    let net = builder.dense(1, Identity).without_units().build().unwrap();
    let with_batch_norms = std::fs::read(golden("torch_batch_norm_f32.safetensors")).unwrap();
    for (bytes, layers) in [(net.to_state_dict().unwrap(), 2), (with_batch_norms, 4)] {
        assert!(load(&bytes, layers).is_ok());
        for length in 0..bytes.len() {
            let result = load(&bytes[..length], layers);
            let refused = matches!(
                result,
                Err(Error::ModelFile(ModelFileError::Interchange { format: "state_dict", .. }))
            );
            assert!(refused, "{length} bytes: {result:?}");
        }
        for place in 0..bytes.len() {
            for mask in (0..8).map(|bit| 1 << bit).chain([0xff]) {
                let mut damaged = bytes.clone();
                damaged[place] ^= mask;
                match load(&damaged, layers) {
                    Ok(net) => {
                        let mut weights =
                            net.layers().iter().flat_map(|layer| layer.weights().to_owned());
                        assert!(weights.all(f32::is_finite));
                    }
                    Err(Error::ModelFile(ModelFileError::Interchange { .. })) => {}
                    Err(other) => panic!("byte {place}, {mask:#x}: {other:?}"),
                }
            }
        }
    }
}
