//! A job: the processes that one `mpirun` starts.

use crate::texts::texts_of_all;
use crate::{Mistake, MpiWorkers};
use densely::{Float, error::WorkersError};
use mpi::Threading;
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Equivalence};
use std::error::Error;
use std::fmt;
use std::io::Write;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a rank with an error waits for the others to have one, or to be done, before it ends
/// them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a program on the ranks that one `mpirun` started; without `mpirun`, as the only rank. It
/// starts MPI before, which can be done once in a process, and ends it afterwards.
///
/// All ranks must have the same version of densely. Of a [`Mistake`], rank 0 writes the message to
/// stderr, and the exit code is 1 on all. A panic ends all ranks: the others would wait for this
/// one for ever. So does an exit code other than of success on some ranks alone, where the others
/// are not done after five seconds.
///
/// ```
/// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use ndarray::Array2;
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     densely_mpi::run(|job| {
///         let ready = Dataset::new(Array2::<f64>::eye(8), Array2::ones((8, 1)));
///         let data = job.agreed(ready)?;
///         let mut net = job.agreed(Mlp::builder(8).dense(1, Identity).build())?;
///         let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
///         let mut trainer = trainer.epochs(2).batch_size(4).workers(job.workers());
///         let report = job.agreed(trainer.fit(&mut net, &data))?;
///         if job.rank() == 0 {
///             println!("{report}");
///         }
///         Ok(ExitCode::SUCCESS)
///     })
/// }
/// ```
pub fn run(program: impl FnOnce(&Job) -> Result<ExitCode, Mistake>) -> ExitCode {
    run_as(densely::VERSION, program)
}

/// Like [`run`], but with the given version of densely, for tests.
#[doc(hidden)]
pub fn run_as(version: &str, program: impl FnOnce(&Job) -> Result<ExitCode, Mistake>) -> ExitCode {
    let Some((universe, threading)) = mpi::initialize_with_threading(Threading::Serialized) else {
        return told("MPI was started before");
    };
    // Training on several threads calls MPI from one of them.
    if threading < Threading::Serialized {
        return told("this MPI can be called from the main thread alone");
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        hook(panic);
        SimpleCommunicator::world().abort(101);
    }));
    let job = Job { world: universe.world().duplicate(), universe };
    // The ranks meet in it after the program. It must be dropped before `job`.
    let end = job.universe.world().duplicate();
    let result = job.check_alike("version of densely", version).and_then(|()| program(&job));
    // All of this happens before the job ends: the first process that exits may end the others.
    let code = match result {
        Ok(code) => code,
        Err(mistake) => mistake.message().map_or(ExitCode::FAILURE, told),
    };
    // Among themselves: those that are done must not be taken for taking part in what the others
    // still do.
    let failed = "failed, and the others go on without it";
    meet(&end, (code != ExitCode::SUCCESS).then_some(&failed as &dyn fmt::Display));
    code
}

/// If the message cannot be written, the exit code still shows the failure.
fn told(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::FAILURE
}

/// The ranks that one `mpirun` started. [`run`] passes it to the program.
pub struct Job {
    /// For the program's messages: its own ranks, so that none of them can come among the
    /// gradients.
    world: SimpleCommunicator,
    /// Whose world is for the crate's messages. Dropped last: without MPI, there are no
    /// communicators.
    universe: Universe,
}

impl Job {
    /// Returns the rank of this process, counted from 0.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.universe.world().rank() as usize
    }

    /// Returns the number of ranks.
    #[must_use]
    pub fn count(&self) -> usize {
        self.universe.world().size() as usize
    }

    /// Returns all ranks as the workers of one training.
    #[must_use]
    pub fn workers<F: Float + Equivalence>(&self) -> MpiWorkers<'_, F> {
        MpiWorkers::new(&self.universe)
    }

    /// The world of all ranks, for whatever else a program has to tell between them. Not that of
    /// MPI itself, `MPI_COMM_WORLD`, in which the workers and this job exchange messages of theirs.
    #[must_use]
    pub fn world(&self) -> &SimpleCommunicator {
        &self.world
    }

    /// Checks that a text is the same on all ranks. All ranks must call it.
    ///
    /// # Errors
    ///
    /// [`Mistake`], on all ranks, with both texts and the first rank whose text differs from rank
    /// 0's.
    pub fn check_alike(&self, name: &str, text: &str) -> Result<(), Mistake> {
        let texts = texts_of_all(&self.universe.world(), text);
        let other = texts.iter().enumerate().find(|(_, other)| **other != texts[0]);
        match other {
            None => Ok(()),
            Some((rank, other)) => {
                let first = &texts[0];
                let message = format!("rank {rank} has {name} {other}, rank 0 has {first}");
                Err(Mistake::new((self.rank() == 0).then_some(message)))
            }
        }
    }

    /// Returns the value if the result is `Ok` on all ranks. All ranks must call it.
    ///
    /// An error on one rank while others are in the middle of a sum cannot be compared with theirs:
    /// after five seconds it is told with the rank's number, and ends all.
    ///
    /// # Errors
    ///
    /// [`Mistake`], on all ranks, if any rank has an error.
    pub fn agreed<T, E: Into<Box<dyn Error>>>(&self, result: Result<T, E>) -> Result<T, Mistake> {
        let result = result.map_err(Into::<Box<dyn Error>>::into);
        let error = result.as_ref().err().map(|error| error as &dyn fmt::Display);
        meet(&self.universe.world(), error);
        let told = match &result {
            Ok(_) => String::new(),
            // Other ranks report what went wrong there.
            Err(error) if is_of_another(error.as_ref()) => OTHER.to_owned(),
            Err(error) => format!("{TOLD}{error}"),
        };
        let texts = texts_of_all(&self.universe.world(), &told);
        match result {
            Ok(done) if texts.iter().all(String::is_empty) => Ok(done),
            _ => Err(Mistake::new((self.rank() == 0).then(|| in_one_line(&texts)))),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rank, count) = (self.rank(), self.count());
        f.debug_struct("Job").field("rank", &rank).field("count", &count).finish()
    }
}

/// Waits until all ranks are here; with an error, only for a short time.
fn meet(world: &SimpleCommunicator, error: Option<&dyn fmt::Display>) {
    let started = Instant::now();
    let mut barrier = world.immediate_barrier();
    while let Err(not_yet) = barrier.test() {
        barrier = not_yet;
        if let Some(error) = error
            && started.elapsed() > PATIENCE
        {
            told(&format!("rank {}: {error}", world.rank()));
            world.abort(1);
        }
        sleep(Duration::from_micros(200));
    }
}

/// Precedes the message of an error.
const TOLD: &str = "!";
/// Stands for an error that another rank reports.
const OTHER: &str = "?";

fn is_of_another(error: &(dyn Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(densely::Error::Workers(WorkersError::GaveUp { .. })))
}

/// What is told of the errors of all ranks: each message once, with the first rank that has it
/// unless all do.
fn in_one_line(texts: &[String]) -> String {
    let mut messages: Vec<(usize, &str)> = Vec::new();
    for (rank, text) in texts.iter().enumerate() {
        if let Some(message) = text.strip_prefix(TOLD)
            && messages.iter().all(|&(_, earlier)| earlier != message)
        {
            messages.push((rank, message));
        }
    }
    match messages[..] {
        [(_, message)] if texts.iter().all(|text| text.strip_prefix(TOLD) == Some(message)) => {
            message.to_owned()
        }
        _ => {
            let lines = messages.iter().map(|(rank, message)| format!("rank {rank}: {message}"));
            lines.collect::<Vec<_>>().join("; ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&str]) -> String {
        in_one_line(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_all_say_is_told_once() {
        assert_eq!(told(&["!no rows", "!no rows"]), "no rows");
    }

    #[test]
    fn what_one_says_is_told_with_its_number() {
        assert_eq!(told(&["?", "!no rows", "?"]), "rank 1: no rows");
        assert_eq!(told(&["", "", "!no rows"]), "rank 2: no rows");
    }

    #[test]
    fn what_several_say_is_told_with_the_first_of_each() {
        assert_eq!(told(&["!a", "!b", "!b", "!a"]), "rank 0: a; rank 1: b");
    }
}
