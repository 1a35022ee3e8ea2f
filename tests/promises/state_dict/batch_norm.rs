//! Batch normalizations become part of the linear layers before them.

use super::{activation, check_outputs, golden, refusals};
use densely::{Float, Identity, Mlp, Relu, Tanh};
use refusals::{file_of, file_with, refusal, two};

fn pytorch_agrees<F: Float>(most_ulps: f64) {
    let name = format!("torch_batch_norm_{}", F::NAME);
    let path = golden(&format!("{name}.safetensors"));
    let activations = || ["tanh", "relu", "relu", "identity"].map(activation);
    let found = Mlp::<F>::load_state_dict(&path, activations()).unwrap();
    check_outputs(&found, &name, 0..2, most_ulps);
    for layers in [vec!["0", "4", "7", "9"], vec!["0", "1", "4", "5", "7", "9"]] {
        let named = Mlp::<F>::load_state_dict_of(&path, layers, activations()).unwrap();
        check_outputs(&named, &name, 0..2, most_ulps);
    }
}

#[test]
fn a_folded_network_computes_what_pytorch_computes() {
    pytorch_agrees::<f32>(8.0);
    pytorch_agrees::<f64>(8.0);
}

/// γ = 3, β = -1, μ = 5, σ² = 0.25 - 1e-5: z = 2x + 1 becomes 6 (2x + 1 - 5) - 1 = 12x - 25.
#[test]
fn folding_follows_the_formula() {
    let tensors: [(&str, &[usize]); 7] = [
        ("0.weight", &[1, 1]),
        ("0.bias", &[1]),
        ("1.weight", &[1]),
        ("1.bias", &[1]),
        ("1.running_mean", &[1]),
        ("1.running_var", &[1]),
        ("1.num_batches_tracked", &[]),
    ];
    let load = |variance: f32| {
        let numbers = |name: &str, _| match name {
            "0.weight" => 2.0,
            "1.weight" => 3.0,
            "1.bias" => -1.0,
            "1.running_mean" => 5.0,
            "1.running_var" => variance,
            _ => 1.0,
        };
        Mlp::<f32>::from_state_dict(&file_with(&tensors, numbers), [Identity.into()])
    };
    let net = load(0.25 - 1e-5).unwrap();
    approx::assert_relative_eq!(net.layers()[0].weights()[[0, 0]], 12.0, max_relative = 1e-6);
    approx::assert_relative_eq!(net.layers()[0].bias().unwrap()[0], -25.0, max_relative = 1e-6);
    for variance in [-1.0, f32::NAN] {
        let error = load(variance).unwrap_err().to_string();
        let expected = "state_dict: 0 (Linear 1 → 1): a weight or bias is ";
        assert!(error.starts_with(expected), "{error}");
    }
}

/// Returns the tensors of linear layers and batch normalizations.
fn of<'n>(modules: &'n [(&'n str, &'n [usize])]) -> Vec<(String, &'n [usize])> {
    let mut tensors = Vec::new();
    for &(name, shape) in modules {
        if shape.len() == 2 {
            tensors.push((format!("{name}.weight"), shape));
        } else {
            let parameters = ["running_mean", "running_var"];
            tensors.extend(parameters.map(|parameter| (format!("{name}.{parameter}"), shape)));
        }
    }
    tensors
}

fn borrowed<'n>(tensors: &'n [(String, &'n [usize])]) -> Vec<(&'n str, &'n [usize])> {
    tensors.iter().map(|(name, shape)| (name.as_str(), *shape)).collect()
}

#[test]
fn where_a_batch_normalization_stands_must_be_clear() {
    let loads = |modules: &[(&str, &[usize])]| {
        Mlp::from_state_dict(&file_of(&borrowed(&of(modules))), two()).is_ok()
    };
    let reason = |modules: &[(&str, &[usize])]| refusal(&borrowed(&of(modules)));
    assert!(loads(&[("fc1", &[3, 2]), ("norm", &[3]), ("fc2", &[1, 3])]));
    assert!(loads(&[("l.0", &[3, 2]), ("n.0", &[3]), ("l.1", &[3, 3]), ("n.1", &[3])]));
    assert!(loads(&[("0", &[3, 3]), ("1", &[3]), ("3", &[3, 3]), ("4", &[3])]));

    // An activation may be number 1.
    let misplaced = "does not come directly behind a linear layer, into which it would fold: an \
                     activation may lie between";
    let found = reason(&[("0", &[3, 2]), ("2", &[3]), ("3", &[1, 3])]);
    assert_eq!(found, format!("2 (BatchNorm 3 → 3) {misplaced}"));
    let found = reason(&[("bn", &[2]), ("fc1", &[3, 2]), ("fc2", &[1, 3])]);
    assert_eq!(found, format!("bn (BatchNorm 2 → 2) {misplaced}"));
    // It could stand before a layer of the same width, or behind it.
    let found = reason(&[("fc1", &[2, 2]), ("norm", &[2]), ("fc2", &[1, 2])]);
    assert!(found.starts_with("its layers may follow one another in several orders; "), "{found}");
    let found = reason(&[("fc1", &[3, 2]), ("norm", &[3]), ("fc2", &[3, 3])]);
    assert!(found.starts_with("its layers may follow one another in several orders; "), "{found}");
    let found = reason(&[("fc1", &[3, 2]), ("norm", &[4]), ("fc2", &[1, 3])]);
    assert!(found.starts_with("its layers follow one another in no order; "), "{found}");
}

#[test]
fn other_normalizations_are_refused_by_name() {
    let other = |tensors: &[(&str, &[usize])], names: &str| {
        let all = [&[("0.weight", &[3, 2][..])], tensors].concat();
        let expected = format!("no linear layer or BatchNorm: {names} (a network that needs these");
        let reason = refusal(&all);
        assert!(reason.starts_with(&expected), "{reason}");
    };
    // nn.LayerNorm has no statistics.
    other(&[("1.bias", &[3]), ("1.weight", &[3])], "1.bias [3], 1.weight [3]");
    other(&[("1.running_mean", &[3])], "1.running_mean [3]");
    let short: [(&str, &[usize]); 2] = [("1.running_mean", &[3]), ("1.running_var", &[2])];
    other(&short, "1.running_mean [3], 1.running_var [2]");
    let matrix: [(&str, &[usize]); 3] =
        [("1.weight", &[3, 3]), ("1.running_mean", &[3]), ("1.running_var", &[3])];
    other(&matrix, "1.running_mean [3], 1.running_var [3], 1.weight [3, 3]");
}

/// A batch normalization that is not named is not forgotten.
#[test]
fn named_layers_bring_their_batch_normalizations() {
    let path = golden("torch_batch_norm_f32.safetensors");
    let load = |layers: &[&str]| {
        let activations = [Tanh.into(), Relu.into()];
        Mlp::<f32>::load_state_dict_of(&path, layers.to_vec(), activations)
    };
    // 1 belongs to 0, and 5 to 4.
    assert!(load(&["0", "4"]).is_ok());
    // Without 0, nothing is before 1.
    let error = load(&["4", "7"]).unwrap_err().to_string();
    assert!(error.contains("1 (BatchNorm 4 → 4)"), "{error}");
}
