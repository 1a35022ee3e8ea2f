//! Starts jobs for the tests.

#![allow(dead_code)] // Each file of tests uses a part.

use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// `mpirun` for this number of ranks, wherever the tests run: also as root, and on fewer processors
/// than ranks, where a rank that waits must let the others work.
pub fn mpirun(ranks: usize) -> Command {
    let mut command = base();
    command.args(["-n", &ranks.to_string()]);
    command
}

/// Returns `mpirun` without a number of ranks.
pub fn base() -> Command {
    let mut command = Command::new("mpirun");
    command.args(["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]);
    command.args(["--mca", "mpi_yield_when_idle", "1"]);
    command
}

/// The folder that a test gave this process as a rank of its job; `None` in the test itself.
pub fn folder_of_job() -> Option<std::path::PathBuf> {
    std::env::var_os("DENSELY_MPI_TEST").map(Into::into)
}

/// Lets `mpirun` run the test of this name once more, on each rank.
pub fn run_test(command: &mut Command, name: &str, folder: &std::path::Path) -> Output {
    command.args(["-x", "DENSELY_MPI_TEST"]).env("DENSELY_MPI_TEST", folder);
    command.arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
    output(command)
}

/// Returns the output of a job, which must end within a minute.
pub fn output(command: &mut Command) -> Output {
    Running::start(command).output()
}

/// A running job, which ends when its test ends.
pub struct Running(Option<Child>);

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(Some(command.spawn().unwrap()))
    }

    /// Returns the output of the job, which must end within a minute.
    pub fn output(mut self) -> Output {
        let child = self.0.take().unwrap();
        let id = child.id();
        let (done, watched) = std::sync::mpsc::channel::<()>();
        let watch = std::thread::spawn(move || {
            if watched.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
                end(id);
                panic!("the job did not end within a minute");
            }
        });
        let output = child.wait_with_output().unwrap();
        // The send fails if the watch has ended the job.
        let _ = done.send(());
        watch.join().unwrap();
        output
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            end(child.id());
            let _ = child.wait();
        }
    }
}

/// Asks `mpirun` to stop, so that it ends its ranks. It could not do so if it were killed.
fn end(id: u32) {
    let _ = Command::new("kill").arg(id.to_string()).status();
}

pub fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Counts the occurrences of a text in another.
pub fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

/// Waits for a condition, for half a minute at most.
pub fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what} does not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}
