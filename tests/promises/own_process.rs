//! Tests that measure their whole process.

use std::process::Command;

/// The environment variable of a process that runs a single test.
const ALONE: &str = "DENSELY_TEST_ALONE";

/// Whether this process runs the test alone. If not, starts one that does, and fails if the test
/// fails there.
pub fn is_own_process(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let binary = std::env::current_exe().unwrap();
    let output = Command::new(binary).args(["--exact", test]).env(ALONE, "1").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    false
}
