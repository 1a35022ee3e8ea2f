//! The mean of networks of one candidate or several, and which is the best.

use super::candidate::Task;
use super::settings::Stage;
use crate::data::{Dataset, Outputs, Storage};
use crate::dense::Dense;
use crate::error::Result;
use crate::{float::Float, mlp::Mlp, temperature::Temperature};
use ndarray::{Array2, Axis};
use std::iter::zip;

/// Training and validation rows.
pub(super) type Fold<F, S> = (Dataset<F, S>, Dataset<F, S>);

/// The share of the loss that a mean of two networks must save, since it takes twice the
/// multiplications of one network for many rows, and four times for one row.
const LEAST_GAIN: f64 = 0.01;

/// The trained networks of each candidate, in each fold.
pub(super) struct Combination<'c, F: Float> {
    stages: &'c [Stage],
    networks: Vec<Vec<Mlp<F>>>,
}

impl<'c, F: Float> Combination<'c, F> {
    /// The networks are sorted by candidate and fold.
    pub(super) fn new(stages: &'c [Stage], mut networks: Vec<Vec<Mlp<F>>>) -> Self {
        networks.iter_mut().flatten().for_each(Mlp::simplify);
        Self { stages, networks }
    }

    /// The candidate with the lowest score. Without folds, all that are not linear are chosen
    /// instead if the loss of their mean is lower by [`LEAST_GAIN`]; with folds, each candidate is
    /// a mean already. For classes, also the factor of the temperature.
    pub(super) fn best<S: Storage<F>>(
        &self,
        scores: impl Iterator<Item = f64>,
        folds: &[Fold<F, S>],
    ) -> Result<(Vec<usize>, Option<f64>)> {
        // NaN is worse than any number.
        let scores = scores.map(|score| if score.is_nan() { f64::INFINITY } else { score });
        let best = scores.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let one = vec![best.map_or(0, |(candidate, _)| candidate)];
        let (loss, temperature) = self.judge(&one, folds)?;
        let is_not_linear = |candidate: &usize| self.stages[*candidate] != Stage::Linear;
        let all: Vec<usize> = (0..self.stages.len()).filter(is_not_linear).collect();
        if let ([_], [_, _, ..]) = (folds, &all[..]) {
            let (of_all, of_mean) = self.judge(&all, folds)?;
            if of_all <= (1.0 - LEAST_GAIN) * loss {
                return Ok((all, of_mean));
            }
        }
        Ok((one, temperature))
    }

    /// Judges the mean of these candidates on the validation rows of all folds together: the sum of
    /// squared errors in network units; for classes the cross-entropy at the best temperature, and
    /// its factor.
    fn judge<S: Storage<F>>(
        &self,
        candidates: &[usize],
        folds: &[Fold<F, S>],
    ) -> Result<(f64, Option<f64>)> {
        let mean = |fold: usize| Mlp::mean_of(&self.members(candidates, fold)?);
        let networks = (0..self.folds()).map(mean).collect::<Result<Vec<_>>>()?;
        let pairs = zip(&networks, folds).map(|(net, (_, validation))| (net, validation));
        if folds.first().is_some_and(|(rows, _)| Task::of(rows) != Task::Numbers) {
            let Temperature { factor, loss } = Temperature::measured(pairs)?;
            return Ok((loss, Some(factor)));
        }
        let (mut sum, mut outputs) = (0.0, Outputs::default());
        for (net, rows) in pairs {
            let rows = rows.examples();
            outputs.predict(net, &rows, 0..rows.rows())?;
            let (outputs, targets) = outputs.with_targets(&rows)?;
            let [outputs, targets] = [outputs, targets].map(|of| net.units_out().to_network(of));
            let mut squares = (outputs? - targets?).mapv(|error| error.as_f64().powi(2));
            if let Some(weights) = rows.weights() {
                squares *= &weights.mapv(|weight| weight.as_f64()).insert_axis(Axis(1));
            }
            sum += squares.sum();
        }
        Ok((sum, None))
    }

    /// The mean of these candidates' networks of all folds, with this temperature.
    pub(super) fn mean(&self, candidates: &[usize], temperature: Option<f64>) -> Result<Mlp<F>> {
        let members = (0..self.folds()).map(|fold| self.members(candidates, fold));
        let members = members.collect::<Result<Vec<_>>>()?.concat();
        let mut net = Mlp::mean_of(&members)?;
        temperature.iter().for_each(|&factor| net.multiply_outputs(factor));
        Ok(net)
    }

    /// The networks of these candidates in one fold. Beside an encoded one, a plain one has its
    /// bins, too.
    fn members(&self, candidates: &[usize], fold: usize) -> Result<Vec<Mlp<F>>> {
        let is_encoded = |&&candidate: &&usize| self.stages[candidate] == Stage::Encoded;
        let encoded = candidates.iter().find(is_encoded).map(|&of| &self.networks[of][fold]);
        let member = |&candidate: &usize| {
            let net = &self.networks[candidate][fold];
            match (self.stages[candidate], encoded.and_then(|encoded| encoded.layers().first())) {
                (Stage::Plain, Some(bins)) => with_bins(net, bins),
                _ => Ok(net.clone()),
            }
        };
        candidates.iter().map(member).collect()
    }

    fn folds(&self) -> usize {
        self.networks.iter().map(Vec::len).min().unwrap_or(0)
    }
}

/// A plain network behind the bins of an encoded one, which it does not use.
fn with_bins<F: Float>(plain: &Mlp<F>, bins: &Dense<F>) -> Result<Mlp<F>> {
    let mut layers = vec![bins.clone()];
    layers.extend_from_slice(plain.layers());
    if let Some(first) = layers.get_mut(1) {
        let mut weights = Array2::zeros((bins.outputs(), first.outputs()));
        let (limits, from) = (plain.units_in().limits().unwrap_or_default(), first.weights());
        for ((mut to, from), &limit) in zip(zip(weights.rows_mut(), from.rows()), limits) {
            // The layer of the bins passes a clipped number on as a part of its limit.
            let factor = F::from_f64(if limit > 0.0 { limit } else { 1.0 });
            to.assign(&(&from * factor));
        }
        let bias = first.bias().map(|bias| bias.to_owned());
        *first =
            Dense::new(weights, bias, first.activation().clone())?.with_dropout(first.dropout())?;
    }
    let mut net = Mlp::from_layers(layers)?;
    net.set_units(plain.units_in().clone(), plain.units_out().clone())?;
    net.set_schema(plain.schema().clone())?;
    Ok(net)
}

#[cfg(test)]
mod tests {
    use super::super::{
        Recipe,
        candidate::{Choice, Columns, Job},
    };
    use super::*;
    use approx::assert_relative_eq;
    use ndarray::{Array1, Array2, Slice};

    fn wave(rows: usize, columns: usize, phase: f64) -> Array2<f64> {
        let angle = |(row, column)| phase + 1.3 * (row * columns + column) as f64;
        Array2::from_shape_fn((rows, columns), |place| angle(place).sin())
    }

    /// Targets that are the mean of what a plain and an encoded network predict, or what one does.
    #[test]
    fn the_mean_of_candidates_is_kept_if_it_is_better() {
        let inputs = wave(40, 3, 0.2);
        let data = Dataset::new(inputs.clone(), wave(40, 1, 0.7)).unwrap();
        let columns = Columns::of(&data).unwrap();
        let recipe = Recipe::default().width(4);
        let choice = Choice::first(&recipe, 40);
        let run = Job { recipe: &recipe, choice, seed: 1, fold: 0, folds: 1, candidates: 2 };
        let stages = [Stage::Plain, Stage::Encoded];
        let networks = stages.map(|stage| {
            let mut net = run.network(&data, &columns, stage).unwrap();
            let last = net.layers_mut().last_mut().unwrap();
            let weights = wave(last.inputs(), 1, last.inputs() as f64);
            last.weights_mut().assign(&weights);
            net
        });
        let outputs = networks.clone().map(|net| net.predict(inputs.view()).unwrap());
        let mean = (&outputs[0] + &outputs[1]) / 2.0;
        let networks = networks.map(|net| vec![net; 2]).to_vec();
        let combination = Combination::new(&stages, networks);
        let kept = |targets: &Array2<f64>, weights: Option<Array1<f64>>, folds: usize| {
            let fold = Dataset::new(inputs.clone(), targets.clone()).unwrap();
            let fold = match weights {
                Some(weights) => fold.with_weights(weights).unwrap(),
                None => fold,
            };
            let folds = vec![(fold.clone(), fold); folds];
            combination.best([2.0, 1.0].into_iter(), &folds).unwrap()
        };
        assert_eq!(kept(&mean, None, 1), (vec![0, 1], None));
        assert_eq!(kept(&mean, None, 2), (vec![1], None));
        assert_eq!(kept(&outputs[1], None, 1), (vec![1], None));
        // The weights leave only rows whose targets are the mean, or what the encoded one predicts.
        let (mut mixed, half) = (mean.clone(), 20);
        mixed
            .slice_axis_mut(Axis(0), Slice::from(half..))
            .assign(&outputs[1].slice_axis(Axis(0), Slice::from(half..)));
        let weights =
            |first: bool| Array1::from_shape_fn(40, |row| f64::from((row < half) == first));
        assert_eq!(kept(&mixed, Some(weights(true)), 1).0, [0, 1]);
        assert_eq!(kept(&mixed, Some(weights(false)), 1).0, [1]);

        let net = combination.mean(&[0, 1], None).unwrap();
        assert_relative_eq!(net.predict(inputs.view()).unwrap(), mean, epsilon = 1e-12);
        // Alone, a plain network has no layer more.
        let alone =
            Combination { networks: vec![combination.networks[0][..1].to_vec()], ..combination };
        assert_eq!(alone.mean(&[0], None).unwrap().layers().len(), 4);
    }
}
