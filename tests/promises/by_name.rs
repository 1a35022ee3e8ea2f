//! Activations, losses, optimizers and schedules can be chosen by name.

use densely::{
    Adam, BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError, Optimizer, Result,
    Schedule, Sgd,
    activation::AnyActivation,
    loss::{Huber, MeanAbsoluteError, Poisson},
    optimizer::{Adagrad, AdamW, RmsProp},
    schedule::Span,
};
use std::fmt::{Debug, Display};

/// Checks that the text of a value parses to a value with the same settings.
fn returns<T: ?Sized + Debug>(value: impl Display + Debug, text: &str)
where
    Box<T>: std::str::FromStr<Err = densely::Error>,
{
    assert_eq!(value.to_string(), text);
    let read: Box<T> = text.parse().unwrap();
    assert_eq!(format!("{read:?}"), format!("{value:?}"));
}

#[test]
fn losses_are_read_as_they_are_written() {
    returns::<dyn Loss<f32>>(MeanSquaredError, "mean_squared_error");
    returns::<dyn Loss<f32>>(MeanAbsoluteError, "mean_absolute_error");
    returns::<dyn Loss<f32>>(Huber::new(0.25), "huber(0.25)");
    returns::<dyn Loss<f32>>(Poisson, "poisson");
    returns::<dyn Loss<f32>>(BinaryCrossEntropy, "binary_cross_entropy");
    returns::<dyn Loss<f32>>(CategoricalCrossEntropy, "categorical_cross_entropy");
    let default: Box<dyn Loss<f64>> = "huber".parse().unwrap();
    assert_eq!(format!("{default:?}"), format!("{:?}", Huber::default()));
}

#[test]
fn optimizers_are_read_as_they_are_written() {
    returns::<dyn Optimizer<f32>>(Sgd::new(0.5), "sgd(0.5)");
    let sgd = Sgd::new(0.1).momentum(0.9).nesterov().weight_decay(1e-4);
    let text = "sgd(0.1, momentum=0.9, nesterov=true, weight_decay=0.0001)";
    returns::<dyn Optimizer<f32>>(sgd, text);
    let adagrad = Adagrad::new(0.02).epsilon(1e-12);
    returns::<dyn Optimizer<f32>>(adagrad, "adagrad(0.02, epsilon=0.000000000001)");
    let rmsprop = RmsProp::new(0.01).smoothing(0.9).momentum(0.5).weight_decay(0.1);
    let text = "rmsprop(0.01, smoothing=0.9, momentum=0.5, weight_decay=0.1)";
    returns::<dyn Optimizer<f32>>(rmsprop, text);
    let adam = Adam::new(0.003).betas(0.8, 0.99).epsilon(0.5).weight_decay(0.25);
    let text = "adam(0.003, first_beta=0.8, second_beta=0.99, epsilon=0.5, weight_decay=0.25)";
    returns::<dyn Optimizer<f32>>(adam, text);
    returns::<dyn Optimizer<f32>>(AdamW::default(), "adamw(0.001)");
    returns::<dyn Optimizer<f32>>(AdamW::new(0.5).weight_decay(0.0), "adamw(0.5, weight_decay=0)");

    // Settings may have any order and any spaces. A name alone has the defaults.
    let read = |text: &str| format!("{:?}", text.parse::<Box<dyn Optimizer<f32>>>().unwrap());
    assert_eq!(read("sgd( momentum = 0.9 ,0.5)"), format!("{:?}", Sgd::new(0.5).momentum(0.9)));
    assert_eq!(read("sgd(0.5, 0.9)"), format!("{:?}", Sgd::new(0.5).momentum(0.9)));
    assert_eq!(read("adam"), format!("{:?}", Adam::default()));
    assert_eq!(read("rmsprop"), format!("{:?}", RmsProp::new(0.001)));
}

#[test]
fn schedules_are_read_as_they_are_written() {
    let (epochs, steps) = (Span::Epochs, Span::Steps);
    let schedules = [
        (Schedule::constant(), "constant"),
        (Schedule::constant().warm_up(epochs(2)), "constant(warm_up=2 epochs)"),
        (Schedule::constant().warm_up(steps(0)), "constant(warm_up=0 steps)"),
        (Schedule::step(epochs(30), 0.1), "step(30 epochs, 0.1)"),
        (Schedule::exponential(steps(500), 0.5), "exponential(500 steps, 0.5)"),
        (Schedule::inverse_scaling(epochs(1), 0.5), "inverse_scaling(1 epochs, 0.5)"),
        (
            Schedule::cosine(epochs(20)).minimum(0.25).warm_up(steps(5)),
            "cosine(20 epochs, minimum=0.25, warm_up=5 steps)",
        ),
        (Schedule::one_cycle(epochs(10)), "one_cycle(10 epochs)"),
        (Schedule::reduce_on_plateau(0.5, 10), "reduce_on_plateau(0.5, 10)"),
    ];
    for (schedule, text) in schedules {
        assert_eq!(schedule.to_string(), text);
        let read: Schedule<'_> = text.parse().unwrap();
        assert_eq!(read.to_string(), text);
        for step in 0..400 {
            let rates = [&schedule, &read].map(|s| s.learning_rate(0.3, step, 10).to_bits());
            assert_eq!(rates[0], rates[1], "{text} {step}");
        }
    }
    assert!("of_step".parse::<Schedule<'_>>().is_err());
}

#[test]
fn activations_are_read_as_they_are_written() {
    let names = AnyActivation::<f32>::NAMES.iter().copied();
    for name in names.chain(["elu(0.5)", "leaky_relu(0.25)"]) {
        let activation: AnyActivation<f32> = name.parse().unwrap();
        assert_eq!(activation.name().unwrap(), activation.to_string());
        assert!(activation.to_string().starts_with(name), "{activation}");
        let again: AnyActivation<f32> = activation.to_string().parse().unwrap();
        assert_eq!(format!("{again:?}"), format!("{activation:?}"));
    }
}

#[test]
fn errors_name_the_choices() {
    fn message<T>(read: Result<T>) -> String {
        read.err().unwrap().to_string()
    }
    let loss = |text: &str| message(text.parse::<Box<dyn Loss<f32>>>());
    let optimizer = |text: &str| message(text.parse::<Box<dyn Optimizer<f32>>>());
    let schedule = |text: &str| message(text.parse::<Schedule<'_>>());
    let activation = |text: &str| message(text.parse::<AnyActivation<f32>>());
    assert_eq!(
        optimizer("adm"),
        r#""adm" is no optimizer: choose one of sgd, adagrad, rmsprop, adam, adamw"#
    );
    assert_eq!(
        schedule("linear(3 epochs)"),
        "\"linear(3 epochs)\" is no schedule: choose one of constant, step, exponential, \
         inverse_scaling, cosine, flat_cosine, cosine_log, one_cycle, reduce_on_plateau"
    );
    assert!(activation("rleu").contains("choose one of identity, sigmoid, tanh, relu"));
    assert!(loss("mse").contains("choose one of mean_squared_error, "));
    for twice in ["adagrad(beta=1)", "adagrad(0.1, learning_rate=0.1)", "adagrad(1, 1, 0, 0)"] {
        let settings = "its settings are learning_rate, epsilon, weight_decay, each at most once";
        assert_eq!(optimizer(twice), format!("{twice:?} is no optimizer: {settings}"));
    }
    assert_eq!(optimizer("sgd(x)"), r#""sgd(x)" is no optimizer: learning_rate cannot be "x""#);
    assert_eq!(optimizer("sgd()"), r#""sgd()" is no optimizer: learning_rate cannot be """#);
    assert_eq!(loss("poisson(1)"), r#""poisson(1)" is no loss: it has no settings"#);
    assert_eq!(schedule("cosine"), r#""cosine" is no schedule: length is missing"#);
    assert_eq!(schedule("step(1 epochs)"), r#""step(1 epochs)" is no schedule: factor is missing"#);
    assert_eq!(schedule("cosine(9)"), r#""cosine(9)" is no schedule: length cannot be "9""#);
    assert!(activation("elu(-1)").starts_with("the alpha is -1"), "{}", activation("elu(-1)"));
    for text in ["", "(", ")", "()", "tanh(", "tanh)", "elu(0.5", "elu(0.5))", "elu(0.5)x"] {
        assert!(activation(text).contains("is no activation"), "{text}");
    }
}
