//! Errors of model files.

/// A model cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum ModelFileError {
    /// The file is no model, or is damaged.
    #[error("not a densely model: {reason}")]
    Damaged { reason: String },
    /// The numbers of the model have another type.
    #[error(
        "the model's numbers are {found}, not {expected}{}",
        if ["f32", "f64"].contains(&&**found) { format!(" (`Mlp::<{found}>` loads it)") } else { String::new() }
    )]
    Precision { found: String, expected: &'static str },
    /// A model in the format of another system is damaged or not supported, or the format does not
    /// support the network.
    #[error("{format}: {reason}")]
    Interchange { format: &'static str, reason: String },
    /// The model has a newer version of the format.
    #[error("the model has version {version} of the format, written by densely {library}; densely {} reads up to version {known}", env!("CARGO_PKG_VERSION"))]
    NewerVersion { version: u32, library: String, known: u32 },
    /// The model has an unknown activation.
    #[error(
        "layer {layer} (counted from 0): the activation {name:?} is neither built in nor among those of `Mlp::load_with`"
    )]
    UnknownActivation { layer: usize, name: String },
    /// An activation of the network has no name for model files.
    #[error(
        "layer {layer} (counted from 0): {activation} is not built in and has no name for model files"
    )]
    UnnamedActivation { layer: usize, activation: String },
}
