//! The networks for which the model is drawn.

use crate::cost::Network;
use crate::measured::Measured;

/// A network and the name that pictures and tables give it.
pub struct Named {
    pub name: &'static str,
    pub network: Network,
}

/// Ten and a hundred gigabits per second, with each rank on its own machine with its own link.
///
/// How long a message of a byte is on its way was measured by others, with what both processors do
/// for it: about 25 µs over TCP and Ethernet, 1.5 µs with RDMA. What a processor does for a
/// message is measured here, over TCP and over shared memory: the kernel's part in the first, and
/// MPI's alone in the second, as with RDMA. Of the bits of a link, headers of packets leave 94 and
/// 96 of a hundred.
pub fn networks(measured: &Measured) -> [Named; 2] {
    let network = |message: f64, gigabits: f64, unasked: f64, here: &Network| Network {
        latency: (message - here.overhead).max(0.0),
        unasked,
        bandwidth: gigabits * 1e9 / 8.0,
        ..*here
    };
    // Open MPI begins a handshake at 64 KiB over TCP; with RDMA, UCX does from about 8 KiB on.
    [
        Named {
            name: "10 Gbit/s, TCP",
            network: network(25e-6, 0.94 * 10.0, 65_536.0, &measured.tcp),
        },
        Named {
            name: "100 Gbit/s, RDMA",
            network: network(1.5e-6, 0.96 * 100.0, 8192.0, &measured.shared_memory),
        },
    ]
}
