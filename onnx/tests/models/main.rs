//! A network comes back from ONNX as it was. A network of another library predicts what it
//! predicted there. Everything else is an error that names the reason.

mod damaged_files;
mod external_data;
mod foreign_models;
mod protobuf;
mod refusals;
mod round_trip;
mod tract;
