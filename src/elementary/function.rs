//! The functions of one number z, in terms of e^-|z|, which cannot overflow.

use super::exponential::{
    at_least, at_most, exp_between, exp_m1_of_negative, exp_of_negative, ln_1p_of_fraction,
};
use super::normal_tail::NormalTail;

/// A function of one number. FUSED: whether the processor has a fused multiply-add.
pub(crate) trait Function: Copy {
    fn of<const FUSED: bool, F: NormalTail>(self, z: F) -> F;
}

/// Defines functions of one number.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident, <$fused:ident, $float:ident> |$z:ident| $body:block)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy)]
            pub(crate) struct $name;

            impl Function for $name {
                #[inline(always)]
                fn of<const $fused: bool, $float: NormalTail>(self, $z: $float) -> $float $body
            }
        )*
    };
}

functions! {
    /// 1 / (1 + e^-z): with e = e^-|z|, 1 / (1 + e) or e / (1 + e).
    Sigmoid, <FUSED, F> |z| {
        let (one, exponential) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()));
        let (e, e_lost) = (exponential.value(), exponential.lost());
        let denominator = one + e;
        let denominator_lost = (e - (denominator - one)) + e_lost;
        let negative = z < F::zero();
        let (numerator, numerator_lost) = if negative { (e, e_lost) } else { (one, F::zero()) };
        let quotient = numerator / denominator;
        // Adds what rounding took from numerator and denominator: the error that is left is little
        // more than the rounding of the quotient.
        let reciprocal = if negative { one - quotient } else { quotient };
        quotient + (numerator_lost - quotient * denominator_lost) * reciprocal
    }

    /// With t = e^(-2|z|) - 1, between -1 and 0, the magnitude is -t / (2 + t). It is at most 1,
    /// since -t ≤ 1 ≤ 2 + t.
    Tanh, <FUSED, F> |z| {
        let two = F::one() + F::one();
        let t = exp_m1_of_negative::<FUSED, F>(-two * z.abs());
        (-t / (two + t)).copysign(z)
    }

    /// e^z.
    Exponential, <FUSED, F> |z| {
        let z = at_most(at_least(z, F::SMALLEST_EXPONENT), F::LARGEST_EXPONENT);
        exp_between::<FUSED, F>(z).value()
    }

    /// ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|).
    Softplus, <FUSED, F> |z| {
        let e = exp_of_negative::<FUSED, F>(-z.abs()).value();
        at_least(z, F::zero()) + ln_1p_of_fraction::<FUSED, F>(e)
    }

    /// 1 - e^-a = -(e^-a - 1).
    SoftplusDerivative, <FUSED, F> |a| {
        -exp_m1_of_negative::<FUSED, F>(-a)
    }

    /// z Φ(z).
    Gelu, <FUSED, F> |z| { F::gelu::<FUSED>(z) }

    /// Φ(z) + z φ(z).
    GeluDerivative, <FUSED, F> |z| { F::gelu_derivative::<FUSED>(z) }

    /// z / (1 + e^-z): with e = e^-|z|, z / (1 + e) or z e / (1 + e).
    Silu, <FUSED, F> |z| {
        let (one, e) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()));
        let denominator = one + e.value();
        let below = e.scale(bounded(z) * e.mantissa / denominator);
        if z < F::zero() { below } else { z / denominator }
    }

    /// σ (1 + z (1 - σ)), with 1 - σ = σ(-z), which does not cancel.
    SiluDerivative, <FUSED, F> |z| {
        let (one, e) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()).value());
        let (large, small) = (one / (one + e), e / (one + e));
        let (sigmoid, rest) = if z < F::zero() { (small, large) } else { (large, small) };
        sigmoid * (one + bounded(z) * rest)
    }

    /// z tanh(ln(1 + e^z)). tanh(ln w) = (w² - 1) / (w² + 1). For z < 0 that is
    /// e (e + 2) / (e (e + 2) + 2) with e = e^z, and for z ≥ 0 (1 + 2e) / (1 + 2e + 2e²) with
    /// e = e^-z.
    Mish, <FUSED, F> |z| {
        let (one, exponential) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()));
        let (two, e) = (one + one, exponential.value());
        let below = (e + two) / (e * (e + two) + two);
        let below = exponential.scale(bounded(z) * exponential.mantissa * below);
        let doubled = one + two * e;
        let above = z * (doubled / (doubled + two * e * e));
        if z < F::zero() { below } else { above }
    }

    /// t + z σ (1 - t²), with t and 1 - t from the quotients above.
    MishDerivative, <FUSED, F> |z| {
        let (one, e) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()).value());
        let two = one + one;
        let negative = z < F::zero();
        let (numerator, rest) =
            if negative { (e * (e + two), two) } else { (one + two * e, two * e * e) };
        let (t, one_less_t) = (numerator / (numerator + rest), rest / (numerator + rest));
        let sigmoid = if negative { e } else { one } / (one + e);
        t + bounded(z) * sigmoid * one_less_t * (one + t)
    }
}

/// positive · z for z > 0, else limit · (e^z - 1).
#[derive(Clone, Copy)]
pub(crate) struct ScaledElu {
    pub(crate) positive: f64,
    pub(crate) limit: f64,
}

impl Function for ScaledElu {
    #[inline(always)]
    fn of<const FUSED: bool, F: NormalTail>(self, z: F) -> F {
        let below = F::from_f64(self.limit) * exp_m1_of_negative::<FUSED, F>(at_most(z, F::zero()));
        if z > F::zero() { F::from_f64(self.positive) * z } else { below }
    }
}

/// z, limited to a range outside of which e^-|z| is 0. Times 0, an infinite z would be NaN.
#[inline(always)]
fn bounded<F: NormalTail>(z: F) -> F {
    let bound = -F::SMALLEST_EXPONENT - F::SMALLEST_EXPONENT;
    at_most(at_least(z, -bound), bound)
}
