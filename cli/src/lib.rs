//! The program `densely`, which trains neural networks on tables and predicts with them:
//!
//! ```sh
//! densely look cars.csv                            # what each column is and becomes
//! densely train cars.csv --target mpg              # saves cars-mpg.safetensors
//! densely predict cars-mpg.safetensors new.csv     # prints CSV
//! densely explain cars-mpg.safetensors cars.csv    # which columns matter
//! densely show cars-mpg.safetensors                # layers, columns, units
//! densely convert large.csv --target kind --output shards
//! densely completions bash
//! ```
//!
//! `densely help train` lists the options of a training. The exit code is 0 for a result on stdout,
//! 2 for wrong options, and 1 for everything else that goes wrong; then the last line on stderr
//! says what. Lines before it say what was done with a table.
//!
//! The modules are public for the other programs of densely, which read other data and draw other
//! pictures. Their functions may change with every version. An application uses the library
//! [`densely`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod aligned;
pub mod command_line;
mod convert;
mod explain;
pub mod figures;
mod input;
mod look;
mod names;
mod network;
mod output_names;
#[cfg(feature = "parquet")]
mod parquet;
mod places;
mod predict;
mod program;
mod rounded;
mod show;
mod table;
mod table_file;
mod test_rows;
mod train;
pub mod training;

pub use program::main;
