//! Trains one network with one library, and prints the measurements as lines of JSON.

mod burn;
mod candle;
mod densely;
mod peak;
mod recipe;
mod rustyml;
mod workload;

use clap::Parser;
use serde_json::json;
use std::process::ExitCode;
use std::time::Duration;
use workload::{Epochs, Result, Workload, best_latency, best_step};

#[derive(Parser)]
#[command(about)]
enum Command {
    Densely(Options),
    Burn(Options),
    Candle(Options),
    Rustyml(Options),
    /// Measures how many floating-point operations one core can do.
    Peak,
    /// Trains densely's recipe on a table.
    Recipe(recipe::Options),
}

#[derive(clap::Args)]
struct Options {
    workload: Workload,
    /// The most threads that the library may use.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// 64-bit numbers in place of 32-bit ones.
    #[arg(long)]
    f64: bool,
    /// How long to go on training.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    match command {
        Command::Densely(options) if options.f64 => options.measure(
            "densely",
            "densely",
            None,
            densely::training::<f64>(options.workload, options.threads)?,
            densely::prediction::<f64>(options.workload)?,
        ),
        Command::Densely(options) => options.measure(
            "densely",
            "densely",
            None,
            densely::training::<f32>(options.workload, options.threads)?,
            densely::prediction::<f32>(options.workload)?,
        ),
        Command::Burn(options) => {
            options.start_peer(true)?;
            let training = burn::training(options.workload)?;
            options.measure("burn", "burn", None, training, burn::prediction(options.workload)?)
        }
        Command::Candle(options) => {
            options.start_peer(false)?;
            let training = candle::training(options.workload)?;
            let prediction = candle::prediction(options.workload)?;
            let note = (!options.workload.is_table()).then_some(candle::NOTE);
            options.measure("candle", "candle-core", note, training, prediction)
        }
        Command::Rustyml(options) => {
            options.start_peer(true)?;
            let training = rustyml::training(options.workload)?;
            options.measure(
                "rustyml",
                "rustyml",
                None,
                training,
                rustyml::prediction(options.workload)?,
            )
        }
        Command::Peak => {
            let (f32, f64) = peak::gigaflops();
            println!("{}", json!({"measure": "peak", "f32": f32, "f64": f64}));
            Ok(())
        }
        Command::Recipe(options) => options.measure(),
    }
}

impl Options {
    /// The other libraries divide their work among the threads of `rayon`'s pool. `inside` makes
    /// this thread one of them, so that nothing is handed over to another thread and waited for.
    /// Each library is started as it is faster: burn and rustyml inside, candle outside.
    fn start_peer(&self, inside: bool) -> Result<()> {
        if self.f64 {
            return Err("only densely is timed in f64 here".into());
        }
        // SAFETY: there is no other thread yet.
        unsafe { std::env::set_var("RAYON_NUM_THREADS", self.threads.to_string()) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads);
        let pool = if inside { pool.use_current_thread() } else { pool };
        Ok(pool.build_global()?)
    }

    fn measure(
        &self,
        library: &str,
        package: &str,
        note: Option<&str>,
        training: impl FnMut(u64, &mut Epochs) -> Result<()>,
        prediction: impl FnMut() -> Result<()>,
    ) -> Result<()> {
        let print = |measure: &str, microseconds: f64, losses: Option<(f64, f64)>| {
            let line = json!({
                "library": library,
                "version": version(package),
                "workload": self.workload.name(),
                "threads": self.threads,
                "precision": if self.f64 { "f64" } else { "f32" },
                "measure": measure,
                "microseconds": microseconds,
                "losses": losses,
                "note": note,
            });
            println!("{line}");
        };
        let step = best_step(self.workload, Duration::try_from_secs_f64(self.seconds)?, training)?;
        print("step", step.microseconds, Some((step.first_loss, step.last_loss)));
        if self.workload.has_latency() {
            print("one row", best_latency(prediction)?, None);
        }
        Ok(())
    }
}

/// The version in the lock file.
fn version(package: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let (_, after) =
        lock.split_once(&format!("name = \"{package}\"\nversion = \"")).unwrap_or_default();
    after.split('"').next().unwrap_or_default()
}
