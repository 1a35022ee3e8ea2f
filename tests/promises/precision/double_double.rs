//! Numbers of twice the precision of `f64` (Dekker 1971), and reference functions to about 30
//! digits.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// The sum of two `f64` that do not overlap.
#[derive(Clone, Copy, Debug)]
pub struct Wide(pub f64, pub f64);

/// A wide number times a power of two, so that values too small for an `f64` keep their digits.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    pub value: Wide,
    pub exponent: i32,
}

fn two_sum(a: f64, b: f64) -> Wide {
    let sum = a + b;
    let part = sum - a;
    Wide(sum, (a - (sum - part)) + (b - part))
}

impl Add for Wide {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let high = two_sum(self.0, other.0);
        let low = two_sum(self.1, other.1);
        let sum = two_sum(high.0, high.1 + low.0);
        two_sum(sum.0, sum.1 + low.1)
    }
}

impl Neg for Wide {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl Sub for Wide {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Wide {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let product = self.0 * other.0;
        let lost = self.0.mul_add(other.0, -product);
        two_sum(product, lost + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Wide {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = self.0 / other.0;
        let rest = self - other * wide(first);
        let second = rest.0 / other.0;
        let rest = rest - other * wide(second);
        two_sum(first, second) + wide(rest.0 / other.0)
    }
}

pub fn wide(x: f64) -> Wide {
    Wide(x, 0.0)
}

/// ln 2, 1/√(2π).
const LN_2: Wide = Wide(std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);
const DENSITY_AT_0: Wide = Wide(0.398_942_280_401_432_7, -2.492_327_202_277_73e-17);

/// e^x - 1 for |x| < 0.4: Taylor's series at x/256, then (1 + p)² - 1 = p (2 + p) eight times.
fn exp_m1_reduced(x: Wide) -> Wide {
    let r = Wide(x.0 / 256.0, x.1 / 256.0);
    let mut sum = wide(1.0);
    for k in (2..=12).rev() {
        sum = wide(1.0) + r * sum / wide(f64::from(k));
    }
    let mut p = r * sum;
    for _ in 0..8 {
        p = p * (wide(2.0) + p);
    }
    p
}

/// e^x = value · 2^exponent, the value near 1.
pub fn exp(x: Wide) -> Scaled {
    let n = (x.0 / LN_2.0).round();
    let r = x - wide(n) * LN_2;
    Scaled { value: wide(1.0) + exp_m1_reduced(r), exponent: n as i32 }
}

/// e^x - 1.
pub fn exp_m1(x: Wide) -> Wide {
    if x.0.abs() < 0.4 {
        return exp_m1_reduced(x);
    }
    exp(x).plain() - wide(1.0)
}

impl Scaled {
    /// Returns the value as one wide number, which underflows if the value does.
    pub fn plain(self) -> Wide {
        let power = 2.0_f64.powi(self.exponent.max(-1000));
        let rest = 2.0_f64.powi(self.exponent.min(-1000) + 1000);
        Wide(self.value.0 * power * rest, self.value.1 * power * rest)
    }

    pub fn times(self, factor: Wide) -> Self {
        Self { value: self.value * factor, exponent: self.exponent }
    }
}

pub fn plain(value: Wide) -> Scaled {
    Scaled { value, exponent: 0 }
}

/// ln(1 + e^x).
pub fn softplus(x: f64) -> Scaled {
    let e = exp(wide(-x.abs()));
    let u = e.plain();
    let logarithm = if u.0 < 3e-7 {
        // ln(1 + u) / u = 1 - u/2 + u²/3 - …
        let series = wide(1.0) - u / wide(2.0) + u * u / wide(3.0) - u * u * u / wide(4.0);
        e.times(series + u * u * u * u / wide(5.0))
    } else {
        // One step of Newton's method for e^y = w, from a y with 16 right digits.
        let w = wide(1.0) + u;
        let y = wide(u.0.ln_1p());
        let y = y + w * exp(-y).plain() - wide(1.0);
        plain(y + w * exp(-y).plain() - wide(1.0))
    };
    if x <= 0.0 { logarithm } else { plain(wide(x) + logarithm.plain()) }
}

/// 1 / (1 + e^-x).
pub fn sigmoid(x: f64) -> Scaled {
    let e = exp(wide(-x.abs()));
    let share = wide(1.0) / (wide(1.0) + e.plain());
    if x < 0.0 { e.times(share) } else { plain(share) }
}

/// (e^x - e^-x) / (e^x + e^-x).
pub fn tanh(x: f64) -> Scaled {
    if x.abs() < 1e-20 {
        return plain(wide(x));
    }
    let t = exp_m1(wide(-2.0 * x.abs()));
    let magnitude = -t / (wide(2.0) + t);
    plain(if x < 0.0 { -magnitude } else { magnitude })
}

/// The density e^(-x²/2) / √(2π).
pub fn density(x: f64) -> Scaled {
    let square = wide(x) * wide(x);
    exp(Wide(-0.5 * square.0, -0.5 * square.1)).times(DENSITY_AT_0)
}

/// The normal distribution Φ(x).
pub fn normal(x: f64) -> Scaled {
    let magnitude = x.abs();
    let tail = if magnitude < 6.0 {
        // ½ - φ(x) (x + x³/3 + x⁵/(3·5) + …), all terms positive.
        let (x, mut term, mut sum) = (wide(magnitude), wide(magnitude), wide(magnitude));
        let mut k = 1.0;
        while term.0 > 1e-34 * sum.0 {
            k += 2.0;
            term = term * x * x / wide(k);
            sum = sum + term;
        }
        plain(wide(0.5) - density(magnitude).plain() * sum)
    } else {
        // Laplace's continued fraction φ(x) / (x + 1/(x + 2/(x + 3/…))).
        let mut fraction = wide(magnitude);
        for k in (1..120).rev() {
            fraction = wide(magnitude) + wide(f64::from(k)) / fraction;
        }
        density(magnitude).times(wide(1.0) / fraction)
    };
    if x < 0.0 { tail } else { plain(wide(1.0) - tail.plain()) }
}
