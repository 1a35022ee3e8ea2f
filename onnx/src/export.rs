//! Makes the model of a network.

use crate::element::{ElementType, push_le_bytes};
use crate::formula::{Argument, Operation, formulas};
use crate::message::Message;
use crate::metadata::{FORMAT, Metadata, kind_and_alpha};
use crate::refusal::refused;
use densely::units::Units;
use densely::{Dense, Float, Mlp, Result};
use std::collections::BTreeSet;
use std::marker::PhantomData;

/// The versions of the format and of the operators, of 2022, which every runtime knows.
const IR_VERSION: usize = 8;
const OPERATORS: usize = 17;
const INPUTS: &str = "inputs";
const OUTPUTS: &str = "outputs";
const ROWS: &str = "rows";

/// The bytes of the model of a network.
pub(crate) fn model<F: Float>(net: &Mlp<F>) -> Result<Vec<u8>> {
    net.check_whole()?;
    let (units, mut net) = (net.units_in().clone(), net.clone());
    // The smooth clip becomes a layer, into which the scale is folded.
    let scaled = units.centres().is_some() && units.limits().is_none();
    if scaled {
        net.set_units(Units::none(), net.units_out().clone())?;
    }
    let mut net = net.folded()?;
    // Checks the schema again: layers may have been replaced since it was set.
    net.set_schema(net.schema().clone())?;
    let mut graph = GraphBuilder::<F>::new();
    let mut value = INPUTS.to_owned();
    if let (Some(centres), Some(spreads)) = (units.centres(), units.spreads()) {
        value = graph.units(centres, scaled.then_some(spreads), value)?;
    }
    let mut activations = Vec::with_capacity(net.layers().len());
    let last = net.layers().len() - 1;
    for (index, layer) in net.layers().iter().enumerate() {
        let activation = layer.activation();
        let name = activation.name().filter(|_| activation.is_built_in()).unwrap_or_default();
        let (kind, alpha) = kind_and_alpha(&name);
        let formula = formulas::<F>().iter().find(|(name, _)| *name == kind);
        let (_, formula) = formula.ok_or_else(|| {
            refused(format!("layer {index}: {activation:?} is not built in, and is no operator"))
        })?;
        let prefix = format!("layers.{index}");
        let output = if index == last { OUTPUTS.to_owned() } else { format!("{prefix}.outputs") };
        value = graph.layer(layer, &prefix, value, &output, formula.is_empty());
        value = graph.activation(formula, alpha, &format!("{prefix}.{kind}"), value, &output);
        activations.push(name);
    }
    let metadata = Metadata::of(&net, activations).to_json()?;
    let (inputs, outputs) = (rows::<F>(INPUTS, net.features()), rows::<F>(OUTPUTS, net.outputs()));
    let graph = graph.message.text(2, "densely").message(11, inputs).message(12, outputs);
    let model = Message::default().number(1, IR_VERSION).text(2, "densely");
    let model = model.text(3, env!("CARGO_PKG_VERSION")).message(7, graph);
    let model = model.message(8, Message::default().text(1, "").number(2, OPERATORS));
    let model = model.message(14, Message::default().text(1, FORMAT).text(2, metadata));
    Ok(model.into_bytes())
}

/// A graph under construction.
struct GraphBuilder<F> {
    message: Message,
    /// The names of the scalar constants.
    numbers: BTreeSet<String>,
    number: PhantomData<F>,
}

impl<F: Float> GraphBuilder<F> {
    fn new() -> Self {
        Self { message: Message::default(), numbers: BTreeSet::new(), number: PhantomData }
    }

    /// Adds the units of the inputs, and returns the name of their result: the centre stands in for
    /// NaN, and (x - centre) / spread follows if the spreads are given. NaN is what differs from
    /// itself: `tract` has no `IsNaN` for `f64`.
    fn units(&mut self, centres: &[f64], spreads: Option<&[f64]>, input: String) -> Result<String> {
        let [present, centre, factor, value] =
            ["is_number", "centres", "factors", "inputs"].map(|name| format!("units.{name}"));
        let factors = spreads.map(|spreads| {
            let factor = |&spread: &f64| if spread == 0.0 { 0.0 } else { 1.0 / spread };
            spreads.iter().map(factor).collect::<Vec<_>>()
        });
        let tensors = [(&centre, Some(centres)), (&factor, factors.as_deref())];
        for (name, numbers) in tensors.into_iter().filter_map(|(name, of)| Some((name, of?))) {
            let numbers: Vec<_> = numbers.iter().map(|&number| F::from_f64(number)).collect();
            if !numbers.iter().all(|number| number.is_finite()) {
                return Err(refused(format!("{name}: a number is too large for {}", F::NAME)));
            }
            self.tensor(name, &[numbers.len()], numbers.iter());
        }
        self.node("Equal", &[&input, &input], &present);
        let result = if factors.is_some() { "units.present" } else { &value };
        self.node("Where", &[&present, &input, &centre], result);
        if factors.is_some() {
            self.node("Sub", &[result, &centre], "units.centred");
            self.node("Mul", &["units.centred", &factor], &value);
        }
        Ok(value)
    }

    /// Adds the weighted sums of a layer and returns their name. They are the layer's output if no
    /// activation follows. `tract` has no `Gemm` for `f64`.
    fn layer(
        &mut self,
        layer: &Dense<F>,
        prefix: &str,
        inputs: String,
        output: &str,
        is_output: bool,
    ) -> String {
        let sums = if is_output { output.to_owned() } else { format!("{prefix}.sums") };
        let [weights, products, bias] =
            ["weights", "products", "bias"].map(|name| format!("{prefix}.{name}"));
        self.tensor(&weights, &[layer.inputs(), layer.outputs()], layer.weights().iter());
        let products = if layer.bias().is_some() { &products } else { &sums };
        self.node("MatMul", &[&inputs, &weights], products);
        if let Some(numbers) = layer.bias() {
            self.tensor(&bias, &[layer.outputs()], numbers.iter());
            self.node("Add", &[products, &bias], &sums);
        }
        sums
    }

    /// Adds the activation of the value `input` and returns the name of its result.
    fn activation(
        &mut self,
        formula: &[Operation],
        alpha: Option<f64>,
        prefix: &str,
        input: String,
        output: &str,
    ) -> String {
        let Some(last) = formula.len().checked_sub(1) else { return input };
        let result = |place: usize| match place == last {
            true => output.to_owned(),
            false => format!("{prefix}.{place}"),
        };
        for (place, Operation { operator, arguments }) in formula.iter().enumerate() {
            let arguments = arguments.iter().map(|argument| match *argument {
                Argument::Input => input.clone(),
                Argument::ResultOf(place) => result(place),
                Argument::Number(number) => self.number(number),
                Argument::Alpha => self.number(alpha.unwrap_or_default()),
            });
            let arguments: Vec<_> = arguments.collect();
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            self.node(operator, &arguments, &result(place));
        }
        output.to_owned()
    }

    /// Adds a node, named after its output.
    fn node(&mut self, operator: &str, inputs: &[&str], output: &str) {
        let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
        let node = node.text(2, output).text(3, output).text(4, operator);
        self.message = std::mem::take(&mut self.message).message(1, node);
    }

    /// Adds a scalar constant, once, and returns its name.
    fn number(&mut self, number: f64) -> String {
        let name = format!("number.{number}");
        if self.numbers.insert(name.clone()) {
            self.tensor(&name, &[], std::iter::once(&F::from_f64(number)));
        }
        name
    }

    /// Adds a constant. Its numbers are written once, into the graph.
    fn tensor<'n>(
        &mut self,
        name: &str,
        shape: &[usize],
        numbers: impl ExactSizeIterator<Item = &'n F>,
    ) {
        let tensor =
            shape.iter().fold(Message::default(), |tensor, &length| tensor.number(1, length));
        let mut tensor = tensor.number(2, element_type::<F>()).text(8, name);
        let length = numbers.len() * size_of::<F>();
        tensor.begin(9, length);
        let tensor = tensor.into_bytes();
        let graph = self.message.begin(5, tensor.len() + length);
        graph.extend(tensor);
        numbers.for_each(|number| push_le_bytes(*number, graph));
    }
}

fn element_type<F: Float>() -> usize {
    usize::try_from(ElementType::of::<F>().0).unwrap_or_default()
}

/// Describes a value of any number of rows and this many columns.
fn rows<F: Float>(name: &str, columns: usize) -> Message {
    let (rows, columns) = (Message::default().text(2, ROWS), Message::default().number(1, columns));
    let shape = Message::default().message(1, rows).message(1, columns);
    let tensor = Message::default().number(1, element_type::<F>()).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor))
}
