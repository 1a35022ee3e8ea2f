//! Every network comes back to the bit.

use super::{assert_same, assert_whole, bits, everything, schema, with_schema};
use densely::{
    Error, Float, Identity, Mlp,
    activation::AnyActivation,
    error::ModelFileError,
    schema::{Column, Schema},
    units::Units,
};
use ndarray::Array2;

fn every_network<F: Float>() {
    let names = AnyActivation::<F>::NAMES.iter().copied();
    for name in names.chain(["leaky_relu(0.2)", "elu(0.1)", "elu(1e-300)", "leaky_relu(3e38)"]) {
        for case in 0..8 {
            let [bias, dropout, named] = [1, 2, 4].map(|bit| case & bit != 0);
            // The parameter is too small or too large for an `f32`.
            let Ok(activation) = name.parse::<AnyActivation<F>>() else { continue };
            let mut builder = Mlp::builder(3).dense(4, activation.clone());
            if !bias {
                builder = builder.without_bias();
            }
            if dropout {
                builder = builder.dropout(0.1);
            }
            let mut net = builder.dense(3, activation).seed(case).build().unwrap();
            if named {
                net.set_schema(schema()).unwrap();
            }
            let bytes = net.to_bytes().unwrap();
            assert_eq!(bytes, net.to_bytes().unwrap(), "the same bytes each time");
            let loaded = Mlp::<F>::from_bytes(&bytes).unwrap();
            assert_same(&loaded, &net);
            assert_eq!(bytes, loaded.to_bytes().unwrap());
            let inputs = Array2::from_elem((2, 3), F::from_f64(0.7));
            let predict = |mut net: Mlp<F>| {
                net.set_units(Units::none(), Units::none()).unwrap();
                net.predict(inputs.view()).unwrap()
            };
            let [loaded, saved] = [loaded, net].map(predict);
            assert!(loaded.iter().zip(&saved).all(|(a, b)| a == b || a.is_nan() && b.is_nan()));
        }
    }
}

#[test]
fn every_network_comes_back_as_it_was_saved() {
    every_network::<f32>();
    every_network::<f64>();
}

#[test]
fn every_number_comes_back_to_the_bit() {
    let mut net = Mlp::<f32>::builder(3).dense(2, Identity).build().unwrap();
    let numbers = [-0.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE, f32::from_bits(1), -1e-45];
    net.layers_mut()[0].weights_mut().iter_mut().zip(numbers).for_each(|(to, from)| *to = from);
    let loaded = Mlp::<f32>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.layers()[0].weights()[[0, 0]].to_bits(), 0x8000_0000);
    assert_eq!(bits(&loaded), bits(&net));

    let mut net = Mlp::<f64>::builder(3).dense(2, Identity).build().unwrap();
    let numbers = [-0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, f64::from_bits(1), 1.0 / 3.0];
    net.layers_mut()[0].weights_mut().iter_mut().zip(numbers).for_each(|(to, from)| *to = from);
    let loaded = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(bits(&loaded), bits(&net));
}

#[test]
fn every_part_of_a_schema_may_be_empty() {
    let full = schema();
    for parts in 0..8 {
        let part = |bit| parts & bit != 0;
        let columns = if part(1) { full.columns.clone() } else { vec![] };
        let targets = match (part(2), part(4)) {
            (false, _) => vec![],
            (true, true) => full.targets.clone(),
            (true, false) => ["x", "y", ""].map(String::from).to_vec(),
        };
        let classes = if part(4) { full.classes.clone() } else { vec![] };
        let schema = Schema::new(columns).with_targets(targets).with_classes(classes);
        let mut net = everything::<f32>().build().unwrap();
        net.set_schema(schema).unwrap();
        assert_same(&Mlp::from_bytes(&net.to_bytes().unwrap()).unwrap(), &net);
    }
}

#[test]
fn a_file_is_as_good_as_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    let net = with_schema(everything::<f64>());
    // The second time, the file exists.
    for _ in 0..2 {
        net.save(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), net.to_bytes().unwrap());
    }
    let loaded = Mlp::<f64>::load(&path).unwrap();
    assert_same(&loaded, &net);
    assert_whole(&loaded);
    let error = Mlp::<f32>::load(&path).unwrap_err();
    let expected =
        format!("{}: the model's numbers are f64, not f32 (`Mlp::<f64>` loads it)", path.display());
    assert_eq!(error.to_string(), expected);
}

/// Otherwise an unreadable file would replace a good one.
#[test]
fn what_could_not_be_read_again_is_not_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    let mut net = Mlp::<f32>::builder(2).dense(1, Identity).build().unwrap();
    net.save(&path).unwrap();
    let before = std::fs::read(&path).unwrap();

    net.layers_mut()[0].weights_mut()[[1, 0]] = f32::NAN;
    let error = net.save(&path).unwrap_err();
    assert_eq!(error.to_string(), "a weight or bias is NaN, not a finite number");
    net.layers_mut()[0].weights_mut()[[1, 0]] = 1.0;

    let columns = vec![Column::numbers("a"), Column::numbers("x".repeat(17 << 20))];
    net.set_schema(Schema::new(columns)).unwrap();
    let error = net.save(&path).unwrap_err();
    assert!(matches!(error, Error::ModelFile(ModelFileError::Damaged { .. })), "{error}");
    assert!(error.to_string().contains("more than 5242880"), "{error}");

    let deep = (0..1_001).fold(Mlp::<f32>::builder(1), |builder, _| builder.dense(1, Identity));
    let error = deep.build().unwrap().save(&path).unwrap_err();
    assert!(error.to_string().contains("1001 layers, a file holds up to 1000"), "{error}");

    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A file holds as many layers, and as many names of the longest kind, as the documentation
/// promises.
#[test]
fn the_largest_comes_back() {
    let deep = (0..999).fold(Mlp::<f32>::builder(1), |builder, _| {
        builder.dense(1, densely::activation::LeakyRelu::default()).dropout(0.5)
    });
    let deep = deep.dense(1, Identity).without_units().build().unwrap();
    let loaded = Mlp::<f32>::from_bytes(&deep.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.layers().len(), 1_000);
    let activations = deep.layers().iter().map(|layer| layer.activation().clone());
    Mlp::<f32>::from_state_dict(&deep.to_state_dict().unwrap(), activations).unwrap();

    let columns = (0..1 << 16).map(|number| Column::numbers(format!("column {number}")));
    let schema = Schema::new(columns);
    let mut wide = Mlp::<f32>::builder(1 << 16).dense(1, Identity).build().unwrap();
    wide.set_schema(schema.clone()).unwrap();
    let loaded = Mlp::<f32>::from_bytes(&wide.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.schema(), &schema);
}

#[test]
fn base64_has_an_end() {
    let net = Mlp::<f32>::builder(2).dense(1, Identity).build().unwrap();
    let json = serde_json::to_value(&net).unwrap();
    let text = json.as_str().unwrap();
    for more in ["=", "==", "====", "A", "AAAA", " "] {
        let longer: serde_json::Value = format!("{text}{more}").into();
        assert!(serde_json::from_value::<Mlp<f32>>(longer).is_err(), "{more}");
    }
    serde_json::from_value::<Mlp<f32>>(json).unwrap();
}
