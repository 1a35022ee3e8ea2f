//! Follows a graph from its inputs to its outputs.
//!
//! Each value is held as an affine map of the last activation's outputs, or of the inputs. An
//! affine operator changes the map, and an activation makes a layer of it.

use crate::constant::{Budget, Constant, Numbers, elements, exactly};
use crate::features::{FeatureMetadata, Inputs};
use crate::graph::{Graph, Node, ValueSource};
use crate::layers::Layers;
use crate::layout::{self, Layout};
use crate::metadata::Metadata;
use crate::recognition::KnownActivations;
use crate::refusal::refused;
use crate::tensor::{StoredTensor, number};
use crate::value::{Features, Map, Sums, Value, unsupported};
use densely::activation::{AnyActivation, Identity};
use densely::ndarray::{Array1, Array2};
use densely::{Float, Mlp, Result};

/// Operations of a graph. A network of a thousand layers has fewer.
const MOST_STEPS: usize = 10_000;
/// `Concat`s, each on results of others.
const MOST_NESTED: usize = 16;
/// Columns that a `Gather` chooses.
const MOST_CHOSEN: usize = 1 << 16;

const UNKNOWN: &str = "computes neither a layer nor a known activation";

/// Reads the network of a graph.
pub(crate) struct Reader<'g, 'a, F: Float> {
    graph: &'g Graph<'a>,
    known: KnownActivations<F>,
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
            known: KnownActivations::new(),
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

    /// The value of this source, inside so many nested `Concat`s.
    fn value(&mut self, source: ValueSource<'a>, nested: usize) -> Result<Value<'a, F>> {
        let (graph, mut source, mut steps) = (self.graph, source, Vec::new());
        let mut value = loop {
            let index = match source {
                ValueSource::Node(index) => index,
                ValueSource::Inputs(name) => break self.inputs.value::<F>(graph, name)?,
                ValueSource::Constant(_) => {
                    return Err(refused("the outputs come from constants alone"));
                }
            };
            let node = self.node(index)?;
            self.steps = self
                .steps
                .checked_sub(1)
                .ok_or_else(|| refused(format!("more than {MOST_STEPS} operations in a row")))?;
            if let Some((activation, input)) = self.known.activation(graph, index)? {
                steps.push(Step { index, activation: Some(activation), operand: 0 });
                source = input;
            } else if node.operator() == "Concat" {
                break self.concatenation(index, node, nested)?;
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
                    let (rows, row) = (value.rows, value.row.clone());
                    self.close(value, activation, node)?;
                    Value { rows, row, map: Map::Features(Features::all(0)) }
                }
                None => {
                    let next = steps.last().map(|step| self.node(step.index)).transpose()?;
                    self.after(value, index, operand, next)?
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
                _ => Err(unsupported(node, UNKNOWN)),
            },
            // Where(IsNaN(x), number, x).
            "Where" => match (input(0)?, input(2)?) {
                (ValueSource::Node(missing), value)
                    if self.node(missing)?.operator() == "IsNaN"
                        && self.graph.source_of_input(missing, 0)?.is(value) =>
                {
                    Ok(2)
                }
                _ => Err(unsupported(node, UNKNOWN)),
            },
            _ => input(0).map(|_| 0),
        }
    }

    /// Refuses a softmax of anything but a whole row, and a `LogSoftmax` inside a network.
    fn check_softmax(&self, value: &Value<'a, F>, node: Node<'a>, is_last: bool) -> Result<()> {
        let operator = node.operator();
        if operator == "LogSoftmax" && !is_last {
            return Err(unsupported(node, "this is read as the last operation alone"));
        }
        let axis = layout::place(node.whole_number("axis").unwrap_or(-1), value.row.len() + 1);
        let length = axis.and_then(|axis| value.row.get(axis.checked_sub(1)?));
        match operator.ends_with("Softmax") && length.copied().flatten() != elements(&value.row) {
            true => Err(unsupported(node, "its axis is not the whole row")),
            false => Ok(()),
        }
    }

    /// Makes a layer of a value.
    fn close(
        &mut self,
        value: Value<'a, F>,
        activation: AnyActivation<F>,
        node: Node<'a>,
    ) -> Result<()> {
        let sums = match value.map {
            Map::Sums(sums) => sums,
            Map::Features(features) => {
                let count = elements(&value.row).or(self.layers.outputs());
                let count = count.ok_or_else(|| {
                    unsupported(
                        node,
                        "it does not follow a layer, and the number of features is not known",
                    )
                })?;
                self.budget.take(count.saturating_mul(count), size_of::<F>(), node)?;
                self.sums(features, Array2::eye(count), None, node)?
            }
        };
        self.layers.push(sums, activation)
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
                    self.inputs.places(&mut features, elements, &mut self.budget, node)?;
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

    /// The elements of several values side by side, all of the graph's inputs.
    fn concatenation(
        &mut self,
        index: usize,
        node: Node<'a>,
        nested: usize,
    ) -> Result<Value<'a, F>> {
        if nested == MOST_NESTED {
            return Err(unsupported(node, "more than 16 of these in a row"));
        }
        let not_inputs = || unsupported(node, "this joins inputs of the graph alone");
        let mut joined: Option<(Value<'a, F>, Features)> = None;
        for operand in 0..node.inputs().count() {
            let source = self.graph.source_of_input(index, operand)?;
            let mut part = self.value(source, nested + 1)?;
            let Map::Features(mut features) =
                std::mem::replace(&mut part.map, Map::Features(Features::all(0)))
            else {
                return Err(not_inputs());
            };
            let count = elements(&part.row).filter(|_| self.layers.outputs().is_none());
            let count = count.ok_or_else(not_inputs)?;
            // Scale, shift and feature of each element.
            self.budget.take(count, size_of::<f64>(), node)?;
            for numbers in [&mut features.scale, &mut features.shift] {
                if let [number] = **numbers {
                    *numbers = vec![number; count];
                }
            }
            features.chosen =
                Some(exactly(count, (0..count).map(|element| features.feature(element))));
            let axis = layout::place(node.whole_number("axis").unwrap_or(-1), part.row.len() + 1);
            let axis = axis.and_then(|axis| axis.checked_sub(1)).ok_or_else(not_inputs)?;
            let before = part.row.get(..axis).and_then(elements);
            if before != Some(1) {
                return Err(unsupported(node, "this mixes the elements of its inputs"));
            }
            match &mut joined {
                None => joined = Some((part, features)),
                Some((whole, all)) => {
                    if !whole.join(&part, axis) {
                        return Err(unsupported(node, "its inputs have different dimensions"));
                    }
                    all.scale.extend(features.scale);
                    all.shift.extend(features.shift);
                    all.chosen
                        .iter_mut()
                        .for_each(|chosen| chosen.extend(features.chosen.iter().flatten()));
                }
            }
        }
        let (mut whole, all) = joined.ok_or_else(not_inputs)?;
        whole.map = Map::Features(all);
        Ok(whole)
    }

    /// The value after a node that is no activation, and that this node follows.
    fn after(
        &mut self,
        mut value: Value<'a, F>,
        index: usize,
        operand: usize,
        next: Option<Node<'a>>,
    ) -> Result<Value<'a, F>> {
        let (graph, node, is_last) = (self.graph, self.node(index)?, next.is_none());
        match node.operator() {
            "Gemm" | "MatMul" => return self.layer(value, index, node),
            "Neg" => value.scale_and_shift(Some(vec![-1.0]), None),
            operator @ ("Add" | "Sub" | "Mul" | "Div") => {
                let numbers = self.constant(index, 1 - operand, node)?;
                let mut numbers = self.over(numbers, &mut value, node)?;
                let each = |numbers: &mut Vec<f64>, function: fn(f64) -> f64| {
                    numbers.iter_mut().for_each(|number| *number = function(*number));
                };
                match (operator, operand) {
                    ("Add", _) => value.scale_and_shift(None, Some(numbers)),
                    ("Sub", 0) => {
                        each(&mut numbers, |number| -number);
                        value.scale_and_shift(None, Some(numbers));
                    }
                    ("Sub", _) => value.scale_and_shift(Some(vec![-1.0]), Some(numbers)),
                    ("Mul", _) => value.scale_and_shift(Some(numbers), None),
                    _ => {
                        each(&mut numbers, f64::recip);
                        value.scale_and_shift(Some(numbers), None);
                    }
                }
            }
            "BatchNormalization" => self.batch_normalization(&mut value, index, node)?,
            // (x - offset) scale.
            "Scaler" => {
                let offset = self.attribute(node, "offset")?;
                let mut offset = self.over(offset, &mut value, node)?;
                let scale = self.attribute(node, "scale")?;
                let scale = self.over(scale, &mut value, node)?;
                offset.iter_mut().for_each(|number| *number = -*number);
                value.scale_and_shift(None, Some(offset));
                value.scale_and_shift(Some(scale), None);
            }
            "Imputer" | "Where" => {
                let numbers = match node.operator() {
                    "Where" => self.constant(index, 1, node)?,
                    _ if node.float("replaced_value_float").is_some_and(f32::is_nan) => {
                        self.attribute(node, "imputed_value_floats")?
                    }
                    _ => return Err(unsupported(node, "it replaces numbers other than NaN")),
                };
                let numbers = self.over(numbers, &mut value, node)?;
                match &value.map {
                    Map::Features(features) if self.layers.outputs().is_none() => {
                        self.inputs.impute(features, elements(&value.row), &numbers, node)?;
                    }
                    _ => return Err(unsupported(node, "it does not follow the inputs")),
                }
            }
            "OneHotEncoder" => {
                let single = elements(&value.row) == Some(1) && self.layers.outputs().is_none();
                let categories = categories(node);
                match &mut value.map {
                    Map::Features(features) if single && features.are_unscaled() => {
                        value.row.push(Some(categories.len()));
                        self.inputs.encode(features, categories, node)?;
                    }
                    _ => {
                        return Err(unsupported(
                            node,
                            "it does not follow one column of the inputs",
                        ));
                    }
                }
            }
            "Gather" | "ArrayFeatureExtractor" => self.choose(&mut value, index, node)?,
            // To whole numbers: exact for whole numbers, and for the categories of a column.
            "Cast" => {
                let float = matches!(node.whole_number("to"), Some(1 | 11));
                let encoded = next.is_some_and(|next| next.operator() == "OneHotEncoder");
                let whole = match &value.map {
                    Map::Features(of) => {
                        self.layers.outputs().is_none() && self.inputs.are_whole(of)
                    }
                    Map::Sums(_) => false,
                };
                if !(float || encoded || whole) {
                    return Err(unsupported(node, "it rounds numbers"));
                }
            }
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Transpose" => {
                let layout = Layout { rows: value.rows, row: &value.row, is_last };
                value.row = layout::after(layout, graph, index, node).ok_or_else(|| {
                    unsupported(node, "it changes the rows, or its shape is not known")
                })?;
            }
            _ => return Err(unsupported(node, UNKNOWN)),
        }
        Ok(value)
    }

    /// The numbers of an input of a node.
    fn constant(&mut self, index: usize, input: usize, node: Node<'a>) -> Result<Numbers> {
        match self.graph.source_of_input(index, input)? {
            ValueSource::Constant(constant) => constant.numbers::<F>(&mut self.budget, node),
            _ => {
                Err(unsupported(node, &format!("input {input} (counted from 0) is not a constant")))
            }
        }
    }

    /// The floats of an attribute of a node.
    fn attribute(&mut self, node: Node<'a>, name: &str) -> Result<Numbers> {
        let attribute = node.attribute(name);
        let attribute =
            attribute.ok_or_else(|| refused(format!("{} has no {name}", node.described())))?;
        Constant::Attribute(attribute).numbers::<F>(&mut self.budget, node)
    }

    /// One number for all elements of the value, or one for each.
    fn over(
        &mut self,
        numbers: Numbers,
        value: &mut Value<'a, F>,
        node: Node<'a>,
    ) -> Result<Vec<f64>> {
        numbers.over(&mut value.row, &mut self.budget, node)
    }

    /// scale (x - mean) / √(variance + ε) + shift.
    fn batch_normalization(
        &mut self,
        value: &mut Value<'a, F>,
        index: usize,
        node: Node<'a>,
    ) -> Result<()> {
        if node.flag("training_mode") || node.outputs().count() > 1 {
            return Err(unsupported(node, "it is in training mode: call eval() before the export"));
        }
        let mut numbers = Vec::with_capacity(4);
        for input in 1..5 {
            let mut channels = self.constant(index, input, node)?;
            // One number for each length of the first dimension.
            let others = value.row.len().saturating_sub(1);
            channels.lengths.extend(std::iter::repeat_n(1, others));
            numbers.push(self.over(channels, value, node)?);
        }
        let Ok([mut scale, mut shift, mean, variance]) = <[Vec<f64>; 4]>::try_from(numbers) else {
            return Err(unsupported(node, UNKNOWN));
        };
        let epsilon = node.float("epsilon").map_or(1e-5, f64::from);
        for (scale, variance) in scale.iter_mut().zip(variance) {
            *scale /= (variance + epsilon).sqrt();
        }
        for ((shift, scale), mean) in shift.iter_mut().zip(&scale).zip(mean) {
            *shift -= scale * mean;
        }
        value.scale_and_shift(Some(scale), Some(shift));
        Ok(())
    }

    /// Chooses columns.
    fn choose(&mut self, value: &mut Value<'a, F>, index: usize, node: Node<'a>) -> Result<()> {
        let axis = match node.operator() {
            "Gather" => layout::place(node.whole_number("axis").unwrap_or(0), value.row.len() + 1),
            _ => Some(1),
        };
        let unknown = || unsupported(node, "it does not choose columns");
        let (ValueSource::Constant(indices), Map::Features(features), [width], Some(1)) =
            (self.graph.source_of_input(index, 1)?, &mut value.map, &value.row[..], axis)
        else {
            return Err(unknown());
        };
        let chosen = indices.whole_numbers(MOST_CHOSEN).ok_or_else(unknown)?;
        self.budget.take(chosen.len(), size_of::<f64>(), node)?;
        let column = |&index: &i64| match *width {
            Some(width) => layout::place(index, width),
            None => usize::try_from(index).ok(),
        };
        let chosen: Vec<_> =
            chosen.iter().map(column).collect::<Option<_>>().ok_or_else(unknown)?;
        features.select(&chosen);
        let scalar =
            indices.tensor().is_some_and(|of| of.shape().is_ok_and(|of| of.lengths().is_empty()));
        value.row = if scalar && node.operator() == "Gather" {
            Vec::new()
        } else {
            vec![Some(chosen.len())]
        };
        Ok(())
    }

    /// The weighted sums of a `Gemm` or `MatMul`.
    fn layer(
        &mut self,
        mut value: Value<'a, F>,
        index: usize,
        node: Node<'a>,
    ) -> Result<Value<'a, F>> {
        let rows = value.rows;
        // A layer of weighted sums is a layer without an activation.
        if let Map::Sums(_) = value.map {
            let row = value.row.clone();
            self.close(value, Identity.into(), node)?;
            value = Value { rows, row, map: Map::Features(Features::all(0)) };
        }
        let (Map::Features(features), Some((width, others))) = (value.map, value.row.split_last())
        else {
            return Err(unsupported(node, UNKNOWN));
        };
        let gemm = node.operator() == "Gemm";
        if gemm && node.flag("transA") {
            return Err(unsupported(node, "transA is not supported"));
        }
        let mut transposed = gemm && node.flag("transB");
        let mut source = self.graph.source_of_input(index, 1)?;
        if let ValueSource::Node(before) = source
            && self.node(before)?.operator() == "Transpose"
        {
            transposed = !transposed;
            source = self.graph.source_of_input(before, 0)?;
        }
        let tensor = match source {
            ValueSource::Constant(constant) => constant.tensor(),
            _ => None,
        };
        let tensor =
            tensor.ok_or_else(|| unsupported(node, "the second operand is not a constant"))?;
        let mut weights = self.weights(tensor, transposed, node)?;
        let (inputs, outputs) = weights.dim();
        if width.is_some_and(|width| width != inputs) || elements(others) != Some(1) {
            let shape = value
                .row
                .iter()
                .map(|length| length.map_or("?".to_owned(), |length| length.to_string()));
            let shape = shape.collect::<Vec<_>>().join(" × ");
            return Err(unsupported(
                node,
                &format!("the weights take {inputs} features, a row has {shape}"),
            ));
        }
        let factor = |name| {
            Some(node.float(name).map_or(1.0, f64::from)).filter(|factor| gemm && *factor != 1.0)
        };
        if let Some(alpha) = factor("alpha") {
            weights.mapv_inplace(|weight| F::from_f64(weight.as_f64() * alpha));
        }
        let mut bias = None;
        if gemm && node.input(2).is_some() {
            let numbers = self.constant(index, 2, node)?;
            let numbers = numbers.over(&mut [Some(outputs)], &mut self.budget, node)?;
            let beta = factor("beta").unwrap_or(1.0);
            let numbers = numbers.iter().cycle().map(|number| F::from_f64(number * beta));
            bias = Some(Array1::from_vec(exactly(outputs, numbers)));
        }
        let sums = self.sums(features, weights, bias, node)?;
        let mut row = others.to_vec();
        row.push(Some(outputs));
        Ok(Value { rows, row, map: Map::Sums(sums) })
    }

    /// The weights as inputs × outputs, with the bits of the file.
    fn weights(
        &mut self,
        tensor: StoredTensor<'a>,
        transposed: bool,
        node: Node<'a>,
    ) -> Result<Array2<F>> {
        let shape = tensor.shape()?;
        let &[rows, columns] = shape.lengths() else {
            return Err(unsupported(
                node,
                &format!("weights of shape {shape}, a layer has two dimensions"),
            ));
        };
        let bytes = tensor.number_bytes::<F>()?;
        let count = bytes.len() / size_of::<F>();
        self.budget.take(count, size_of::<F>(), node)?;
        let numbers = bytes.chunks_exact(size_of::<F>());
        let numbers: Vec<F> = match transposed {
            false => exactly(count, numbers.filter_map(number::<F>)),
            true => {
                let column = |column| numbers.clone().skip(column).step_by(columns.max(1));
                exactly(count, (0..columns).flat_map(column).filter_map(number::<F>))
            }
        };
        let (inputs, outputs) = if transposed { (columns, rows) } else { (rows, columns) };
        Array2::from_shape_vec((inputs, outputs), numbers).map_err(refused)
    }
}

/// The categories of a `OneHotEncoder`.
fn categories(node: Node<'_>) -> Vec<String> {
    let text = node.attribute("cats_strings");
    let texts = text.iter().flat_map(|of| of.all_texts(9)).map(str::to_owned);
    let whole = node.attribute("cats_int64s");
    texts
        .chain(whole.iter().flat_map(|of| of.numbers(8)).map(|number| number.to_string()))
        .collect()
}
