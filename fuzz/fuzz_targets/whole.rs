//! Checks every network that loads: it is finite, it predicts, and saving and loading it again
//! changes nothing.

use densely::{Float, Mlp};
use ndarray::Array2;

pub fn check<F: Float>(net: &Mlp<F>) {
    assert!(numbers(net).all(|number| number.is_finite()));
    let mut outputs = net.features();
    for layer in net.layers() {
        assert_eq!(layer.inputs(), outputs);
        assert!(layer.bias().is_none_or(|bias| bias.len() == layer.outputs()));
        outputs = layer.outputs();
    }
    match net.predict(Array2::zeros((2, net.features())).view()) {
        Ok(predicted) => assert_eq!(predicted.dim(), (2, net.outputs())),
        Err(error) => {
            assert!(!(net.units_in().is_measured() && net.units_out().is_measured()), "{error}");
        }
    }

    let saved = net.to_bytes().unwrap();
    let again = Mlp::<F>::from_bytes(&saved).unwrap();
    same(net, &again);
    assert_eq!(saved, again.to_bytes().unwrap());
}

pub fn same<F: Float>(net: &Mlp<F>, again: &Mlp<F>) {
    assert!(numbers(net).map(bits).eq(numbers(again).map(bits)));
    for (layer, again) in net.layers().iter().zip(again.layers()) {
        assert_eq!(layer.weights().dim(), again.weights().dim());
        assert_eq!(layer.bias().is_some(), again.bias().is_some());
        assert_eq!(layer.activation().name(), again.activation().name());
        assert_eq!(layer.dropout().to_bits(), again.dropout().to_bits());
    }
    assert_eq!(net.schema(), again.schema());
    assert_eq!(net.units_in(), again.units_in());
    assert_eq!(net.units_out(), again.units_out());
}

fn numbers<F: Float>(net: &Mlp<F>) -> impl Iterator<Item = F> {
    net.layers().iter().flat_map(|layer| {
        let bias = layer.bias().into_iter().flatten();
        layer.weights().into_iter().chain(bias).copied().collect::<Vec<F>>()
    })
}

fn bits<F: Float>(number: F) -> u64 {
    number.as_f64().to_bits()
}
