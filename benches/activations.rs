//! The reason for the design, as a number: the backward pass of each activation from the output
//! that the layer cached, against one that evaluates the function again.
//!
//! `cargo bench -p densely-benches --bench activations` measures both side by side for `f32` and
//! `f64` at three sizes, and ends with a table of ratios. GELU, SiLU and Mish have no derivative
//! from the output: theirs evaluates an exponential in either case.

use criterion::{BenchmarkId, Criterion, Throughput};
use densely::{Float, activation::AnyActivation};
use ndarray::Array2;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

const SIZES: [usize; 3] = [64, 4_096, 262_144];

/// Cached: the derivative from the kept output. Again: the function of the kept z first, and then
/// the derivative.
fn measure<F: Float>(criterion: &mut Criterion, name: &str) {
    let Ok(activation) = name.parse::<AnyActivation<F>>() else { return };
    let mut group = criterion.benchmark_group(format!("{name} {}", F::NAME));
    for size in SIZES {
        let z = Array2::from_shape_fn((size / 32, 32), |(row, column)| {
            F::from_f64(3.0 * ((row * 32 + column) as f64 * 0.731).sin())
        });
        let mut output = z.clone();
        activation.forward(output.view_mut());
        let mut delta = Array2::ones(z.dim());
        let mut again = z.clone();
        group.throughput(Throughput::Elements(size as u64));
        // A new delta each time, in both: multiplied again and again it would become subnormal, and
        // slow.
        group.bench_function(BenchmarkId::new("cached", size), |bencher| {
            bencher.iter(|| {
                delta.fill(F::one());
                activation.backward(output.view(), z.view(), black_box(&mut delta).view_mut());
            });
        });
        group.bench_function(BenchmarkId::new("again", size), |bencher| {
            bencher.iter(|| {
                delta.fill(F::one());
                again.assign(&z);
                activation.forward(black_box(&mut again).view_mut());
                activation.backward(again.view(), z.view(), black_box(&mut delta).view_mut());
            });
        });
    }
    group.finish();
}

/// Returns the median of the last measurement, in nanoseconds per element.
fn median(name: &str, float: &str, which: &str, size: usize) -> Option<f64> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");
    let folder = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| beside.to_owned());
    let path = format!("criterion/{name} {float}/{which}/{size}/new/estimates.json");
    let text = std::fs::read_to_string(Path::new(&folder).join(path)).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(estimates["median"]["point_estimate"].as_f64()? / size as f64)
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300))
        .sample_size(20)
        .without_plots()
        .configure_from_args();
    for name in AnyActivation::<f32>::NAMES {
        measure::<f32>(&mut criterion, name);
        measure::<f64>(&mut criterion, name);
    }
    criterion.final_summary();

    println!(
        "\nns an element: from the cached output / with the function evaluated again (ratio)\n"
    );
    println!(
        "| activation | {} |",
        ["f32", "f64"].map(|f| SIZES.map(|s| format!("{f} {s}")).join(" | ")).join(" | ")
    );
    println!("|---|---|---|---|---|---|---|");
    for name in AnyActivation::<f32>::NAMES {
        let cells = ["f32", "f64"].map(|float| {
            SIZES
                .map(|size| {
                    match (median(name, float, "cached", size), median(name, float, "again", size))
                    {
                        (Some(cached), Some(again)) => {
                            format!("{cached:.2} / {again:.2} ({:.1})", again / cached)
                        }
                        _ => "–".to_owned(),
                    }
                })
                .join(" | ")
        });
        println!("| {name} | {} |", cells.join(" | "));
    }
}
