//! Measures sums over all ranks, by this crate and by MPI: `mpirun -n 2 sum_speed
//! [workers|blocking|immediate]`.
//!
//! The gradients are as large as those of 784-128-10 and of 784-512-512-10, and are filled anew
//! before each sum, as in training.

use densely::workers::Workers;
use densely_mpi::mpi::collective::SystemOperation;
use densely_mpi::mpi::request;
use densely_mpi::mpi::traits::CommunicatorCollectives;
use densely_mpi::{Job, Mistake};
use std::process::ExitCode;
use std::time::Instant;

const NETWORKS: [(&str, &[usize]); 2] =
    [("mnist", &[1280, 10, 100_352, 128]), ("large", &[5120, 10, 262_144, 512, 401_408, 512])];
const WARM_UP: usize = 100;
const SUMS: usize = 1000;

fn main() -> ExitCode {
    densely_mpi::run(|job| {
        let how = std::env::args().nth(1).unwrap_or_else(|| "workers".to_owned());
        NETWORKS.iter().try_for_each(|(name, lengths)| measure(job, &how, name, lengths))?;
        Ok(ExitCode::SUCCESS)
    })
}

fn measure(job: &Job, how: &str, name: &str, lengths: &[usize]) -> Result<(), Mistake> {
    let (world, mut workers) = (job.world(), job.workers::<f32>());
    let mut gradients: Vec<_> = lengths.iter().map(|&length| vec![0.0_f32; length]).collect();
    let mut copy = vec![0.0_f32; lengths.iter().copied().max().unwrap_or(0)];
    let sum = SystemOperation::sum;
    let mut times = Vec::new();
    for _ in 0..WARM_UP + SUMS {
        gradients.iter_mut().for_each(|gradient| gradient.fill(job.rank() as f32 + 1.0));
        world.barrier();
        let started = Instant::now();
        if how == "workers" {
            let mut slices = gradients.iter_mut().map(Vec::as_mut_slice);
            let summed = workers.sum(&mut [1.0, 0.0], &mut slices);
            if summed.is_err() {
                return job.agreed(summed);
            }
        } else {
            for gradient in &mut gradients {
                let sent = &mut copy[..gradient.len()];
                sent.copy_from_slice(gradient);
                match how {
                    "blocking" => world.all_reduce_into(&*sent, &mut gradient[..], sum()),
                    "immediate" => request::scope(|scope| {
                        let summed = &mut gradient[..];
                        let request = world.immediate_all_reduce_into(scope, &*sent, summed, sum());
                        request.wait_without_status();
                    }),
                    _ => return job.agreed(Err(format!("no way to sum is named {how}"))),
                }
            }
        }
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    let expected = (job.count() * (job.count() + 1) / 2) as f32;
    let right = gradients.iter().flatten().all(|&sum| sum == expected);
    job.agreed(right.then_some(()).ok_or("a sum is wrong"))?;
    if job.rank() == 0 {
        let times = &mut times[WARM_UP..];
        times.sort_by(f64::total_cmp);
        println!(
            "{name} {how}: median {:.0} µs, tenth {:.0} µs",
            times[SUMS / 2],
            times[SUMS / 10]
        );
    }
    Ok(())
}
