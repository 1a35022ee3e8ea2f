//! What it costs to sum the gradients of a step over the ranks, by the formulas of the algorithms.

/// A slice of fewer numbers travels with the others of its kind, as `MpiWorkers` has it.
const SHORT: usize = 4096;
/// Of a number in a slice that travels by itself.
const LONG_BYTES: f64 = 4.0;
/// Of a number that travels with others, where all are of 64 bits.
const SHORT_BYTES: f64 = 8.0;
/// What training sums beside the gradients: the loss, and whether all go on.
const BESIDE: usize = 2;

/// What connects the ranks: the parameters of the model of Culler et al. (1993, LogP), with a bandwidth for long messages. Seconds, and bytes a second.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// Until a message is there, beyond what the processors do for it.
    pub latency: f64,
    /// What a processor does for a message that it sends and for one that it receives meanwhile.
    pub overhead: f64,
    /// Into a rank, and out of it at the same time.
    pub bandwidth: f64,
    /// In which a processor copies a number, and adds one.
    pub addition: f64,
}

/// What ranks do to sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `MpiWorkers`: every rank sends to every other.
    Exchange,
    /// Recursive halving and doubling of all gradients in one buffer.
    Halving,
}

/// What is summed in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gradients {
    /// The lengths of those that travel by themselves, in the order in which the backward pass gives them.
    pub long: Vec<usize>,
    /// How many numbers travel together.
    pub short: usize,
}

impl Gradients {
    pub fn of(lengths: &[usize]) -> Self {
        let (long, short): (Vec<_>, Vec<_>) = lengths.iter().partition(|&&length| length >= SHORT);
        Self { long, short: short.into_iter().sum::<usize>() + BESIDE }
    }

    fn numbers(&self) -> usize {
        self.long.iter().sum::<usize>() + self.short
    }
}

/// What an [`Algorithm::Exchange`] has of each kind of cost: a fit multiplies them by what it finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amounts {
    /// Messages that one has to be waited for before the next is sent.
    pub rounds: f64,
    /// Messages sent, and as many received.
    pub messages: f64,
    /// Sent, and as many received.
    pub bytes: f64,
    /// Numbers copied and added.
    pub additions: f64,
}

impl Amounts {
    /// Of N ranks that each cut a long slice of n numbers into N segments, send each to the rank that adds it up, and its sum back to all: two messages to each other
    /// rank, 2 (N - 1) / N · n numbers out and as many in. Of short slices, each rank sends all that it has to each other: one message, (N - 1) n numbers.
    pub fn of_exchange(gradients: &Gradients, ranks: usize) -> Self {
        if ranks < 2 {
            return Self { rounds: 0.0, messages: 0.0, bytes: 0.0, additions: 0.0 };
        }
        let others = ranks as f64 - 1.0;
        let share = others / ranks as f64;
        let long = gradients.long.iter().sum::<usize>() as f64;
        let short = gradients.short as f64;
        Self {
            rounds: if gradients.long.is_empty() { 1.0 } else { 2.0 },
            messages: others * (2.0 * gradients.long.len() as f64 + 1.0),
            bytes: 2.0 * share * long * LONG_BYTES + others * short * SHORT_BYTES,
            additions: share * long + others * short,
        }
    }
}

impl Network {
    /// The seconds of a step's sums over so many ranks, from when the gradients are there.
    pub fn seconds(&self, algorithm: Algorithm, gradients: &Gradients, ranks: usize) -> f64 {
        if ranks < 2 {
            return 0.0;
        }
        match algorithm {
            Algorithm::Exchange => {
                let amounts = Amounts::of_exchange(gradients, ranks);
                amounts.rounds * self.latency
                    + amounts.messages * self.overhead
                    + amounts.bytes / self.bandwidth
                    + amounts.additions * self.addition
            }
            Algorithm::Halving => self.halving(gradients.numbers() as f64, ranks),
        }
    }

    /// One all-reduce of n numbers, as Thakur, Rabenseifner and Gropp (2005) reckon it, with r = ⌈log2 N⌉ and α the latency and the overhead of a message: halving and doubling,
    /// 2 r α + 2 (N - 1) / N · bytes / β + (N - 1) / N · n γ; or, for few numbers, doubling alone, r (α + bytes / β + n γ). The faster one is what an MPI library takes.
    fn halving(&self, numbers: f64, ranks: usize) -> f64 {
        let rounds = f64::from(ranks.next_power_of_two().ilog2());
        let share = (ranks as f64 - 1.0) / ranks as f64;
        let message = self.latency + self.overhead;
        let (transfer, addition) = (numbers * LONG_BYTES / self.bandwidth, numbers * self.addition);
        let halving = 2.0 * rounds * message + share * (2.0 * transfer + addition);
        let doubling = rounds * (message + transfer + addition);
        halving.min(doubling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK: Network =
        Network { latency: 1e-5, overhead: 1e-6, bandwidth: 1e9, addition: 1e-9 };

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    fn of(lengths: &[usize], algorithm: Algorithm, ranks: usize) -> f64 {
        NETWORK.seconds(algorithm, &Gradients::of(lengths), ranks)
    }

    #[test]
    fn short_ones_travel_together() {
        let gradients = Gradients::of(&[1280, 10, 100_352, 4096, 128]);
        assert_eq!(gradients, Gradients { long: vec![100_352, 4096], short: 1420 });
    }

    #[test]
    fn one_rank_sums_nothing() {
        for algorithm in [Algorithm::Exchange, Algorithm::Halving] {
            assert_eq!(of(&[1_000_000, 10], algorithm, 1), 0.0);
        }
    }

    #[test]
    fn two_ranks_exchange_halves_and_short_ones_whole() {
        // Two rounds, three messages, 4,000,000 bytes and 12 numbers of 8 bytes, half of the million and 12 added.
        let expected = 2e-5 + 3e-6 + (4e6 + 96.0) * 1e-9 + 500_012.0 * 1e-9;
        close(of(&[1_000_000, 10], Algorithm::Exchange, 2), expected);
        // One round and message.
        close(of(&[6], Algorithm::Exchange, 2), 1e-5 + 1e-6 + 64.0 * 1e-9 + 8.0 * 1e-9);
    }

    #[test]
    fn an_exchange_grows_with_the_ranks_by_its_messages_and_short_ones() {
        let (many, more) = (1 << 20, (1 << 20) + 1);
        let growth = of(&[1 << 20, 98], Algorithm::Exchange, more)
            - of(&[1 << 20, 98], Algorithm::Exchange, many);
        // Three messages, 100 numbers of 8 bytes, 100 to add: the long slice has reached its limit, two times through the network.
        assert!((growth / (3e-6 + 800e-9 + 100e-9) - 1.0).abs() < 1e-2, "{growth}");
    }

    #[test]
    fn halving_and_doubling_reaches_a_limit_but_for_its_rounds() {
        // r = 1: 2 α, 4,000,000 bytes, half a million added, which doubling alone does not beat.
        let numbers = 1_000_000 - BESIDE;
        let message = 1.1e-5;
        close(of(&[numbers], Algorithm::Halving, 2), 2.0 * message + 4e-3 + 0.5e-3);
        let share = 1023.0 / 1024.0;
        close(of(&[numbers], Algorithm::Halving, 1024), 20.0 * message + share * (8e-3 + 1e-3));
        // Three ranks take the rounds of four.
        close(of(&[numbers], Algorithm::Halving, 3), 4.0 * message + 2.0 / 3.0 * 9e-3);
    }

    #[test]
    fn few_numbers_are_doubled_alone() {
        close(of(&[8], Algorithm::Halving, 1024), 10.0 * (1.1e-5 + 40e-9 + 10e-9));
    }
}
