//! What is wrong with a model file.

/// A model file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// A model that is not one, or is damaged.
    #[error("not a densely model: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// A model whose numbers are of the other type.
    #[error("the model's numbers are {found}, not {expected}{}", remedy_for_precision(found))]
    Precision {
        /// Those of the model.
        found: String,
        /// Those of the network that it was to become.
        expected: &'static str,
    },
    /// A model in the format of another system that is damaged, or holds what this library has no counterpart for; or a network that the format cannot hold.
    #[error("{format}: {reason}")]
    Interchange {
        /// "ONNX" or "state_dict".
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A model of a newer version of the format.
    #[error(
        "the model is of version {version} of the format, written by densely {library}; this one, {}, reads up to version {known}",
        env!("CARGO_PKG_VERSION")
    )]
    NewerVersion {
        /// The version of the format.
        version: u32,
        /// The version of the library that wrote it.
        library: String,
        /// The newest version of the format that is known here.
        known: u32,
    },
    /// An activation that a model has and nobody knows.
    #[error("layer {layer}: the activation {name:?} is neither built in nor one of those given")]
    UnknownActivation {
        /// The layer, counted from 0.
        layer: usize,
        /// The activation's name in the file.
        name: String,
    },
    /// An activation that a model file has no name for.
    #[error("layer {layer}: {activation} is not built in, and says no name for model files")]
    UnnamedActivation {
        /// The layer, counted from 0.
        layer: usize,
        /// The activation.
        activation: String,
    },
}

/// Behind the message of a model whose numbers are of the other type.
fn remedy_for_precision(found: &str) -> &'static str {
    match found {
        "f32" => " (`Mlp::<f32>` loads it)",
        "f64" => " (`Mlp::<f64>` loads it)",
        _ => "",
    }
}
