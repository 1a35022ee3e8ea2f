//! Weights and α come back to the bit, and activations, dropout and the schema as they were.

use crate::protobuf::{field, fields, model, node, tensor};
use densely::activation::AnyActivation;
use densely::ndarray::array;
use densely::schema::{Column, Schema};
use densely::units::Units;
use densely::{Error, Float, Identity, Mlp, Tanh};
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
    let mut net =
        builder.dropout(0.25).dense(2, activation).without_units().seed(5).build().unwrap();
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
        let bits = |layer: &densely::Dense<F>| {
            let numbers = layer.weights().into_iter().chain(layer.bias().into_iter().flatten());
            numbers.map(|number| number.as_f64().to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(one.weights().dim(), other.weights().dim());
        assert_eq!(one.bias().is_some(), other.bias().is_some());
        assert_eq!(bits(one), bits(other));
        assert_eq!(one.activation().name(), other.activation().name());
        assert_eq!(one.dropout(), other.dropout());
    }
}

fn every_activation_comes_back<F: Float>() {
    for name in names::<F>() {
        for bias in [true, false] {
            let net = network::<F>(name, bias);
            let bytes = densely_onnx::to_bytes(&net).unwrap();
            let read = densely_onnx::from_bytes::<F>(&bytes)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_same(&read, &net);
            assert_eq!(densely_onnx::to_bytes(&read).unwrap(), bytes, "the same bytes each time");
        }
    }
}

#[test]
fn networks_come_back_as_they_were() {
    every_activation_comes_back::<f32>();
    every_activation_comes_back::<f64>();
}

/// The fields of a model without its metadata.
fn without_metadata(model: &[u8]) -> Vec<u8> {
    let fields = fields(model).into_iter();
    fields.filter(|(number, _)| *number != 14).flat_map(|(_, bytes)| bytes).collect()
}

fn the_graph_is_enough<F: Float>() {
    for name in names::<F>() {
        let net = network::<F>(name, true);
        let read = densely_onnx::from_bytes::<F>(&without_metadata(
            &densely_onnx::to_bytes(&net).unwrap(),
        ))
        .unwrap();
        for (read, net) in read.layers().iter().zip(net.layers()) {
            // The graph of an f32 network has the digits of an f32.
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
    let net =
        Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Identity).without_units().build().unwrap();
    let graph = without_metadata(&densely_onnx::to_bytes(&net).unwrap());
    let read = |json: &str| {
        let entry = field(14, [field(1, "densely"), field(2, json)].concat());
        densely_onnx::from_bytes(&[graph.clone(), entry].concat()).unwrap()
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
    // The metadata of this graph count.
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
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.onnx");
    densely_onnx::save(&net, &path).unwrap();
    assert_same(&densely_onnx::load(&path).unwrap(), &net);
    let mut broken = net.clone();
    broken.layers_mut()[0].weights_mut().fill(f64::NAN);
    assert!(matches!(densely_onnx::save(&broken, &path), Err(Error::NotFinite { .. })));
    assert_same(&densely_onnx::load(&path).unwrap(), &net);
    std::fs::write(&path, "no model").unwrap();
    let error = densely_onnx::load::<f64>(&path).unwrap_err().to_string();
    assert!(error.contains("net.onnx: ONNX: "), "{error}");
    for no_file in [folder.path().join("none"), folder.path().to_owned()] {
        assert!(matches!(densely_onnx::load::<f64>(no_file), Err(Error::Io { .. })));
    }
}

#[test]
fn the_widest_schema_comes_back() {
    let columns = (0..1 << 16).map(|number| Column::numbers(format!("column {number}, [\"{{")));
    let schema = Schema::new(columns);
    let mut net = Mlp::<f32>::builder(1 << 16).dense(1, Identity).without_units().build().unwrap();
    net.set_schema(schema.clone()).unwrap();
    let read = densely_onnx::from_bytes::<f32>(&densely_onnx::to_bytes(&net).unwrap()).unwrap();
    assert_eq!(read.schema(), &schema);
}

#[test]
fn a_thousand_layers_come_back_and_no_more() {
    let build = |count| {
        let layer = || {
            densely::Dense::new(densely::ndarray::array![[0.5]], None, densely::activation::Gelu)
                .unwrap()
        };
        Mlp::<f64>::from_layers((0..count).map(|_| layer()).collect()).unwrap()
    };
    let net = build(1000);
    assert_same(&densely_onnx::from_bytes(&densely_onnx::to_bytes(&net).unwrap()).unwrap(), &net);
    let error = densely_onnx::to_bytes(&build(1001)).unwrap_err();
    assert_eq!(error.to_string(), "ONNX: 1001 layers, a file holds up to 1000");

    let (mut parts, mut inputs) = (Vec::new(), "x".to_owned());
    for layer in 0..1001 {
        let (weights, outputs) =
            (format!("w{layer}"), if layer == 1000 { "y".to_owned() } else { format!("z{layer}") });
        parts.push(tensor(&weights, &[1, 1], &[0.5]));
        parts.push(node("MatMul", &[&inputs, &weights], &outputs, &[]));
        inputs = outputs;
    }
    let error = densely_onnx::from_bytes::<f32>(&model(1, &parts)).unwrap_err();
    assert_eq!(error.to_string(), "ONNX: more than 1000 layers");
}

#[test]
fn an_activation_of_ones_own_is_no_operator() {
    #[derive(Clone, Debug)]
    struct Mine;
    impl densely::Activation for Mine {
        type Derivative = densely::activation::FromOutput;
        fn forward<F: Float>(&self, _: densely::ndarray::ArrayViewMut2<'_, F>) {}
        fn backward<F: Float>(
            &self,
            _: densely::ndarray::ArrayView2<'_, F>,
            _: densely::ndarray::ArrayViewMut2<'_, F>,
        ) {
        }
        fn name(&self) -> Option<String> {
            Some("tanh".to_owned())
        }
    }
    let net = Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Mine).without_units().build().unwrap();
    let error = densely_onnx::to_bytes(&net).unwrap_err().to_string();
    assert_eq!(error, "ONNX: layer 1: Mine is not built in, and is no operator");
}

/// Units come back, and so do the numbers that stand in for NaN. A smooth clip comes back as a
/// layer.
#[test]
fn units_come_back() {
    let builder = Mlp::<f64>::builder(2).dense(4, Tanh).dense(2, Identity).seed(3);
    let mut net = builder.build().unwrap();
    assert!(densely_onnx::to_bytes(&net).is_err(), "the units are not measured yet");
    let inputs = array![[200.0, -3.0], [350.0, -2.2], [f64::NAN, -4.0], [50.0, f64::NAN]];
    let standard = Units::standard([200.0, -3.0], [100.0, 0.5]).unwrap();
    let constant = Units::standard([200.0, -3.0], [100.0, 0.0]).unwrap();
    let robust = Units::robust([200.0, -3.0], [100.0, 0.5], [3.0, 0.0]).unwrap();
    for (units_in, layers) in [(standard, 2), (constant, 2), (robust, 3)] {
        net.set_units(units_in.clone(), Units::standard([9.0, 0.0], [2.0, 1.0]).unwrap()).unwrap();
        let bytes = densely_onnx::to_bytes(&net).unwrap();
        let loaded: Mlp<f64> = densely_onnx::from_bytes(&bytes).unwrap();
        assert_eq!(loaded.layers().len(), layers);
        assert_eq!(loaded.units_in().centres(), units_in.centres());
        if layers == 2 {
            assert_eq!(loaded.units_in(), &units_in);
            assert_eq!(loaded.layers()[0].weights(), net.layers()[0].weights());
        }
        let ours = net.predict(inputs.view()).unwrap();
        let theirs = loaded.predict(inputs.view()).unwrap();
        assert!((ours - theirs).iter().all(|difference| difference.abs() < 1e-12), "{units_in:?}");
    }
    let tiny = Units::standard([0.0], [1e-60]).unwrap();
    let mut net = Mlp::<f32>::builder(1).dense(1, Identity).without_units().build().unwrap();
    net.set_units(tiny, Units::none()).unwrap();
    let error = densely_onnx::to_bytes(&net).unwrap_err().to_string();
    assert_eq!(error, "ONNX: units.factors: a number is too large for f32");
}
