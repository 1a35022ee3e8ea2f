//! The built-in losses by their names.

use super::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Huber, Loss, MeanAbsoluteError, MeanSquaredError,
    Poisson,
};
use crate::error::{Error, Result};
use crate::{choice::chosen_by_name, float::Float};

chosen_by_name! {
    "loss", Loss {
        "mean_squared_error": MeanSquaredError = MeanSquaredError, [];
        "mean_absolute_error": MeanAbsoluteError = MeanAbsoluteError, [];
        "huber": Huber = Huber::default(), [delta: delta];
        "poisson": Poisson = Poisson, [];
        "binary_cross_entropy": BinaryCrossEntropy = BinaryCrossEntropy, [];
        "categorical_cross_entropy": CategoricalCrossEntropy = CategoricalCrossEntropy, [];
    }
}
