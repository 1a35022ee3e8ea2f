//! Puts layers together, first to last.

use crate::features::FeatureMetadata;
use crate::metadata::{MOST_LAYERS, Metadata};
use crate::refusal::refused;
use crate::value::Sums;
use densely::activation::AnyActivation;
use densely::{Dense, Float, Mlp, Result};

/// The layers so far, each with its activation.
#[derive(Debug)]
pub(crate) struct Layers<'a, F: Float>(Vec<(Sums<'a, F>, AnyActivation<F>)>);

impl<'a, F: Float> Layers<'a, F> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// The outputs of the last layer; `None` before the first one.
    pub(crate) fn outputs(&self) -> Option<usize> {
        self.0.last().map(|(sums, _)| sums.weights.ncols())
    }

    pub(crate) fn push(&mut self, sums: Sums<'a, F>, activation: AnyActivation<F>) -> Result<()> {
        if self.0.len() == MOST_LAYERS {
            return Err(refused(format!("more than {MOST_LAYERS} layers")));
        }
        self.0.push((sums, activation));
        Ok(())
    }

    /// The network. The metadata count if their layers are those of the graph: a program that
    /// changes a graph may leave old metadata beside it.
    pub(crate) fn network(
        self,
        features: FeatureMetadata,
        metadata: Option<Metadata>,
    ) -> Result<Mlp<F>> {
        let described = metadata.and_then(|metadata| {
            let layers = self.described(&metadata)?;
            Some((layers, metadata.schema))
        });
        let (described, schema) = described.unzip();
        let mut described = described.unwrap_or_default().into_iter();
        let mut layers = Vec::with_capacity(self.0.len());
        for (Sums { weights, bias, node }, of_graph) in self.0 {
            let (activation, dropout) = described.next().unwrap_or((of_graph, 0.0));
            let dense = Dense::new(weights, bias, activation);
            let dense = dense.and_then(|dense| dense.with_dropout(dropout));
            layers.push(dense.map_err(|error| refused(format!("{}: {error}", node.described())))?);
        }
        let mut net = Mlp::from_layers(layers).map_err(refused)?;
        if let Some(units) = features.units {
            net.set_units(units, net.units_out().clone()).map_err(refused)?;
        }
        // A schema of another number of features is not of this graph, and is left out.
        if schema.is_none_or(|schema| net.set_schema(schema).is_err()) {
            net.set_schema(features.schema).map_err(refused)?;
        }
        Ok(net)
    }

    /// The activation and the dropout of each layer according to the metadata; `None` if those are
    /// not of this graph.
    fn described(&self, metadata: &Metadata) -> Option<Vec<(AnyActivation<F>, f64)>> {
        let layers = &metadata.layers;
        let ends = layers.len() == self.0.len() && layers.last()?.dropout == 0.0;
        let pairs = ends.then(|| layers.iter().zip(&self.0))?;
        let described = pairs.map(|(layer, (_, of_graph))| {
            let dropout = Some(layer.dropout).filter(|dropout| (0.0..1.0).contains(dropout))?;
            Some((layer.activation(of_graph)?, dropout))
        });
        described.collect()
    }
}
