//! The networks that the model is drawn for.

use crate::cost::Network;
use crate::measured::Measured;

/// A network by its name, as it is drawn and tabled.
pub struct Named {
    pub name: &'static str,
    pub network: Network,
}

/// Ten and a hundred gigabits a second, each rank on a machine of its own with a link of its own.
///
/// How long a message of a byte is on its way was measured by others, with what both processors do for it: about 25 µs over TCP and Ethernet, 1.5 µs with RDMA. What a processor does for a message is
/// measured here, over TCP and over shared memory: the kernel's part in the first, and MPI's alone in the second, as with RDMA. Of the bits of a link, headers of packets leave 94 and 96 of a hundred.
pub fn networks(measured: &Measured) -> [Named; 2] {
    let network = |message: f64, gigabits: f64, overhead: f64| Network {
        latency: (message - overhead).max(0.0),
        overhead,
        bandwidth: gigabits * 1e9 / 8.0,
        addition: measured.addition,
    };
    [
        Named {
            name: "10 Gbit/s, TCP",
            network: network(25e-6, 0.94 * 10.0, measured.tcp.overhead),
        },
        Named {
            name: "100 Gbit/s, RDMA",
            network: network(1.5e-6, 0.96 * 100.0, measured.shared_memory.overhead),
        },
    ]
}
