//! Moving a scale into the parameters of a network.

use super::{Scale, Standardizer, check};
use crate::dense::Dense;
use crate::error::{Error, Result};
use crate::float::Float;
use crate::mlp::Mlp;
use ndarray::{Array1, ArrayView2, Axis, Zip};

/// Folding may move predictions by this share of their own deviation.
const MOST_MOVED: f64 = 1e-3;

/// Predictions that vary by less than this, in deviations of the target or in probability, are taken to vary so much: a network that has learned nothing is no
/// reason to complain of a column.
const LEAST_SPREAD: f64 = 1e-3;

/// A mean of fewer deviations than make up this share of a number's precision is not what moves predictions.
const LEAST_COARSENESS: f64 = 1e-6;

impl Standardizer {
    /// Folds both scales into a network that was trained on standardised data, so that it takes raw features and gives raw
    /// units. It takes the standardizer, since a second time would spoil the network; a clone goes into another one.
    ///
    /// In the first layer, z = Σ w (x - mean)/deviation + b: each weight is divided by its feature's deviation, and the bias
    /// loses Σ w mean / deviation (a layer without a bias gets one). In the last, y = deviation · a + mean: weights
    /// and bias are multiplied by the deviation, and the bias gains the mean.
    ///
    /// Where a mean is thousands of times the deviation, w x and the bias are large numbers with a small difference, and an `f32` may be too coarse for them. Hence
    /// some of the rows that this was fitted on are predicted by both networks.
    ///
    /// ```
    /// use densely::{Dataset, Dense, Identity, Mlp, data::Standardizer};
    /// use ndarray::array;
    ///
    /// let train = Dataset::regression(array![[100.0], [300.0]], [7.0, 11.0])?;                // means 200 and 9, deviations 100 and 2
    /// let mut net = Mlp::from_layers(vec![Dense::new(array![[0.5]], None, Identity)?])?;      // learned a = x / 2, of standardised numbers
    /// Standardizer::fit(&train)?.fold_into(&mut net)?;
    /// assert_eq!(net.predict(array![[200.0], [400.0]].view())?, array![[9.0], [11.0]]);       // 2 · 0.5 · (400 - 200)/100 + 9
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::OtherData`] if the network has other features or outputs; [`Error::CannotFold`] if
    /// targets were standardised and the output layer's activation is not [`Identity`](crate::activation::Identity);
    /// [`Error::FoldingSpoils`] if a mean is so large against its deviation that predictions would move by more than a thousandth of their own deviation;
    /// [`Error::NotFinite`] if a folded weight overflows `F`. The network is then unchanged.
    pub fn fold_into<F: Float>(self, net: &mut Mlp<F>) -> Result<()> {
        check("features", self.features.mean.len(), net.features())?;
        let (outputs, last) = (net.outputs(), net.layers().last().ok_or(Error::NoLayers)?);
        if let Some(targets) = &self.targets {
            check("targets", targets.mean.len(), outputs)?;
            if !last.activation().is::<crate::activation::Identity>() {
                let activation = format!("{:?}", last.activation());
                return Err(Error::CannotFold { activation });
            }
        }
        // Raw numbers as the network will be given them.
        let raw = self.samples.mapv(F::from_f64);
        let scaled = self.scale_inputs(raw.view())?;

        let mut folded = net.clone();
        let before = net.predict(scaled.view())?.mapv(F::as_f64);
        let mut weight = Array1::zeros(self.features.mean.len());
        if let Some(first) = folded.layers_mut().first_mut() {
            weight = largest_weights(first);
            fold_inputs(&self.features, first);
        }
        check_finite(&folded)?;
        let mut after = folded.predict(raw.view())?.mapv(F::as_f64);
        let moved = moved(before.view(), after.view());
        self.check_moved::<F>(0, &self.features, &weight, moved)?;

        if let (Some(last), Some(scale)) = (folded.layers_mut().last_mut(), &self.targets) {
            fold_outputs(scale, last);
            check_finite(&folded)?;
            let before = after;
            after = folded.predict(raw.view())?.mapv(F::as_f64);
            for mut row in after.rows_mut() {
                Zip::from(&mut row)
                    .and(&scale.mean)
                    .and(&scale.deviation)
                    .for_each(|y, mean, deviation| *y = (*y - mean) / deviation);
            }
            let moved = self::moved(before.view(), after.view());
            let one = Array1::ones(outputs);
            self.check_moved::<F>(self.features.mean.len(), scale, &one, moved)?;
        }
        *net = folded;
        Ok(())
    }

    /// Complains of the column that has the largest mean against its deviation, by its weight, if predictions moved too far; `first` is the number of this
    /// scale's first name.
    fn check_moved<F: Float>(
        &self,
        first: usize,
        scale: &Scale,
        weight: &Array1<f64>,
        moved: f64,
    ) -> Result<()> {
        let coarseness = Zip::from(&scale.mean).and(&scale.deviation).and(weight).map_collect(
            |mean, deviation, weight| weight * mean.abs() / deviation * F::epsilon().as_f64(),
        );
        let coarsest = coarseness.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
        match coarsest {
            Some((index, &coarseness)) if moved > MOST_MOVED && coarseness > LEAST_COARSENESS => {
                Err(Error::FoldingSpoils {
                    column: self.names.get(first + index).cloned().unwrap_or_default(),
                    mean: scale.mean[index],
                    deviation: scale.deviation[index],
                    moved,
                    precision: F::NAME,
                })
            }
            _ => Ok(()),
        }
    }
}

fn fold_inputs<F: Float>(Scale { mean, deviation }: &Scale, first: &mut Dense<F>) {
    let mut shift = Array1::<f64>::zeros(first.outputs());
    for (mut weights, (mean, deviation)) in
        first.weights_mut().rows_mut().into_iter().zip(mean.iter().zip(deviation))
    {
        Zip::from(&mut weights).and(&mut shift).for_each(|weight, shift| {
            *weight = F::from_f64(weight.as_f64() / deviation);
            // Of the weight as it was rounded: what that changes is then nothing at the mean.
            *shift += weight.as_f64() * mean;
        });
    }
    Zip::from(first.bias_or_zeros())
        .and(&shift)
        .for_each(|bias, &shift| *bias = F::from_f64(bias.as_f64() - shift));
}

fn fold_outputs<F: Float>(Scale { mean, deviation }: &Scale, last: &mut Dense<F>) {
    for mut weights in last.weights_mut().rows_mut() {
        Zip::from(&mut weights).and(deviation).for_each(|weight, &deviation| {
            *weight = F::from_f64(weight.as_f64() * deviation);
        });
    }
    Zip::from(last.bias_or_zeros())
        .and(mean)
        .and(deviation)
        .for_each(|bias, &mean, &deviation| *bias = F::from_f64(bias.as_f64() * deviation + mean));
}

/// Of each input.
fn largest_weights<F: Float>(layer: &Dense<F>) -> Array1<f64> {
    let of_input = |weights: ndarray::ArrayView1<'_, F>| {
        weights.iter().map(|weight| weight.as_f64().abs()).fold(0.0, f64::max)
    };
    layer.weights().map_axis(Axis(1), of_input)
}

/// The largest difference of an output, in its own deviations before.
fn moved(before: ArrayView2<'_, f64>, after: ArrayView2<'_, f64>) -> f64 {
    let columns = before.columns().into_iter().zip(after.columns());
    let moved = columns.map(|(before, after)| {
        let pairs = before.iter().zip(after);
        let difference = pairs.map(|(before, after)| (before - after).abs()).fold(0.0, f64::max);
        difference / before.std(0.0).max(LEAST_SPREAD)
    });
    moved.fold(0.0, f64::max)
}

fn check_finite<F: Float>(net: &Mlp<F>) -> Result<()> {
    match net.is_finite() {
        true => Ok(()),
        false => Err(Error::NotFinite { what: "a folded weight", value: f64::INFINITY }),
    }
}
