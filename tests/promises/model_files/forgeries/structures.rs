//! Files with a wrong structure in their metadata, or with long texts.

use super::{Forgery, changed, file, model, small, structure, with_text};
use serde_json::{Map, Value, json};

fn columns(count: usize) -> Value {
    (0..count).map(|number| json!({"name": number.to_string()})).collect()
}

/// Files with a wrong structure in their metadata.
pub fn of_structures() -> Vec<Forgery> {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let entries = |count: usize| {
        let entries = (0..count).map(|number| (number.to_string(), "".into()));
        let mut crowded = small();
        crowded.insert("__metadata__".into(), Value::Object(entries.collect()));
        file(&Value::Object(crowded).to_string(), &[0; 8])
    };
    let in_structure =
        |text: &str| file(&json!({"__metadata__": {"densely": text}}).to_string(), &[]);
    let names = |names: &[&str]| -> Value { names.iter().copied().collect() };
    vec![
        ("no layers", model(&structure(0), Map::new(), 0), "a network needs at least one layer"),
        ("1,001 layers", model(&structure(1_001), Map::new(), 0), "1001 layers, a file holds up"),
        ("100,000 layers", model(&structure(100_000), Map::new(), 0), "too many values"),
        ("brackets in the header", file(&nested(100_000), &[]), "recursion limit exceeded"),
        ("brackets for a structure", in_structure(&nested(100_000)), "invalid type: sequence"),
        (
            "brackets in the structure",
            with_text(
                r#"\"version\":1"#,
                &format!(r#"\"version\":1,\"more\":{}"#, nested(100_000)),
            ),
            "recursion limit exceeded",
        ),
        (
            "brackets in a field of the structure",
            changed("/more", serde_json::from_str(&nested(50)).unwrap()),
            "unknown field `more`",
        ),
        ("a million entries of metadata", entries(1_000_000), "bytes, more than 5242880"),
        ("300,000 entries of metadata", entries(300_000), "too many values"),
        ("65,537 names", changed("/schema/columns", columns(65_537)), "65537 names, a file holds"),
        ("names for other features", changed("/schema/columns", columns(2)), "2 names for 1 feat"),
        (
            "a column twice",
            changed(
                "/schema/columns",
                json!([{"name": "x", "categories": ["a", "b"]}, {"name": "x"}]),
            ),
            "3 names for 1 features",
        ),
        (
            "a class twice",
            changed("/schema/classes", names(&["a", "a"])),
            r#""a" occurs twice among the names of the classes"#,
        ),
        (
            "three classes for one output",
            changed("/schema/classes", names(&["a", "b", "c"])),
            "3 names for 2 classes",
        ),
        (
            "a category twice",
            changed("/schema/columns", json!([{"name": "x", "categories": ["a", "a"]}])),
            "2 names for 1 features",
        ),
        ("a dropout of 1.5", changed("/layers/0/dropout", json!(1.5)), "the dropout is 1.5"),
        ("a dropout below 0", changed("/layers/0/dropout", json!(-0.1)), "the dropout is -0.1"),
        ("a dropout of the outputs", changed("/layers/0/dropout", json!(0.5)), "not to the output"),
        (
            "an infinite dropout",
            with_text(r#"\"bias\":true"#, r#"\"bias\":true,\"dropout\":1e999"#),
            "number out of range",
        ),
        (
            "an unknown activation",
            changed("/layers/0/activation", "sine".into()),
            r#"layer 0 (counted from 0): the activation "sine" is neither built in"#,
        ),
        (
            "a parameter that cannot be",
            changed("/layers/0/activation", "elu(-1)".into()),
            r#"layer 0 (counted from 0): the activation "elu(-1)" is neither built in"#,
        ),
        ("an unknown field", changed("/colour", "red".into()), "unknown field `colour`"),
        ("an unknown field of a layer", changed("/layers/0/colour", "red".into()), "unknown field"),
        ("an unknown field of a schema", changed("/schema/colour", "red".into()), "unknown field"),
        (
            "a field twice",
            with_text(r#"\"version\":1"#, r#"\"version\":1,\"version\":1"#),
            "duplicate field `version`",
        ),
        ("another format", changed("/format", "sparsely".into()), r#"the format is "sparsely""#),
        ("another precision", changed("/precision", "f16".into()), "are f16, not f32"),
        ("version 0", changed("/version", 0.into()), "there is no version 0 of the format"),
        ("a version below 0", changed("/version", (-1).into()), "invalid value: integer `-1`"),
        (
            "a newer version",
            {
                let mut newer = changed("/version", 4.into());
                newer = replaced(&newer, "0.1.0", "3.1.4");
                replaced(&newer, "tanh", "sine")
            },
            "the model has version 4 of the format, written by densely 3.1.4; densely ",
        ),
    ]
}

/// Replaces a text in the header by one of the same length.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let place = bytes.windows(from.len()).position(|text| text == from.as_bytes()).unwrap();
    [&bytes[..place], to.as_bytes(), &bytes[place + from.len()..]].concat()
}

/// A length that, with the rest of the header, is still allowed.
const LONG: usize = (5 << 20) - 1_000;

/// Files with texts of nearly 5 MiB, the limit of a header, in each place for text.
pub fn of_long_texts() -> Vec<Forgery> {
    let long = |text: &str| text.repeat(LONG / text.len());
    let (plain, invisible) = (long("x"), long("\u{200b}"));
    let key = json!({"__metadata__": {"densely": "{}"}, &plain: 1});
    vec![
        ("a long format", changed("/format", invisible.clone().into()), "the format is "),
        (
            "a long precision",
            changed("/precision", plain.clone().into()),
            "the model's numbers are",
        ),
        (
            "a long activation",
            changed("/layers/0/activation", invisible.into()),
            "layer 0 (counted from 0): the act",
        ),
        ("a long field", changed(&format!("/{plain}"), 1.into()), "unknown field"),
        ("a long tensor", file(&key.to_string(), &[]), "invalid type"),
        (
            "a long library",
            {
                let newer = changed("/library", plain.clone().into());
                replaced(&newer, r#"\"version\":1"#, r#"\"version\":9"#)
            },
            "the model has version 9 of the format",
        ),
        ("a long text for a number", changed("/version", plain.into()), "invalid type"),
        (
            "a long text of escapes",
            // A quotation mark takes four bytes in JSON inside JSON.
            changed("/schema/classes", json!(["\"".repeat(LONG / 4)])),
            "1 names for 2 classes",
        ),
    ]
}
