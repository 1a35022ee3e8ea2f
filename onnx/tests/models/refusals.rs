//! An error names whatever is not part of a multilayer perceptron.

use crate::foreign_models::golden;
use crate::protobuf::{
    field, float, float_attribute, model, node, number, tensor, typed_model, typed_tensor,
    whole_attribute,
};
use densely::Mlp;

fn refusal(parts: &[Vec<u8>]) -> String {
    let weights = tensor("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let constant = tensor("c", &[2], &[1.0, 2.0]);
    refusal_of(&model(2, &[parts, &[weights, constant]].concat()))
}

fn refusal_of(model: &[u8]) -> String {
    let error = densely_onnx::from_bytes::<f32>(model).unwrap_err().to_string();
    error.strip_prefix("ONNX: ").unwrap_or_else(|| panic!("{error}")).to_owned()
}

#[test]
fn operators_of_exporters_are_named() {
    for operator in ["LayerNormalization", "Gelu", "HardSigmoid"] {
        let bytes = std::fs::read(golden(&format!("refused-{operator}.onnx"))).unwrap();
        let refusal = refusal_of(&bytes);
        assert!(refusal.contains(&format!("{operator} (node ")), "{refusal}");
    }
}

#[test]
fn operators_are_named() {
    let layer = node("MatMul", &["x", "w"], "a", &[]);
    let refusal_after =
        |operator, inputs: &[&str]| refusal(&[layer.clone(), node(operator, inputs, "y", &[])]);
    let none = "this is neither part of a layer nor a known activation";
    assert_eq!(refusal_after("Conv", &["a", "w"]), format!(r#"Conv (node "y"): {none}"#));
    let lines = refusal_after("two\nlines", &["a"]);
    assert_eq!(lines, format!(r#"two\nlines (node "y"): {none}"#));
    assert_eq!(refusal_after("Erf", &["a"]), format!(r#"Erf (node "y"): {none}"#));
    assert_eq!(refusal_after("Mul", &["a", "a"]), format!(r#"Mul (node "y"): {none}"#));
    assert_eq!(refusal_after("Div", &["c", "a"]), format!(r#"Div (node "y"): {none}"#));
    let product = refusal_after("MatMul", &["a", "x"]);
    assert_eq!(product, r#"MatMul (node "y"): the second operand is not a constant"#);
    let last = r#"LogSoftmax (node "b"): this is read as the last operation alone"#;
    let two = [layer.clone(), node("LogSoftmax", &["a"], "b", &[]), node("Tanh", &["b"], "y", &[])];
    assert_eq!(refusal(&two), last);
    let missing = refusal_after("Relu", &["nothing"]);
    assert_eq!(missing, r#"no node computes "nothing" before it is used"#);
    assert_eq!(refusal(&[layer]), r#"no node computes "y" before it is used"#);
    let cycle = [node("Identity", &["y"], "a", &[]), node("Identity", &["a"], "y", &[])];
    assert_eq!(refusal(&cycle), r#"no node computes "y" before it is used"#);
}

#[test]
fn operators_of_other_domains_are_named() {
    let mine =
        field(1, [field(1, "x"), field(2, "y"), field(4, "Relu"), field(7, "mine")].concat());
    let expected =
        r#"mine::Relu (node "y"): this is neither part of a layer nor a known activation"#;
    assert_eq!(refusal(&[mine]), expected);
}

#[test]
fn types_are_named() {
    let relu = [node("MatMul", &["x", "w"], "y", &[])];
    let of_type = |code| typed_tensor("w", &[1, 1], code, vec![0; 2]);
    for (code, name) in [(10, "FLOAT16"), (16, "BFLOAT16"), (11, "DOUBLE"), (99, "type 99")] {
        let refusal = refusal_of(&model(1, &[relu.concat(), of_type(code)]));
        let expected =
            format!(r#"tensor "w" is of type {name}, the network asked for is of f32, FLOAT"#);
        assert_eq!(refusal, expected);
    }
    let refusal = refusal_of(&typed_model(11, &[5, 1], &[relu.concat(), of_type(11)]));
    let expected = r#"inputs "x" are of type DOUBLE, the network asked for is of f32, FLOAT"#;
    assert_eq!(refusal, expected);
    let net = Mlp::<f32>::builder(1).dense(1, densely::Identity).without_units().build().unwrap();
    let error = densely_onnx::from_bytes::<f64>(&densely_onnx::to_bytes(&net).unwrap())
        .unwrap_err()
        .to_string();
    let expected =
        r#"ONNX: inputs "inputs" are of type FLOAT, the network asked for is of f64, DOUBLE"#;
    assert_eq!(error, expected);
}

#[test]
fn other_files_are_named() {
    let layer = node("MatMul", &["x", "w"], "y", &[]);
    let external = [number(1, 1), number(1, 1), number(2, 1), field(8, "w"), number(14, 1)];
    let refusal = refusal_of(&model(1, &[layer, field(5, external.concat())]));
    let expected = r#"tensor "w" is in another file (external data), which only `load` reads"#;
    assert_eq!(refusal, expected);
}

#[test]
fn shapes_are_named() {
    let layer = node("MatMul", &["x", "w"], "y", &[]);
    let with = |shape: &[u64], numbers: &[f32]| {
        refusal_of(&model(2, &[layer.clone(), tensor("w", shape, numbers)]))
    };
    assert_eq!(with(&[2, 3], &[1.0]), r#"tensor "w" of shape [2, 3] has 4 bytes"#);
    let huge = 1 << 40;
    let expected = format!(r#"tensor "w" of shape [{huge}, {huge}] has 4 bytes"#);
    assert_eq!(with(&[huge, huge], &[1.0]), expected);
    let vector = with(&[2], &[1.0, 2.0]);
    assert_eq!(vector, r#"MatMul (node "y"): weights of shape [2], a layer has two dimensions"#);
    let other = with(&[3, 1], &[1.0; 3]);
    assert_eq!(other, r#"MatMul (node "y"): the weights take 3 features, a row has 2"#);
    let empty = with(&[2, 0], &[]);
    assert!(empty.contains("at least one input and one output"), "{empty}");
    let nan = with(&[2, 1], &[1.0, f32::NAN]);
    assert_eq!(nan, r#"MatMul (node "y"): a weight or bias is NaN, not a finite number"#);
    let images = typed_model(1, &[5, 3, 8, 8], &[layer, tensor("w", &[8, 1], &[1.0; 8])]);
    let expected = r#"MatMul (node "y"): the weights take 8 features, a row has 3 × 8 × 8"#;
    assert_eq!(refusal_of(&images), expected);
    let add = [node("MatMul", &["x", "w"], "a", &[]), node("Add", &["a", "d"], "y", &[])];
    let refusal = refusal(&[add.concat(), tensor("d", &[3], &[1.0; 3])]);
    assert_eq!(refusal, r#"Add (node "y") has 3 numbers for 2 features"#);
}

#[test]
fn operators_that_change_rows_or_numbers_are_named() {
    let layer = node("MatMul", &["x", "w"], "a", &[]);
    let after = |operator, inputs: &[&str], attributes: &[Vec<u8>]| {
        refusal(&[layer.clone(), node(operator, inputs, "y", attributes)])
    };
    let training = after("BatchNormalization", &["a"; 5], &[whole_attribute("training_mode", 1)]);
    let expected = "it is in training mode: call eval() before the export";
    assert_eq!(training, format!(r#"BatchNormalization (node "y"): {expected}"#));
    let rounded = after("Cast", &["a"], &[whole_attribute("to", 7)]);
    assert_eq!(rounded, r#"Cast (node "y"): it rounds numbers"#);
    let axis = after("Softmax", &["a"], &[whole_attribute("axis", 0)]);
    assert_eq!(axis, r#"Softmax (node "y"): its axis is not the whole row"#);
    let moved = "it moves numbers to other rows or places, or its shape is not known";
    let perm = [field(1, "perm"), number(8, 1), number(8, 0)].concat();
    assert_eq!(after("Transpose", &["a"], &[perm]), format!(r#"Transpose (node "y"): {moved}"#));
    let zero = whole_attribute("axis", 0);
    assert_eq!(after("Flatten", &["a"], &[zero]), format!(r#"Flatten (node "y"): {moved}"#));
    let imputed = [field(1, "imputed_value_floats"), float(7, 3.0)].concat();
    let replaced = float_attribute("replaced_value_float", -1.0);
    let imputer = refusal(&[node("Imputer", &["x"], "y", &[imputed, replaced])]);
    assert_eq!(imputer, r#"Imputer (node "y"): it replaces numbers other than NaN"#);
    let joined = after("Concat", &["a", "x"], &[whole_attribute("axis", 1)]);
    assert_eq!(joined, r#"Concat (node "y"): this joins inputs of the graph alone"#);
}

#[test]
fn versions_are_named() {
    let graph = model(1, &[node("MatMul", &["x", "w"], "y", &[]), tensor("w", &[1, 1], &[1.0])]);
    let with = |field: Vec<u8>| [graph.clone(), field].concat();
    for (ir, opset) in [(12, 25), (3, 7)] {
        let versions = [number(1, ir), field(8, number(2, opset))].concat();
        densely_onnx::from_bytes::<f32>(&with(versions)).unwrap();
    }
    assert_eq!(refusal_of(&with(number(1, 13))), "IR version 13, 1 to 12 are read");
    for opset in [6, 26] {
        let refusal = refusal_of(&with(field(8, number(2, opset))));
        assert_eq!(refusal, format!("opset version {opset}, 7 to 25 are read"));
    }
}

#[test]
fn external_data_outside_the_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("models");
    std::fs::create_dir(&inside).unwrap();
    let bytes: Vec<u8> = [1.0_f32, 2.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    std::fs::write(folder.path().join("weights"), &bytes).unwrap();
    std::fs::write(inside.join("weights"), &bytes).unwrap();
    let load = |location: &str, offset: &str| {
        let entry = |key, value| field(13, [field(1, key), field(2, value)].concat());
        let parts = [number(1, 1), number(1, 1), number(2, 1), field(8, "w"), number(14, 1)];
        let tensor =
            [parts.concat(), entry("location", location), entry("offset", offset)].concat();
        let layer = node("MatMul", &["x", "w"], "y", &[]);
        let path = inside.join("model.onnx");
        std::fs::write(&path, model(1, &[layer, field(5, tensor)])).unwrap();
        densely_onnx::load::<f32>(path).map_err(|error| error.to_string())
    };
    std::fs::create_dir(inside.join("more")).unwrap();
    std::fs::write(inside.join("more/weights"), &bytes).unwrap();
    assert_eq!(load("more/weights", "0").unwrap_err().matches("[1, 1] has 8 bytes").count(), 1);
    let twice = load("more//weights", "4").unwrap_err();
    assert!(twice.contains("must be a file in the model's folder"), "{twice}");
    assert_eq!(load("weights", "4").unwrap().layers()[0].weights()[[0, 0]], 2.0);
    let outside = folder.path().join("weights");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
    let links = if cfg!(unix) { vec!["link"] } else { vec![] };
    for location in
        [vec!["../weights", ".", "", "./weights", "weights/", outside.to_str().unwrap()], links]
            .concat()
    {
        let error = load(location, "4").unwrap_err();
        assert!(error.ends_with("must be a file in the model's folder"), "{location}: {error}");
    }
    let missing = load("none", "4").unwrap_err();
    assert!(missing.contains("none"), "{missing}");
    for offset in ["0", "8", "18446744073709551615", "x"] {
        assert!(load("weights", offset).is_err(), "{offset}");
    }
}
