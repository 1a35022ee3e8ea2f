//! Measures the largest errors of the activations, in units in the last place, over every exponent.
//!
//! An `f32` is compared with the standard library's functions in `f64`, an `f64` with numbers of
//! twice its precision.

mod double_double;

use densely::{Float, activation::AnyActivation};
use double_double::{Scaled, density, exp, exp_m1, normal, plain, sigmoid, softplus, tanh, wide};
use ndarray::Array2;

/// Bit patterns in steps of a prime: every sign and exponent, also subnormal, with some 8,000
/// mantissas each.
fn all_f32() -> Vec<f32> {
    (0..=u32::MAX).step_by(1021).map(f32::from_bits).filter(|z| z.is_finite()).collect()
}

/// Every sign and exponent with 40 mantissas, and half a million numbers more from 2⁻⁶ to 800,
/// where the functions bend.
fn all_f64() -> Vec<f64> {
    let patterns = (0..=u64::MAX).step_by((u64::MAX / (2 * 2048 * 40)) as usize | 1);
    let everywhere = patterns.map(f64::from_bits).filter(|z| z.is_finite());
    let bent = (0..250_000).map(|k| 2.0_f64.powf(-6.0 + 15.7 * f64::from(k) / 250_000.0));
    everywhere.chain(bent.clone()).chain(bent.map(|z| -z)).collect()
}

fn forward<F: Float>(name: &str, z: &[F]) -> Vec<F> {
    let mut a = Array2::from_shape_vec((1, z.len()), z.to_vec()).unwrap();
    name.parse::<AnyActivation<F>>().unwrap().forward(a.view_mut());
    a.into_raw_vec_and_offset().0
}

/// The largest error of an `f32` activation, in units in the last place of the true value.
fn worst_f32(name: &str, truth: impl Fn(f64) -> f64) -> f64 {
    let z = all_f32();
    let mut worst = 0.0_f64;
    for (&z, a) in z.iter().zip(forward(name, &z)) {
        let truth = truth(f64::from(z));
        if (truth as f32).is_infinite() {
            assert_eq!(a, truth as f32, "{name}({z})");
            continue;
        }
        let exponent = (truth.abs().log2().floor() as i32).clamp(-126, 127);
        let error = (f64::from(a) - truth).abs() / 2.0_f64.powi(exponent - 23);
        assert!(error < 10.0, "{name}({z:e}) = {a:e}, not {truth:e}");
        worst = worst.max(error);
    }
    worst
}

/// The same for `f64`.
fn worst_f64(name: &str, truth: impl Fn(f64) -> Scaled) -> f64 {
    let z = all_f64();
    let mut worst = 0.0_f64;
    for (&z, a) in z.iter().zip(forward(name, &z)) {
        let truth = truth(z);
        let Scaled { value, exponent } = truth;
        if exponent > 1024 || (exponent == 1024 && value.0 >= 1.0) {
            assert_eq!(a, f64::INFINITY, "{name}({z})");
            continue;
        }
        if value.0 == 0.0 || value.0.abs().log2() + f64::from(exponent) < -1080.0 {
            assert_eq!(a, 0.0, "{name}({z})");
            continue;
        }
        // Divides both by 2^exponent, so that the difference of subnormal values keeps its digits.
        let scale =
            |x: f64| x * 2.0_f64.powi(-exponent / 2) * 2.0_f64.powi(-exponent + exponent / 2);
        let error = (wide(scale(a)) - value).0.abs();
        let unit = (value.0.abs().log2().floor() as i32 + exponent).max(-1022) - 52 - exponent;
        let error = error / 2.0_f64.powi(unit.clamp(-1022, 1023));
        assert!(error < 10.0, "{name}({z:e}) = {a:e}, not {truth:?}");
        worst = worst.max(error);
    }
    worst
}

/// z Φ(z) of an `f32`, from the wide function: `f64` has no erf.
fn gelu_f32(z: f64) -> f64 {
    if z.abs() > 40.0 {
        return if z < 0.0 { -0.0 } else { z };
    }
    normal(z).times(wide(z)).plain().0
}

/// z Φ(z). A tiny z is scaled up, so that the product is not subnormal.
fn gelu_f64(z: f64) -> Scaled {
    if z < -40.0 {
        return plain(wide(0.0));
    }
    if z > 40.0 {
        return plain(wide(z));
    }
    let Scaled { value, exponent } = normal(z);
    let raised = if z.abs() < 1e-200 { 2.0_f64.powi(300) } else { 1.0 };
    let exponent = if raised == 1.0 { exponent } else { exponent - 300 };
    Scaled { value: value * wide(z * raised), exponent }
}

fn silu_f64(z: f64) -> Scaled {
    let Scaled { value, exponent } = sigmoid(z.clamp(-1e5, 1e5));
    let raised = if z.abs() < 1e-200 { 2.0_f64.powi(300) } else { 1.0 };
    let exponent = if raised == 1.0 { exponent } else { exponent - 300 };
    if z < -1e5 { plain(wide(0.0)) } else { Scaled { value: value * wide(z * raised), exponent } }
}

/// z (w² - 1) / (w² + 1) with w = 1 + e^z. For z < 0 that is z e (e + 2) / (e (e + 2) + 2) with
/// e = e^z, else z (1 + 2e) / (1 + 2e + 2e²) with e = e^-z.
fn mish_f64(z: f64) -> Scaled {
    if z.abs() > 1e5 {
        return plain(wide(z.max(0.0)));
    }
    let (one, two) = (wide(1.0), wide(2.0));
    let scaled = exp(wide(-z.abs()));
    let e = scaled.plain();
    let raised = if z.abs() < 1e-200 { 2.0_f64.powi(300) } else { 1.0 };
    let factor = if z < 0.0 {
        scaled.times((e + two) / (e * (e + two) + two))
    } else {
        let doubled = one + two * e;
        plain(doubled / (doubled + two * e * e))
    };
    let exponent = if raised == 1.0 { factor.exponent } else { factor.exponent - 300 };
    Scaled { value: factor.value * wide(z * raised), exponent }
}

/// The same in `f64`, the reference of an `f32`.
fn mish_f32(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    let doubled = 1.0 + 2.0 * e;
    if z < -1e4 {
        -0.0
    } else if z < 0.0 {
        z * e * (e + 2.0) / (e * (e + 2.0) + 2.0)
    } else {
        z * (doubled / (doubled + 2.0 * e * e))
    }
}

fn elu_f64(z: f64) -> Scaled {
    if z > 0.0 || z.abs() < 1e-140 {
        return plain(wide(z));
    }
    plain(if z < -1e5 { wide(-1.0) } else { exp_m1(wide(z)) })
}

/// The table in the documentation of `Activation` has these bounds.
#[test]
#[ignore = "takes 15 seconds: eight functions over every exponent"]
fn errors_are_within_the_documented_bounds() {
    let far = |bounds: fn(f64) -> Scaled| move |z: f64| bounds(z.clamp(-1e5, 1e5));
    let log_plus_1 = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
    let logistic =
        |z: f64| if z < 0.0 { z.exp() / (1.0 + z.exp()) } else { 1.0 / (1.0 + (-z).exp()) };
    let softplus_f64 = |z: f64| if z > 1e3 { plain(wide(z)) } else { softplus(z.max(-1e5)) };
    let exp_f64 = |z: f64| exp(wide(z.clamp(-1e5, 1e5)));
    let results = [
        ("sigmoid", 2.0, worst_f32("sigmoid", logistic), worst_f64("sigmoid", far(sigmoid))),
        ("tanh", 3.0, worst_f32("tanh", f64::tanh), worst_f64("tanh", far(tanh))),
        ("softplus", 3.0, worst_f32("softplus", log_plus_1), worst_f64("softplus", softplus_f64)),
        (
            "elu",
            3.0,
            worst_f32("elu", |z| if z > 0.0 { z } else { z.exp_m1() }),
            worst_f64("elu", elu_f64),
        ),
        (
            "silu",
            3.0,
            worst_f32("silu", |z| if z < -1e4 { -0.0 } else { z * logistic(z) }),
            worst_f64("silu", silu_f64),
        ),
        ("gelu", 3.0, worst_f32("gelu", gelu_f32), worst_f64("gelu", gelu_f64)),
        ("mish", 4.0, worst_f32("mish", mish_f32), worst_f64("mish", mish_f64)),
        ("exponential", 2.0, worst_f32("exponential", f64::exp), worst_f64("exponential", exp_f64)),
    ];
    for (name, _, of_f32, of_f64) in results {
        println!("{name:12} f32 {of_f32:.3}  f64 {of_f64:.3}");
    }
    for (name, bound, of_f32, of_f64) in results {
        assert!(of_f32 <= bound && of_f64 <= bound, "{name}: {of_f32} {of_f64}");
    }
}

/// Derivatives that compute an exponential, far from their zeros: near a zero the terms of their
/// sum cancel.
#[test]
fn derivatives_keep_their_digits_in_the_far_tails() {
    let z: Vec<f64> = (0..100_000).map(|k| -37.0 + 35.0 * f64::from(k) / 100_000.0).collect();
    let slopes = |name: &str| {
        let z = Array2::from_shape_vec((1, z.len()), z.clone()).unwrap();
        let activation: AnyActivation<f64> = name.parse().unwrap();
        let (mut output, mut delta) = (z.clone(), Array2::ones(z.dim()));
        activation.forward(output.view_mut());
        activation.backward(output.view(), z.view(), delta.view_mut());
        delta.into_raw_vec_and_offset().0
    };
    let gelu = |z: f64| (normal(z).plain() + density(z).times(wide(z)).plain()).0;
    let silu = |z: f64| {
        let (small, large) = (sigmoid(z).plain(), sigmoid(-z).plain());
        (small * (wide(1.0) + wide(z) * large)).0
    };
    let logistic = |z: f64| sigmoid(z).plain().0;
    let cases: [(&str, &dyn Fn(f64) -> f64); 3] =
        [("gelu", &gelu), ("silu", &silu), ("softplus", &logistic)];
    for (name, truth) in cases {
        let mut worst = 0.0_f64;
        for (&z, slope) in z.iter().zip(slopes(name)) {
            worst = worst.max(((slope - truth(z)) / truth(z)).abs() / f64::EPSILON);
        }
        println!("{name}: {worst:.1} units");
        assert!(worst < 6.0, "{name}: {worst}");
    }
}
