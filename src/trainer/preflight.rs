//! The checks before training: the settings, the rows, and that all workers have the same ones.

use super::settings::{Settings, shape_of};
use super::state::TrainingState;
use crate::atomic_file::check_can_write;
use crate::data::batches::{InOrder, Scales};
use crate::data::{Examples, Side};
use crate::error::{Result, WorkersError};
use crate::workers::agreement::{self, Alike, fingerprint_of, fingerprint_of_numbers};
use crate::{float::Float, mlp::Mlp, mlp::check_copies, part::Part, schedule::Epochs};

/// Refuses settings, files or a state from which no training can start.
pub(super) fn check_start<F: Float>(
    settings: &Settings<'_, F>,
    net: &Mlp<F>,
    epochs: Epochs,
    state: Option<&TrainingState<F>>,
    writes: bool,
) -> Result<()> {
    settings.check(net, epochs)?;
    // Four more: the last epoch's parameters, the best ones, their average, and the gradients.
    check_copies::<F>(net.parameters(), settings.optimizer.copies.saturating_add(4))?;
    let mut files = settings.checkpoints.iter().filter(|_| writes);
    files.try_for_each(|checkpoint| check_can_write(&checkpoint.path))?;
    state.map_or(Ok(()), |state| state.check(net, &settings.optimizer))
}

/// How many rows the workers compare by their numbers.
const SAMPLE: usize = 16;

/// The training rows and the validation rows.
pub(super) type Rows<F> = (Examples<F>, Option<Examples<F>>);

/// Checks everything before training, and selects the rows.
pub(super) fn rows<F: Float>(
    settings: &Settings<'_, F>,
    net: &Mlp<F>,
    data: Examples<F>,
    state: Option<&TrainingState<F>>,
    part: Part,
) -> Result<Rows<F>> {
    check_start(settings, net, Epochs::OfKnownLength, state, part.rank == 0)?;
    let data = settings.rows_for(&shape_of(net)?, data)?;
    let (training, validation) = match settings.fraction() {
        Some(fraction) => {
            let [training, validation] = data.split(fraction, settings.seed)?;
            (data.selected(&training)?, Some(data.selected(&validation)?))
        }
        None => {
            let validation = settings.validation_rows(net, data.schema())?;
            (data, validation)
        }
    };
    let shuffling = state.and_then(|state| state.shuffling.as_ref());
    shuffling.map_or(Ok(()), |shuffling| shuffling.check(&training))?;
    let (workers, rows) = (part.count, training.rows());
    if workers > 1 && settings.optimizer.all_rows.is_some() {
        return Err(WorkersError::Unsupported { setting: "by L-BFGS" }.into());
    }
    let few = [("the training data has", rows), ("a batch has", settings.batch_size)];
    if let Some((what, rows)) = few.into_iter().find(|&(_, rows)| rows < workers) {
        return Err(WorkersError::TooFewRows { what, rows, workers }.into());
    }
    Ok((training, validation))
}

/// Everything that must be the same on all workers.
pub(super) fn alike<F: Float>(
    (training, validation): &Rows<F>,
    settings: &Settings<'_, F>,
    net: &Mlp<F>,
    state: Option<&TrainingState<F>>,
) -> Result<Vec<Alike>> {
    let text = |text: String| fingerprint_of(&text);
    let rows_of = |rows: Option<&Examples<F>>| rows.map_or(Ok(0), fingerprint_of_rows);
    Ok(vec![
        ("the number of training rows", training.rows() as u64),
        ("the number of validation rows", validation.as_ref().map_or(0, Examples::rows) as u64),
        ("the number of features", training.features() as u64),
        ("the number of outputs", training.outputs() as u64),
        ("the names of columns and classes", text(format!("{:?}", training.schema()))),
        ("the network", text(net.to_string())),
        ("the parameters", agreement::fingerprint(net)),
        ("the units", text(format!("{:?}", (net.units_in(), net.units_out())))),
        ("the number of epochs that have ended", state.map_or(0, |s| s.epochs.len()) as u64),
        ("the trainer's settings", text(settings.fingerprint_text())),
        ("the training state", state.map_or(Ok(0), TrainingState::fingerprint)?),
        ("the training rows", rows_of(Some(training))?),
        // Always present, so that all workers compare as many numbers.
        ("the validation rows", rows_of(validation.as_ref())?),
    ])
}

/// A hash of evenly spaced rows, and of all weights.
fn fingerprint_of_rows<F: Float>(data: &Examples<F>) -> Result<u64> {
    let mut sample = data.weights().map_or(0, |all| fingerprint_of_numbers(1, all.iter()));
    for row in (0..data.rows()).step_by(data.rows().div_ceil(SAMPLE)) {
        let mut rows = InOrder::new(data, Side::BOTH, row..row + 1, 1, Scales::default());
        while let Some(batch) = rows.next()? {
            sample = fingerprint_of_numbers(sample, batch.inputs.numbers().iter());
            sample = fingerprint_of_numbers(sample, batch.targets.iter());
        }
    }
    Ok(sample)
}
