//! What each operator makes of a value.

use super::{Reader, UNKNOWN};
use crate::budget::elements;
use crate::constant::{Constant, MOST_DIMENSIONS, described};
use crate::element::ElementType;
use crate::graph::ValueSource;
use crate::layout::{self, Layout};
use crate::node::{MOST_LISTED, Node};
use crate::value::{Map, Sums, Value};
use densely::activation::Identity;
use densely::{Float, Result};

/// `Concat`s, each on results of others.
const MOST_NESTED: usize = 16;

impl<'a, F: Float> Reader<'_, 'a, F> {
    /// The value after a node that is no activation. `next` is the node that uses it.
    pub(super) fn after(
        &mut self,
        mut value: Value<'a, F>,
        (node, operand): (Node<'a>, usize),
        next: Option<Node<'a>>,
        is_last: bool,
    ) -> Result<Value<'a, F>> {
        let of_inputs = self.layer_outputs().is_none();
        match node.operator() {
            "Gemm" | "MatMul" => return self.layer(value, node),
            "Neg" => value.scale_and_shift(Some(vec![-1.0]), None),
            operator @ ("Add" | "Sub" | "Mul" | "Div") => {
                let numbers = self.numbers(&mut value.row, (node, 1 - operand), 0)?;
                let (scale, shift) = match (operator, operand) {
                    ("Add", _) => (None, Some(numbers)),
                    ("Sub", 0) => (None, Some(numbers.into_iter().map(|number| -number).collect())),
                    ("Sub", _) => (Some(vec![-1.0]), Some(numbers)),
                    ("Mul", _) => (Some(numbers), None),
                    _ => (Some(numbers.into_iter().map(f64::recip).collect()), None),
                };
                value.scale_and_shift(scale, shift);
            }
            "BatchNormalization" => self.batch_normalization(&mut value, node)?,
            // (x - offset) scale.
            "Scaler" => {
                let offset = self.listed(&mut value, node, "offset")?.into_iter();
                value.scale_and_shift(None, Some(offset.map(|number| -number).collect()));
                let scale = self.listed(&mut value, node, "scale")?;
                value.scale_and_shift(Some(scale), None);
            }
            "Imputer" | "Where" => {
                let of_nan = node.float("replaced_value_float").is_some_and(f32::is_nan);
                let numbers = match node.operator() {
                    "Where" => self.numbers(&mut value.row, (node, 3 - operand), 0)?,
                    _ if of_nan => self.listed(&mut value, node, "imputed_value_floats")?,
                    _ => return Err(node.refused("it replaces numbers other than NaN")),
                };
                match &mut value.map {
                    Map::Features(features) if of_inputs => {
                        self.inputs.impute(
                            features,
                            elements(&value.row),
                            &numbers,
                            &mut self.budget,
                            node,
                        )?;
                    }
                    _ => return Err(node.refused("it does not follow the inputs")),
                }
            }
            "OneHotEncoder" => match &mut value.map {
                Map::Features(features)
                    if of_inputs && features.are_unscaled() && elements(&value.row) == Some(1) =>
                {
                    let count = self.inputs.encode(features, &mut self.budget, node)?;
                    value.row.push(Some(count));
                }
                _ => return Err(node.refused("it does not follow one column of the inputs")),
            },
            "Gather" | "ArrayFeatureExtractor" => self.choose(&mut value, node)?,
            // To whole numbers: exact for whole numbers, and for the categories of a column.
            "Cast" => {
                let to = ElementType(node.whole_number("to").unwrap_or(0));
                let float = matches!(to.0, 1 | 11);
                let encoded = next.is_some_and(|next| next.operator() == "OneHotEncoder");
                let whole =
                    matches!(&value.map, Map::Features(of) if of_inputs && self.inputs.fit(of, to));
                if !(float || encoded || whole) {
                    return Err(node.refused("it changes numbers"));
                }
            }
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Transpose" => {
                let Value { rows, row, .. } = &value;
                let layout = Layout { graph: self.graph, node, rows: *rows, row, is_last };
                let after = layout.after().filter(|row| row.len() < MOST_DIMENSIONS);
                value.row = after.ok_or_else(|| {
                    let asked =
                        layout.asked().map(|asked| format!(", and the node asks for {asked:?}"));
                    let (row, asked) = (described(row), asked.unwrap_or_default());
                    node.refused(&format!(
                        "it moves numbers to other rows or places, or its shape is not known: a row has the shape {row}{asked}"
                    ))
                })?;
            }
            _ => return Err(node.refused(UNKNOWN)),
        }
        Ok(value)
    }

    /// The constant that is an input of a node: one number for all elements of the value, or one
    /// for each. It fits the dimensions before the last `others`.
    fn numbers(
        &mut self,
        row: &mut [Option<usize>],
        (node, input): (Node<'a>, usize),
        others: usize,
    ) -> Result<Vec<f64>> {
        match self.graph.source_of_input(node, input)? {
            ValueSource::Constant(of) => of.over::<F>(row, others, &mut self.budget, node),
            _ => Err(node.refused(&format!("input {input} (counted from 0) is not constant"))),
        }
    }

    /// The floats of an attribute, as those of [`numbers`](Self::numbers).
    fn listed(&mut self, value: &mut Value<'a, F>, node: Node<'a>, name: &str) -> Result<Vec<f64>> {
        let attribute = node.attribute(name);
        let attribute = attribute.ok_or_else(|| node.refused(&format!("it has no {name}")))?;
        let numbers = Constant::attribute(attribute);
        numbers.over::<F>(&mut value.row, 0, &mut self.budget, node)
    }

    /// scale (x - mean) / √(variance + ε) + shift, with a number for each length of the first
    /// dimension.
    fn batch_normalization(&mut self, value: &mut Value<'a, F>, node: Node<'a>) -> Result<()> {
        if node.flag("training_mode") || node.outputs().count() > 1 {
            return Err(node.refused("it is in training mode: call eval() before the export"));
        }
        let others = value.row.len().saturating_sub(1);
        let mut numbers = |input| self.numbers(&mut value.row, (node, input), others);
        let (mut scale, mut shift) = (numbers(1)?, numbers(2)?);
        let (mean, variance) = (numbers(3)?, numbers(4)?);
        let count = scale.len().max(shift.len()).max(mean.len()).max(variance.len());
        for numbers in [&mut scale, &mut shift] {
            if let [number] = numbers[..] {
                self.budget.take(count, size_of::<F>(), node)?;
                numbers.resize(count, number);
            }
        }
        let epsilon = node.float("epsilon").map_or(1e-5, f64::from);
        let others = mean.iter().cycle().zip(variance.iter().cycle());
        for ((scale, shift), (mean, variance)) in scale.iter_mut().zip(&mut shift).zip(others) {
            *scale /= (variance + epsilon).sqrt();
            *shift -= *scale * mean;
        }
        value.scale_and_shift(Some(scale), Some(shift));
        Ok(())
    }

    /// Chooses columns.
    fn choose(&mut self, value: &mut Value<'a, F>, node: Node<'a>) -> Result<()> {
        let unknown = || node.refused("it does not choose columns");
        let gather = node.operator() == "Gather";
        let axis = if gather { node.whole_number("axis").unwrap_or(0) } else { -1 };
        let last = layout::place(axis, value.row.len() + 1) == Some(value.row.len());
        let (ValueSource::Constant(indices), Some((width, others)), true) =
            (self.graph.source_of_input(node, 1)?, value.row.split_last(), last)
        else {
            return Err(unknown());
        };
        let numbers = indices.whole_numbers(MOST_LISTED).ok_or_else(unknown)?;
        self.budget.take(numbers.len(), size_of::<f64>(), node)?;
        let column = |&index: &i64| match *width {
            Some(width) => layout::place(index, width),
            None => usize::try_from(index).ok(),
        };
        let chosen: Option<Vec<_>> = numbers.iter().map(column).collect();
        let chosen = chosen.filter(|_| elements(others) == Some(1)).ok_or_else(unknown)?;
        match &mut value.map {
            Map::Features(features) => features.select(&chosen),
            Map::Sums(sums) => sums.select(&chosen, &mut self.budget)?,
        }
        value.row.pop();
        match gather {
            true => value.row.extend(indices.lengths()?.iter().copied().map(Some)),
            false => value.row.push(Some(chosen.len())),
        }
        Ok(())
    }

    /// The elements of several values side by side, all of the graph's inputs.
    pub(super) fn concatenation(&mut self, node: Node<'a>, nested: usize) -> Result<Value<'a, F>> {
        let refusal = |reason| node.refused(reason);
        if nested == MOST_NESTED {
            return Err(refusal("more than 16 of these in a row"));
        }
        let mut joined: Option<Value<'a, F>> = None;
        for operand in 0..node.inputs().count() {
            let alone = || refusal("it may join only inputs of the graph");
            let source = self.graph.source_of_input(node, operand)?;
            if let ValueSource::Constant(_) = source {
                return Err(alone());
            }
            let mut part = self.value(source, nested + 1)?;
            let of_inputs = |_: &usize| self.layer_outputs().is_none();
            let (Map::Features(features), Some(count)) =
                (&mut part.map, elements(&part.row).filter(of_inputs))
            else {
                return Err(alone());
            };
            features.list(count, &mut self.budget, node)?;
            let axis = layout::place(node.whole_number("axis").unwrap_or(-1), part.row.len() + 1);
            let axis = axis.and_then(|axis| axis.checked_sub(1)).unwrap_or(part.row.len());
            // Otherwise the elements of a part do not stay side by side.
            let whole = part.row.get(..axis).and_then(elements) == Some(1);
            let joint = match joined {
                None => Some(part),
                Some(joined) => joined.join(part, axis),
            };
            let reason = "its inputs do not stand side by side in a row";
            joined = Some(joint.filter(|_| whole).ok_or_else(|| refusal(reason))?);
        }
        joined.ok_or_else(|| refusal("it has no input"))
    }

    /// The weighted sums of a `Gemm` or `MatMul`.
    fn layer(&mut self, mut value: Value<'a, F>, node: Node<'a>) -> Result<Value<'a, F>> {
        let refusal = |reason: &str| node.refused(reason);
        // Weighted sums of weighted sums are a layer without an activation between them.
        if matches!(value.map, Map::Sums(_)) {
            value = self.close(value, Identity.into(), node)?;
        }
        let rows = value.rows;
        let (Map::Features(features), Some((width, others))) = (value.map, value.row.split_last())
        else {
            return Err(refusal(UNKNOWN));
        };
        let gemm = node.operator() == "Gemm";
        if gemm && node.flag("transA") {
            return Err(refusal("transA is not supported"));
        }
        let mut transposed = gemm && node.flag("transB");
        let mut source = self.graph.source_of_input(node, 1)?;
        if let ValueSource::Node(before) = source
            && before.operator() == "Transpose"
        {
            let perm = before.attribute("perm");
            match perm.map(|perm| perm.numbers(8).take(3).collect::<Vec<_>>()).as_deref() {
                None | Some([1, 0]) => transposed = !transposed,
                Some([0, 1]) => {}
                Some(perm) => {
                    return Err(refusal(&format!(
                        "weights cannot be transposed in the order {perm:?}"
                    )));
                }
            }
            source = self.graph.source_of_input(before, 0)?;
        }
        let missing = || refusal("the second operand is not a constant");
        let tensor = source.constant().ok_or_else(missing)?;
        let weights = tensor.weights::<F>(transposed, &mut self.budget, node)?;
        let (inputs, outputs) = weights.dim();
        if width.is_some_and(|width| width != inputs) || elements(others) != Some(1) {
            let row = described(&value.row);
            return Err(refusal(&format!("the weights take {inputs} features, a row has {row}")));
        }
        let factor = |name| node.float(name).filter(|_| gemm).map_or(1.0, f64::from);
        let (alpha, beta) = (factor("alpha"), factor("beta"));
        let mut sums = Sums { weights, bias: None, node };
        sums.scale_and_shift((alpha != 1.0).then(|| vec![alpha]), None);
        if gemm && node.input(2).is_some() {
            let bias = self.numbers(&mut [Some(outputs)], (node, 2), 0)?.into_iter();
            sums.scale_and_shift(None, Some(bias.map(|number| number * beta).collect()));
        }
        let sums = self.sums(features, sums)?;
        let row = others.iter().copied().chain([Some(outputs)]).collect();
        Ok(Value { rows, row, map: Map::Sums(sums) })
    }
}
