//! Refuses a file that is not the `state_dict` of linear layers in an `nn.Sequential`, or is
//! damaged.

use super::golden;
use densely::{Error, Identity, Mlp, Tanh, activation::AnyActivation, error::ModelFileError};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};

fn two() -> [AnyActivation<f32>; 2] {
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

/// Returns the error for such a file, in `f32`.
fn refusal(tensors: &[(&str, &[usize])]) -> String {
    let tensors: Vec<_> = tensors.iter().map(|&(name, shape)| (name, Dtype::F32, shape)).collect();
    reason(&file(&tensors, 0))
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

#[test]
fn other_layers_are_refused_by_name() {
    let unknown =
        "is not the weight or bias of a linear layer in an nn.Sequential, such as \"0.weight\"";
    for name in [
        "1.running_mean",
        "1.num_batches_tracked",
        "fc1.weight",
        "weight",
        "0",
        "",
        ".",
        "0.weight.",
        "-1.weight",
        "+1.weight",
        "01.weight",
        " 1.weight",
        "99999999999999999999.weight",
        "0.parametrizations.weight.original0",
        "layers.0.weights",
        "a\n.0.weight",
    ] {
        assert_eq!(refusal(&[(name, &[2, 2])]), format!("{name:?} {unknown}"));
    }
    let long = "x".repeat(1001) + ".0.weight";
    assert_eq!(refusal(&[(&long, &[2, 2])]), format!("{:?} {unknown}", "x".repeat(100)));

    let not_a_matrix = "it is not of a linear layer, whose weight is a matrix";
    let reason = refusal(&[("0.weight", &[3, 2]), ("1.weight", &[3]), ("1.bias", &[3])]);
    assert_eq!(reason, format!("1.weight has the shape [3]: {not_a_matrix}"));
    let reason = refusal(&[("0.weight", &[3, 2, 3, 3])]);
    assert_eq!(reason, format!("0.weight has the shape [3, 2, 3, 3]: {not_a_matrix}"));
}

#[test]
fn what_pytorch_wrote_of_other_layers_and_types_is_refused() {
    let reason = |name: &str| reason(&std::fs::read(golden(name)).unwrap());
    assert!(reason("torch_batch_norm.safetensors").starts_with("\"1.num_batches_tracked\" is not"));
    assert!(reason("torch_bf16.safetensors").ends_with("is of type BF16, not F32"));
    assert!(reason("torch_f16.safetensors").ends_with("is of type F16, not F32"));
    let reason = reason("torch_activations_f64.safetensors");
    assert_eq!(reason, "0.weight is of type F64, not F32");
    let reason = self::reason(&file(&[("0.weight", Dtype::I64, &[1, 2])], 0));
    assert_eq!(reason, "0.weight is of type I64, not F32");
}

#[test]
fn layers_that_do_not_fit_together_are_refused() {
    let reason = refusal(&[("0.weight", &[3, 2]), ("2.weight", &[1, 4])]);
    assert_eq!(reason, "2.weight takes 4 inputs, 0.weight has 3 outputs");
    // Layers are sorted by number: as text, 10 would come before 2.
    let reason = refusal(&[("2.weight", &[3, 2]), ("10.weight", &[1, 4])]);
    assert_eq!(reason, "10.weight takes 4 inputs, 2.weight has 3 outputs");
    let reason = refusal(&[("0.weight", &[3, 2]), ("0.bias", &[2])]);
    assert_eq!(reason, "0.bias has the shape [2], 0.weight 3 outputs");
    let reason = refusal(&[("0.weight", &[3, 2]), ("0.bias", &[3, 1])]);
    assert_eq!(reason, "0.bias has the shape [3, 1], 0.weight 3 outputs");
    let reason = refusal(&[("0.weight", &[3, 2]), ("2.bias", &[3])]);
    assert_eq!(reason, "2.bias has no weight beside it");
    let reason = refusal(&[("0.weight", &[0, 2]), ("2.weight", &[1, 0])]);
    assert_eq!(reason, "0.weight: a layer needs at least one input and one output, not 2 and 0");
}

#[test]
fn several_networks_in_one_file_are_refused() {
    let reason = refusal(&[("actor.0.weight", &[3, 2]), ("critic.2.weight", &[1, 3])]);
    assert_eq!(reason, "its tensors are of two modules, \"actor\" and \"critic\"");
    let reason = refusal(&[("0.weight", &[3, 2]), ("head.0.weight", &[1, 3])]);
    assert_eq!(reason, "its tensors are of two modules, \"\" and \"head\"");
    // An nn.Sequential inside an nn.Sequential.
    let reason = refusal(&[("0.0.weight", &[3, 2]), ("1.0.weight", &[1, 3])]);
    assert_eq!(reason, "its tensors are of two modules, \"0\" and \"1\"");
}

#[test]
fn activations_are_one_for_each_layer() {
    let reason = refusal(&[("0.weight", &[3, 2])]);
    assert_eq!(reason, "it has 1 linear layers, 2 activations are given");
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
    assert_eq!(reason, "0.weight: a weight or bias is NaN, not a finite number");
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

/// Every truncated file, and every file with one changed byte, is an error or a network of finite
/// numbers. Nothing panics.
#[test]
fn damaged_files_are_errors() {
    let builder = Mlp::<f32>::builder(2).dense(3, Tanh);
    let bytes =
        builder.dense(1, Identity).without_units().build().unwrap().to_state_dict().unwrap();
    for length in 0..bytes.len() {
        let result = Mlp::<f32>::from_state_dict(&bytes[..length], two());
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
            match Mlp::<f32>::from_state_dict(&damaged, two()) {
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
