//! A network that is saved and loaded is the same network. Any other file is an error.

mod damaged;
mod forged;
mod forgeries;
mod formats;
mod golden;
mod memory;
mod own_activations;
mod round_trips;

use densely::{
    Float, Identity, Mlp, Softmax, Tanh,
    activation::{Elu, Gelu, LeakyRelu},
    mlp::MlpBuilder,
    schema::{Column, Schema},
    units::Units,
};

/// Returns the bits of every weight and bias.
fn bits<F: Float>(net: &Mlp<F>) -> Vec<u64> {
    let numbers = net.layers().iter().flat_map(|layer| {
        let bias = layer.bias().into_iter().flatten();
        layer.weights().into_iter().chain(bias).copied().collect::<Vec<F>>()
    });
    numbers.map(|number| number.as_f64().to_bits()).collect()
}

/// Checks that both networks are the same to the bit.
fn assert_same<F: Float>(one: &Mlp<F>, other: &Mlp<F>) {
    assert!(bits(one) == bits(other));
    assert_eq!(one.layers().len(), other.layers().len());
    for (one, other) in one.layers().iter().zip(other.layers()) {
        assert_eq!(one.weights().dim(), other.weights().dim());
        assert_eq!(one.bias().is_some(), other.bias().is_some());
        assert_eq!(one.activation().name(), other.activation().name());
        assert_eq!(one.dropout().to_bits(), other.dropout().to_bits());
    }
    assert_eq!(one.schema(), other.schema());
    assert_eq!((one.units_in(), one.units_out()), (other.units_in(), other.units_out()));
}

/// Checks that the network can be used: it is finite, and its layers fit together.
fn assert_whole<F: Float>(net: &Mlp<F>) {
    assert!(bits(net).iter().all(|&bits| f64::from_bits(bits).is_finite()));
    let mut net = net.clone();
    if !net.units_in().is_measured() || !net.units_out().is_measured() {
        net.set_units(Units::none(), Units::none()).unwrap();
    }
    let outputs = net.predict(ndarray::Array2::zeros((1, net.features())).view()).unwrap();
    assert_eq!(outputs.ncols(), net.outputs());
}

/// A schema of three features and three classes.
fn schema() -> Schema {
    let columns = [Column::numbers("Größe, \"in\" cm"), Column::categories("origin", ["日本", ""])];
    Schema::new(columns).with_targets(["kind\n"]).with_classes(["a", "\\", "\u{0}"])
}

/// A network with a parameter of an activation, a layer without bias, dropout and a schema.
fn everything<F: Float>() -> MlpBuilder<F> {
    Mlp::builder(3)
        .dense(4, Elu::new(0.1).unwrap())
        .dropout(0.25)
        .dense(2, LeakyRelu::new(0.2).unwrap())
        .without_bias()
        .dense(3, Gelu)
        .dropout(1e-3)
        .dense(3, Softmax)
        .seed(4)
}

fn with_schema<F: Float>(builder: MlpBuilder<F>) -> Mlp<F> {
    let mut net = builder.build().unwrap();
    net.set_schema(schema()).unwrap();
    net
}

/// A network so large that no format reads it in one piece.
fn large<F: Float>() -> Mlp<F> {
    Mlp::builder(100).dense(200, Tanh).dense(1, Identity).build().unwrap()
}
