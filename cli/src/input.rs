//! Finds the files that a user names.

use std::env;
use std::path::{Path, PathBuf};

/// Returns the path of an existing file. `cargo run` works in every folder of the checkout: a file
/// that is not below the working folder is looked for below the root of the checkout.
pub fn find(path: &Path) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cargo sets the variable for a program that it runs. An installed program has none.
    let by_cargo = env::var_os("CARGO_MANIFEST_DIR").is_some_and(|folder| folder == package);
    let in_checkout = package.parent().map(|root| root.join(path));
    match in_checkout {
        Some(file) if by_cargo && !path.exists() && file.exists() => file,
        _ => path.to_owned(),
    }
}
