//! A network from a file, in the precision that the file has.

use densely::{Error, Mlp, error::ModelFileError};
use std::path::Path;

/// A network of either precision.
pub enum Network {
    F32(Mlp<f32>),
    F64(Mlp<f64>),
}

impl Network {
    pub fn load(path: &Path) -> Result<Self, Error> {
        match Mlp::load(path) {
            Err(Error::InFile { error, .. })
                if matches!(*error, Error::ModelFile(ModelFileError::Precision { .. })) =>
            {
                Mlp::load(path).map(Self::F64)
            }
            net => net.map(Self::F32),
        }
    }
}
