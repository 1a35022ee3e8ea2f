//! What is wrong with a network.

/// A network or layer that cannot be built or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A network needs a layer.
    #[error("a network needs at least one layer")]
    NoLayers,
    /// An option of [`MlpBuilder`](crate::mlp::MlpBuilder) that applies to the layer before it, with no layer before it.
    #[error("`{option}` belongs after the layer that it is for")]
    MisplacedOption {
        /// The option.
        option: &'static str,
    },
    /// A layer without inputs or without outputs.
    #[error("a layer needs at least one input and one output, not {inputs} and {outputs}")]
    ZeroWidth {
        /// Inputs asked for.
        inputs: usize,
        /// Outputs asked for.
        outputs: usize,
    },
    /// A network that does not fit into memory.
    #[error("a network of {parameters} parameters does not fit into memory")]
    TooLarge {
        /// Its weights and biases; the largest number where there are more.
        parameters: usize,
    },
    /// A bias of another length than the layer's outputs.
    #[error("the bias has {bias} numbers, the layer has {outputs} outputs")]
    BiasShape {
        /// Numbers in the bias.
        bias: usize,
        /// Columns of the weights.
        outputs: usize,
    },
    /// Two layers that do not fit together.
    #[error("layer {layer} takes {inputs} inputs, the layer before it has {outputs} outputs")]
    LayerShape {
        /// The second of the two, counted from 0.
        layer: usize,
        /// What it takes.
        inputs: usize,
        /// What it is given.
        outputs: usize,
    },
    /// Dropout on the output layer.
    #[error("dropout belongs to hidden layers, not to the output layer")]
    DropoutOfOutputs,
    /// A [`Backprop`](crate::backprop::Backprop) used for a network of another shape.
    #[error("this Backprop was made for a network of another shape")]
    ShapeMismatch,
    /// A name that one of the user's own activations cannot have.
    #[error("the activation's name {name:?} {reason}")]
    ActivationName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}
