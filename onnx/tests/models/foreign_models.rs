//! The models that PyTorch, Keras and skl2onnx exported predict what those libraries predicted.
//! `interop/onnx_golden.py` made them in `tests/golden`; it names the versions.

use crate::protobuf::{
    field, float, float_attribute, model, node, number, tensor, typed_tensor, whole_attribute,
};
use densely::Float;
use densely::ndarray::{Array2, array};
use serde_json::Value;
use std::path::PathBuf;

pub fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn matrix<F: Float>(rows: &Value) -> Array2<F> {
    let rows: Vec<Vec<Option<f64>>> = serde_json::from_value(rows.clone()).unwrap();
    let columns = rows[0].len();
    // JSON has no NaN.
    let number = |row: usize, column: usize| rows[row][column].unwrap_or(f64::NAN);
    Array2::from_shape_fn((rows.len(), columns), |(row, column)| F::from_f64(number(row, column)))
}

fn check<F: Float>(name: &str, expected: &Value, tolerance: f64) {
    let net = densely_onnx::load::<F>(golden(&format!("{name}.onnx")));
    let net = net.unwrap_or_else(|error| panic!("{name}: {error}"));
    let names = net.layers().iter().map(|layer| layer.activation().name().unwrap());
    let found: Value = names.collect();
    // The names include α.
    assert_eq!(found, expected["activations"], "{name}");
    let outputs = net.predict(matrix(&expected["inputs"]).view()).unwrap();
    let theirs = matrix::<F>(&expected["outputs"]);
    assert_eq!(outputs.dim(), theirs.dim(), "{name}");
    let largest = theirs.iter().fold(0.0_f64, |largest, value| largest.max(value.as_f64().abs()));
    for (ours, theirs) in outputs.iter().zip(&theirs) {
        let difference = (ours.as_f64() - theirs.as_f64()).abs();
        assert!(difference <= tolerance * largest, "{name}: {ours} instead of {theirs}");
    }
}

#[test]
fn models_of_other_libraries_predict_the_same() {
    let expected = std::fs::read_to_string(golden("expected.json")).unwrap();
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&expected).unwrap();
    assert!(expected.len() >= 77, "{}", expected.len());
    for (name, expected) in &expected {
        if expected["type"] == "f64" {
            // Folding a Scaler of scikit-learn changes the rounding.
            check::<f64>(name, expected, 1e-8);
        } else {
            check::<f32>(name, expected, 3e-6);
        }
    }
}

/// `ColumnTransformer` and `OneHotEncoder` name the columns, `SimpleImputer` says what stands in
/// for missing numbers.
#[test]
fn columns_and_categories_of_scikit_learn_are_named() {
    let net = densely_onnx::load::<f32>(golden("sklearn-columns.onnx")).unwrap();
    let names = ["age", "income", "city=Bern", "city=Oslo", "city=Rome", "kind=a", "kind=b"];
    assert_eq!(net.schema().feature_names(), names);
    let units = net.units_in();
    let (centres, spreads) = (units.centres().unwrap(), units.spreads().unwrap());
    // `SimpleImputer` and `StandardScaler` of the table in `interop/onnx_golden.py`.
    assert!((centres[0] - 40.0).abs() < 2.0 && (spreads[0] - 10.0).abs() < 2.0, "{units:?}");
    assert_eq!((&centres[2..], &spreads[2..]), (&[0.0; 5][..], &[1.0; 5][..]));
    let net = densely_onnx::load::<f32>(golden("sklearn-whole-numbers.onnx")).unwrap();
    let names: Vec<_> = ["X[0]=0", "X[0]=1", "X[0]=2"].into_iter().map(str::to_owned).collect();
    assert_eq!(net.schema().feature_names()[..3], names);
}

/// Models of the kinds that users reported, with outputs that are exact in `f32`.
#[test]
fn reported_models_predict_exactly() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reports");
    let expected = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&expected).unwrap();
    assert_eq!(expected.len(), 5);
    for (name, expected) in &expected {
        let net = densely_onnx::load::<f32>(folder.join(name));
        let net = net.unwrap_or_else(|error| panic!("{name}: {error}"));
        let outputs = net.predict(matrix(&expected["inputs"]).view()).unwrap();
        assert_eq!(outputs, matrix::<f32>(&expected["outputs"]), "{name}");
    }
}

/// The weights of a small network, two features × two outputs.
const WEIGHTS: [f32; 4] = [1.0, -2.0, 0.5, 4.0];

/// The outputs for one row, of the network whose graph has these parts between `x` and `y`.
fn predicted(parts: &[Vec<u8>], row: [f32; 2]) -> Vec<f32> {
    let net = densely_onnx::from_bytes::<f32>(&model(2, parts)).unwrap();
    net.predict(array![row].view()).unwrap().into_raw_vec_and_offset().0
}

#[test]
fn gemm_in_all_its_forms() {
    let weights = || tensor("w", &[2, 2], &WEIGHTS);
    let plain = node("Gemm", &["x", "w"], "y", &[]);
    assert_eq!(predicted(&[plain, weights()], [3.0, 1.0]), [3.5, -2.0]);
    let attributes =
        [whole_attribute("transB", 1), float_attribute("alpha", 2.0), float_attribute("beta", 0.5)];
    let scaled = node("Gemm", &["x", "w", "c"], "y", &attributes);
    let bias = tensor("c", &[1, 2], &[10.0, 20.0]);
    assert_eq!(predicted(&[scaled.clone(), weights(), bias], [3.0, 1.0]), [7.0, 21.0]);
    let bias = tensor("c", &[1], &[10.0]);
    assert_eq!(predicted(&[scaled, weights(), bias], [3.0, 1.0]), [7.0, 16.0]);
}

#[test]
fn constants_around_a_layer_are_folded_into_it() {
    let constants = [tensor("w", &[2, 2], &WEIGHTS), tensor("c", &[2], &[2.0, 4.0])];
    let parts = |nodes: Vec<Vec<u8>>| [nodes.concat(), constants.concat()];
    for (operator, operands, expected) in [
        ("Add", ["x", "c"], [7.5, 10.0]),
        ("Sub", ["x", "c"], [-0.5, -14.0]),
        ("Sub", ["c", "x"], [0.5, 14.0]),
        ("Mul", ["c", "x"], [8.0, 4.0]),
        ("Div", ["x", "c"], [1.625, -2.0]),
    ] {
        let before =
            vec![node(operator, &operands, "a", &[]), node("MatMul", &["a", "w"], "y", &[])];
        assert_eq!(predicted(&parts(before), [3.0, 1.0]), expected, "{operator} before");
    }
    // x W is [3.5, -2].
    for (operator, operands, expected) in [
        ("Add", ["a", "c"], [5.5, 2.0]),
        ("Sub", ["a", "c"], [1.5, -6.0]),
        ("Sub", ["c", "a"], [-1.5, 6.0]),
        ("Mul", ["c", "a"], [7.0, -8.0]),
        ("Div", ["a", "c"], [1.75, -0.5]),
    ] {
        let after =
            vec![node("MatMul", &["x", "w"], "a", &[]), node(operator, &operands, "y", &[])];
        assert_eq!(predicted(&parts(after), [3.0, 1.0]), expected, "{operator} after");
    }
    let attribute = |name, values: [f32; 2]| {
        [field(1, name), float(7, values[0]), float(7, values[1])].concat()
    };
    let scaler = [attribute("offset", [1.0, -1.0]), attribute("scale", [0.5, 2.0])];
    let mut nodes = vec![node("Scaler", &["x"], "a", &scaler)];
    nodes.push(node("MatMul", &["a", "w"], "y", &[]));
    assert_eq!(predicted(&parts(nodes), [3.0, 1.0]), [3.0, 14.0]);
}

#[test]
fn constants_in_every_form() {
    let weights = tensor("w", &[2, 2], &WEIGHTS);
    let layer = node("MatMul", &["x", "w"], "a", &[]);
    // x W is [3.5, -2].
    let with = |constant: &[Vec<u8>], operator: &str| {
        let constant = node("Constant", &[], "c", constant);
        let last = node(operator, &["a", "c"], "y", &[]);
        predicted(&[layer.clone(), weights.clone(), constant, last], [3.0, 1.0])
    };
    assert_eq!(with(&[float_attribute("value_float", 2.0)], "Mul"), [7.0, -4.0]);
    let floats = [field(1, "value_floats"), float(7, 1.0), float(7, -1.0)].concat();
    assert_eq!(with(&[floats], "Add"), [4.5, -3.0]);
    let ints = |numbers: &[u64]| {
        let numbers = numbers.iter().flat_map(|&value| number(8, value));
        [field(1, "value_ints"), numbers.collect()].concat()
    };
    assert_eq!(with(&[ints(&[u64::MAX, 2])], "Reshape"), [3.5, -2.0]);
    assert_eq!(with(&[ints(&[0, 1, 2])], "Reshape"), [3.5, -2.0]);
    assert_eq!(with(&[whole_attribute("value_int", 2)], "Unsqueeze"), [3.5, -2.0]);
    let shape = typed_tensor("s", &[1], 7, 2_u64.to_le_bytes().to_vec());
    let zeros = node("ConstantOfShape", &["s"], "c", &[]);
    let last = node("Add", &["a", "c"], "y", &[]);
    assert_eq!(predicted(&[layer, weights, shape, zeros, last], [3.0, 1.0]), [3.5, -2.0]);
}

/// Some exporters write the numbers of SELU with seven digits. Others are another function.
#[test]
fn constants_of_seven_digits_are_recognized() {
    let layer = [node("MatMul", &["x", "w"], "a", &[]), tensor("w", &[2, 2], &WEIGHTS)].concat();
    let read = |alpha, gamma| {
        let attributes = [float_attribute("alpha", alpha), float_attribute("gamma", gamma)];
        let last = node("Selu", &["a"], "y", &attributes);
        densely_onnx::from_bytes::<f32>(&model(2, &[layer.clone(), last]))
    };
    let net = read(1.673263, 1.050701).unwrap();
    assert_eq!(net.layers()[0].activation().to_string(), "selu");
    assert!(read(1.6732, 1.0507).unwrap_err().to_string().contains("Selu"));
}

/// `clamp(min=0)` of PyTorch is ReLU; its bound is an attribute up to opset 10, then an input.
#[test]
fn a_bound_of_zero_below_alone_is_relu() {
    let layer = [node("MatMul", &["x", "w"], "a", &[]), tensor("w", &[2, 2], &WEIGHTS)].concat();
    let attribute = node("Clip", &["a"], "y", &[float_attribute("min", 0.0)]);
    let input = [node("Clip", &["a", "zero"], "y", &[]), tensor("zero", &[], &[0.0])].concat();
    for clip in [attribute, input] {
        assert_eq!(predicted(&[layer.clone(), clip], [3.0, 1.0]), [3.5, 0.0]);
    }
    let both =
        node("Clip", &["a"], "y", &[float_attribute("min", 0.0), float_attribute("max", 6.0)]);
    let error = densely_onnx::from_bytes::<f32>(&model(2, &[layer, both])).unwrap_err();
    assert!(error.to_string().contains("Clip"), "{error}");
}

/// `flatten()` of one output in PyTorch: the shape is no length of the value's shape, then -1.
#[test]
fn shapes_are_made_of_slices() {
    let whole = |name, value: i64| typed_tensor(name, &[1], 7, value.to_le_bytes().to_vec());
    let read = |start, end| {
        let parts = [
            node("MatMul", &["x", "w"], "a", &[]),
            node("Shape", &["a"], "s", &[]),
            node("Slice", &["s", "start", "end", "axes"], "kept", &[]),
            node("Concat", &["kept", "rest"], "shape", &[whole_attribute("axis", 0)]),
            node("Reshape", &["a", "shape"], "y", &[]),
            tensor("w", &[2, 1], &[1.0, 0.5]),
            [whole("start", start), whole("end", end), whole("axes", 0), whole("rest", -1)]
                .concat(),
        ];
        densely_onnx::from_bytes::<f32>(&model(2, &parts))
    };
    for (start, end) in [(0, 0), (0, 1), (-2, -1), (-9, 1), (1, -1)] {
        let outputs = read(start, end).unwrap().predict(array![[3.0, 1.0]].view());
        assert_eq!(outputs.unwrap(), array![[3.5]], "{start} to {end}");
    }
    // The lengths 5, 1 and -1, which keep the rows, and 1 and -1, which do not.
    assert!(read(0, i64::MAX).is_ok());
    assert!(read(-1, i64::MAX).is_err());
}

#[test]
fn affine_operators_compose() {
    let constants = || {
        [
            ("w", vec![2, 2], WEIGHTS.to_vec()),
            ("scale", vec![2], vec![3.0, 1.0]),
            ("shift", vec![2], vec![1.0, 0.5]),
            ("mean", vec![2], vec![1.5, -1.0]),
            ("variance", vec![2], vec![3.0, 15.0]),
        ]
        .into_iter()
        .flat_map(|(name, shape, numbers)| tensor(name, &shape, &numbers))
        .collect::<Vec<u8>>()
    };
    let normalization = ["a", "scale", "shift", "mean", "variance"];
    let normalization = |output| {
        node("BatchNormalization", &normalization, output, &[float_attribute("epsilon", 1.0)])
    };
    // x W is [3.5, -2], and (x W - mean) scale / √(variance + 1) + shift is [4, 0.25].
    let layer = node("MatMul", &["x", "w"], "a", &[]);
    let last = [layer.clone(), normalization("y"), constants()];
    assert_eq!(predicted(&last, [3.0, 1.0]), [4.0, 0.25]);
    let negative = [layer.clone(), normalization("n"), node("Neg", &["n"], "y", &[]), constants()];
    assert_eq!(predicted(&negative, [3.0, 1.0]), [-4.0, -0.25]);
    // One number may stand for all features: here the mean is 0 and the variance 3.
    let shape = typed_tensor("s", &[1], 7, 2_u64.to_le_bytes().to_vec());
    let three = tensor("", &[1], &[3.0]);
    let filled = [
        node("ConstantOfShape", &["s"], "zeros", &[]),
        node("ConstantOfShape", &["s"], "threes", &[[field(1, "value"), three].concat()]),
    ];
    let inputs = ["a", "scale", "shift", "zeros", "threes"];
    let last = node("BatchNormalization", &inputs, "y", &[float_attribute("epsilon", 1.0)]);
    let parts = [layer.clone(), shape, filled.concat(), last, constants()];
    assert_eq!(predicted(&parts, [3.0, 1.0]), [6.25, -0.5]);
    // What follows the last activation becomes a layer of its own, and so does what comes before
    // an activation of the inputs.
    let relu = node("Relu", &["x"], "a", &[]);
    let without_layer =
        [relu, normalization("n"), node("Gemm", &["n", "w"], "y", &[]), constants()];
    // Relu gives [3, 0], the normalization [3.25, 0.75].
    assert_eq!(predicted(&without_layer, [3.0, -1.0]), [3.625, -3.5]);
    let relu = [node("MatMul", &["x", "w"], "z", &[]), node("Relu", &["z"], "a", &[])];
    // Relu gives [3.5, 0].
    assert_eq!(
        predicted(&[relu.concat(), normalization("y"), constants()], [3.0, 1.0]),
        [4.0, 0.75]
    );
    let transposed = node("Transpose", &["w"], "t", &[]);
    let layer = node("MatMul", &["x", "t"], "y", &[]);
    assert_eq!(predicted(&[transposed, layer.clone(), constants()], [3.0, 1.0]), [1.0, 5.5]);
    for (perm, expected) in [([1, 0], [1.0, 5.5]), ([0, 1], [3.5, -2.0])] {
        let perm = [field(1, "perm"), number(8, perm[0]), number(8, perm[1])].concat();
        let transposed = node("Transpose", &["w"], "t", &[perm]);
        assert_eq!(predicted(&[transposed, layer.clone(), constants()], [3.0, 1.0]), expected);
    }
}

/// `Where(Equal(x, x), x, c)`, as densely writes it, `Where(IsNaN(x), c, x)`, and an `Imputer` of
/// scikit-learn. No other condition is read.
#[test]
fn numbers_stand_in_for_missing_ones() {
    let weights = tensor("w", &[2, 2], &WEIGHTS);
    let imputed = [field(1, "imputed_value_floats"), float(7, 3.0), float(7, 1.0)].concat();
    let nan = float_attribute("replaced_value_float", f32::NAN);
    let layer = node("MatMul", &["a", "w"], "y", &[]);
    let imputer = [node("Imputer", &["x"], "a", &[imputed, nan]), layer.clone(), weights.clone()];
    let chosen = |condition: &[u8], arguments: [&str; 3]| {
        let chosen = node("Where", &arguments, "a", &[]);
        let constants = [weights.clone(), tensor("c", &[2], &[3.0, 1.0])].concat();
        [condition.to_vec(), chosen, layer.clone(), constants]
    };
    let missing = chosen(&node("IsNaN", &["x"], "m", &[]), ["m", "c", "x"]);
    let present = chosen(&node("Equal", &["x", "x"], "m", &[]), ["m", "x", "c"]);
    for wrong in [
        chosen(&node("Equal", &["x", "c"], "m", &[]), ["m", "x", "c"]),
        chosen(&node("Equal", &["x", "x"], "m", &[]), ["m", "c", "x"]),
        chosen(&node("IsNaN", &["x"], "m", &[]), ["m", "x", "c"]),
    ] {
        let error = densely_onnx::from_bytes::<f32>(&model(2, &wrong)).unwrap_err().to_string();
        assert!(error.contains("Where (node \"a\")"), "{error}");
    }
    for parts in [&imputer[..], &missing, &present] {
        assert_eq!(predicted(parts, [f32::NAN, f32::NAN]), [3.5, -2.0]);
        assert_eq!(predicted(parts, [3.0, f32::NAN]), [3.5, -2.0]);
        assert_eq!(predicted(parts, [4.0, 2.0]), [5.0, 0.0]);
    }
}

/// The indices of a `Gather` are `INT64` or `INT32`.
#[test]
fn columns_are_chosen_by_indices_of_both_types() {
    let layer = [
        node("Gather", &["x", "i"], "a", &[whole_attribute("axis", 1)]),
        node("MatMul", &["a", "w"], "y", &[]),
        tensor("w", &[2, 2], &WEIGHTS),
    ];
    let wide = typed_tensor("i", &[2], 7, [1_i64, 0].map(i64::to_le_bytes).concat());
    let narrow = typed_tensor("i", &[2], 6, [-1_i32, 0].map(i32::to_le_bytes).concat());
    for indices in [wide, narrow] {
        assert_eq!(predicted(&[layer.concat(), indices], [3.0, 1.0]), [2.5, 10.0]);
    }
}

/// Outputs are chosen before and behind the activation, and the indices give the result's shape.
#[test]
fn outputs_are_chosen() {
    let layer = [
        node("MatMul", &["x", "w"], "z", &[]),
        node("Add", &["z", "b"], "s", &[]),
        tensor("w", &[2, 2], &WEIGHTS),
        tensor("b", &[2], &[0.5, 1.0]),
    ];
    let indices = |shape: &[u64], numbers: &[i64]| {
        typed_tensor("i", shape, 7, numbers.iter().flat_map(|i| i.to_le_bytes()).collect())
    };
    let along = [whole_attribute("axis", 1)];
    let second = node("Gather", &["s", "i"], "y", &along);
    let parts = [layer.concat(), second, indices(&[], &[1])];
    let net = densely_onnx::from_bytes::<f32>(&model(2, &parts)).unwrap();
    assert_eq!(net.to_string(), "2 → 1 Identity, 3 parameters, f32");
    assert_eq!(predicted(&parts, [3.0, 1.0]), [-1.0]);

    let pairs = [
        node("Relu", &["s"], "a", &[]),
        node("Gather", &["a", "i"], "g", &along),
        node("Softmax", &["g"], "y", &[]),
        indices(&[2, 2], &[0, 1, 1, 0]),
    ];
    let parts = model(2, &[layer.concat(), pairs.concat()]);
    let error = densely_onnx::from_bytes::<f32>(&parts).unwrap_err().to_string();
    assert!(error.contains("its axis is not the whole row"), "{error}");
}

/// A graph of labels alone is read up to what they are made of.
#[test]
fn labels_are_left_out() {
    let parts = [
        node("MatMul", &["x", "w"], "z", &[]),
        node("Softmax", &["z"], "p", &[]),
        node("ArgMax", &["p"], "y", &[]),
        tensor("w", &[2, 2], &WEIGHTS),
    ];
    let probabilities = predicted(&parts, [3.0, 1.0]);
    // e^3.5 / (e^3.5 + e^-2)
    assert!((probabilities[0] - 0.995_929_9).abs() < 1e-6, "{probabilities:?}");
}

/// skl2onnx takes two labels, which may both be true, for two classes: its graph also gives
/// 1 - p of each.
#[test]
fn two_labels_are_no_classes() {
    let binarizer = node("Binarizer", &["p"], "l", &[]);
    let parts = [
        node("MatMul", &["x", "w"], "z", &[]),
        node("Sigmoid", &["z"], "p", &[]),
        node("Sub", &["one", "p"], "n", &[]),
        node("Concat", &["n", "p"], "y", &[whole_attribute("axis", 1)]),
        tensor("w", &[2, 2], &WEIGHTS),
        tensor("one", &[], &[1.0]),
    ];
    let graph = [parts.concat(), binarizer, field(12, field(1, "l"))];
    let probabilities = predicted(&graph, [3.0, 1.0]);
    // 1 / (1 + e^-3.5) and 1 / (1 + e^2)
    assert!((probabilities[0] - 0.970_687_8).abs() < 1e-6, "{probabilities:?}");
    assert!((probabilities[1] - 0.119_202_9).abs() < 1e-6, "{probabilities:?}");
}
