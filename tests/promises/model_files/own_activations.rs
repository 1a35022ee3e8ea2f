//! The application knows its own activations by name.

use super::assert_same;
use densely::{
    Activation, Float, Mlp, Tanh,
    activation::{Activations, AnyActivation, FromOutput},
};
use ndarray::{ArrayView2, ArrayViewMut2};
use serde::de::DeserializeSeed;

/// a = s z.
#[derive(Debug)]
struct Scaled(f64);

/// a = z / 2, with any name.
#[derive(Debug)]
struct Halved(Option<&'static str>);

macro_rules! linear {
    ($type:ident, $self:ident: $scale:expr, $name:expr) => {
        impl Activation for $type {
            type Derivative = FromOutput;

            fn forward<F: Float>(&$self, mut z: ArrayViewMut2<'_, F>) {
                z.mapv_inplace(|z| F::from_f64($scale) * z);
            }

            fn backward<F: Float>(&$self, _: ArrayView2<'_, F>, mut delta: ArrayViewMut2<'_, F>) {
                delta.mapv_inplace(|delta| F::from_f64($scale) * delta);
            }

            fn name(&$self) -> Option<String> {
                $name
            }
        }
    };
}

linear!(Scaled, self: self.0, Some(format!("scaled({})", self.0)));
linear!(Halved, self: 0.5, self.0.map(str::to_owned));

fn net() -> Mlp<f32> {
    let builder = Mlp::builder(2).dense(3, Tanh).dense(3, Halved(Some("halved")));
    builder.dense(2, Scaled(-0.1)).seed(2).without_units().build().unwrap()
}

fn known() -> Activations<f32> {
    let known = Activations::new().with(Halved(Some("halved"))).unwrap();
    let scale = |text: &str| text.parse().ok().filter(|scale: &f64| scale.is_finite());
    known.with_parameter("scaled", move |text| scale(text).map(Scaled)).unwrap()
}

#[test]
fn are_found_by_their_names() {
    let (net, known) = (net(), known());
    let loaded = Mlp::from_bytes_with(&net.to_bytes().unwrap(), &known).unwrap();
    assert_same(&loaded, &net);
    assert!(loaded.layers()[1].activation().is::<Halved>());
    assert_eq!(loaded.layers()[2].activation().downcast::<Scaled>().unwrap().0, -0.1);
    let inputs = ndarray::array![[0.3, -2.0]];
    assert_eq!(loaded.predict(inputs.view()).unwrap(), net.predict(inputs.view()).unwrap());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    net.save(&path).unwrap();
    assert_same(&Mlp::load_with(&path, &known).unwrap(), &net);
}

#[test]
fn are_found_through_serde_by_a_seed() {
    let (net, known) = (net(), known());
    let json = serde_json::to_string(&net).unwrap();
    let loaded = known.deserialize(&mut serde_json::Deserializer::from_str(&json)).unwrap();
    assert_same(&loaded, &net);
    let bytes = postcard::to_allocvec(&net).unwrap();
    let loaded = known.deserialize(&mut postcard::Deserializer::from_bytes(&bytes)).unwrap();
    assert_same(&loaded, &net);
    let error = serde_json::from_str::<Mlp<f32>>(&json).unwrap_err().to_string();
    assert!(
        error.starts_with(r#"layer 1 (counted from 0): the activation "halved" is neither"#),
        "{error}"
    );
}

#[test]
fn that_nobody_knows_are_named_with_their_layer() {
    let bytes = net().to_bytes().unwrap();
    let message =
        |known: &Activations<f32>| Mlp::from_bytes_with(&bytes, known).unwrap_err().to_string();
    let expected = |layer, name| {
        format!(
            "layer {layer} (counted from 0): the activation {name:?} is neither built in nor among those of \
             `Mlp::load_with`"
        )
    };
    assert_eq!(message(&Activations::new()), expected(1, "halved"));
    let some = Activations::new().with(Halved(Some("halved"))).unwrap();
    assert_eq!(message(&some), expected(2, "scaled(-0.1)"));
    // A parameter that is not allowed.
    let positive = |text: &str| text.parse().ok().filter(|&scale| scale > 0.0).map(Scaled);
    let some = some.with_parameter("scaled", positive).unwrap();
    assert_eq!(message(&some), expected(2, "scaled(-0.1)"));

    // Names in a file may be long, but not in a message.
    let name: &str = "n".repeat(1 << 20).leak();
    let net = Mlp::<f32>::builder(1).dense(1, Halved(Some(name))).build().unwrap();
    let error = Mlp::<f32>::from_bytes(&net.to_bytes().unwrap()).unwrap_err();
    assert!(error.to_string().len() < 300);
}

#[test]
fn have_names_of_their_own() {
    let own = Activations::<f32>::new;
    let message = |result: densely::Result<_>| {
        let error: densely::Error = result.map(|_: Activations<f32>| ()).unwrap_err();
        error.to_string()
    };
    let built_in = r#"the activation's name "tanh" is that of a built-in activation"#;
    assert_eq!(message(own().with(Halved(Some("tanh")))), built_in);
    assert_eq!(message(own().with_parameter("tanh", |_| Some(Tanh))), built_in);
    let message_of_elu = message(own().with(Halved(Some("elu(0.5)"))));
    assert!(message_of_elu.ends_with("is that of a built-in activation"), "{message_of_elu}");
    assert!(message(own().with(Halved(None))).ends_with("is empty"));
    assert!(message(own().with(Halved(Some("")))).ends_with("is empty"));
    let taken = r#"the activation's name "halved" is taken"#;
    assert_eq!(message(known().with(Halved(Some("halved")))), taken);
    assert_eq!(message(known().with_parameter("halved", |_| Some(Tanh))), taken);
    assert!(message(known().with_parameter("scaled", |_| Some(Tanh))).ends_with("is taken"));
    // The bracket of the parameter would follow this name.
    let error = message(own().with_parameter("scaled(", |_| Some(Tanh)));
    assert!(error.ends_with("contains a bracket"), "{error}");

    for name in AnyActivation::<f32>::NAMES {
        let net = Mlp::<f32>::builder(1).dense(1, Halved(Some(name))).build().unwrap();
        let error = net.to_bytes().unwrap_err().to_string();
        assert!(error.ends_with("is that of a built-in activation"), "{error}");
    }
    let net = Mlp::<f32>::builder(1).dense(1, Halved(None)).build().unwrap();
    let error = net.to_bytes().unwrap_err().to_string();
    let expected =
        "layer 0 (counted from 0): Halved(None) is not built in and has no name for model files";
    assert_eq!(error, expected);
}
