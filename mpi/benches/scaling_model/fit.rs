//! Finds the network that explains the measured times of sums best.

use crate::cost::{Amounts, Network};

/// The number of a network's parameters that the fit finds.
const FREE: usize = 5;

/// A network's numbers, by least squares of the relative errors: sums take from a microsecond to
/// tens of milliseconds, and all count alike. What a processor adds takes as long as it does
/// without a network. None is below 0: the others are then fitted without it.
pub fn fit(sums: &[(Amounts, f64)], unasked: f64, addition: f64) -> Network {
    let rows = sums.iter().map(|(amounts, seconds)| {
        let Amounts { rounds, messages, handshakes, bytes, packed, .. } = *amounts;
        let amounts_of_free = [rounds, messages, handshakes, bytes, packed];
        let known = amounts.additions * addition / seconds;
        (amounts_of_free.map(|amount| amount / seconds), 1.0 - known)
    });
    let rows: Vec<_> = rows.collect();
    let mut free = [true; FREE];
    let mut found = least_squares(&rows, free);
    while let Some(negative) = found.iter().position(|&number| number < 0.0) {
        free[negative] = false;
        found = least_squares(&rows, free);
    }
    let [latency, overhead, handshake, byte, packing] = found;
    let bandwidth = 1.0 / byte;
    Network { latency, overhead, handshake, unasked, bandwidth, addition, packing }
}

/// The numbers x with the least sum of (row · x - target)², those that are not free being 0: by
/// the normal equations, in which each number is scaled so that they are of one size.
fn least_squares(rows: &[([f64; FREE], f64)], free: [bool; FREE]) -> [f64; FREE] {
    let mut equations = [[0.0; FREE + 1]; FREE];
    for (row, target) in rows {
        for i in 0..FREE {
            for j in 0..FREE {
                equations[i][j] += row[i] * row[j];
            }
            equations[i][FREE] += row[i] * target;
        }
    }
    let scales: [f64; FREE] = std::array::from_fn(|i| equations[i][i].sqrt());
    for i in 0..FREE {
        for j in 0..FREE {
            equations[i][j] /= scales[i] * scales[j];
            if !(free[i] && free[j]) {
                equations[i][j] = f64::from(u8::from(i == j));
            }
        }
        equations[i][FREE] *= f64::from(u8::from(free[i])) / scales[i];
    }
    // Gauss–Jordan elimination. The matrix is positive definite, so any pivot will do.
    for pivot in 0..FREE {
        let row = equations[pivot].map(|number| number / equations[pivot][pivot]);
        for (other, equation) in equations.iter_mut().enumerate() {
            let factor = equation[pivot];
            if other != pivot {
                equation.iter_mut().zip(row).for_each(|(number, part)| *number -= factor * part);
            }
        }
        equations[pivot] = row;
    }
    std::array::from_fn(|i| equations[i][FREE] / scales[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Gradients;

    const NETWORK: Network = Network {
        latency: 1e-5,
        overhead: 2e-6,
        handshake: 3e-6,
        unasked: 4096.0,
        bandwidth: 3e9,
        addition: 2e-10,
        packing: 4e-9,
    };

    /// Fits a network to the times that sums would take over this network.
    fn fitted(network: Network) -> Network {
        let lengths: [&[usize]; 8] = [
            &[1],
            &[500],
            &[1000],
            &[5000],
            &[1 << 20],
            &[5000; 4],
            &[5000; 9],
            &[1 << 18, 1 << 16, 100],
        ];
        let sums = lengths.map(|lengths| {
            let amounts = Amounts::of_exchange(&Gradients::of(lengths), 2, network.unasked);
            (amounts, amounts.seconds(&network))
        });
        fit(&sums, network.unasked, network.addition)
    }

    fn numbers(network: Network) -> [f64; FREE] {
        let Network { latency, overhead, handshake, bandwidth, packing, .. } = network;
        [latency, overhead, handshake, 1e3 / bandwidth, packing]
    }

    #[test]
    fn finds_the_network_that_the_sums_were_made_with() {
        for network in [NETWORK, Network { latency: 0.0, ..NETWORK }] {
            for (found, expected) in numbers(fitted(network)).into_iter().zip(numbers(network)) {
                assert!((found - expected).abs() < 1e-6 * expected + 1e-14, "{found} {expected}");
            }
        }
    }

    #[test]
    fn none_is_negative() {
        let found = numbers(fitted(Network { handshake: -1e-7, ..NETWORK }));
        assert!(found.iter().all(|&number| number >= 0.0), "{found:?}");
        assert!((found[1] / 2e-6 - 1.0).abs() < 0.2, "{found:?}");
    }
}
