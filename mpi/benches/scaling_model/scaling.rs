//! Models the time of a step as a function of the number of ranks.

use crate::compute::Compute;
use crate::cost::{Algorithm, Gradients, Network};

/// The model: T(N, b) = t(b) + C(N), for N ranks with b rows each: no part of the sums is hidden
/// behind the backward pass. MPI moves little of a message between calls to it, and the measured
/// steps of two ranks agree with this model.
#[derive(Clone, Copy, Debug)]
pub struct Model<'m> {
    pub compute: &'m Compute,
    pub gradients: &'m Gradients,
    pub network: Network,
    pub algorithm: Algorithm,
}

impl Model<'_> {
    /// Returns the seconds of a step of `ranks` ranks with `rows` rows each.
    pub fn step(&self, ranks: usize, rows: f64) -> f64 {
        self.compute.seconds(rows) + self.sums(ranks)
    }

    /// The same if all that can be is hidden: the sum of a gradient begins when the backward pass
    /// has it, and when that of the one before has ended. Each takes the share of C that it has of
    /// the numbers. Of t(b), what grows with the rows is the three products of each weight, two in
    /// the first layer; the last two of them are the backward pass.
    pub fn step_overlapped(&self, ranks: usize, rows: f64) -> f64 {
        let alone = self.compute.seconds(rows);
        let long = &self.gradients.long;
        let Some(&first) = long.last() else { return self.step(ranks, rows) };
        let all: usize = long.iter().sum();
        let product = (alone - self.compute.seconds(1.0)) / (3 * all - first) as f64;
        let number = self.sums(ranks) / (all + self.gradients.short) as f64;
        let (mut computed, mut summed) = (0.0, 0.0);
        for (index, &weights) in long.iter().enumerate() {
            let products = if index == long.len() - 1 { weights } else { 2 * weights };
            computed += products as f64 * product;
            summed = f64::max(summed, computed) + weights as f64 * number;
        }
        alone + summed + self.gradients.short as f64 * number - computed
    }

    /// Returns the seconds of the step's sums.
    pub fn sums(&self, ranks: usize) -> f64 {
        self.network.seconds(self.algorithm, self.gradients, ranks)
    }

    /// Weak scaling: rows a second and rank with the same rows on each, as a share of those of one
    /// rank.
    pub fn efficiency(&self, ranks: usize, rows: f64) -> f64 {
        self.compute.seconds(rows) / self.step(ranks, rows)
    }

    /// Strong scaling: how many times as fast as on one rank a step is if its rows are divided
    /// among `ranks`. The slowest rank has the rounded-up share.
    pub fn speedup(&self, ranks: usize, rows: usize) -> f64 {
        self.compute.seconds(rows as f64) / self.step(ranks, rows.div_ceil(ranks) as f64)
    }

    /// The number of ranks, at most `most`, with which a step of `rows` rows is fastest. Of equally
    /// fast numbers, the smallest.
    pub fn fastest(&self, most: usize, rows: usize) -> usize {
        let by_speed = |a: &usize, b: &usize| {
            // Of equal elements, `max_by` returns the last.
            self.speedup(*a, rows).total_cmp(&self.speedup(*b, rows)).then(b.cmp(a))
        };
        (1..=most).max_by(by_speed).unwrap_or(1)
    }

    /// The fewest rows on each of `ranks` ranks with which they reach this efficiency e: those
    /// whose step alone takes e / (1 - e) times as long as the sums.
    pub fn rows_for(&self, efficiency: f64, ranks: usize) -> f64 {
        let seconds = efficiency / (1.0 - efficiency) * self.sums(ranks);
        // The bisection ends slightly above the result.
        (self.compute.rows(seconds) * (1.0 - 1e-9)).ceil()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 ms a step and 1 ms a row, and 10 ms for each message to another rank; then by halving and
    /// doubling, where only its rounds cost something.
    fn with_model(algorithm: Algorithm, test: impl Fn(&Model<'_>)) {
        let compute = Compute::new(vec![(1.0, 2e-3), (64.0, 65e-3)]);
        let gradients = Gradients { long: Vec::new(), short: 10 };
        let bandwidth = f64::INFINITY;
        let (overhead, unasked) = (1e-3, f64::INFINITY);
        let (latency, handshake, addition, packing) = (0.0, 0.0, 0.0, 0.0);
        let network =
            Network { latency, overhead, handshake, unasked, bandwidth, addition, packing };
        test(&Model { compute: &compute, gradients: &gradients, network, algorithm });
    }

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn one_rank_is_by_itself() {
        for algorithm in [Algorithm::Exchange, Algorithm::Halving] {
            with_model(algorithm, |model| {
                close(model.step(1, 64.0), 65e-3);
                close(model.efficiency(1, 64.0), 1.0);
                close(model.speedup(1, 64), 1.0);
            });
        }
    }

    #[test]
    fn two_ranks() {
        with_model(Algorithm::Exchange, |model| {
            close(model.step(2, 32.0), 33e-3 + 1e-3);
            close(model.efficiency(2, 64.0), 65.0 / 66.0);
            close(model.speedup(2, 64), 65.0 / 34.0);
        });
    }

    #[test]
    fn what_can_be_hidden_is() {
        // Two layers of 4,500 weights: three and two products of 1 ms, the backward pass being 2
        // and 1; sums of 3 ms in all, half for each layer.
        let compute = Compute::new(vec![(1.0, 2e-3), (64.0, 7e-3)]);
        let gradients = Gradients { long: vec![4500, 4500], short: 0 };
        let network = Network {
            latency: 0.0,
            overhead: 0.0,
            handshake: 0.0,
            unasked: f64::INFINITY,
            bandwidth: 36e3 / 3e-3,
            addition: 0.0,
            packing: 0.0,
        };
        let algorithm = Algorithm::Exchange;
        let model = Model { compute: &compute, gradients: &gradients, network, algorithm };
        close(model.step(2, 64.0), 10e-3);
        // The second sum begins 0.5 ms after the backward pass has ended, since the first takes so
        // much longer than the first layer.
        close(model.step_overlapped(2, 64.0), 7e-3 + 0.5e-3 + 1.5e-3);
    }

    #[test]
    fn many_ranks_wait_for_messages() {
        with_model(Algorithm::Exchange, |model| {
            close(model.efficiency(1001, 64.0), 65.0 / 1065.0);
            // More ranks than rows: a rank has one row, and the sums.
            close(model.speedup(1001, 64), 65.0 / 1002.0);
        });
        with_model(Algorithm::Halving, |model| {
            close(model.efficiency(1024, 64.0), 65.0 / 75.0);
            close(model.speedup(1024, 64), 65.0 / 12.0);
        });
    }

    #[test]
    fn the_fastest_is_where_rows_saved_no_longer_pay_for_messages() {
        // 1 + ⌈64 / N⌉ + (N - 1) is least at N = 8: 16. Seven ranks have ten rows: 17; nine
        // have eight: 17.
        with_model(Algorithm::Exchange, |model| {
            assert_eq!(model.fastest(1024, 64), 8);
            close(model.speedup(8, 64), 65.0 / 16.0);
        });
    }

    #[test]
    fn rows_for_an_efficiency() {
        with_model(Algorithm::Halving, |model| {
            // Ten rounds of a millisecond: a step alone must take 90, which it does with 89 rows;
            // and 10, with 9.
            close(model.rows_for(0.9, 1024), 89.0);
            close(model.rows_for(0.5, 1024), 9.0);
            assert!(model.efficiency(1024, 89.0) > 0.9 - 1e-9);
        });
    }
}
