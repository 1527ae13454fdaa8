extension VirtualRouter {
    /// RFC 3768 §6.3, with one more.
    public enum State: UInt8, Hashable, Sendable {
        /// Not started.
        case initialize
        case backup
        case master
        /// Started, but its interface or a vital check does not let it take part: Initialize in the RFC's terms.
        case fault

        public var description: String {
            switch self {
            case .initialize: "init"
            case .backup: "backup"
            case .master: "master"
            case .fault: "fault"
            }
        }
    }
}
