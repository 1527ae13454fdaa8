extension VirtualRouter {
    /// What the driver has to do, in this order.
    public enum Action: Hashable, Sendable {
        case send(Advertisement)
        /// Put the addresses on the interface; those already there stay.
        case addAddresses
        case removeAddresses
        /// Tell the neighbours where each address is now, so many times.
        case announce(times: Int)
        case changed(Transition)
        case note(Note)
    }

    /// A change of state, and why.
    public struct Transition: Hashable, Sendable {
        public var from: State
        public var to: State
        public var reason: Reason

        public init(from: State, to: State, reason: Reason) {
            self.from = from
            self.to = to
            self.reason = reason
        }
    }
}
