//! Makes the model of a network.

use crate::element::ElementType;
use crate::formula::{Argument, Operation, formulas};
use crate::message::Message;
use crate::metadata::{FORMAT, Metadata, kind_and_alpha};
use crate::refusal::refused;
use densely::units::Units;
use densely::{Dense, Float, Mlp, Result};
use std::collections::BTreeSet;

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
    if units.centres().is_some() && units.limits().is_none() {
        net.set_units(Units::none(), net.units_out().clone())?;
    }
    let mut net = net.folded()?;
    // Checks the schema again: layers may have been replaced since it was set.
    net.set_schema(net.schema().clone())?;
    let mut graph = GraphBuilder::default();
    let mut value = graph.inputs::<F>(&units)?.to_owned();
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
        let sums = graph.layer(layer, &prefix, &value);
        graph.activation::<F>(formula, alpha, &format!("{prefix}.{kind}"), &sums, &output);
        value = output;
    }
    let metadata = Metadata::of(&net).to_json()?;
    let (inputs, outputs) = (rows::<F>(INPUTS, net.features()), rows::<F>(OUTPUTS, net.outputs()));
    let graph = graph.message.text(2, "densely").message(11, inputs).message(12, outputs);
    let model = Message::default().number(1, IR_VERSION).text(2, "densely");
    let model = model.text(3, env!("CARGO_PKG_VERSION")).message(7, graph);
    let model = model.message(8, Message::default().text(1, "").number(2, OPERATORS));
    let model = model.message(14, Message::default().text(1, FORMAT).text(2, metadata));
    Ok(model.into_bytes())
}

/// A graph under construction.
#[derive(Default)]
struct GraphBuilder {
    message: Message,
    /// The names of the scalar constants.
    numbers: BTreeSet<String>,
}

impl GraphBuilder {
    /// Adds the units of the inputs, and returns the name of their result: the centre stands in for
    /// NaN, and (x - centre) / spread follows if there is no smooth clip. NaN is what differs from
    /// itself: `tract` has no `IsNaN` for `f64`.
    fn inputs<F: Float>(&mut self, units: &Units) -> Result<&'static str> {
        let (Some(centres), Some(spreads)) = (units.centres(), units.spreads()) else {
            return Ok(INPUTS);
        };
        self.row::<F>("units.centres", centres.iter().copied())?;
        self.node("Equal", &[INPUTS, INPUTS], "units.is_number");
        let scaled = units.limits().is_none();
        let present = if scaled { "units.present" } else { "units.inputs" };
        self.node("Where", &["units.is_number", INPUTS, "units.centres"], present);
        if scaled {
            let factor = |&spread: &f64| if spread == 0.0 { 0.0 } else { 1.0 / spread };
            self.row::<F>("units.factors", spreads.iter().map(factor))?;
            self.node("Sub", &[present, "units.centres"], "units.centred");
            self.node("Mul", &["units.centred", "units.factors"], "units.inputs");
        }
        Ok("units.inputs")
    }

    /// Adds a constant with a number for each feature.
    fn row<F: Float>(&mut self, name: &str, numbers: impl Iterator<Item = f64>) -> Result<()> {
        let numbers: Vec<_> = numbers.map(F::from_f64).collect();
        if !numbers.iter().all(|number| number.is_finite()) {
            return Err(refused(format!("{name}: a number is too large for {}", F::NAME)));
        }
        self.tensor(name, &[numbers.len()], &numbers);
        Ok(())
    }

    /// Adds the weighted sums of a layer and returns their name. `tract` has no `Gemm` for `f64`.
    fn layer<F: Float>(&mut self, layer: &Dense<F>, prefix: &str, inputs: &str) -> String {
        let [weights, products, bias, sums] =
            ["weights", "products", "bias", "sums"].map(|name| format!("{prefix}.{name}"));
        self.tensor(&weights, &[layer.inputs(), layer.outputs()], layer.weights());
        let products = if layer.bias().is_some() { &products } else { &sums };
        self.node("MatMul", &[inputs, &weights], products);
        if let Some(numbers) = layer.bias() {
            self.tensor(&bias, &[layer.outputs()], numbers);
            self.node("Add", &[products, &bias], &sums);
        }
        sums
    }

    /// Adds the activation of the value `input`.
    fn activation<F: Float>(
        &mut self,
        formula: &[Operation],
        alpha: Option<f64>,
        prefix: &str,
        input: &str,
        output: &str,
    ) {
        let result = |place: usize| match place + 1 == formula.len() {
            true => output.to_owned(),
            false => format!("{prefix}.{place}"),
        };
        for (place, Operation { operator, arguments }) in formula.iter().enumerate() {
            let arguments = arguments.iter().map(|argument| match *argument {
                Argument::Input => input.to_owned(),
                Argument::ResultOf(place) => result(place),
                Argument::Number(number) => self.number::<F>(number),
                Argument::Alpha => self.number::<F>(alpha.unwrap_or_default()),
            });
            let arguments: Vec<_> = arguments.collect();
            self.node(operator, &arguments, &result(place));
        }
    }

    /// Adds a node, named after its output.
    fn node(&mut self, operator: &str, inputs: &[impl AsRef<[u8]>], output: &str) {
        let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
        let node = node.text(2, output).text(3, output).text(4, operator);
        self.message = std::mem::take(&mut self.message).message(1, node);
    }

    /// Adds a scalar constant, once, and returns its name.
    fn number<F: Float>(&mut self, number: f64) -> String {
        let name = format!("number.{number}");
        if self.numbers.insert(name.clone()) {
            self.tensor(&name, &[], &[F::from_f64(number)]);
        }
        name
    }

    /// Adds a constant.
    fn tensor<'n, F: Float>(
        &mut self,
        name: &str,
        shape: &[usize],
        numbers: impl IntoIterator<Item = &'n F>,
    ) {
        let mut bytes = Vec::new();
        numbers.into_iter().for_each(|number| number.append_to(&mut bytes));
        let lengths = shape.iter().fold(Message::default(), |of, &length| of.number(1, length));
        let tensor = lengths.number(2, ElementType::of::<F>().0 as usize).text(8, name);
        self.message = std::mem::take(&mut self.message).message(5, tensor.text(9, bytes));
    }
}

/// Describes a value of any number of rows and this many columns.
fn rows<F: Float>(name: &str, columns: usize) -> Message {
    let (rows, columns) = (Message::default().text(2, ROWS), Message::default().number(1, columns));
    let shape = Message::default().message(1, rows).message(1, columns);
    let tensor = Message::default().number(1, ElementType::of::<F>().0 as usize).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor))
}
