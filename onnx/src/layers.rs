//! Puts layers together from the operations of a graph, first to last.

use crate::graph::Node;
use crate::metadata::{MOST_LAYERS, Metadata};
use crate::refusal::refused;
use crate::tensor::{FeatureVector, StoredTensor, number};
use densely::activation::{AnyActivation, Identity};
use densely::ndarray::{Array1, Array2, Axis};
use densely::{Dense, Float, Mlp, Result};

/// Bytes that weights may take beyond the length of the file, which may give one number for all
/// outputs.
const SPARE_BYTES: usize = 1 << 16;

/// An operation on each feature x of a row, with a constant c.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Affine {
    /// x + c.
    Add,
    /// x - c.
    Subtract,
    /// c - x.
    SubtractFrom,
    /// x c.
    Multiply,
    /// x / c.
    Divide,
}

/// The operands of a `Gemm` or `MatMul`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gemm<'a> {
    pub(crate) weights: StoredTensor<'a>,
    /// Whether the weights are outputs × inputs.
    pub(crate) transposed: bool,
    pub(crate) bias: Option<StoredTensor<'a>>,
    /// Factors of weights and bias.
    pub(crate) alpha: f32,
    pub(crate) beta: f32,
}

/// Layers under construction.
#[derive(Debug)]
pub(crate) struct Layers<'a, F: Float> {
    done: Vec<(PendingLayer<'a, F>, AnyActivation<F>)>,
    /// The layer that has no activation yet.
    open: Option<PendingLayer<'a, F>>,
    /// Operations on the outputs of the layers so far, to be folded into the next layer.
    before: Vec<(Affine, FeatureVector<'a>, Node<'a>)>,
    /// Bytes that further weights may take. A forged file uses the same bytes for many layers.
    bytes: usize,
}

#[derive(Debug)]
struct PendingLayer<'a, F> {
    weights: Array2<F>,
    bias: Option<Array1<F>>,
    node: Node<'a>,
}

impl<'a, F: Float> Layers<'a, F> {
    /// No layers yet, for a file of this length.
    pub(crate) fn new(file_bytes: usize) -> Self {
        let bytes = file_bytes.saturating_add(SPARE_BYTES);
        Self { done: Vec::new(), open: None, before: Vec::new(), bytes }
    }

    /// The outputs of the last layer; `None` before the first layer.
    pub(crate) fn width(&self) -> Option<usize> {
        match &self.open {
            Some(open) => Some(open.weights.ncols()),
            None => self.done.last().map(|(layer, _)| layer.weights.ncols()),
        }
    }

    pub(crate) fn push_gemm(&mut self, gemm: Gemm<'a>, node: Node<'a>) -> Result<()> {
        if self.open.is_some() {
            self.close(Identity.into());
        }
        if self.done.len() == MOST_LAYERS {
            return Err(refused(format!("more than {MOST_LAYERS} layers")));
        }
        let weights = self.weights(gemm, node)?;
        let mut open = PendingLayer { weights, bias: None, node };
        let (alpha, beta) = (f64::from(gemm.alpha), f64::from(gemm.beta));
        if alpha != 1.0 {
            open.weights.mapv_inplace(|weight| F::from_f64(weight.as_f64() * alpha));
        }
        if let Some(bias) = gemm.bias {
            open.apply_after(Affine::Add, FeatureVector::of_tensor::<F>(bias)?, node)?;
            if beta != 1.0 {
                open.bias.iter_mut().flatten().for_each(|b| *b = F::from_f64(b.as_f64() * beta));
            }
        }
        // Last to first: each is folded into the weights that its result is multiplied by.
        for (affine, constants, node) in std::mem::take(&mut self.before).into_iter().rev() {
            open.apply_before(affine, constants, node)?;
        }
        self.open = Some(open);
        Ok(())
    }

    /// The weights as inputs × outputs, with the bits of the file.
    fn weights(&mut self, gemm: Gemm<'a>, node: Node<'a>) -> Result<Array2<F>> {
        let (tensor, shape) = (gemm.weights, gemm.weights.shape()?);
        let &[rows, columns] = shape.lengths() else {
            let node = node.described();
            return Err(refused(format!(
                "{node}: weights of shape {shape}, a layer has two dimensions"
            )));
        };
        let bytes = tensor.number_bytes::<F>()?;
        self.bytes = self.bytes.checked_sub(bytes.len()).ok_or_else(|| {
            let name = tensor.name();
            refused(format!("{}: several layers share the weights {name:?}", node.described()))
        })?;
        let count = bytes.len() / size_of::<F>();
        let numbers = bytes.chunks_exact(size_of::<F>());
        let numbers: Vec<F> = match gemm.transposed {
            false => exactly(count, numbers.filter_map(number::<F>)),
            true => {
                let column = |column| numbers.clone().skip(column).step_by(columns.max(1));
                exactly(count, (0..columns).flat_map(column).filter_map(number::<F>))
            }
        };
        let (inputs, outputs) = if gemm.transposed { (columns, rows) } else { (rows, columns) };
        Array2::from_shape_vec((inputs, outputs), numbers).map_err(refused)
    }

    pub(crate) fn push_affine(
        &mut self,
        affine: Affine,
        constants: FeatureVector<'a>,
        node: Node<'a>,
    ) -> Result<()> {
        match &mut self.open {
            Some(open) => open.apply_after(affine, constants, node),
            None => {
                self.before.push((affine, constants, node));
                Ok(())
            }
        }
    }

    pub(crate) fn push_activation(
        &mut self,
        activation: AnyActivation<F>,
        node: Node<'a>,
    ) -> Result<()> {
        if self.open.is_none() {
            let node = node.described();
            return Err(refused(format!("{node} does not follow a layer's weighted sums")));
        }
        self.close(activation);
        Ok(())
    }

    fn close(&mut self, activation: AnyActivation<F>) {
        self.done.extend(self.open.take().map(|open| (open, activation)));
    }

    /// The network. The metadata count if their layers are those of the graph: a program that
    /// changes a graph may leave old metadata beside it.
    pub(crate) fn finish(mut self, metadata: Option<Metadata>) -> Result<Mlp<F>> {
        self.close(Identity.into());
        if self.done.is_empty() {
            return Err(refused("no Gemm and no MatMul: the graph is no multilayer perceptron"));
        }
        if let Some((_, _, node)) = self.before.first() {
            let node = node.described();
            return Err(refused(format!(
                "{node} follows the last activation, and no layer follows"
            )));
        }
        let described = metadata.and_then(|metadata| {
            let layers = self.described(&metadata)?;
            Some((layers, metadata.schema))
        });
        let (described, schema) = described.unwrap_or_default();
        let mut described = described.into_iter();
        let mut layers = Vec::with_capacity(self.done.len());
        for (open, of_graph) in self.done {
            let PendingLayer { weights, bias, node } = open;
            let (activation, dropout) = described.next().unwrap_or((of_graph, 0.0));
            let dense = Dense::new(weights, bias, activation);
            let dense = dense.and_then(|dense| dense.with_dropout(dropout));
            layers.push(dense.map_err(|error| refused(format!("{}: {error}", node.described())))?);
        }
        let mut net = Mlp::from_layers(layers).map_err(refused)?;
        // A schema of another number of features is not of this graph, and is left out.
        let _ = net.set_schema(schema);
        Ok(net)
    }

    /// The activation and the dropout of each layer according to the metadata; `None` if those are
    /// not of this graph.
    fn described(&self, metadata: &Metadata) -> Option<Vec<(AnyActivation<F>, f64)>> {
        let layers = &metadata.layers;
        let ends = layers.len() == self.done.len() && layers.last()?.dropout == 0.0;
        let pairs = ends.then(|| layers.iter().zip(&self.done))?;
        let described = pairs.map(|(layer, (_, of_graph))| {
            let dropout = Some(layer.dropout).filter(|dropout| (0.0..1.0).contains(dropout))?;
            Some((layer.activation(of_graph)?, dropout))
        });
        described.collect()
    }
}

impl<F: Float> PendingLayer<'_, F> {
    /// Folds an operation on the outputs: y = x W + b becomes op(x W + b).
    fn apply_after(
        &mut self,
        affine: Affine,
        constants: FeatureVector<'_>,
        node: Node<'_>,
    ) -> Result<()> {
        let outputs = self.weights.ncols();
        check_length(constants, outputs, node)?;
        let values = constants.cycle::<F>().take(outputs);
        match (affine, &mut self.bias) {
            // Keeps the bits of the file.
            (Affine::Add, None) => self.bias = Some(Array1::from_vec(exactly(outputs, values))),
            (Affine::Add, Some(bias)) => each(bias, values, |b, c| b + c),
            (Affine::Subtract, _) => each(self.bias_or_zeros(), values, |b, c| b - c),
            (Affine::SubtractFrom, _) => {
                self.weights.mapv_inplace(|weight| -weight);
                each(self.bias_or_zeros(), values, |b, c| c - b);
            }
            (Affine::Multiply | Affine::Divide, bias) => {
                let scale = |number: f64, c: f64| match affine {
                    Affine::Multiply => number * c,
                    _ => number / c,
                };
                bias.iter_mut().for_each(|bias| {
                    each(bias, constants.cycle::<F>().take(outputs), scale);
                });
                for (mut column, c) in self.weights.axis_iter_mut(Axis(1)).zip(values) {
                    column.mapv_inplace(|w| F::from_f64(scale(w.as_f64(), c.as_f64())));
                }
            }
        }
        Ok(())
    }

    /// Folds an operation on the inputs: y = x W + b becomes op(x) W + b.
    fn apply_before(
        &mut self,
        affine: Affine,
        constants: FeatureVector<'_>,
        node: Node<'_>,
    ) -> Result<()> {
        let inputs = self.weights.nrows();
        check_length(constants, inputs, node)?;
        let values = || constants.cycle::<F>().take(inputs);
        match affine {
            Affine::Multiply | Affine::Divide => {
                let scale = |number: f64, c: f64| match affine {
                    Affine::Multiply => number * c,
                    _ => number / c,
                };
                for (mut row, c) in self.weights.rows_mut().into_iter().zip(values()) {
                    row.mapv_inplace(|w| F::from_f64(scale(w.as_f64(), c.as_f64())));
                }
            }
            Affine::Add | Affine::Subtract | Affine::SubtractFrom => {
                let sign = if matches!(affine, Affine::Subtract) { -1.0 } else { 1.0 };
                self.bias_or_zeros();
                let biases = self.bias.iter_mut().flatten();
                for (b, column) in biases.zip(self.weights.columns()) {
                    let products = column.into_iter().zip(values());
                    let sum: f64 = products.map(|(w, c)| w.as_f64() * c.as_f64()).sum();
                    *b = F::from_f64(b.as_f64() + sign * sum);
                }
                if matches!(affine, Affine::SubtractFrom) {
                    self.weights.mapv_inplace(|weight| -weight);
                }
            }
        }
        Ok(())
    }

    fn bias_or_zeros(&mut self) -> &mut Array1<F> {
        let outputs = self.weights.ncols();
        self.bias.get_or_insert_with(|| Array1::zeros(outputs))
    }
}

/// Replaces each number by a function of the number and its constant, computed in `f64`.
fn each<F: Float>(
    numbers: &mut Array1<F>,
    constants: impl Iterator<Item = F>,
    function: impl Fn(f64, f64) -> f64,
) {
    for (number, constant) in numbers.iter_mut().zip(constants) {
        *number = F::from_f64(function(number.as_f64(), constant.as_f64()));
    }
}

/// Collects `count` numbers into a vector that is allocated once. `collect` would grow it to up to
/// twice the memory, as these iterators do not know their length.
fn exactly<F>(count: usize, numbers: impl Iterator<Item = F>) -> Vec<F> {
    let mut vector = Vec::with_capacity(count);
    vector.extend(numbers.take(count));
    vector
}

fn check_length(constants: FeatureVector<'_>, width: usize, node: Node<'_>) -> Result<()> {
    let length = constants.len();
    if length == width || length == 1 {
        return Ok(());
    }
    let node = node.described();
    Err(refused(format!("{node} has {length} numbers for {width} features")))
}
