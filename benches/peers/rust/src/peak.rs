//! Measures the peak performance of one core: independent fused multiply-adds on numbers in
//! registers.

use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The number of multiply-adds in flight. On today's processors each takes 4 cycles and 2 begin per
/// cycle, so at least 8 are needed; AVX2 has registers for 14.
const UNDER_WAY: usize = 12;
const ROUNDS: usize = 1_000_000;

macro_rules! peak {
    ($name:ident, $type:ty, $vector:ident, $splat:ident, $mul_add:ident, $add:ident, $sum:ident) => {
        struct $name {
            factor: $type,
            addend: $type,
        }

        impl WithSimd for $name {
            /// A result, so that the compiler does not remove the work, and the number of lanes.
            type Output = ($type, usize);

            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
                let (factor, addend) = (simd.$splat(self.factor), simd.$splat(self.addend));
                let mut values = [simd.$splat(1.0); UNDER_WAY];
                for _ in 0..ROUNDS {
                    for value in &mut values {
                        *value = simd.$mul_add(factor, *value, addend);
                    }
                }
                let zero = simd.$splat(0.0);
                let sum = values.iter().fold(zero, |sum, &value| simd.$add(sum, value));
                (simd.$sum(sum), size_of::<S::$vector>() / size_of::<$type>())
            }
        }
    };
}

peak!(PeakF32, f32, f32s, splat_f32s, mul_add_e_f32s, add_f32s, reduce_sum_f32s);
peak!(PeakF64, f64, f64s, splat_f64s, mul_add_e_f64s, add_f64s, reduce_sum_f64s);

/// Returns the billions of floating-point operations per second in `f32` and in `f64`, each the
/// best within one second.
pub fn gigaflops() -> (f64, f64) {
    let arch = Arch::new();
    let (factor, addend) = black_box((0.5, 1.0));
    let f32 = best(|| black_box(arch.dispatch(PeakF32 { factor, addend })).1);
    let (factor, addend) = black_box((0.5, 1.0));
    let f64 = best(|| black_box(arch.dispatch(PeakF64 { factor, addend })).1);
    (f32, f64)
}

fn best(mut run: impl FnMut() -> usize) -> f64 {
    let end = Instant::now() + Duration::from_secs(1);
    let mut best: f64 = 0.0;
    while Instant::now() < end {
        let start = Instant::now();
        let lanes = run();
        let operations = 2 * UNDER_WAY * ROUNDS * lanes;
        best = best.max(operations as f64 / start.elapsed().as_secs_f64() / 1e9);
    }
    best
}
