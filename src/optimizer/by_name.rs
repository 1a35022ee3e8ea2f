//! The built-in optimizers by their names.

use super::{Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd};
use crate::error::{Error, Result};
use crate::{choice::chosen_by_name, float::Float};

chosen_by_name! {
    "optimizer", Optimizer {
        "sgd": Sgd = Sgd::new(0.01), [learning_rate: learning_rate, momentum: momentum,
            nesterov: nesterov, weight_decay: weight_decay];
        "adagrad": Adagrad = Adagrad::new(0.01), [learning_rate: learning_rate, epsilon: epsilon,
            weight_decay: weight_decay];
        "rmsprop": RmsProp = RmsProp::new(0.001), [learning_rate: learning_rate,
            smoothing: smoothing, epsilon: epsilon, momentum: momentum, weight_decay: weight_decay];
        "adam": Adam = Adam::default(), [learning_rate: learning_rate, first_beta: first,
            second_beta: second, epsilon: epsilon, weight_decay: weight_decay];
        "adamw": AdamW = AdamW::default(), [learning_rate: 0.learning_rate, first_beta: 0.first,
            second_beta: 0.second, epsilon: 0.epsilon, weight_decay: 0.weight_decay];
    }
}
