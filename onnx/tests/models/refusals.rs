//! An error names whatever is not part of a multilayer perceptron.

use crate::foreign_models::golden;
use crate::protobuf::{field, model, node, number, tensor, typed_model, typed_tensor};
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
    for operator in ["LogSoftmax", "LayerNormalization", "Gelu", "HardSigmoid"] {
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
    assert_eq!(refusal_after("Conv", &["a", "w"]), r#"operator Conv (node "y") is not supported"#);
    let lines = refusal_after("two\nlines", &["a"]);
    assert_eq!(lines, r#"operator two\nlines (node "y") is not supported"#);
    let none = "computes neither a layer nor a known activation";
    assert_eq!(refusal_after("Erf", &["a"]), format!(r#"Erf (node "y") {none}"#));
    assert_eq!(refusal_after("Mul", &["a", "a"]), format!(r#"Mul (node "y") {none}"#));
    assert_eq!(refusal_after("Div", &["c", "a"]), format!(r#"Div (node "y") {none}"#));
    let product = refusal_after("MatMul", &["a", "x"]);
    assert_eq!(product, r#"MatMul (node "y"): the second operand is not a constant"#);
    let two = [layer.clone(), node("Relu", &["a"], "b", &[]), node("Tanh", &["b"], "y", &[])];
    assert_eq!(refusal(&two), r#"Tanh (node "y") does not follow a layer's weighted sums"#);
    let two = [layer.clone(), node("Relu", &["a"], "b", &[]), node("Mul", &["b", "c"], "y", &[])];
    assert_eq!(
        refusal(&two),
        r#"Mul (node "y") follows the last activation, and no layer follows"#
    );
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
    assert_eq!(refusal(&[mine]), r#"operator mine::Relu (node "y") is not supported"#);
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
    let expected = r#"tensor "w" is in another file (external data): save the model as one file"#;
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
    assert_eq!(other, "inputs of 2 features, the first layer takes 3");
    let empty = with(&[2, 0], &[]);
    assert!(empty.contains("at least one input and one output"), "{empty}");
    let nan = with(&[2, 1], &[1.0, f32::NAN]);
    assert_eq!(nan, r#"MatMul (node "y"): a weight or bias is NaN, not a finite number"#);
    let images = typed_model(1, &[5, 3, 8, 8], &[layer, tensor("w", &[8, 1], &[1.0; 8])]);
    assert_eq!(refusal_of(&images), r#"inputs "x" have 4 dimensions, rows have 2"#);
    let add = [node("MatMul", &["x", "w"], "a", &[]), node("Add", &["a", "d"], "y", &[])];
    let refusal = refusal(&[add.concat(), tensor("d", &[3], &[1.0; 3])]);
    assert_eq!(refusal, r#"Add (node "y") has 3 numbers for 2 features"#);
}
