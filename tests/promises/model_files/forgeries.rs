//! Forged model files, and a part of the error message of each.

mod structures;

pub use structures::{of_long_texts, of_structures};

use serde_json::{Map, Value, json};

/// A name, the bytes of the file, and a part of the message.
pub type Forgery = (&'static str, Vec<u8>, &'static str);

/// Returns a file with this header and these numbers.
pub fn file(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}

/// Returns a structure whose layers have one weight and one bias each.
pub fn structure(layers: usize) -> Value {
    json!({
        "format": "densely", "version": 1, "library": "0.1.0", "precision": "f32",
        "layers": vec![json!({"activation": "tanh", "bias": true}); layers],
        "schema": {"columns": [], "targets": [], "classes": []},
    })
}

/// Returns tensors of these names, types and shapes, one after another.
pub fn tensors(tensors: &[(&str, &str, &[u64])]) -> Map<String, Value> {
    let mut place = 0;
    let entries = tensors.iter().map(|&(name, dtype, shape)| {
        let width = if dtype == "F32" { 4 } else { 2 };
        let end = place + width * shape.iter().product::<u64>();
        let entry = json!({"dtype": dtype, "shape": shape, "data_offsets": [place, end]});
        place = end;
        (name.to_owned(), entry)
    });
    entries.collect()
}

pub fn model(structure: &Value, mut tensors: Map<String, Value>, numbers: usize) -> Vec<u8> {
    tensors.insert("__metadata__".into(), json!({"densely": structure.to_string()}));
    file(&Value::Object(tensors).to_string(), &1_f32.to_le_bytes().repeat(numbers))
}

const WEIGHTS: &str = "layers.0.weights";
const BIAS: &str = "layers.0.bias";

/// Returns the header of a layer with one input and one output, which loads.
pub fn small() -> Map<String, Value> {
    tensors(&[(WEIGHTS, "F32", &[1, 1]), (BIAS, "F32", &[1])])
}

/// Returns the small network with one change in its structure.
fn changed(pointer: &str, value: Value) -> Vec<u8> {
    let mut structure = structure(1);
    match structure.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            structure.pointer_mut(parent).unwrap()[name] = value;
        }
    }
    model(&structure, small(), 2)
}

/// Returns the small network with the first number replaced.
fn with_number(number: f32) -> Vec<u8> {
    let mut bytes = model(&structure(1), small(), 2);
    let place = bytes.len() - 8;
    bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// Returns the small network's header with another text of this kind.
fn with_text(what: &str, by: &str) -> Vec<u8> {
    let bytes = model(&structure(1), small(), 2);
    let header = std::str::from_utf8(&bytes[8..bytes.len() - 8]).unwrap();
    assert!(header.contains(what));
    file(&header.replacen(what, by, 1), &bytes[bytes.len() - 8..])
}

fn layers(shapes: &[(&str, &str, &[u64])], count: usize, numbers: usize) -> Vec<u8> {
    model(&structure(count), tensors(shapes), numbers)
}

/// Files with wrong lengths and shapes.
pub fn of_sizes() -> Vec<Forgery> {
    let good = model(&structure(1), small(), 2);
    let length = |length: u64| [&length.to_le_bytes(), &good[8..]].concat();
    let shape = |shape: &str| {
        let entry = r#""shape":[1,1]"#;
        with_text(entry, &format!(r#""shape":{shape}"#))
    };
    let long = format!("{{{}}}", " ".repeat(17 << 20));
    vec![
        ("nothing", vec![], "it is shorter than 8 bytes"),
        ("7 bytes", vec![1; 7], "it is shorter than 8 bytes"),
        ("no header", file("", &[]), "EOF while parsing"),
        ("a length of 2^63", length(1 << 63), "should have 9223372036854775808 bytes"),
        ("the longest length", length(u64::MAX), "should have 18446744073709551615 bytes"),
        ("a header as long as the file", length(good.len() as u64), "are left of the file"),
        (
            "a header of 17 MiB",
            file(&long, &[]),
            "its header has 17825794 bytes, more than 5242880",
        ),
        ("a shape of 2^40 × 2^40", shape("[1099511627776,1099511627776]"), "overflow"),
        ("a shape of 2^32 × 2^32", shape("[4294967296,4294967296]"), "overflow"),
        ("a shape of 2^31 × 2^31", shape("[2147483648,2147483648]"), "overflow"),
        ("a shape of 2^40 × 0", shape("[1099511627776,0]"), "invalid shape"),
        ("a shape below 0", shape("[-1,-1]"), "invalid value: integer `-1`"),
        ("a shape with a fraction", shape("[1.5,1]"), "invalid type: floating point"),
        ("a number too many", [&good[..], &[0; 4]].concat(), "should have 8 bytes, 12 are there"),
        ("a byte too few", good[..good.len() - 1].to_vec(), "should have 8 bytes, 7 are there"),
        (
            "weights without a row",
            layers(&[(WEIGHTS, "F32", &[0, 1]), (BIAS, "F32", &[1])], 1, 1),
            "a layer needs at least one input and one output, not 0 and 1",
        ),
        (
            "weights without a column",
            layers(&[(WEIGHTS, "F32", &[1, 0]), (BIAS, "F32", &[0])], 1, 0),
            "a layer needs at least one input and one output, not 1 and 0",
        ),
        (
            "weights that are a vector",
            layers(&[(WEIGHTS, "F32", &[1]), (BIAS, "F32", &[1])], 1, 2),
            "layers.0.weights is not a matrix",
        ),
        (
            "weights of three axes",
            layers(&[(WEIGHTS, "F32", &[1, 1, 1]), (BIAS, "F32", &[1])], 1, 2),
            "layers.0.weights is not a matrix",
        ),
        (
            "a bias of another length",
            layers(&[(WEIGHTS, "F32", &[1, 1]), (BIAS, "F32", &[2])], 1, 3),
            "layers.0.bias does not have 1 numbers",
        ),
        (
            "a bias that is a matrix",
            layers(&[(WEIGHTS, "F32", &[1, 1]), (BIAS, "F32", &[1, 1])], 1, 2),
            "layers.0.bias does not have 1 numbers",
        ),
        (
            "layers that do not fit together",
            layers(
                &[
                    (WEIGHTS, "F32", &[1, 2]),
                    (BIAS, "F32", &[2]),
                    ("layers.1.weights", "F32", &[1, 1]),
                    ("layers.1.bias", "F32", &[1]),
                ],
                2,
                6,
            ),
            "layer 1 (counted from 0) takes 1 inputs, the layer before it has 2 outputs",
        ),
    ]
}

/// Files with wrong tensors and numbers.
pub fn of_tensors() -> Vec<Forgery> {
    let matrix: (&str, &str, &[u64]) = (WEIGHTS, "F32", &[1, 1]);
    let bias: (&str, &str, &[u64]) = (BIAS, "F32", &[1]);
    let offsets = |from: &str, to: &str| with_text(from, to);
    vec![
        ("overlapping tensors", offsets("[4,8]", "[0,4]"), "invalid offset"),
        ("tensors with a gap", offsets("[4,8]", "[8,12]"), "invalid offset"),
        ("an end before the start", offsets("[4,8]", "[8,4]"), "invalid offset"),
        (
            "a tensor too many",
            layers(&[matrix, bias, ("more", "F32", &[1])], 1, 3),
            "it has 3 tensors, its structure needs 2",
        ),
        ("no bias", layers(&[matrix], 1, 1), r#"there is no "layers.0.bias""#),
        ("no weights", layers(&[bias], 1, 1), r#"there is no "layers.0.weights""#),
        ("no tensor", layers(&[], 1, 0), r#"there is no "layers.0.weights""#),
        (
            "a tensor twice",
            with_text(
                r#""layers.0.bias":"#,
                r#""layers.0.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"layers.0.bias":"#,
            ),
            "occurs twice",
        ),
        (
            "halves",
            layers(&[(WEIGHTS, "F16", &[1, 1]), (BIAS, "F16", &[1])], 1, 1),
            "layers.0.weights is of type F16, not F32",
        ),
        (
            "a bias of halves",
            layers(&[(WEIGHTS, "F32", &[1, 1]), (BIAS, "F16", &[2])], 1, 2),
            "layers.0.bias is of type F16, not F32",
        ),
        ("an unknown type", offsets("F32", "F33"), "unknown variant `F33`"),
        ("NaN", with_number(f32::NAN), "a weight or bias is NaN, not a finite number"),
        ("infinity", with_number(f32::NEG_INFINITY), "a weight or bias is -inf, not a finite"),
        (
            "no metadata",
            file(&Value::Object(small()).to_string(), &[0; 8]),
            "do not say `densely`;",
        ),
    ]
}

pub fn all() -> Vec<Forgery> {
    [of_sizes(), of_tensors(), of_structures(), of_long_texts()].concat()
}
