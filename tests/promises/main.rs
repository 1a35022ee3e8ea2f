//! The library's promises to its users. They are modules of one test binary, so that the compiler
//! makes code from the generic library once. A test that measures its whole process, or kills it,
//! starts this binary again. Only the counter of allocations has a binary of its own.

mod activation_values;
mod another_table;
mod any_table;
mod auto_traits;
mod by_hand;
mod by_name;
mod checkpoints;
mod closed_forms;
mod csv_streams;
mod dropout;
mod estimator_checks;
mod explanation;
mod first_mistakes;
mod from_sklearn;
mod gradients;
mod intervals;
mod killed;
mod lbfgs;
mod memory;
mod model_files;
mod nist;
#[cfg(feature = "npy")]
mod npy;
mod observers;
mod optimizer_steps;
#[cfg(target_os = "linux")]
mod own_process;
mod pages;
mod peak;
mod poisson;
mod precision;
mod recipe;
mod replaced_files;
mod reproducibility;
#[cfg(feature = "threads")]
mod resuming;
mod schedules;
mod schema;
mod state_dict;
#[cfg(feature = "threads")]
mod threads;
mod toy_problems;
mod training;
mod units;
mod views;
mod weights;
mod workers;
mod written_cells;
