//! Forged files are errors that name the fault.

use super::forgeries::{self, Forgery};
use densely::{Error, Mlp, error::ModelFileError};

fn check(forgeries: Vec<Forgery>) {
    for (what, bytes, expected) in forgeries {
        let error = Mlp::<f32>::from_bytes(&bytes).map(|_| what).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{what}: {:.300}", message);
        assert!(message.len() < 2_000, "{what}: a message of {} bytes", message.len());
        assert!(!matches!(error, Error::Io { .. } | Error::InFile { .. }), "{what}: {message}");
    }
}

/// Checks the file from which the others are derived.
#[test]
fn the_file_that_was_not_changed_loads() {
    let bytes = forgeries::model(&forgeries::structure(1), forgeries::small(), 2);
    let net = Mlp::<f32>::from_bytes(&bytes).unwrap();
    assert_eq!(net.layers()[0].weights()[[0, 0]], 1.0);
}

#[test]
fn with_other_sizes() {
    check(forgeries::of_sizes());
}

#[test]
fn with_other_tensors() {
    check(forgeries::of_tensors());
}

#[test]
fn with_another_structure() {
    check(forgeries::of_structures());
}

#[test]
fn with_long_texts() {
    check(forgeries::of_long_texts());
}

/// The version is checked before anything else that a newer version may have changed.
#[test]
fn of_a_newer_version_by_name() {
    let newer = serde_json::json!({
        "format": "densely", "version": 4, "library": "9.8.7", "new": {"field": []}, "layers": 7,
    });
    let bytes = forgeries::model(&newer, forgeries::small(), 2);
    let error = Mlp::<f32>::from_bytes(&bytes).unwrap_err();
    let library = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "the model has version 4 of the format, written by densely 9.8.7; densely {library} reads up to version 3"
    );
    assert_eq!(error.to_string(), expected);
    assert!(matches!(
        error,
        Error::ModelFile(ModelFileError::NewerVersion { version: 4, known: 3, .. })
    ));
}
