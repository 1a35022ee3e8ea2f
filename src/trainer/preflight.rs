//! The checks before training: the settings, the rows, and that all workers have the same ones.

use super::method::{Method, Needs};
use super::settings::{Settings, Validation, shape_of};
use super::state::TrainingState;
use crate::data::batches::{InOrder, Scales};
use crate::error::{Result, WorkersError};
use crate::workers::agreement::{
    Agreement, Alike, fingerprint, fingerprint_of, fingerprint_of_numbers,
};
use crate::{data::Examples, float::Float, mlp::Mlp, schedule::Epochs};

/// Checked rows.
pub(super) struct Preflight<F: Float> {
    pub(super) training: Examples<F>,
    pub(super) validation: Option<Examples<F>>,
    pub(super) needs: Needs,
}

/// How many rows the workers compare by their numbers.
const SAMPLE: usize = 16;

impl<F: Float> Preflight<F> {
    pub(super) fn new(
        settings: &Settings<'_, F>,
        method: &dyn Method<F>,
        net: &Mlp<F>,
        data: Examples<F>,
        state: Option<&TrainingState<F>>,
        agreement: &Agreement<'_, F>,
    ) -> Result<Self> {
        let needs = method.check_all(settings, net, Epochs::OfKnownLength)?;
        if agreement.is_first() {
            settings.check_checkpoints()?;
        }
        let (shape, activation) = shape_of(net)?;
        let data = settings.rows_for(shape, activation, data)?;
        let (training, validation) = match settings.fraction() {
            Some(fraction) => {
                let [training, validation] = data.split(fraction, settings.seed)?;
                (data.selected(&training)?, Some(data.selected(&validation)?))
            }
            None => (data, validation_rows(settings, net)?),
        };
        if let Some(state) = state {
            method.check_state(state, net)?;
            state.shuffling.as_ref().map_or(Ok(()), |shuffling| shuffling.check(&training))?;
        }
        if let Some(validation) = &validation {
            training.schema().check_same(validation.schema())?;
        }
        let (workers, rows) = (agreement.part().count, training.rows());
        if workers > 1 && needs.alone {
            return Err(WorkersError::Unsupported { setting: "by L-BFGS" }.into());
        }
        let few = [("the training data has", rows), ("a batch has", settings.batch_size)];
        if let Some((what, rows)) = few.into_iter().find(|&(_, rows)| rows < workers) {
            return Err(WorkersError::TooFewRows { what, rows, workers }.into());
        }
        Ok(Self { training, validation, needs })
    }

    /// Everything that must be the same on all workers.
    pub(super) fn alike(
        &self,
        settings: &Settings<'_, F>,
        method: &dyn Method<F>,
        net: &Mlp<F>,
        state: Option<&TrainingState<F>>,
    ) -> Result<Vec<Alike>> {
        let Self { training, validation, .. } = self;
        let text = |text: String| fingerprint_of(&text);
        let rows_of = |rows: Option<&Examples<F>>| rows.map_or(Ok(0), fingerprint_of_rows);
        Ok(vec![
            ("the number of training rows", training.rows() as u64),
            ("the number of validation rows", validation.as_ref().map_or(0, Examples::rows) as u64),
            ("the number of features", training.features() as u64),
            ("the number of outputs", training.outputs() as u64),
            ("the names of columns and classes", text(format!("{:?}", training.schema()))),
            ("the network", text(net.to_string())),
            ("the parameters", fingerprint(net)),
            ("the units", text(format!("{:?}", (net.units_in(), net.units_out())))),
            ("the number of epochs that have ended", state.map_or(0, |s| s.epochs.len()) as u64),
            (
                "the trainer's settings",
                text(format!("{method:?}, {}", settings.fingerprint_text())),
            ),
            ("the training state", state.map_or(Ok(0), TrainingState::fingerprint)?),
            ("the training rows", rows_of(Some(training))?),
            // Always present, so that all workers compare as many numbers.
            ("the validation rows", rows_of(validation.as_ref())?),
        ])
    }
}

/// The user's own validation rows.
pub(super) fn validation_rows<F: Float>(
    settings: &Settings<'_, F>,
    net: &Mlp<F>,
) -> Result<Option<Examples<F>>> {
    let Validation::Rows(rows) = &settings.validation else { return Ok(None) };
    let (shape, activation) = shape_of(net)?;
    settings.rows_for(shape, activation, rows.clone()).map(Some)
}

/// A hash of evenly spaced rows, and of all weights.
fn fingerprint_of_rows<F: Float>(data: &Examples<F>) -> Result<u64> {
    let mut sample = data.weights().map_or(0, |all| fingerprint_of_numbers(1, all.iter()));
    for row in (0..data.rows()).step_by(data.rows().div_ceil(SAMPLE)) {
        let mut rows = InOrder::new(data, row..row + 1, 1, Scales::default());
        while let Some(batch) = rows.next()? {
            sample = fingerprint_of_numbers(sample, batch.inputs.numbers().iter());
            sample = fingerprint_of_numbers(sample, batch.targets.iter());
        }
    }
    Ok(sample)
}
