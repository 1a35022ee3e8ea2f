//! Errors of model files.

/// A model cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// The file is no model, or is damaged.
    #[error("not a densely model: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// The numbers of the model have another type.
    #[error("the model's numbers are {found}, not {expected}{}", remedy_for_precision(found))]
    Precision {
        /// Type in the model.
        found: String,
        /// Type of the network.
        expected: &'static str,
    },
    /// A model in the format of another system is damaged or not supported, or the format does not
    /// support the network.
    #[error("{format}: {reason}")]
    Interchange {
        /// "ONNX" or "state_dict".
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The model has a newer version of the format.
    #[error(
        "the model has version {version} of the format, written by densely {library}; densely {} reads up to version {known}",
        env!("CARGO_PKG_VERSION")
    )]
    NewerVersion {
        /// The version of the format.
        version: u32,
        /// The version of densely that wrote it.
        library: String,
        /// The newest supported version of the format.
        known: u32,
    },
    /// The model has an unknown activation.
    #[error("layer {layer}: the activation {name:?} is neither built in nor one of those given")]
    UnknownActivation {
        /// The layer, counted from 0.
        layer: usize,
        /// The activation's name in the file.
        name: String,
    },
    /// An activation of the network has no name for model files.
    #[error("layer {layer}: {activation} is not built in and has no name for model files")]
    UnnamedActivation {
        /// The layer, counted from 0.
        layer: usize,
        /// The activation.
        activation: String,
    },
}

/// Follows the message if another type can load the model.
fn remedy_for_precision(found: &str) -> &'static str {
    match found {
        "f32" => " (`Mlp::<f32>` loads it)",
        "f64" => " (`Mlp::<f64>` loads it)",
        _ => "",
    }
}
