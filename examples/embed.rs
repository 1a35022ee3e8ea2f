//! A trained network inside the program: one file to deploy, which any number of threads share
//! while they predict.
//!
//! `cargo run --release --example embed -- --threads 2 --seconds 5` prints how many predictions
//! that makes a second, and how long one takes.

mod command_line;

use clap::Parser;
use densely::{Dataset, Error, Mlp, PredictBuffers, Table};
use hdrhistogram::Histogram;
use ndarray::{Array2, Axis};
use std::error::Error as AnyError;
use std::panic::resume_unwind;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

/// As `train_binary_classifier --save` wrote it: raw features in, since their scales are folded
/// into the weights.
const MODEL: &[u8] = include_bytes!("../data/models/breast_cancer.safetensors");

/// The first thread that uses the network loads it, once.
static NETWORK: LazyLock<Mlp<f32>> =
    LazyLock::new(|| Mlp::from_bytes(MODEL).expect("the program's own model is whole"));

/// Predicts by a network inside the program, on several threads, and measures how fast
#[derive(Debug, Parser)]
#[command(allow_negative_numbers = true)]
struct Options {
    /// Threads that predict [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// For how long
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    seconds: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "must be above 0 and below 10^19".to_owned())
}

fn main() -> ExitCode {
    command_line::main(Options::try_parse(), |options| {
        let begin = Instant::now();
        let net = &*NETWORK;
        let loading = begin.elapsed();
        // The fifth of the rows that was set aside when the network was trained.
        let (_, unseen) =
            Table::read_csv("data/breast_cancer.csv")?.binary("diagnosis")?.split(0.2, 0)?;

        let threads = match options.threads {
            Some(threads) => threads.into(),
            None => thread::available_parallelism()?.get(),
        };
        // From a nanosecond to a minute, with three digits: all the room that it will ever need is
        // made here.
        let latencies = Histogram::new_with_bounds(1, 60_000_000_000, 3)?;
        let begin = Instant::now();
        let served = thread::scope(|scope| -> Result<Served, Box<dyn AnyError>> {
            let serve = || serve(net, &unseen, latencies.clone(), begin, options.seconds);
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(serve)).collect();
            let mut all = Served { latencies: latencies.clone(), right: 0 };
            for thread in threads {
                let served = thread.join().unwrap_or_else(|panic| resume_unwind(panic))?;
                all.latencies.add(&served.latencies)?;
                all.right += served.right;
            }
            Ok(all)
        })?;
        let taken = begin.elapsed().as_secs_f64();

        let predictions = served.latencies.len() as f64;
        let microseconds = |quantile| served.latencies.value_at_quantile(quantile) as f64 / 1e3;
        Ok(format!(
            "model       {} bytes in the program, loaded in {:.2} ms\n\
             throughput  {:.0} predictions a second, one row each, by {threads} threads in {taken:.1} s\n\
             latency     median {:.2} µs, 99th percentile {:.2} µs\n\
             accuracy    {:.4} on the {} rows that the network was not trained on",
            MODEL.len(),
            1e3 * loading.as_secs_f64(),
            predictions / taken,
            microseconds(0.5),
            microseconds(0.99),
            served.right as f64 / predictions,
            unseen.rows(),
        ))
    })
}

/// The results of a thread.
struct Served {
    /// In nanoseconds, one for each prediction.
    latencies: Histogram<u64>,
    /// The predictions that agree with the diagnosis.
    right: u64,
}

/// Predicts one row after the other, repeatedly, until the time is up.
fn serve(
    net: &Mlp<f32>,
    rows: &Dataset<f32>,
    mut latencies: Histogram<u64>,
    begin: Instant,
    time: Duration,
) -> Result<Served, Error> {
    // A thread's own. The buffers are filled by the first prediction; from the second on, nothing
    // is allocated.
    let (mut output, mut buffers) = (Array2::zeros((1, net.outputs())), PredictBuffers::new());
    let mut right = 0;
    let (inputs, diagnoses) = (rows.inputs(), rows.targets());
    for (row, &diagnosis) in inputs.axis_chunks_iter(Axis(0), 1).zip(&diagnoses).cycle() {
        let start = Instant::now();
        net.predict_into(row, output.view_mut(), &mut buffers)?;
        latencies.saturating_record(start.elapsed().as_nanos() as u64);
        right += u64::from((output[[0, 0]] > 0.5) == (diagnosis > 0.5));
        if start.duration_since(begin) >= time {
            break;
        }
    }
    Ok(Served { latencies, right })
}
