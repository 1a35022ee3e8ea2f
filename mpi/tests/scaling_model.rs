//! Tests the formulas of the model in `benches/scaling_model` at points computed by hand, since a
//! bench without a harness runs no tests of its own.

#![allow(dead_code)] // The bench uses all of it.

#[path = "../benches/scaling_model/compute.rs"]
mod compute;
#[path = "../benches/scaling_model/cost.rs"]
mod cost;
#[path = "../benches/scaling_model/fit.rs"]
mod fit;
#[path = "../benches/scaling_model/scaling.rs"]
mod scaling;
