//! Networks go to ONNX and come back as they were; those of other libraries come in and predict what they did there; what is no network is refused by
//! its name.

mod damaged_files;
mod foreign_models;
mod protobuf;
mod refusals;
mod round_trip;
