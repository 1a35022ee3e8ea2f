//! The network that explains best how long sums took.

use crate::cost::{Amounts, Network};

/// A network's three numbers, by least squares of the relative errors: sums take from a microsecond to tens of milliseconds, and all count alike. What a processor adds takes as long as it
/// does without a network. None is below 0: the others are then fitted without it.
pub fn fit(sums: &[(Amounts, f64)], addition: f64) -> Network {
    let rows = sums.iter().map(|(amounts, seconds)| {
        let row = [amounts.rounds, amounts.messages, amounts.bytes];
        // What adding takes is known.
        let rest = (seconds - amounts.additions * addition).max(0.1 * seconds);
        (row.map(|amount| amount / rest), 1.0)
    });
    let rows: Vec<_> = rows.collect();
    let mut free = [true; 3];
    let mut found = [0.0; 3];
    for _ in 0..3 {
        found = least_squares(&rows, free);
        let Some(negative) = found.iter().position(|&number| number < 0.0) else { break };
        (free[negative], found[negative]) = (false, 0.0);
    }
    let [latency, overhead, byte] = found;
    Network { latency, overhead, bandwidth: 1.0 / byte, addition }
}

/// The numbers x with the least sum of (row · x - target)², those that are not free being 0: by the normal equations, in which each number is scaled so that they are of one size.
fn least_squares(rows: &[([f64; 3], f64)], free: [bool; 3]) -> [f64; 3] {
    let mut equations = [[0.0; 4]; 3];
    for (row, target) in rows {
        for i in 0..3 {
            for j in 0..3 {
                equations[i][j] += row[i] * row[j];
            }
            equations[i][3] += row[i] * target;
        }
    }
    let scales = [0, 1, 2].map(|i| equations[i][i].sqrt());
    for i in 0..3 {
        for j in 0..3 {
            equations[i][j] /= scales[i] * scales[j];
            if !(free[i] && free[j]) {
                equations[i][j] = f64::from(u8::from(i == j));
            }
        }
        equations[i][3] *= f64::from(u8::from(free[i])) / scales[i];
    }
    // By Gauss and Jordan; the matrix is positive definite, so that any pivot will do.
    for pivot in 0..3 {
        let row = equations[pivot].map(|number| number / equations[pivot][pivot]);
        for (other, equation) in equations.iter_mut().enumerate() {
            let factor = equation[pivot];
            if other != pivot {
                equation.iter_mut().zip(row).for_each(|(number, part)| *number -= factor * part);
            }
        }
        equations[pivot] = row;
    }
    [0, 1, 2].map(|i| equations[i][3] / scales[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::{Algorithm, Gradients};

    fn sums_of(network: Network) -> Vec<(Amounts, f64)> {
        let lengths: [&[usize]; 6] =
            [&[1], &[1000], &[5000], &[1 << 20], &[5000; 4], &[1 << 18, 1 << 16, 100]];
        let sums = lengths.map(Gradients::of);
        let sum = |gradients: &Gradients| {
            let seconds = network.seconds(Algorithm::Exchange, gradients, 2);
            (Amounts::of_exchange(gradients, 2), seconds)
        };
        sums.iter().map(sum).collect()
    }

    fn check(network: Network) {
        let found = fit(&sums_of(network), network.addition);
        for (found, expected) in [
            (found.latency, network.latency),
            (found.overhead, network.overhead),
            (1e3 / found.bandwidth, 1e3 / network.bandwidth),
        ] {
            assert!((found - expected).abs() < 1e-6 * expected + 1e-15, "{found} {expected}");
        }
    }

    #[test]
    fn finds_the_network_that_the_sums_were_made_with() {
        check(Network { latency: 1e-5, overhead: 2e-6, bandwidth: 3e9, addition: 2e-10 });
        check(Network { latency: 0.0, overhead: 2e-6, bandwidth: 3e9, addition: 2e-10 });
    }

    #[test]
    fn none_is_negative() {
        let network = Network { latency: -1e-6, overhead: 2e-6, bandwidth: 3e9, addition: 0.0 };
        let found = fit(&sums_of(network), 0.0);
        assert_eq!(found.latency, 0.0);
        assert!((found.overhead / 2e-6 - 0.6).abs() < 0.4, "{found:?}");
    }
}
