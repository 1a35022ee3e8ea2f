//! What must be right before training: the rows, and that all workers have the same.

use super::fit::validation_rows;
use super::settings::{Settings, Shape};
use super::state::TrainingState;
use super::together::{Alike, Together, fingerprint, fingerprint_of, fingerprint_of_numbers};
use crate::data::{Chosen, Chunk, Examples, Matrix};
use crate::error::{Result, StandardizerError};
use crate::float::Float;
use crate::mlp::Mlp;
use crate::schedule::Epochs;

/// Rows that were found to be right for training.
pub(super) struct Ready<'d, F: Float> {
    pub(super) training: Chosen<'d, F>,
    pub(super) validation: Option<Chosen<'d, F>>,
    /// How many epochs have ended.
    epochs: usize,
    /// Where there are several workers: of rows and weights, and of the state that training goes on from.
    fingerprints: Vec<Alike>,
}

/// So many rows are compared, and all weights.
const SAMPLE: usize = 16;

impl<'d, F: Float> Ready<'d, F> {
    pub(super) fn new(
        settings: &Settings<'d, F>,
        net: &Mlp<F>,
        data: &'d dyn Examples<F>,
        known: Result<Option<&TrainingState<F>>>,
        together: &Together<'_, F>,
    ) -> Result<Self> {
        settings.check(net, Epochs::OfKnownLength)?;
        if together.is_first() {
            settings.check_checkpoints()?;
        }
        let data = settings.counting(&Shape::of(net)?, data)?;
        let (training, validation) = match settings.fraction() {
            Some(fraction) => {
                let [training, validation] = data.parts(fraction, settings.seed)?;
                (Chosen::Some(training), Some(Chosen::Some(validation)))
            }
            None => (data, validation_rows(settings, net)?),
        };
        let known = known?;
        if let Some(state) = known {
            state.check(settings, net)?;
            state.shuffling.as_ref().map_or(Ok(()), |shuffling| shuffling.check(&*training))?;
        }
        if let Some(validation) = &validation {
            training.schema().check_same(validation.schema())?;
            let (scaled, also) = (training.scaling(), validation.scaling());
            if (scaled.inputs && !also.inputs) || (scaled.targets && !also.targets) {
                return Err(StandardizerError::OtherScale.into());
            }
        }
        let mut fingerprints = Vec::new();
        if !together.is_alone() {
            settings.check_for_workers(together.part().count(), training.rows())?;
            let state = known.map_or(Ok(0), TrainingState::fingerprint)?;
            fingerprints.push(("the state that training goes on from", state));
            fingerprints.push(("the training rows", fingerprint_of_rows(&*training)?));
            // Where one has none, too: all compare as many numbers.
            let rows = validation.as_deref().map_or(Ok(0), fingerprint_of_rows)?;
            fingerprints.push(("the validation rows", rows));
        }
        let epochs = known.map_or(0, |state| state.epochs().len());
        Ok(Self { training, validation, epochs, fingerprints })
    }

    /// What must be the same on all workers.
    pub(super) fn alike(&self, settings: &Settings<'_, F>, net: &Mlp<F>) -> Vec<Alike> {
        let Self { training, validation, epochs, fingerprints } = self;
        let rows = validation.as_ref().map_or(0, |rows| rows.rows());
        let text = |text: String| fingerprint_of(&text);
        let mut alike = vec![
            ("the number of training rows", training.rows() as u64),
            ("the number of validation rows", rows as u64),
            ("the number of features", training.features() as u64),
            ("the number of outputs", training.outputs() as u64),
            ("the names of columns and classes", text(format!("{:?}", training.schema()))),
            ("the network", text(net.to_string())),
            ("the parameters", fingerprint(net)),
            ("the number of epochs that have ended", *epochs as u64),
            ("the trainer's settings", text(settings.that_decide())),
        ];
        alike.extend(fingerprints);
        alike
    }
}

/// A number for the contents of some rows from everywhere, and for all weights.
fn fingerprint_of_rows<F: Float>(data: &dyn Examples<F>) -> Result<u64> {
    let (mut chunk, mut sample) = (Chunk::default(), 0);
    if let Some(weights) = data.weights() {
        sample = fingerprint_of_numbers(1, weights.iter());
    }
    for row in (0..data.rows()).step_by(data.rows().div_ceil(SAMPLE)) {
        for matrix in [Matrix::Inputs, Matrix::Targets] {
            let numbers = data.matrix(matrix, row..row + 1, &mut chunk)?;
            sample = fingerprint_of_numbers(sample, numbers.iter());
        }
    }
    Ok(sample)
}
