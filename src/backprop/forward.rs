//! The forward pass: from a batch to its loss, and to delta of the output layer.

use super::{Backprop, Dropout};
use crate::batch::Batch;
use crate::error::{Error, NetworkError, Result, ShapeError};
use crate::float::Float;
use crate::loss::Loss;
use crate::mlp::Mlp;
use ndarray::{ArrayView2, Axis};

impl<F: Float> Backprop<F> {
    /// The forward pass and the loss; leaves each row's own delta of the output layer.
    pub(crate) fn forward(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        batch: Batch<'_, F>,
        dropout: Dropout,
    ) -> Result<f64> {
        let Batch { inputs, targets, weights, .. } = batch;
        self.check_shapes(net, inputs, targets)?;
        let rows = inputs.nrows();
        let last = net.layers().len() - 1;
        loss.check_output(net.layers()[last].activation())?;
        let fused = loss.fused_with(net.layers()[last].activation());

        let inputs = self.inputs.row_major(inputs);
        for index in 0..=last {
            let (before, rest) = net.layers_mut().split_at_mut(index);
            let inputs = match before.last() {
                None => inputs,
                Some(layer) if layer.dropout() > 0.0 && dropout != Dropout::Off => {
                    let dropped = &mut self.dropped[index - 1];
                    if dropout == Dropout::Drawn {
                        dropped.draw(layer.dropout(), batch, &mut self.generator);
                    }
                    dropped.apply(layer.cached_output());
                    dropped.output()
                }
                Some(layer) => layer.cached_output(),
            };
            rest[0].forward(inputs, index == last && fused.is_some(), self.threads);
        }

        let mut losses = self.losses.resize(rows).remove_axis(Axis(1));
        let mut delta = self.deltas[last].resize(rows);
        let layer = &net.layers()[last];
        let outputs = layer.cached_output();
        match fused {
            Some(fused) => fused.evaluate(
                layer.cached_pre_activation(),
                outputs,
                targets,
                losses.view_mut(),
                delta,
            ),
            None => {
                loss.evaluate(outputs, targets, losses.view_mut(), delta.view_mut());
                layer.backward_through_activation(delta);
            }
        }
        let sum: f64 = match weights {
            None => losses.iter().map(|loss| loss.as_f64()).sum(),
            Some(weights) => {
                let losses = losses.iter().zip(weights);
                losses.map(|(loss, weight)| loss.as_f64() * weight.as_f64()).sum()
            }
        };
        Ok(sum / batch.weight())
    }

    /// Draws for dropout as if this worker had rows: what the others draw then stays in step.
    pub(super) fn pass_over(&mut self, net: &Mlp<F>, batch: Batch<'_, F>) {
        for (layer, dropped) in net.layers().iter().zip(&mut self.dropped) {
            if layer.dropout() > 0.0 {
                dropped.draw(layer.dropout(), batch, &mut self.generator);
            }
        }
    }

    fn check_shapes(
        &self,
        net: &Mlp<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<()> {
        let layers = net.layers();
        let same_shape = layers.len() == self.gradients.len()
            && layers.iter().zip(&self.gradients).all(|(layer, gradient)| {
                layer.weights().dim() == gradient.weights.dim()
                    && layer.bias().is_some() == gradient.bias.is_some()
            });
        if !same_shape {
            return Err(NetworkError::ShapeMismatch.into());
        }
        // A layer may have been replaced through `layers_mut`.
        Mlp::check_stack(layers)?;
        Error::check_features(inputs.ncols(), net.features())?;
        if targets.ncols() != net.outputs() {
            return Err(
                ShapeError::Targets { found: targets.ncols(), outputs: net.outputs() }.into()
            );
        }
        match (inputs.nrows(), targets.nrows()) {
            (0, 0) => Err(ShapeError::NoRows.into()),
            (inputs, targets) if inputs != targets => {
                Err(ShapeError::Rows { inputs, targets }.into())
            }
            _ => Ok(()),
        }
    }
}
