//! Follows a graph from its inputs to its outputs.
//!
//! Each value is held as an affine map of the last activation's outputs, or of the inputs. An
//! affine operator changes the map, and an activation makes a layer of it.

mod operators;

use crate::budget::{Budget, elements};
use crate::features::{FeatureMetadata, Inputs};
use crate::graph::{Graph, ValueSource};
use crate::layers::Layers;
use crate::layout;
use crate::metadata::Metadata;
use crate::node::Node;
use crate::recognition::activation;
use crate::refusal::refused;
use crate::value::{Features, Map, Sums, Value};
use densely::activation::{AnyActivation, Identity};
use densely::ndarray::{Array1, Array2};
use densely::{Float, Mlp, Result};

/// Operations of a graph. A network of a thousand layers has fewer.
const MOST_STEPS: usize = 10_000;

const UNKNOWN: &str = "this is neither part of a layer nor a known activation";

/// Reads the network of a graph.
pub(crate) struct Reader<'g, 'a, F: Float> {
    graph: &'g Graph<'a>,
    inputs: Inputs<'a>,
    features: FeatureMetadata,
    layers: Layers<'a, F>,
    budget: Budget,
    /// Operations that may still be read.
    steps: usize,
}

/// An operation between the inputs and the value that is asked for.
struct Step<F: Float> {
    /// The index of its last node.
    index: usize,
    /// `None` for an operation other than an activation.
    activation: Option<AnyActivation<F>>,
    /// Which of the node's inputs is the value that the operation changes.
    operand: usize,
}

impl<'g, 'a, F: Float> Reader<'g, 'a, F> {
    /// A reader of a graph in files of this length.
    pub(crate) fn new(graph: &'g Graph<'a>, file_bytes: usize) -> Self {
        Self {
            graph,
            inputs: Inputs::default(),
            features: FeatureMetadata::default(),
            layers: Layers::new(),
            budget: Budget::new(file_bytes),
            steps: MOST_STEPS,
        }
    }

    /// The network whose outputs have this source.
    pub(crate) fn network(
        mut self,
        outputs: ValueSource<'a>,
        metadata: Option<Metadata>,
    ) -> Result<Mlp<F>> {
        let value = self.value(outputs, 0)?;
        let no_layer = || refused("no Gemm and no MatMul: the graph is no multilayer perceptron");
        let ValueSource::Node(last) = outputs else { return Err(no_layer()) };
        let is_done = match &value.map {
            Map::Sums(_) => false,
            Map::Features(_) if self.layers.outputs().is_none() => return Err(no_layer()),
            Map::Features(features) => features.are_unscaled() && features.chosen.is_none(),
        };
        if !is_done {
            self.close(value, Identity.into(), self.node(last)?)?;
        }
        self.layers.network(self.features, metadata)
    }

    fn node(&self, index: usize) -> Result<Node<'a>> {
        self.graph.node(index).ok_or_else(|| refused(format!("there is no node {index}")))
    }

    /// The value of this source. `nested` counts the `Concat`s around it.
    fn value(&mut self, source: ValueSource<'a>, nested: usize) -> Result<Value<'a, F>> {
        let (graph, mut source, mut steps) = (self.graph, source, Vec::new());
        let mut value = loop {
            self.steps = self
                .steps
                .checked_sub(1)
                .ok_or_else(|| refused(format!("more than {MOST_STEPS} operations")))?;
            let index = match source {
                ValueSource::Node(index) => index,
                ValueSource::Inputs(name) => break self.inputs.value::<F>(graph, name)?,
                ValueSource::Constant(_) => {
                    let Some(Step { index, operand, .. }) = steps.last() else {
                        return Err(refused("the outputs are constant"));
                    };
                    let reason = format!("input {operand} (counted from 0) is a constant");
                    return Err(self.node(*index)?.refused(&reason));
                }
            };
            let node = self.node(index)?;
            if let Some((activation, input)) = activation::<F>(graph, index)? {
                steps.push(Step { index, activation: Some(activation), operand: 0 });
                source = input;
            } else if node.operator() == "Concat" {
                break self.concatenation(index, nested)?;
            } else {
                let operand = self.operand(index, node)?;
                steps.push(Step { index, activation: None, operand });
                source = graph.source_of_input(index, operand)?;
            }
        };
        while let Some(Step { index, activation, operand }) = steps.pop() {
            let node = self.node(index)?;
            let is_last = nested == 0 && steps.is_empty();
            value = match activation {
                Some(activation) => {
                    self.check_softmax(&value, node, is_last)?;
                    self.close(value, activation, node)?
                }
                None => {
                    let next = steps.last().map(|step| self.node(step.index)).transpose()?;
                    self.after(value, (index, operand), next, is_last)?
                }
            };
        }
        Ok(value)
    }

    /// Which input of a node is the value that it changes; the others are constants.
    fn operand(&self, index: usize, node: Node<'a>) -> Result<usize> {
        let input = |input| self.graph.source_of_input(index, input);
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
                let operand = match self.node(condition)?.operator() {
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
            return Err(node.refused("this is read as the last operation alone"));
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
        let (rows, row) = (value.rows, value.row.clone());
        let sums = match value.map {
            Map::Sums(sums) => sums,
            Map::Features(features) => {
                let count = elements(&value.row).or(self.layers.outputs());
                let unknown = "it follows no layer, and the number of features is not known";
                let count = count.ok_or_else(|| node.refused(unknown))?;
                self.budget.take(count.saturating_mul(count), size_of::<F>(), node)?;
                self.sums(features, Array2::eye(count), None, node)?
            }
        };
        self.layers.push(sums, activation)?;
        Ok(Value { rows, row, map: Map::Features(Features::all(0)) })
    }

    /// The weighted sums of elements that are features.
    fn sums(
        &mut self,
        mut features: Features,
        weights: Array2<F>,
        bias: Option<Array1<F>>,
        node: Node<'a>,
    ) -> Result<Sums<'a, F>> {
        let places = match self.layers.outputs() {
            None => {
                let elements = weights.nrows();
                let (places, metadata) =
                    self.inputs.places::<F>(&mut features, elements, &mut self.budget, node)?;
                self.features = metadata;
                places
            }
            Some(outputs) => {
                let chosen = features.chosen.as_ref();
                chosen.map(|of| (of.iter().map(|of| of.column as usize).collect(), outputs))
            }
        };
        let mut sums = Sums { weights, bias, node };
        sums.fold(&features);
        if let Some((places, count)) = places {
            let numbers = count.saturating_mul(sums.weights.ncols());
            self.budget.take(numbers, size_of::<F>(), node)?;
            sums.place(&places, count);
        }
        Ok(sums)
    }
}
