extension VirtualRouter {
    /// Something that people should know though no state changed.
    public enum Note: Hashable, Sendable {
        /// Said at the 1st, 2nd, 4th, 8th … packet of a cause, so that a flood fills no log.
        case rejected(Rejection, from: IPAddress, count: UInt64)
        case otherAddresses([IPAddress], from: IPAddress)
        case otherInterval(Duration, from: IPAddress)
        /// A second master with a lower priority: told to leave.
        case secondMaster(IPAddress, priority: Priority)
        case priority(from: Priority, to: Priority, tracker: String, passes: Bool)
        /// Offers the master's place to a better backup; the addresses stay until one takes it.
        case offersPlace(priority: Priority)
        case keepsPlace(priority: Priority)
        case addressRestored(IPAddress)
        /// The machine or this process did not run; the timer was late by so much.
        case paused(for: Duration)
        /// Ready to be master, and waits for the others of its sync group.
        case waitsForGroup

        /// In plain words.
        public var description: String {
            switch self {
            case .rejected(let cause, let peer, let count):
                "rejected an advertisement from \(peer.description): \(cause.description) (\(count) so far)"
            case .otherAddresses(let addresses, let peer):
                "\(peer.description) advertises other addresses: \(list(addresses))"
            case .otherInterval(let interval, let peer):
                "\(peer.description) advertises every \(interval.secondsText)"
            case .secondMaster(let peer, let priority):
                "\(peer.description) is master too with priority \(priority.rawValue): advertising at once"
            case .priority(let old, let new, let tracker, let passes):
                "priority \(old.rawValue) → \(new.rawValue): check \(tracker) \(passes ? "passes" : "fails")"
            case .offersPlace(let priority):
                "resigns to let a backup above priority \(priority.rawValue) take over"
            case .keepsPlace(let priority):
                "stays master: no backup beats priority \(priority.rawValue)"
            case .addressRestored(let address):
                "\(address.description) was removed by somebody: adds it again"
            case .paused(let time):
                "did not run for \(time.secondsText): looks for another master before it goes on"
            case .waitsForGroup: "would become master, and waits for the others of its sync group"
            }
        }

        private func list(_ addresses: [IPAddress]) -> String {
            var text = ""
            for address in addresses {
                if !text.utf8.isEmpty { text += ", " }
                text += address.description
            }
            return text
        }
    }
}
