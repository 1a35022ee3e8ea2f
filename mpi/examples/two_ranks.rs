//! Rows a second that the ranks of a job train on together: `mpirun -n 2 two_ranks mnist`.
//! `mpi/benches/run` compares one rank with two.

use densely::{
    CategoricalCrossEntropy, Dataset, Mlp, Sgd, Softmax, Tanh, Trainer, trainer::Moment,
};
use densely_mpi::{Job, Mistake};
use ndarray::Array2;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

const EPOCHS: usize = 3;

/// About as many rows as MNIST has.
const ROWS: usize = 60_416;

fn main() -> ExitCode {
    densely_mpi::run(measure)
}

fn measure(job: &Job) -> Result<ExitCode, Mistake> {
    // Units of the hidden layers, rows of each rank's part of a batch, and rows in all.
    let (hidden, batch, rows): (&[usize], _, _) = match std::env::args().nth(1).as_deref() {
        Some("mnist") => (&[128], 64, ROWS),
        Some("mnist-256") => (&[128], 256, ROWS),
        Some("large") => (&[512, 512], 256, ROWS / 4),
        other => {
            let message = format!("mnist, mnist-256 or large, not {}", other.unwrap_or("nothing"));
            return job.agreed(Err(message));
        }
    };
    let inputs = Array2::from_shape_fn((rows, 784), |(row, column)| {
        ((row * 31 + column * 17) % 255) as f32 / 255.0
    });
    let data = job.agreed(Dataset::multiclass(inputs, (0..rows).map(|row| row % 10)))?;
    let builder =
        hidden.iter().fold(Mlp::<f32>::builder(784), |builder, &units| builder.dense(units, Tanh));
    let mut net = job.agreed(builder.dense(10, Softmax).without_units().build())?;
    let (mut first, mut last) = (None, None);
    // The first epoch does not count: it allocates buffers and opens connections.
    let report = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01))
        .epochs(EPOCHS)
        .batch_size(batch * job.count())
        .threads(1)
        .on(Moment::EpochEnd, |_| {
            last = Some(Instant::now());
            first = first.or(last);
            ControlFlow::Continue(())
        })
        .workers(job.workers())
        .fit(&mut net, &data);
    job.agreed(report)?;
    if let (0, Some(first), Some(last)) = (job.rank(), first, last) {
        let seconds = (last - first).as_secs_f64();
        println!("{:.0}", (rows * (EPOCHS - 1)) as f64 / seconds);
    }
    Ok(ExitCode::SUCCESS)
}
