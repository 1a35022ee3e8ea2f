//! Which release this is.

/// The version of this library: all workers of a training must have the same.
///
/// ```
/// assert!(densely::VERSION.split('.').count() >= 3);
/// ```
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
