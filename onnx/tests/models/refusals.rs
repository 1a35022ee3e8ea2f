//! An error names whatever is not part of a multilayer perceptron.

use crate::foreign_models::golden;
use crate::protobuf::{
    external_tensor, field, float, float_attribute, input, model, node, number, tensor,
    typed_model, typed_tensor, whole_attribute,
};
use densely::Mlp;

fn refusal(parts: &[Vec<u8>]) -> String {
    let weights = tensor("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let constant = tensor("c", &[2], &[1.0, 2.0]);
    refusal_of(&model(2, &[parts, &[weights, constant]].concat()))
}

pub fn refusal_of(model: &[u8]) -> String {
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
    let last = r#"LogSoftmax (node "b"): it is read only as the last operation"#;
    let two = [layer.clone(), node("LogSoftmax", &["a"], "b", &[]), node("Tanh", &["b"], "y", &[])];
    assert_eq!(refusal(&two), last);
    let missing = refusal_after("Relu", &["nothing"]);
    assert_eq!(missing, r#"no node computes "nothing" before it is used"#);
    assert_eq!(refusal(&[layer]), r#"no node computes "y" before it is used"#);
    let halves = [field(1, "x"), field(2, "b"), field(2, "d"), field(4, "Split")].concat();
    let second = [field(1, halves), node("Tanh", &["d"], "y", &[])];
    assert_eq!(refusal(&second), r#"Split (node "b"): only its first output is read"#);
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
        let expected = format!(r#"tensor "w" is of type {name}; a network of f32 needs FLOAT"#);
        assert_eq!(refusal, expected);
    }
    let refusal = refusal_of(&typed_model(11, &[5, 1], &[relu.concat(), of_type(11)]));
    let expected = r#"inputs "x" are of type DOUBLE; a network of f32 needs FLOAT"#;
    assert_eq!(refusal, expected);
    let net = Mlp::<f32>::builder(1).dense(1, densely::Identity).without_units().build().unwrap();
    let error = densely_onnx::from_bytes::<f64>(&densely_onnx::to_bytes(&net).unwrap())
        .unwrap_err()
        .to_string();
    let expected = r#"ONNX: inputs "inputs" are of type FLOAT; a network of f64 needs DOUBLE"#;
    assert_eq!(error, expected);
}

#[test]
fn other_files_are_named() {
    let layer = node("MatMul", &["x", "w"], "y", &[]);
    let refusal = refusal_of(&model(1, &[layer, external_tensor("w", &[1, 1], 1, &[])]));
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
    assert_eq!(
        vector,
        r#"MatMul (node "y"): weights of shape [2]; those of a layer have two dimensions"#
    );
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
    assert_eq!(refusal, r#"Add (node "y"): numbers of shape [3] do not fit a row of shape 2"#);
    // The graph's result has one more dimension.
    let refusal = self::refusal(&[add.concat(), tensor("d", &[1, 1, 2], &[1.0; 2])]);
    let expected = r#"Add (node "y"): numbers of shape [1, 1, 2] do not fit a row of shape 2"#;
    assert_eq!(refusal, expected);
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
    assert_eq!(rounded, r#"Cast (node "y"): it changes numbers"#);
    let axis = after("Softmax", &["a"], &[whole_attribute("axis", 0)]);
    assert_eq!(axis, r#"Softmax (node "y"): its axis is not the whole row"#);
    let moved = "it moves numbers to other rows or places, or its shape is not known: a row has the shape 2";
    let perm = [field(1, "perm"), number(8, 1), number(8, 0)].concat();
    assert_eq!(
        after("Transpose", &["a"], &[perm]),
        format!(r#"Transpose (node "y"): {moved}, and the node asks for [1, 0]"#)
    );
    let zero = whole_attribute("axis", 0);
    assert_eq!(
        after("Flatten", &["a"], &[zero]),
        format!(r#"Flatten (node "y"): {moved}, and the node asks for [0]"#)
    );
    let shape = typed_tensor("s", &[2], 7, [4_u64, 1].map(u64::to_le_bytes).concat());
    let reshaped = refusal(&[layer.clone(), node("Reshape", &["a", "s"], "y", &[]), shape]);
    assert_eq!(reshaped, format!(r#"Reshape (node "y"): {moved}, and the node asks for [4, 1]"#));
    let imputed = [field(1, "imputed_value_floats"), float(7, 3.0)].concat();
    let replaced = float_attribute("replaced_value_float", -1.0);
    let imputer = refusal(&[node("Imputer", &["x"], "y", &[imputed, replaced])]);
    assert_eq!(imputer, r#"Imputer (node "y"): it replaces numbers other than NaN"#);
    let joined = after("Concat", &["a", "x"], &[whole_attribute("axis", 1)]);
    assert_eq!(joined, r#"Concat (node "y"): it may join only inputs of the graph"#);
}

#[test]
fn versions_are_named() {
    let graph = model(1, &[node("MatMul", &["x", "w"], "y", &[]), tensor("w", &[1, 1], &[1.0])]);
    let with = |field: Vec<u8>| [graph.clone(), field].concat();
    for (ir, opset) in [(14, 28), (3, 7)] {
        let versions = [number(1, ir), field(8, number(2, opset))].concat();
        densely_onnx::from_bytes::<f32>(&with(versions)).unwrap();
    }
    assert_eq!(refusal_of(&with(number(1, 15))), "IR version 15 is not read; versions 1 to 14 are");
    for opset in [6, 29] {
        let refusal = refusal_of(&with(field(8, number(2, opset))));
        assert_eq!(refusal, format!("opset version {opset} is not read; versions 7 to 28 are"));
    }
}

#[test]
fn weights_without_inputs_or_outputs_are_named() {
    let after = |first, inputs: &[&str], second, others: &[&str]| {
        [node(first, inputs, "a", &[]), node(second, others, "y", &[])].concat()
    };
    let scalar = tensor("c", &[], &[2.0]);
    for (element_type, nodes, name, shape) in [
        (1, node("Gemm", &["x", "w", "c"], "y", &[]), r#"Gemm (node "y")"#, [0, 1 << 62]),
        (1, after("MatMul", &["x", "w"], "Add", &["a", "c"]), r#"MatMul (node "a")"#, [0, 1 << 62]),
        (8, node("MatMul", &["x", "w"], "y", &[]), r#"MatMul (node "y")"#, [1 << 60, 0]),
        (1, after("Mul", &["x", "c"], "MatMul", &["a", "w"]), r#"MatMul (node "y")"#, [1 << 60, 0]),
    ] {
        // The number of columns is not known.
        let parts = [nodes, scalar.clone(), tensor("w", &shape, &[])];
        let expected = format!(
            "{name}: weights of shape {shape:?}: a layer needs at least one input and one output"
        );
        assert_eq!(refusal_of(&typed_model(element_type, &[5, 0], &parts)), expected);
    }
}

#[test]
fn filled_constants_that_do_not_fit_are_named() {
    let sum = |features: usize, filled: u64| {
        let parts = [
            node("MatMul", &["x", "w"], "a", &[]),
            tensor("w", &[features as u64; 2], &vec![1.0; features * features]),
            typed_tensor("s", &[1], 7, filled.to_le_bytes().to_vec()),
            node("ConstantOfShape", &["s"], "c", &[]),
            node("Add", &["a", "c"], "y", &[]),
        ];
        refusal_of(&model(features as u64, &parts))
    };
    assert_eq!(sum(2, 5), r#"Add (node "y"): numbers of shape [5] do not fit a row of shape 2"#);
    assert_eq!(sum(1, 3), r#"Add (node "y"): numbers of shape [3] do not fit a row of shape 1"#);
    let shape = typed_tensor("s", &[2], 7, [2_u64, 2].map(u64::to_le_bytes).concat());
    let filled = node("ConstantOfShape", &["s"], "f", &[]);
    let weights = refusal(&[shape, filled, node("MatMul", &["x", "f"], "y", &[])]);
    let expected = "weights of shape [2, 2] are all the same number, which is not read";
    assert_eq!(weights, format!(r#"MatMul (node "y"): {expected}"#));
}

#[test]
fn casts_that_change_numbers_are_named() {
    let cast = |from, to, code| node("Cast", &[from], to, &[whole_attribute("to", code)]);
    let layer = [node("MatMul", &["f", "w"], "y", &[]), tensor("w", &[2, 1], &[1.0, 2.0])].concat();
    let integers = |from, to| {
        let parts = [cast("x", "a", to), cast("a", "f", 1), layer.clone()];
        densely_onnx::from_bytes::<f32>(&typed_model(from, &[5, 2], &parts))
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let (uint8, int32, int64, uint64, bool, float16) = (2, 6, 7, 13, 9, 10);
    for (from, to) in [(int64, int64), (int32, int64), (uint8, int32), (bool, int64)] {
        assert_eq!(integers(from, to), Ok(()), "{from} to {to}");
    }
    let expected = r#"ONNX: Cast (node "a"): it changes numbers"#;
    for (from, to) in
        [(int64, bool), (int64, uint8), (int64, float16), (int64, int32), (uint64, int64)]
    {
        assert_eq!(integers(from, to), Err(expected.to_owned()), "{from} to {to}");
    }
    // A fraction stands beside a whole number.
    let joined = node("Concat", &["i", "b"], "j", &[whole_attribute("axis", 1)]);
    let parts =
        [input("b", 1, &[5, 1]), cast("x", "i", 1), joined, cast("j", "k", 7), cast("k", "f", 1)];
    let refusal = refusal_of(&typed_model(int64, &[5, 1], &[parts.concat(), layer]));
    assert_eq!(refusal, r#"Cast (node "k"): it changes numbers"#);
}

#[test]
fn operands_beyond_a_formula_are_named() {
    let numbers = [tensor("zero", &[], &[0.0]), tensor("five", &[], &[5.0])].concat();
    let layer = node("MatMul", &["x", "w"], "a", &[]);
    let three = refusal(&[layer, numbers, node("Max", &["a", "zero", "five"], "y", &[])]);
    assert_eq!(three, r#"Max (node "y"): this is neither part of a layer nor a known activation"#);
    let classes = |parts: &[&str], axis, columns: usize| {
        let parts = [
            node("MatMul", &["x", "v"], "z", &[]),
            node("Sigmoid", &["z"], "p", &[]),
            node("Sub", &["one", "p"], "q", &[]),
            node("Concat", parts, "y", &[whole_attribute("axis", axis)]),
            tensor("one", &[], &[1.0]),
            tensor("v", &[2, columns as u64], &vec![1.0; 2 * columns]),
        ];
        densely_onnx::from_bytes::<f32>(&model(2, &parts)).map(|net| net.outputs())
    };
    assert_eq!(classes(&["q", "p"], 1, 1).unwrap(), 1);
    let expected = r#"Concat (node "y"): it may join only inputs of the graph"#;
    for (parts, axis) in [(&["q", "p", "p"][..], 1), (&["q", "p"], 0)] {
        let error = classes(parts, axis, 1).unwrap_err().to_string();
        assert_eq!(error, format!("ONNX: {expected}"));
    }
    let error = classes(&["q", "p"], 1, 3).unwrap_err().to_string();
    assert_eq!(error, "ONNX: the graph joins 1 - p and p, where p has 3 columns instead of one");
}

#[test]
fn names_that_occur_twice_are_refused() {
    let categories = [field(1, "cats_int64s"), number(8, 3), number(8, 3)].concat();
    let encoder = node("OneHotEncoder", &["x"], "a", &[categories]);
    let layer = node("MatMul", &["a", "w"], "y", &[]);
    let weights = |inputs: u64| tensor("w", &[inputs, 1], &vec![1.0; inputs as usize]);
    let twice = refusal_of(&typed_model(7, &[5, 1], &[encoder, layer.clone(), weights(2)]));
    assert!(twice.contains("categories"), "{twice}");
    // The first column of x has the name of the other input.
    let joined = node("Concat", &["x", "x[0]"], "a", &[whole_attribute("axis", 1)]);
    let parts = [input("x[0]", 1, &[5, 1]), joined, layer, weights(3)];
    let twice = refusal_of(&model(2, &parts));
    assert!(twice.contains("x[0]"), "{twice}");
}

#[test]
fn constants_in_place_of_values_are_named() {
    let first = refusal(&[node("MatMul", &["w", "x"], "y", &[])]);
    assert_eq!(first, r#"MatMul (node "y"): input 0 (counted from 0) is a constant"#);
    let joined = refusal(&[node("Concat", &["x", "w"], "y", &[whole_attribute("axis", 1)])]);
    assert_eq!(joined, r#"Concat (node "y"): it may join only inputs of the graph"#);
}

#[test]
fn long_nodes_are_named() {
    let attributes: Vec<_> = (0..17).map(|_| whole_attribute("axis", 1)).collect();
    let many = refusal(&[node("Relu", &["x"], "y", &attributes)]);
    assert_eq!(many, r#"Relu (node "y"): 17 attributes, at most 16 are read"#);
    let list = [field(1, "scale"), float(7, 1.0).repeat(70_000)].concat();
    let many = refusal(&[node("Scaler", &["x"], "y", &[list])]);
    assert_eq!(many, r#"Scaler (node "y"): 70001 fields, at most 65600 are read"#);
}
