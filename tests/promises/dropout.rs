//! Dropout is inverted and seeded, does not affect predictions, and is correct with cached outputs.

use densely::{
    Activation, Adam, Backprop, CategoricalCrossEntropy, Dataset, Dense, Error, Identity,
    MeanSquaredError, Mlp, Relu, Sgd, Sigmoid, Softmax, Tanh, Trainer,
    activation::{AnyActivation, Gelu, Softplus},
    error::NetworkError,
    gradient_check,
};
use ndarray::{Array1, Array2, array};

fn wave(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        (1.0 + 1.3 * (row * columns + column) as f64).sin()
    })
}

/// The hidden layer's outputs are all 1, and delta is 2 (a - y) = 2 for a = 0 and y = -1. So with
/// one row, the gradient of the second layer's weights is twice the layer's input.
fn given_to_the_second_layer(fraction: f64, seed: u64, passes: usize) -> Vec<f64> {
    let units = 500;
    let hidden = Dense::new(Array2::zeros((1, units)), Some(Array1::ones(units)), Identity);
    let output = Dense::new(Array2::zeros((units, 1)), None, Identity).unwrap();
    let hidden = hidden.unwrap().with_dropout(fraction).unwrap();
    let mut net = Mlp::<f64>::from_layers(vec![hidden, output]).unwrap();
    let mut backprop = Backprop::new(&net).seed(seed);
    let (inputs, targets) = (array![[3.0]], array![[-1.0]]);
    let mut given = Vec::new();
    for _ in 0..passes {
        backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view()).unwrap();
        given.extend(backprop.gradients()[1].weights().iter().map(|gradient| gradient / 2.0));
    }
    given
}

#[test]
fn outputs_are_left_out_with_the_given_probability_and_the_others_make_up_for_them() {
    for fraction in [0.1, 0.5, 0.8] {
        let given = given_to_the_second_layer(fraction, 1, 100);
        let kept = 1.0 / (1.0 - fraction);
        assert!(given.iter().all(|&a| a == 0.0 || a == kept), "{fraction}");
        let left_out = given.iter().filter(|&&a| a == 0.0).count() as f64;
        // The bound is five standard deviations of 50,000 draws: fewer than one seed in a million
        // fails.
        let expected = 50_000.0 * fraction;
        let bound = 5.0 * (expected * (1.0 - fraction)).sqrt();
        assert!((left_out - expected).abs() < bound, "{fraction}: {left_out}");
    }
}

#[test]
fn a_seed_gives_the_same_masks_and_each_pass_others() {
    let masks = given_to_the_second_layer(0.5, 7, 2);
    assert_eq!(masks, given_to_the_second_layer(0.5, 7, 2));
    assert_ne!(masks[..500], masks[500..]);
    assert_ne!(masks, given_to_the_second_layer(0.5, 8, 2));
}

fn network(hidden: impl Into<AnyActivation<f64>>, dropout: f64) -> Mlp<f64> {
    let hidden = hidden.into();
    let builder = Mlp::builder(3).dense(9, hidden.clone()).dropout(dropout);
    let builder = builder.dense(8, hidden).dropout(dropout).dense(2, Identity);
    builder.without_units().seed(4).build().unwrap()
}

#[test]
fn predictions_and_losses_use_all_outputs() {
    let (inputs, targets) = (wave(6, 3), wave(6, 2));
    let (mut with, mut without) = (network(Tanh, 0.5), network(Tanh, 0.0));
    assert_eq!(with.predict(inputs.view()).unwrap(), without.predict(inputs.view()).unwrap());
    let loss = |net: &mut Mlp<f64>| {
        let mut backprop = Backprop::new(net);
        backprop.loss(net, &MeanSquaredError, inputs.view(), targets.view()).unwrap()
    };
    assert_eq!(loss(&mut with), loss(&mut without));
    let mut backprop = Backprop::new(&with);
    let in_training =
        backprop.run(&mut with, &MeanSquaredError, inputs.view(), targets.view()).unwrap();
    assert_ne!(in_training, loss(&mut without));
}

/// Checks derivatives from the output, from z, and of whole rows, also if the output is 0.
#[test]
fn gradients_are_right_whatever_the_derivative_is_computed_from() {
    fn check(activation: impl Activation) {
        let mut net = network(activation, 0.4);
        let (inputs, targets) = (wave(7, 3), wave(7, 2));
        let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view());
        let check = check.unwrap();
        assert!(check.kinks.len() < 40 && check.compared > net.parameters() - 40, "{check:?}");
    }
    check(Tanh);
    check(Sigmoid);
    check(Softplus);
    check(Relu);
    check(Gelu);
    check(Softmax);
    check(Identity);
}

/// A mask is linear. If everything else, including the loss, is linear too, the gradient without
/// dropout is the mean of the gradients with it.
#[test]
fn in_the_mean_the_gradient_of_the_last_layer_is_that_without_dropout() {
    let given = given_to_the_second_layer(0.3, 5, 400);
    let mean = given.iter().sum::<f64>() / given.len() as f64;
    // The standard deviation of one draw is √(0.3 / 0.7). That of the mean of 200,000 draws is
    // smaller by the factor √200,000.
    assert!((mean - 1.0).abs() < 5.0 * (0.3_f64 / 0.7 / 200_000.0).sqrt(), "{mean}");
}

#[test]
fn a_trained_network_predicts_the_same_time_and_again_and_its_file_keeps_the_dropout() {
    let targets = Array2::from_shape_fn((40, 2), |(row, class)| f64::from(row % 2 == class));
    let data = Dataset::new(wave(40, 3), targets).unwrap();
    let builder = Mlp::<f64>::builder(3).dense(9, Tanh).dropout(0.25).dense(2, Softmax);
    let mut net = builder.build().unwrap();
    Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(3).fit(&mut net, &data).unwrap();
    let predicted = net.predict(data.inputs()).unwrap();
    assert_eq!(net.predict(data.inputs()).unwrap(), predicted);
    let loaded = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.predict(data.inputs()).unwrap(), predicted);
    assert_eq!((loaded.layers()[0].dropout(), loaded.layers()[1].dropout()), (0.25, 0.0));
}

#[test]
fn the_trainers_seed_is_that_of_dropout() {
    let data = Dataset::new(wave(8, 3), wave(8, 2)).unwrap();
    let trained = |seed| {
        let mut net = network(Tanh, 0.5);
        // With a single batch, shuffling has no effect.
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(2).seed(seed);
        trainer.fit(&mut net, &data).unwrap();
        net.layers()[0].weights().to_owned()
    };
    assert_eq!(trained(1), trained(1));
    let difference = (trained(1) - trained(2)).mapv(f64::abs).sum();
    assert!(difference > 1e-3, "{difference}");
}

#[test]
fn nonsense_is_refused() {
    for fraction in [1.0, -0.1, f64::NAN] {
        let builder = Mlp::<f64>::builder(3).dense(9, Tanh).dropout(fraction).dense(1, Identity);
        assert!(
            matches!(builder.build(), Err(Error::Setting { name: "dropout", .. })),
            "{fraction}"
        );
        let layer = Dense::new(wave(3, 2), None, Tanh).unwrap();
        assert!(matches!(layer.with_dropout(fraction), Err(Error::Setting { .. })), "{fraction}");
    }
    let on_outputs = Mlp::<f64>::builder(3).dense(1, Identity).dropout(0.5).build();
    assert!(matches!(on_outputs, Err(Error::Network(NetworkError::DropoutOfOutputs))));
    let before_a_layer = Mlp::<f64>::builder(3).dropout(0.5).dense(1, Identity).build();
    assert!(matches!(
        before_a_layer,
        Err(Error::Network(NetworkError::MisplacedOption { option: "dropout" }))
    ));
}
