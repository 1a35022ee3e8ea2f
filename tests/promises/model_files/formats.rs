//! Networks go through serde in any format, alone and inside structures.

use super::{assert_same, everything, large, with_schema};
use densely::{Float, Mlp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// Checks every format that names its fields, and each function of `serde_json`.
fn through<T: Serialize + DeserializeOwned>(value: &T, check: impl Fn(&T)) {
    let json = serde_json::to_string(value).unwrap();
    check(&serde_json::from_str(&json).unwrap());
    check(&serde_json::from_slice(json.as_bytes()).unwrap());
    check(&serde_json::from_reader(json.as_bytes()).unwrap());
    let tree = serde_json::to_value(value).unwrap();
    check(&T::deserialize(&tree).unwrap());
    check(&serde_json::from_value(tree).unwrap());

    let mut cbor = Vec::new();
    ciborium::into_writer(value, &mut cbor).unwrap();
    check(&ciborium::from_reader(&cbor[..]).unwrap());
}

/// Checks formats that keep only the order of fields.
fn through_postcard<T: Serialize + DeserializeOwned>(value: &T, check: impl Fn(&T)) {
    check(&postcard::from_bytes(&postcard::to_allocvec(value).unwrap()).unwrap());
}

fn through_toml<T: Serialize + DeserializeOwned>(value: &T, check: impl Fn(&T)) {
    check(&toml::from_str(&toml::to_string(value).unwrap()).unwrap());
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "F: Float")]
struct Inside<F: Float> {
    name: String,
    nets: Vec<Mlp<F>>,
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "F: Float")]
struct Flat<F: Float> {
    version: u8,
    #[serde(flatten)]
    inside: Inside<F>,
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "F: Float", untagged)]
enum Untagged<F: Float> {
    Number { number: i64 },
    Net { net: Box<Mlp<F>> },
    Nets(Vec<Mlp<F>>),
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "F: Float", tag = "kind")]
#[allow(clippy::large_enum_variant)]
enum Tagged<F: Float> {
    None,
    Net { net: Box<Mlp<F>> },
}

fn everywhere<F: Float>(net: &Mlp<F>) {
    through(net, |loaded| assert_same(loaded, net));
    through_postcard(net, |loaded| assert_same(loaded, net));

    let inside = || Inside { name: "two".to_owned(), nets: vec![net.clone(), net.clone()] };
    let check = |inside: &Inside<F>| {
        assert_eq!((inside.name.as_str(), inside.nets.len()), ("two", 2));
        inside.nets.iter().for_each(|loaded| assert_same(loaded, net));
    };
    through(&inside(), check);
    through_postcard(&inside(), check);
    through_toml(&inside(), check);

    let flat = Flat { version: 7, inside: inside() };
    through(&flat, |flat| check(&flat.inside));
    through_toml(&flat, |flat| check(&flat.inside));

    let untagged = Untagged::Net { net: Box::new(net.clone()) };
    let check = |untagged: &Untagged<F>| match untagged {
        Untagged::Net { net: loaded } => assert_same(loaded, net),
        _ => panic!("it became another one"),
    };
    through(&untagged, check);
    through_toml(&untagged, check);
    let tagged = Tagged::Net { net: Box::new(net.clone()) };
    let check = |tagged: &Tagged<F>| match tagged {
        Tagged::Net { net: loaded } => assert_same(loaded, net),
        Tagged::None => panic!("it became another one"),
    };
    through(&tagged, check);
    through_toml(&tagged, check);
}

#[test]
fn in_any_format_and_inside_any_structure() {
    everywhere(&with_schema(everything::<f32>()));
    everywhere(&with_schema(everything::<f64>()));
    // Some formats read short data differently.
    everywhere(&large::<f32>());
}

#[test]
fn with_the_same_checks_on_reading() {
    fn refused<T: DeserializeOwned + Debug>(json: &str) -> String {
        serde_json::from_str::<T>(json).unwrap_err().to_string()
    }
    let net = everything::<f32>().build().unwrap();
    let json = serde_json::to_string(&net).unwrap();
    assert!(refused::<Mlp<f64>>(&json).contains("the model's numbers are f32, not f64"));
    assert!(refused::<Mlp<f32>>("7").contains("a densely model, as base64 or as bytes"));
    assert!(refused::<Mlp<f32>>("\"\"").contains("it is shorter than 8 bytes"));
    assert!(refused::<Mlp<f32>>("\"AAAA!AAA\"").contains("not a densely model"));
    let cut = format!("{}\"", &json[..json.len() - 9]);
    assert!(refused::<Mlp<f32>>(&cut).contains("not a densely model"));

    let mut broken = net.to_bytes().unwrap();
    let last = broken.len() - 4;
    broken[last..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let mut cbor = Vec::new();
    ciborium::into_writer(&ciborium::Value::Bytes(broken), &mut cbor).unwrap();
    let error = ciborium::from_reader::<Mlp<f32>, _>(&cbor[..]).unwrap_err();
    assert!(error.to_string().contains("a weight or bias is inf"), "{error}");
}

/// A network that cannot be saved cannot go through serde either.
#[test]
fn with_the_same_checks_on_writing() {
    let mut net = everything::<f32>().build().unwrap();
    net.layers_mut()[0].weights_mut()[[0, 0]] = f32::NAN;
    let error = serde_json::to_string(&net).unwrap_err();
    assert_eq!(error.to_string(), "a weight or bias is NaN, not a finite number");
}
