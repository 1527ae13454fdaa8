public import KeepalivedConfiguration

/// A host with the virtual routers that it runs, or is to run.
public struct Node: Sendable {
    public var host: String
    /// Where it sends from, as far as that is known. Instances may say it themselves (`unicast_src_ip`).
    public var addresses: [Address]
    public var configuration: Configuration

    public init(host: String, addresses: [Address] = [], configuration: Configuration) {
        self.host = host
        self.addresses = addresses
        self.configuration = configuration
    }
}

/// What is wrong between the virtual routers of several hosts, each of which is valid for itself.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
    public enum Effect: String, Sendable {
        /// Two hosts can hold an address at once.
        case splits
        /// An address stays where it cannot be reached any more.
        case neverMoves = "never fails over"
        /// Clients get something else from one host than from another.
        case servesOtherwise = "serves otherwise"
    }

    public let effect: Effect
    public let host: String
    /// nil: a program made the configuration.
    public let location: Location?
    /// What is wrong. Passwords are not shown.
    public let problem: String
    /// What to do.
    public let remedy: String

    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        return "\(host): \(place)\(effect.rawValue): \(problem)\n  try: \(remedy)"
    }

    /// All that can be told from the configurations of `nodes`, router by router.
    ///
    /// Hosts whose virtual addresses are of one network are taken to be on one network: by the prefix length that is
    /// configured with them, else the first 24 bits of IPv4 and 64 of IPv6.
    public static func all(in nodes: [Node]) -> [Finding] {
        let routers = SharedRouter.all(of: nodes)
        let reused = routers.indices.map { index in
            routers[..<index].firstNonNil { routers[index].reuse(of: $0) }
        }
        let isReuse = routers.indices.map { index in
            reused[index] != nil || routers[(index + 1)...].contains { $0.reuse(of: routers[index]) != nil }
        }
        let ofRouters = routers.indices.flatMap { index -> [Finding] in
            let router = routers[index]
            let missing = isReuse[index] ? [] : router.missingPartner
            let found = [reused[index]].compactMap(\.self) + missing + router.disagreements
            return found + router.elections + router.serverDisagreements
        }
        // A virtual server may be of several routers.
        var seen: Set<Finding> = []
        return (ofRouters + nodes.flatMap { $0.strayServers(among: nodes) }).filter {
            seen.insert($0).inserted
        }
    }
}

extension Collection {
    func firstNonNil<Value>(_ value: (Element) -> Value?) -> Value? {
        for element in self { if let found = value(element) { return found } }
        return nil
    }
}
