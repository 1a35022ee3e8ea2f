//! Errors of networks.

/// A network or layer cannot be built or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum NetworkError {
    /// The network has no layers.
    #[error("a network needs at least one layer")]
    NoLayers,
    /// An option of [`MlpBuilder`](crate::mlp::MlpBuilder) applies to the previous layer, but there
    /// is none.
    #[error("`{option}` must follow the layer that it applies to")]
    MisplacedOption { option: &'static str },
    /// A layer has no inputs or no outputs.
    #[error("a layer needs at least one input and one output, not {inputs} and {outputs}")]
    ZeroWidth { inputs: usize, outputs: usize },
    /// The network does not fit into memory.
    #[error("a network of {parameters} parameters does not fit into memory")]
    TooLarge { parameters: usize },
    /// The bias does not have one number for each output.
    #[error("the bias has {bias} numbers, but the layer has {outputs} outputs")]
    BiasShape { bias: usize, outputs: usize },
    /// Two layers do not fit together.
    #[error(
        "layer {layer} (counted from 0) takes {inputs} inputs, the layer before it has {outputs} outputs"
    )]
    LayerShape { layer: usize, inputs: usize, outputs: usize },
    /// The output layer has dropout.
    #[error("dropout belongs to hidden layers, not to the output layer")]
    DropoutOfOutputs,
    /// A [`Backprop`](crate::backprop::Backprop) was made for a network of another shape.
    #[error("this Backprop was made for a network of another shape")]
    ShapeMismatch,
    /// A custom activation cannot have this name.
    #[error("the activation's name {name:?} {reason}")]
    ActivationName { name: String, reason: &'static str },
    /// Outputs of which no class can be said.
    #[error(
        "the outputs of row {row} (counted from 0) are NaN, which is no class; is a value missing there?"
    )]
    NoClass { row: usize },
    /// Units of another number of columns.
    #[error("the units have {found} columns, the network needs {expected}")]
    Units { found: usize, expected: usize },
    /// Units that are not measured yet.
    #[error(
        "the network's units are not measured yet: train it with `Trainer::fit`, measure them with `Mlp::measure`, or build it `without_units`"
    )]
    NotMeasured,
    /// Too few rows for an interval.
    #[error(
        "an interval of level {level} needs {needed} rows or more that took no part in the training; there are {rows}"
    )]
    FewRows { rows: usize, needed: usize, level: f64 },
    /// An interval for another number of outputs.
    #[error("the interval has {found} widths, the network has {outputs} outputs")]
    IntervalOutputs { found: usize, outputs: usize },
    /// The network has no interval.
    #[error(
        "the network has no interval: `Mlp::set_interval` or `densely train --interval` sets one"
    )]
    NoInterval,
    /// The networks are not alike, so they have no mean.
    #[error("the mean of networks that differ in their {what} is not defined")]
    NotAlike { what: &'static str },
    /// A hidden layer that would mix the outputs of several networks.
    #[error(
        "the mean of networks is not defined: {activation} of layer {layer} (counted from 0) would mix their outputs"
    )]
    MeanOfLayer { layer: usize, activation: String },
    /// The last layer does not fit the number of members.
    #[error(
        "the last layer of the mean of {members} networks with {outputs} outputs each has {inputs} inputs, not {members} · {outputs}"
    )]
    Members { members: usize, outputs: usize, inputs: usize },
    /// One network has no spread.
    #[error(
        "the network is not the mean of several, so its outputs have no spread (`Mlp::mean_of` makes a mean; so does `densely train --best`)"
    )]
    OneMember,
    /// A temperature of outputs that are no probabilities of classes.
    #[error("only probabilities of classes have a temperature: end in Softmax, or in one Sigmoid")]
    NoProbabilities,
    /// Robust units of outputs.
    #[error("outputs have no robust units: the clip has no inverse; use standard units")]
    Clip,
    /// Units of outputs behind an activation.
    #[error("outputs have units only behind an Identity layer; the network ends in {activation}")]
    UnitsOfActivation { activation: String },
}
