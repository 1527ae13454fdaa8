import VRRP

extension SimulatedNetwork {
    struct Node {
        var router: VirtualRouter
        var address: IPAddress
        var isPowered = true
        /// The whole machine stands still.
        var isPaused = false
        /// Only nodes on the same side of a partition hear each other.
        var side = 0
        var holdsAddresses = false
        /// What happened during a pause; packets are as bounded as a socket's buffer.
        var inbox: [VirtualRouter.Event] = []
        /// Since when it could hear and act, so that somebody is bound to become master.
        var ableSince: Instant?
    }

    /// Adverts are delayed each on its own, so that they overtake each other.
    struct Wire {
        var lossPercent = 0
        var duplicationPercent = 0
        var longestDelay = Duration.milliseconds(2)
    }

    enum Step {
        case deliver(Advertisement, from: Int, to: Int)
        case power(Int, on: Bool)
        case stop(Int)
        case start(Int)
        /// A reload with another priority.
        case priority(Int, Priority)
        /// A paused process finds what arrived meanwhile in its socket; a paused virtual machine does not.
        case pause(Int)
        case resume(Int, keepsPackets: Bool)
        case link(Int, up: Bool)
        case tracker(Int, passes: Bool)
        case move(Int, side: Int)
        case wire(Wire)
    }
}

/// The silence after which a backup takes over, by RFC 3768 §6.1 and RFC 9568 §6.1: told here once more, so that a wrong
/// timer is not judged by itself.
func masterDown(_ version: Advertisement.Version, priority: Int, interval: Duration) -> Duration {
    interval * 3 + (version == .v2 ? .seconds(1) : interval) * (256 - priority) / 256
}

extension VirtualRouter.Settings {
    /// The priority while its one tracker passes.
    var bestPriority: Int {
        priority == .owner ? 255 : min(max(Int(priority.rawValue) + max(trackers[0].weight, 0), 1), 254)
    }
}
