//! What goes out comes back: weights and alphas to the bit, activations, dropout.

use crate::protobuf::{field, fields, model, node, tensor};
use densely::{Error, Float, Identity, Mlp, Tanh, activation::AnyActivation};
use serde_json::json;

fn names<F: Float>() -> impl Iterator<Item = &'static str> {
    let more = ["leaky_relu(0.2)", "elu(0.1)", "elu(0.12345678901234567)", "leaky_relu(1.5)"];
    AnyActivation::<F>::NAMES.iter().copied().chain(more)
}

fn network<F: Float>(activation: &str, bias: bool) -> Mlp<F> {
    let activation: AnyActivation<F> = activation.parse().unwrap();
    let mut builder = Mlp::builder(3).dense(4, activation.clone());
    if !bias {
        builder = builder.without_bias();
    }
    let mut net = builder.dropout(0.25).dense(2, activation).seed(5).build().unwrap();
    for layer in net.layers_mut() {
        layer.weights_mut()[[0, 0]] = -F::zero();
        layer.weights_mut()[[1, 0]] = F::min_positive_value() * F::epsilon();
        if let Some(mut bias) = layer.bias_mut() {
            bias.fill(F::from_f64(0.1));
        }
    }
    net
}

fn assert_same<F: Float>(one: &Mlp<F>, other: &Mlp<F>) {
    assert_eq!(one.layers().len(), other.layers().len());
    for (one, other) in one.layers().iter().zip(other.layers()) {
        let bytes = |layer: &densely::Dense<F>| {
            let mut bytes = Vec::new();
            F::extend_le_bytes(layer.weights().as_slice().unwrap(), &mut bytes);
            if let Some(bias) = layer.bias() {
                F::extend_le_bytes(bias.as_slice().unwrap(), &mut bytes);
            }
            bytes
        };
        assert_eq!(one.weights().dim(), other.weights().dim());
        assert_eq!(bytes(one), bytes(other));
        assert_eq!(one.activation().name(), other.activation().name());
        assert_eq!(one.dropout(), other.dropout());
    }
}

fn every_activation_comes_back<F: Float>() {
    for name in names::<F>() {
        for bias in [true, false] {
            let net = network::<F>(name, bias);
            let bytes = net.to_onnx().unwrap();
            let read =
                Mlp::<F>::from_onnx(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_same(&read, &net);
            assert_eq!(read.to_onnx().unwrap(), bytes, "the same bytes each time");
        }
    }
}

#[test]
fn networks_come_back_as_they_were() {
    every_activation_comes_back::<f32>();
    every_activation_comes_back::<f64>();
}

/// The fields of a model but its metadata.
fn without_metadata(model: &[u8]) -> Vec<u8> {
    let fields = fields(model).into_iter();
    fields.filter(|(number, _)| *number != 14).flat_map(|(_, bytes)| bytes).collect()
}

fn the_graph_is_enough<F: Float>() {
    for name in names::<F>() {
        let net = network::<F>(name, true);
        let read = Mlp::<F>::from_onnx(&without_metadata(&net.to_onnx().unwrap())).unwrap();
        for (read, net) in read.layers().iter().zip(net.layers()) {
            // An f32's alpha has an f32's digits.
            let written = net.activation().name().unwrap();
            let expected = match size_of::<F>() == 4 && name.len() > 20 {
                true => "elu(0.12345679)".to_owned(),
                false => written,
            };
            assert_eq!(read.activation().name(), Some(expected));
            assert_eq!((read.weights(), read.bias()), (net.weights(), net.bias()));
            assert_eq!(read.dropout(), 0.0);
        }
    }
}

#[test]
fn a_graph_without_metadata_is_the_same_network() {
    the_graph_is_enough::<f32>();
    the_graph_is_enough::<f64>();
}

#[test]
fn metadata_of_another_graph_do_not_count() {
    let net = Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Identity).build().unwrap();
    let graph = without_metadata(&net.to_onnx().unwrap());
    let read = |json: &str| {
        let entry = field(14, [field(1, "densely"), field(2, json)].concat());
        Mlp::from_onnx(&[graph.clone(), entry].concat()).unwrap()
    };
    let layer = |activation: &str, dropout: f64| json!({"activation": activation, "bias": true, "dropout": dropout});
    let with = |layers: &[serde_json::Value], columns: &[&str]| {
        let columns: Vec<_> = columns.iter().map(|name| json!({"name": name})).collect();
        let schema = json!({"columns": columns, "targets": [], "classes": []});
        json!({
            "format": "densely", "version": 1, "library": "0.1.0", "precision": "f32", "layers": layers, "schema": schema,
        })
        .to_string()
    };
    let (tanh, identity) = (layer("tanh", 0.5), layer("identity", 0.0));
    // That of this graph does.
    let same = read(&with(&[tanh.clone(), identity.clone()], &["a", "b", "c"]));
    assert_eq!(same.layers()[0].dropout(), 0.5);
    assert_eq!(same.schema().feature_names(), ["a", "b", "c"]);
    for json in [
        with(&[layer("relu", 0.5), identity.clone()], &[]),
        with(std::slice::from_ref(&tanh), &[]),
        with(&[layer("tanh", 1.5), identity.clone()], &[]),
        with(&[layer("tanh", 0.0), layer("identity", 0.5)], &[]),
        with(&[layer("tanh", 0.0), identity], &["a", "b"]),
        r#"{"layers":"none"}"#.to_owned(),
        "[[[[[[[[".to_owned(),
    ] {
        assert_same(&read(&json), &net);
        assert!(read(&json).schema().columns.is_empty());
    }
}

#[test]
fn files_are_written_and_read() {
    let net = network::<f64>("gelu", true);
    let directory = tempfile();
    let path = directory.join("net.onnx");
    net.save_onnx(&path).unwrap();
    assert_same(&Mlp::load_onnx(&path).unwrap(), &net);
    std::fs::write(&path, "no model").unwrap();
    let error = Mlp::<f64>::load_onnx(&path).unwrap_err().to_string();
    assert!(error.contains("net.onnx: ONNX: "), "{error}");
    assert!(matches!(Mlp::<f64>::load_onnx(directory.join("none")), Err(Error::Io { .. })));
    std::fs::remove_dir_all(directory).unwrap();
}

fn tempfile() -> std::path::PathBuf {
    let directory = std::env::temp_dir().join(format!("densely-onnx-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

#[test]
fn a_thousand_layers_come_back_and_no_more() {
    let build = |count| {
        let layer = || {
            densely::Dense::new(ndarray::array![[0.5]], None, densely::activation::Gelu).unwrap()
        };
        Mlp::<f64>::from_layers((0..count).map(|_| layer()).collect()).unwrap()
    };
    let net = build(1000);
    assert_same(&Mlp::from_onnx(&net.to_onnx().unwrap()).unwrap(), &net);
    let error = build(1001).to_onnx().unwrap_err();
    assert_eq!(error.to_string(), "ONNX: 1001 layers, a file holds up to 1000");

    let (mut parts, mut inputs) = (Vec::new(), "x".to_owned());
    for layer in 0..1001 {
        let (weights, outputs) =
            (format!("w{layer}"), if layer == 1000 { "y".to_owned() } else { format!("z{layer}") });
        parts.push(tensor(&weights, &[1, 1], &[0.5]));
        parts.push(node("MatMul", &[&inputs, &weights], &outputs, &[]));
        inputs = outputs;
    }
    let error = Mlp::<f32>::from_onnx(&model(1, &parts)).unwrap_err();
    assert_eq!(error.to_string(), "ONNX: more than 1000 layers");
}

#[test]
fn an_activation_of_ones_own_is_no_operator() {
    #[derive(Clone, Debug)]
    struct Mine;
    impl densely::Activation for Mine {
        type Derivative = densely::activation::FromOutput;
        fn forward<F: Float>(&self, _: ndarray::ArrayViewMut2<'_, F>) {}
        fn backward<F: Float>(
            &self,
            _: ndarray::ArrayView2<'_, F>,
            _: ndarray::ArrayViewMut2<'_, F>,
        ) {
        }
        fn initialization(&self) -> densely::initialization::Initialization {
            densely::initialization::Initialization::GlorotUniform
        }
    }
    let net = Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Mine).build().unwrap();
    let error = net.to_onnx().unwrap_err().to_string();
    assert_eq!(error, "ONNX: layer 1: Mine is not built in, and is no operator");
}
