//! Predicts the test rows: each rank predicts its part.

use densely::{Dataset, Mlp, Result, data::NpyFiles, workers::Workers};
use densely_cli::training::Tested;
use ndarray::s;

/// The rows in memory at a time, since a test set may be larger than memory.
const CHUNK: usize = 4096;

/// Predicts this rank's part of the rows. All other rows are 0.
pub fn part(
    net: &Mlp<f32>,
    test: &Dataset<f32, NpyFiles<f32>>,
    (rank, ranks): (usize, usize),
) -> Result<Tested> {
    let mut tested = Tested::zeros(test);
    let own = test.rows() * rank / ranks..test.rows() * (rank + 1) / ranks;
    for first in own.clone().step_by(CHUNK) {
        let rows = first..own.end.min(first + CHUNK);
        let chunk = test.read(rows.clone())?;
        let predicted = net.predict(chunk.inputs())?;
        tested.predicted.slice_mut(s![rows.clone(), ..]).assign(&predicted);
        tested.targets.slice_mut(s![rows, ..]).assign(&chunk.targets());
    }
    Ok(tested)
}

/// Gathers all parts on all ranks. The parts are added: every other rank has zeros there.
pub fn gathered(mut tested: Tested, workers: &mut dyn Workers<f32>) -> Result<Tested> {
    let parts = [&mut tested.predicted, &mut tested.targets];
    workers.sum(&mut [], &mut parts.into_iter().filter_map(|part| part.as_slice_mut()))?;
    Ok(tested)
}
