//! The cost of summing the gradients of a step over the ranks, by the formulas of the algorithms.

/// As in `MpiWorkers`, slices of fewer numbers travel together.
const SHORT: usize = 4096;
/// The bytes of a number in a slice that travels by itself.
const LONG_BYTES: f64 = 4.0;
/// The bytes of a number in slices that travel together, which are sent in 64 bits.
const SHORT_BYTES: f64 = 8.0;
/// The numbers that training sums besides the gradients: the loss, and whether all go on.
const BESIDE: usize = 2;

/// What connects the ranks, and what their processors do for it: the parameters of Culler et al.
/// (1993, LogP), with a bandwidth for long messages, as in LogGP, and a handshake before them.
/// Seconds, bytes, bytes a second.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// The time until a message arrives, beyond what the processors do for it.
    pub latency: f64,
    /// The time that a processor needs for a message that it sends and one that it receives
    /// meanwhile.
    pub overhead: f64,
    /// The same time for the handshake, which precedes a message of more bytes than `unasked`.
    pub handshake: f64,
    pub unasked: f64,
    /// The bandwidth into a rank, and at the same time out of it.
    pub bandwidth: f64,
    /// The time in which a processor copies a number and adds one.
    pub addition: f64,
    /// The time in which a processor converts and adds a number that travels with others.
    pub packing: f64,
}

/// The algorithm by which the ranks sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `MpiWorkers`: the exchange among few ranks, otherwise the sums of MPI.
    Workers,
    /// Every rank sends to every other rank.
    Exchange,
    /// MPI's own sums, of each long gradient and of the short ones together: by recursive halving
    /// and doubling.
    Halving,
}

/// The most ranks for which `MpiWorkers` uses the exchange.
const FEW: usize = 16;

/// What is summed in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gradients {
    /// The lengths of those that travel by themselves, in the order in which the backward pass
    /// gives them.
    pub long: Vec<usize>,
    /// The count of the numbers that travel together.
    pub short: usize,
}

impl Gradients {
    pub fn of(lengths: &[usize]) -> Self {
        let (long, short): (Vec<_>, Vec<_>) = lengths.iter().partition(|&&length| length >= SHORT);
        Self { long, short: short.into_iter().sum::<usize>() + BESIDE }
    }

    /// Returns the length of each sum, in numbers of four bytes.
    fn sums(&self) -> impl Iterator<Item = f64> {
        let short = self.short as f64 * SHORT_BYTES / LONG_BYTES;
        self.long.iter().map(|&length| length as f64).chain([short])
    }
}

/// What an [`Algorithm::Exchange`] has of each kind of cost: a fit multiplies them by what it
/// finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amounts {
    /// Messages that wait for one another, those of handshakes included.
    pub rounds: f64,
    /// Messages sent; as many are received.
    pub messages: f64,
    /// Messages with a handshake.
    pub handshakes: f64,
    /// Bytes sent; as many are received.
    pub bytes: f64,
    /// Numbers copied and added.
    pub additions: f64,
    /// Numbers that travel with others, sent and received.
    pub packed: f64,
}

/// A handshake is two messages before the message itself.
const ROUNDS_WITH_HANDSHAKE: f64 = 3.0;

impl Amounts {
    /// Of N ranks that each cut a long slice of n numbers into N segments, send each to the rank
    /// that adds it up, and its sum back to all: two messages to each other rank,
    /// 2 (N - 1) / N · n numbers out and as many in. Of short slices, each rank sends all that it
    /// has to each other: one message, (N - 1) n numbers.
    pub fn of_exchange(gradients: &Gradients, ranks: usize, unasked: f64) -> Self {
        let mut amounts = Self {
            rounds: 0.0,
            messages: 0.0,
            handshakes: 0.0,
            bytes: 0.0,
            additions: 0.0,
            packed: 0.0,
        };
        if ranks < 2 {
            return amounts;
        }
        let (all, others) = (ranks as f64, ranks as f64 - 1.0);
        let mut rounds = |messages: f64, bytes: f64| {
            amounts.messages += messages * others;
            amounts.bytes += messages * others * bytes;
            let asked = bytes > unasked;
            amounts.handshakes += if asked { messages * others } else { 0.0 };
            messages * if asked { ROUNDS_WITH_HANDSHAKE } else { 1.0 }
        };
        let of_short = rounds(1.0, gradients.short as f64 * SHORT_BYTES);
        let of_long = gradients.long.iter().map(|&n| rounds(2.0, n as f64 / all * LONG_BYTES));
        // All messages travel at the same time.
        amounts.rounds = of_long.fold(of_short, f64::max);
        amounts.additions = gradients.long.iter().sum::<usize>() as f64 * others / all;
        amounts.packed = gradients.short as f64 * all;
        amounts
    }

    /// Returns the seconds that they take.
    pub fn seconds(&self, network: &Network) -> f64 {
        self.rounds * network.latency
            + self.messages * network.overhead
            + self.handshakes * network.handshake
            + self.bytes / network.bandwidth
            + self.additions * network.addition
            + self.packed * network.packing
    }
}

impl Network {
    /// Returns the seconds of a step's sums over these ranks, from when all gradients are known.
    pub fn seconds(&self, algorithm: Algorithm, gradients: &Gradients, ranks: usize) -> f64 {
        match algorithm {
            Algorithm::Exchange => {
                Amounts::of_exchange(gradients, ranks, self.unasked).seconds(self)
            }
            Algorithm::Halving => {
                gradients.sums().map(|numbers| self.halving(numbers, ranks)).sum()
            }
            Algorithm::Workers if ranks <= FEW => {
                self.seconds(Algorithm::Exchange, gradients, ranks)
            }
            Algorithm::Workers => self.seconds(Algorithm::Halving, gradients, ranks),
        }
    }

    /// One all-reduce of n numbers, as Thakur, Rabenseifner and Gropp (2005) reckon it, with
    /// r = ⌈log2 N⌉ and α the latency and the overhead of a message: halving and doubling
    /// takes `2 r α + 2 (N - 1) / N · bytes / β + (N - 1) / N · n γ`; for few numbers,
    /// doubling alone takes `r (α + bytes / β + n γ)`. An MPI library chooses the faster one.
    /// The handshake of messages that are long enough adds to α.
    fn halving(&self, numbers: f64, ranks: usize) -> f64 {
        let rounds = ranks.next_power_of_two().ilog2();
        let share = (ranks as f64 - 1.0) / ranks as f64;
        let (bytes, addition) = (numbers * LONG_BYTES, numbers * self.addition);
        let transfer = bytes / self.bandwidth;
        let halves = (1..=rounds).map(|round| self.message(bytes / 2_f64.powi(round as i32)));
        let halving = 2.0 * halves.sum::<f64>() + share * (2.0 * transfer + addition);
        let doubling = f64::from(rounds) * (self.message(bytes) + transfer + addition);
        halving.min(doubling)
    }

    /// Returns the seconds of a message of this many bytes, without the time of the bytes
    /// themselves.
    fn message(&self, bytes: f64) -> f64 {
        if bytes > self.unasked {
            ROUNDS_WITH_HANDSHAKE * self.latency + self.overhead + self.handshake
        } else {
            self.latency + self.overhead
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK: Network = Network {
        latency: 1e-5,
        overhead: 1e-6,
        handshake: 2e-6,
        unasked: 1e5,
        bandwidth: 1e9,
        addition: 1e-9,
        packing: 3e-9,
    };

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
        for algorithm in [Algorithm::Workers, Algorithm::Exchange, Algorithm::Halving] {
            assert_eq!(of(&[1_000_000, 10], algorithm, 1), 0.0);
        }
    }

    #[test]
    fn few_ranks_exchange_and_many_halve() {
        let of = |algorithm, ranks| of(&[1_000_000, 500_000, 10], algorithm, ranks);
        assert_eq!(of(Algorithm::Workers, 16), of(Algorithm::Exchange, 16));
        assert_eq!(of(Algorithm::Workers, 17), of(Algorithm::Halving, 17));
        assert_ne!(of(Algorithm::Exchange, 17), of(Algorithm::Halving, 17));
    }

    #[test]
    fn two_ranks_exchange_halves_and_short_ones_whole() {
        // Two rounds of 20,000 bytes, without a request; three messages; 12 numbers of 8 bytes;
        // half of the 10,000 added, and 24 packed.
        let expected = 2e-5 + 3e-6 + (4e4 + 96.0) * 1e-9 + 5000.0 * 1e-9 + 24.0 * 3e-9;
        close(of(&[10_000, 10], Algorithm::Exchange, 2), expected);
        // One round and one message.
        close(of(&[6], Algorithm::Exchange, 2), 1e-5 + 1e-6 + 64.0 * 1e-9 + 16.0 * 3e-9);
        // Two million bytes in each of two messages that are asked for, so that there are six
        // rounds; the third, of two numbers, is not.
        let expected = 6e-5 + 3e-6 + 4e-6 + (4e6 + 16.0) * 1e-9 + 500_000.0 * 1e-9 + 4.0 * 3e-9;
        close(of(&[1_000_000], Algorithm::Exchange, 2), expected);
    }

    #[test]
    fn an_exchange_grows_with_the_ranks_by_its_messages_and_short_ones() {
        let (many, more) = (1 << 20, (1 << 20) + 1);
        let growth = of(&[1 << 20, 98], Algorithm::Exchange, more)
            - of(&[1 << 20, 98], Algorithm::Exchange, many);
        // Three messages, 100 numbers of 8 bytes, 100 to pack: the long slice has reached its
        // limit, two times through the network.
        assert!((growth / (3e-6 + 800e-9 + 300e-9) - 1.0).abs() < 1e-2, "{growth}");
    }

    #[test]
    fn halving_and_doubling_reaches_a_limit_but_for_its_rounds() {
        // 4,000,000 bytes: halves, quarters and so on to the 32nd part, 125,000 bytes, are asked
        // for.
        let (message, asked) = (1.1e-5, 3.3e-5);
        let halving = |ranks| NETWORK.halving(1e6, ranks);
        close(halving(2), 2.0 * asked + 4e-3 + 0.5e-3);
        let share = 1023.0 / 1024.0;
        let messages = 2.0 * (5.0 * asked + 5.0 * message);
        close(halving(1024), messages + share * (8e-3 + 1e-3));
        // Three ranks take as many rounds as four.
        close(halving(3), 4.0 * asked + 2.0 / 3.0 * 9e-3);
        // One sum for each long gradient, and one for the two numbers besides them.
        close(
            of(&[1_000_000; 2], Algorithm::Halving, 2),
            2.0 * halving(2) + NETWORK.halving(4.0, 2),
        );
    }

    #[test]
    fn few_numbers_are_doubled_alone() {
        // Ten numbers of eight bytes.
        close(of(&[8], Algorithm::Halving, 1024), 10.0 * (1.1e-5 + 80e-9 + 20e-9));
    }
}
