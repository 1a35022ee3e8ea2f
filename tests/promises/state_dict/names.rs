//! Layers with any names are found by their shapes, or chosen by the caller.

use super::{check_outputs, golden, refusals};
use densely::{Identity, Mlp, Relu, Tanh, activation::AnyActivation};
use refusals::{file_of, refusal, two};

/// The widths of the layers, for networks in which no two are alike.
fn widths(net: &Mlp<f32>) -> Vec<usize> {
    net.layers().iter().map(|layer| layer.inputs()).chain([net.outputs()]).collect()
}

fn load(tensors: &[(&str, &[usize])]) -> Vec<usize> {
    let layers = tensors.iter().filter(|(name, _)| name.ends_with("weight")).count();
    let activations = vec![Tanh.into(); layers];
    widths(&Mlp::from_state_dict(&file_of(tensors), activations).unwrap())
}

/// A file that a user reported, of layers named `layers.0` and `head`.
#[test]
fn layers_are_found_by_shapes_or_named_in_their_order() {
    let path = golden("torch_head.safetensors");
    let activations = || [Relu.into(), Identity.into()];
    let named = Mlp::<f32>::load_state_dict_of(&path, ["layers.0", "head"], activations()).unwrap();
    let found = Mlp::<f32>::load_state_dict(&path, activations()).unwrap();
    for net in [named, found] {
        check_outputs(&net, "torch_head", 0..1, 0.0);
    }
}

/// The names say another order than the shapes, and start with `_orig_mod.module.`. The file has
/// two batch normalizations, and a counter of its own.
#[test]
fn what_compiled_and_averaged_models_save_is_read() {
    let path = golden("torch_named.safetensors");
    let activations = || -> [AnyActivation<f32>; 3] { [Relu.into(), Tanh.into(), Identity.into()] };
    let check = |net| check_outputs(&net, "torch_named", 0..2, 8.0);
    check(Mlp::<f32>::load_state_dict(&path, activations()).unwrap());
    for names in [
        vec!["first", "between", "last"],
        vec!["first", "bn1", "between", "bn2", "last"],
        vec!["module.first", "_orig_mod.module.between", "module._orig_mod.last"],
    ] {
        check(Mlp::load_state_dict_of(&path, names, activations()).unwrap());
    }
}

/// Files of stable-baselines3: the outputs are the means of the actions and the value.
#[test]
fn one_network_of_a_policy_is_read() {
    let path = golden("torch_ppo.safetensors");
    let load = |layers: [&str; 3]| {
        let activations = [Tanh.into(), Tanh.into(), Identity.into()];
        Mlp::<f32>::load_state_dict_of(&path, layers, activations).unwrap()
    };
    let actor = ["mlp_extractor.policy_net.0", "mlp_extractor.policy_net.2", "action_net"];
    check_outputs(&load(actor), "torch_ppo", 0..2, 8.0);
    let critic = ["mlp_extractor.value_net.0", "mlp_extractor.value_net.2", "value_net"];
    check_outputs(&load(critic), "torch_ppo", 2..3, 8.0);
    let message = |path: &str| {
        let error = Mlp::<f32>::load_state_dict(path, [Tanh.into(), Tanh.into(), Identity.into()]);
        error.unwrap_err().to_string().split_once("state_dict: ").unwrap().1.to_owned()
    };
    assert_eq!(
        message(&path),
        "no linear layer or BatchNorm: log_std [2] (a network that needs these cannot be \
         loaded); name its layers in order, with `load_state_dict_of`: action_net (Linear 4 → 2), \
         mlp_extractor.policy_net.0 (Linear 3 → 4), mlp_extractor.policy_net.2 (Linear 4 → 4), \
         mlp_extractor.value_net.0 (Linear 3 → 4), mlp_extractor.value_net.2 (Linear 4 → 4), \
         value_net (Linear 4 → 1)"
    );

    let path = golden("torch_dqn.safetensors");
    let layers = ["q_net.q_net.0", "q_net.q_net.2", "q_net.q_net.4"];
    let activations = [Relu.into(), Relu.into(), Identity.into()];
    let net = Mlp::<f32>::load_state_dict_of(&path, layers, activations).unwrap();
    check_outputs(&net, "torch_dqn", 0..2, 8.0);
    let message = message(&path);
    assert!(message.starts_with("its layers follow one another in no order; name"), "{message}");
    assert!(message.contains(": q_net.q_net.0 (Linear 3 → 4), q_net.q_net.2"), "{message}");
}

#[test]
fn shapes_and_numbers_give_the_order() {
    // Whatever the names are, and the numbers in them, if only one order fits.
    assert_eq!(load(&[("a.weight", &[1, 5]), ("b.weight", &[5, 2])]), [2, 5, 1]);
    assert_eq!(load(&[("l1.weight", &[1, 5]), ("l2.weight", &[5, 2])]), [2, 5, 1]);
    assert_eq!(load(&[("weight", &[3, 2]), ("bias", &[3])]), [2, 3]);

    // Weights are 0 but one: it tells where a layer of the same width stands.
    let place = |names: [&str; 4]| {
        let shapes: [&[usize]; 4] = [&[2, 3], &[2, 2], &[2, 2], &[1, 2]];
        let names = names.map(|name| format!("{name}.weight"));
        let tensors: Vec<_> = names.iter().map(String::as_str).zip(shapes).collect();
        let bytes =
            refusals::file_with(&tensors, |name, _| if name == names[2] { 1.0 } else { 0.0 });
        let net = Mlp::<f32>::from_state_dict(&bytes, vec![Tanh.into(); 4]).map_err(drop)?;
        net.layers().iter().position(|layer| layer.weights()[[0, 0]] == 1.0).ok_or(())
    };
    assert_eq!(place(["in", "fc.2", "fc.10", "out"]), Ok(2));
    assert_eq!(place(["in", "fc.10", "fc.2", "out"]), Ok(1));
    assert_eq!(place(["fc1", "fc2", "fc3", "fc4"]), Ok(2));
    assert_eq!(place(["z.0.in", "block.1.fc", "block.0.fc", "out"]), Ok(1));
    assert_eq!(place(["0.0", "0.2", "1.0", "2.0"]), Ok(2));
    // Nothing tells which of these comes first.
    assert_eq!(place(["in", "b", "a", "out"]), Err(()));
    assert_eq!(place(["in", "a.1", "b.0", "out"]), Err(()));
}

#[test]
fn an_order_that_is_not_clear_is_refused() {
    let remedy = "; name its layers in order, with `load_state_dict_of`: ";
    let reason = refusal(&[("actor.weight", &[2, 2]), ("critic.weight", &[2, 2])]);
    let several = "its layers may follow one another in several orders";
    let layers = "actor (Linear 2 → 2), critic (Linear 2 → 2)";
    assert_eq!(reason, format!("{several}{remedy}{layers}"));

    // One network could follow the other: the number of activations tells.
    let tensors = [("q1.0.weight", &[2, 2][..]), ("q2.0.weight", &[3, 2]), ("v.weight", &[1, 3])];
    assert_eq!(refusal(&tensors), "3 linear layers take 3 activations, 2 are given");
    let names: Vec<_> = (0..40).map(|n| format!("n{}.weight", "x".repeat(n))).collect();
    let tensors: Vec<_> = names.iter().map(|name| (name.as_str(), &[2, 2][..])).collect();
    let reason = refusal(&tensors);
    assert!(reason.starts_with(several) && reason.ends_with(" → 2), …"), "{reason}");
}

#[test]
fn names_that_do_not_fit_are_refused() {
    let bytes = file_of(&[("fc1.weight", &[3, 2]), ("fc2.weight", &[1, 3]), ("conv", &[3, 2, 2])]);
    let load = |names: &[&str]| {
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), &bytes).unwrap();
        let net = Mlp::<f32>::load_state_dict_of(path.path(), names.to_vec(), two());
        net.map_err(|error| error.to_string().split_once("state_dict: ").unwrap().1.to_owned())
    };
    let list = "name its layers in order, with `load_state_dict_of`: fc1 (Linear 2 → 3), \
                fc2 (Linear 3 → 1)";
    assert_eq!(widths(&load(&["fc1", "fc2"]).unwrap()), [2, 3, 1]);
    for name in ["fc3", "fc1", "conv", "", "fc2.weight"] {
        let expected = format!("it has no layer {name}, or the name is given twice; {list}");
        assert_eq!(load(&["fc1", name]).unwrap_err(), expected);
    }
    let expected = format!("its layers follow one another in no order; {list}");
    assert_eq!(load(&["fc2", "fc1"]).unwrap_err(), expected);
    let expected = "1 linear layers take 1 activations, 2 are given";
    assert_eq!(load(&["fc2"]).unwrap_err(), expected);
    assert_eq!(load(&[]).unwrap_err(), "0 linear layers take 0 activations, 2 are given");
}
