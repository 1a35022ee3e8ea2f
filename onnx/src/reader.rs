//! Follows a graph from its inputs to its outputs.
//!
//! Each value is held as an affine map of the last activation's outputs, or of the inputs. An
//! affine operator changes the map, and an activation makes a layer of it.

mod operators;

use crate::budget::{Budget, elements};
use crate::features::Inputs;
use crate::graph::{Graph, ValueSource};
use crate::layout;
use crate::metadata::{MOST_LAYERS, Metadata};
use crate::node::Node;
use crate::recognition::activation;
use crate::refusal::refused;
use crate::value::{Features, Map, Sums, Value};
use densely::activation::{AnyActivation, Identity};
use densely::ndarray::Array2;
use densely::{Dense, Float, Mlp, Result};

/// Operations of a graph. A network of a thousand layers has fewer.
const MOST_STEPS: usize = 10_000;

const UNKNOWN: &str = "this is neither part of a layer nor a known activation";

/// Reads the network of a graph.
pub(crate) struct Reader<'g, 'a, F: Float> {
    graph: &'g Graph<'a>,
    inputs: Inputs<'a>,
    /// The layers so far, each with its activation.
    layers: Vec<(Sums<'a, F>, AnyActivation<F>)>,
    budget: Budget,
    /// Operations that may still be read.
    steps: usize,
}

/// An operation between the inputs and the value that is asked for.
struct Step<'a, F: Float> {
    /// Its last node.
    node: Node<'a>,
    /// `None` for an operation other than an activation.
    activation: Option<AnyActivation<F>>,
    /// Which of the node's inputs is the value that the operation changes.
    operand: usize,
}

impl<'g, 'a, F: Float> Reader<'g, 'a, F> {
    /// The network of a graph whose outputs have this source.
    pub(crate) fn network(
        graph: &'g Graph<'a>,
        outputs: ValueSource<'a>,
        budget: Budget,
        metadata: Option<Metadata>,
    ) -> Result<Mlp<F>> {
        let (inputs, layers) = (Inputs::default(), Vec::new());
        let mut reader = Self { graph, inputs, layers, budget, steps: MOST_STEPS };
        let value = reader.value(outputs, 0)?;
        let no_layer = || refused("no Gemm and no MatMul: the graph is no multilayer perceptron");
        let ValueSource::Node(last) = outputs else { return Err(no_layer()) };
        let is_done = match &value.map {
            Map::Sums(_) => false,
            Map::Features(_) if reader.layers.is_empty() => return Err(no_layer()),
            Map::Features(features) => features.are_unscaled() && features.chosen.is_none(),
        };
        if !is_done {
            reader.close(value, Identity.into(), last)?;
        }
        reader.built(metadata)
    }

    /// The outputs of the last layer; `None` before the first one.
    fn layer_outputs(&self) -> Option<usize> {
        self.layers.last().map(|(sums, _)| sums.weights.ncols())
    }

    /// The value of this source. `nested` counts the `Concat`s around it.
    fn value(&mut self, source: ValueSource<'a>, nested: usize) -> Result<Value<'a, F>> {
        let (graph, mut source, mut steps) = (self.graph, source, Vec::new());
        let mut value = loop {
            self.steps = self
                .steps
                .checked_sub(1)
                .ok_or_else(|| refused(format!("more than {MOST_STEPS} operations")))?;
            let node = match source {
                ValueSource::Node(node) => node,
                ValueSource::Inputs(place, input) => break self.inputs.value::<F>(place, input)?,
                ValueSource::Constant(_) => {
                    let Some(Step { node, operand, .. }) = steps.last() else {
                        return Err(refused("the outputs are constant"));
                    };
                    let reason = format!("input {operand} (counted from 0) is a constant");
                    return Err(node.refused(&reason));
                }
            };
            if let Some((activation, input)) = activation::<F>(graph, node)? {
                steps.push(Step { node, activation: Some(activation), operand: 0 });
                source = input;
            } else if node.operator() == "Concat" {
                break self.concatenation(node, nested)?;
            } else {
                let operand = self.operand(node)?;
                steps.push(Step { node, activation: None, operand });
                source = graph.source_of_input(node, operand)?;
            }
        };
        while let Some(Step { node, activation, operand }) = steps.pop() {
            let is_last = nested == 0 && steps.is_empty();
            value = match activation {
                Some(activation) => {
                    self.check_softmax(&value, node, is_last)?;
                    self.close(value, activation, node)?
                }
                None => {
                    let next = steps.last().map(|step| step.node);
                    self.after(value, (node, operand), next, is_last)?
                }
            };
        }
        Ok(value)
    }

    /// Which input of a node is the value that it changes; the others are constants.
    fn operand(&self, node: Node<'a>) -> Result<usize> {
        let input = |input| self.graph.source_of_input(node, input);
        let constant = |source| matches!(source, ValueSource::Constant(_));
        match node.operator() {
            "Add" | "Sub" | "Mul" | "Div" => match (constant(input(0)?), constant(input(1)?)) {
                (false, true) => Ok(0),
                (true, false) if node.operator() != "Div" => Ok(1),
                _ => Err(node.refused(UNKNOWN)),
            },
            // Where(IsNaN(x), number, x) or Where(Equal(x, x), x, number).
            "Where" => {
                let ValueSource::Node(condition) = input(0)? else {
                    return Err(node.refused(UNKNOWN));
                };
                let compared = |input| self.graph.source_of_input(condition, input);
                let operand = match condition.operator() {
                    "IsNaN" => 2,
                    "Equal" if compared(0)?.is(compared(1)?) => 1,
                    _ => return Err(node.refused(UNKNOWN)),
                };
                let is_value = compared(0)?.is(input(operand)?);
                is_value.then_some(operand).ok_or_else(|| node.refused(UNKNOWN))
            }
            _ => input(0).map(|_| 0),
        }
    }

    /// Refuses a softmax of anything but a whole row, and a `LogSoftmax` inside a network.
    fn check_softmax(&self, value: &Value<'a, F>, node: Node<'a>, is_last: bool) -> Result<()> {
        let operator = node.operator();
        if operator == "LogSoftmax" && !is_last {
            return Err(node.refused("it is read only as the last operation"));
        }
        let axis = layout::place(node.whole_number("axis").unwrap_or(-1), value.row.len() + 1);
        let length = axis.and_then(|axis| value.row.get(axis.checked_sub(1)?));
        match operator.ends_with("Softmax") && length.copied().flatten() != elements(&value.row) {
            true => Err(node.refused("its axis is not the whole row")),
            false => Ok(()),
        }
    }

    /// Makes a layer of a value, and returns the layer's outputs.
    fn close(
        &mut self,
        value: Value<'a, F>,
        activation: AnyActivation<F>,
        node: Node<'a>,
    ) -> Result<Value<'a, F>> {
        let sums = match value.map {
            Map::Sums(sums) => sums,
            Map::Features(features) => {
                let count = elements(&value.row).or(self.layer_outputs());
                let unknown = "it follows no layer, and the number of features is not known";
                let count = count.ok_or_else(|| node.refused(unknown))?;
                self.budget.take(count.saturating_mul(count), size_of::<F>(), node)?;
                self.sums(features, Sums { weights: Array2::eye(count), bias: None, node })?
            }
        };
        if self.layers.len() == MOST_LAYERS {
            return Err(refused(format!("more than {MOST_LAYERS} layers")));
        }
        self.layers.push((sums, activation));
        Ok(Value { map: Map::Features(Features::all(0)), ..value })
    }

    /// Makes sums over elements that are features the weighted sums of a layer.
    fn sums(&mut self, mut features: Features, mut sums: Sums<'a, F>) -> Result<Sums<'a, F>> {
        let node = sums.node;
        let places = match self.layer_outputs() {
            None => {
                let elements = sums.weights.nrows();
                self.inputs.places::<F>(&mut features, elements, &mut self.budget, node)?
            }
            Some(outputs) => {
                let chosen = features.chosen.as_ref();
                chosen.map(|of| (of.iter().map(|of| of.column as usize).collect(), outputs))
            }
        };
        sums.fold(&features);
        if let Some((places, count)) = places {
            let numbers = count.saturating_mul(sums.weights.ncols());
            self.budget.take(numbers, size_of::<F>(), node)?;
            sums.place(&places, count);
        }
        Ok(sums)
    }

    /// The network. The metadata count if their layers are those of the graph: a program that
    /// changes a graph may leave old metadata beside it.
    fn built(self, metadata: Option<Metadata>) -> Result<Mlp<F>> {
        let of_graph = self.layers.iter().map(|(_, activation)| activation);
        let described =
            metadata.and_then(|metadata| Some((metadata.layers(of_graph)?, metadata.schema)));
        let (described, schema) = described.unzip();
        let mut described = described.unwrap_or_default().into_iter();
        let mut layers = Vec::with_capacity(self.layers.len());
        for (Sums { weights, bias, node }, of_graph) in self.layers {
            let (activation, dropout) = described.next().unwrap_or((of_graph, 0.0));
            let dense = Dense::new(weights, bias, activation);
            let dense = dense.and_then(|dense| dense.with_dropout(dropout));
            layers.push(dense.map_err(|error| refused(format!("{}: {error}", node.described())))?);
        }
        let mut net = Mlp::from_layers(layers).map_err(refused)?;
        if let Some(units) = self.inputs.units {
            net.set_units(units, net.units_out().clone()).map_err(refused)?;
        }
        // A schema of another number of features is not of this graph, and is left out.
        if schema.is_none_or(|schema| net.set_schema(schema).is_err()) {
            net.set_schema(self.inputs.schema).map_err(refused)?;
        }
        Ok(net)
    }
}
