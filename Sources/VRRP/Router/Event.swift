extension VirtualRouter {
    /// What can happen to a virtual router.
    public enum Event: Hashable, Sendable {
        case start
        case shutdown
        /// A valid advertisement for this virtual router, who sent it, and how.
        case received(Advertisement, from: IPAddress, by: Delivery = .multicast)
        /// A packet that names this virtual router and is no valid advertisement; who sent it.
        case rejected(Rejection, from: IPAddress)
        /// The interface can send, with this address of its own.
        case interfaceUp(IPAddress)
        case interfaceDown(InterfaceFault)
        /// The tracker at this index of the settings passes or fails.
        case tracker(Int, passes: Bool)
        /// Somebody else took this address off the interface.
        case addressRemoved(IPAddress)
        /// What the other members of its sync group mean for it; see `SyncGroup`.
        case group(SyncGroup.Order)
        /// The deadline has come.
        case timer
    }

    /// Where a packet was sent to.
    public enum Delivery: Hashable, Sendable {
        case multicast
        /// To this router alone, and the TTL or hop limit that it came with.
        case unicast(hopLimit: UInt8)
    }

    /// Why an interface cannot carry VRRP.
    public enum InterfaceFault: UInt8, Hashable, Sendable {
        case missing
        case down
        case noCarrier
        case noAddress
        /// No socket could be opened on it.
        case noSocket
    }
}
