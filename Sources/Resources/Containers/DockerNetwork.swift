public import Provisioning

/// A network of containers on a host.
///
/// What is not said here is as Docker makes it, and not looked at. Docker changes no network that is there, so one that
/// differs is made anew, and only where no container uses it: their connections would be lost.
public struct DockerNetwork: Resource {
    public enum DesiredState: String, Sendable, Hashable {
        case present, absent
    }

    /// A range of addresses that its containers get.
    public struct Subnet: Sendable, Hashable {
        /// "172.19.0.0/16".
        public let addresses: String
        /// `nil` is one that Docker chooses.
        public let gateway: String?
        /// The part of them that Docker gives away by itself; `nil` is all.
        public let range: String?

        public init(_ addresses: String, gateway: String? = nil, range: String? = nil) {
            self.addresses = addresses
            self.gateway = gateway
            self.range = range
        }
    }

    public let name: String
    public var state: DesiredState
    /// "bridge", "macvlan".
    public var driver: String
    /// Empty: one that Docker chooses. With an IPv6 one the network has IPv6.
    public var subnets: [Subnet]
    /// Whether its containers reach nothing outside.
    public var isInternal: Bool
    /// Of the driver: "parent" of a macvlan.
    public var options: [String: String]

    public init(
        _ name: String,
        state: DesiredState = .present,
        driver: String = "bridge",
        subnets: [Subnet] = [],
        internal: Bool = false,
        options: [String: String] = [:]
    ) {
        self.name = name
        self.state = state
        self.driver = driver
        self.subnets = subnets
        isInternal = `internal`
        self.options = options
    }

    public var probe: Probe<InspectedNetwork?> { Probe(DockerNetworkObservation(name: name)) }

    public func validate() throws {
        guard DockerName.allows(name), !["bridge", "host", "none"].contains(name) else {
            throw error("its name must be of letters, digits and «_.-», and none of Docker's own")
        }
        guard DockerName.allows(driver) else { throw error("«\(driver)» is not the name of a driver") }
        for subnet in subnets {
            guard subnet.addresses.contains("/") else {
                throw error("a subnet has a prefix, as 172.19.0.0/16: «\(subnet.addresses)»")
            }
            for text in [subnet.addresses, subnet.gateway, subnet.range].compactMap(\.self)
            where !Self.isAddress(text) {
                throw error("«\(text)» is not an address")
            }
        }
    }

    private func error(_ reason: String) -> ResourceError { ResourceError("network \(name): \(reason)") }

    /// Whether it looks like an address, with or without a prefix; Docker judges the rest.
    private static func isAddress(_ text: String) -> Bool {
        let characters = Set("0123456789abcdefABCDEF.:/")
        return !text.isEmpty && text.allSatisfy(characters.contains)
    }

    public func plan(from seen: InspectedNetwork?) -> Plan {
        switch (seen, state) {
        case (nil, .absent): return .unchanged
        case (nil, .present):
            return .change([create], Difference([.attribute("state", from: nil, to: state.rawValue)]))
        case (_?, .absent):
            return .change([remove], Difference([.attribute("state", from: "present", to: nil)]))
        case (let seen?, .present):
            let difference = difference(from: seen)
            return difference.isEmpty ? .unchanged : .change([remove, create], difference)
        }
    }

    private func difference(from seen: InspectedNetwork) -> Difference {
        var difference = Difference()
        func compare(_ name: String, _ seen: String?, _ wanted: String?) {
            if let wanted, seen != wanted { difference.note(name, from: seen, to: wanted) }
        }
        compare("driver", seen.driver, driver)
        compare("internal", "\(seen.isInternal)", "\(isInternal)")
        let known = seen.addressing.subnets ?? []
        if !subnets.isEmpty {
            compare(
                "subnets",
                known.compactMap(\.addresses).sorted().joined(separator: ", "),
                subnets.map(\.addresses).sorted().joined(separator: ", ")
            )
        }
        for subnet in subnets {
            guard let found = known.first(where: { $0.addresses == subnet.addresses }) else { continue }
            compare("gateway of \(subnet.addresses)", found.gateway, subnet.gateway)
            compare("range of \(subnet.addresses)", found.range, subnet.range)
        }
        for (option, value) in options.sorted(by: { $0.key < $1.key }) {
            compare("option \(option)", seen.options?[option], value)
        }
        return difference
    }

    private var create: Step {
        var words = ["docker", "network", "create", "--driver", driver]
        for subnet in subnets {
            words += ["--subnet", subnet.addresses]
            words += subnet.gateway.map { ["--gateway", $0] } ?? []
            words += subnet.range.map { ["--ip-range", $0] } ?? []
        }
        words += subnets.contains { $0.addresses.contains(":") } ? ["--ipv6"] : []
        words += isInternal ? ["--internal"] : []
        words += options.sorted { $0.key < $1.key }.flatMap { ["--opt", "\($0)=\($1)"] }
        return .run(Invocation(words + ["--", name]))
    }

    /// A container that is stopped would not start again without it, so those count too.
    private var remove: Step {
        let quoted = shellQuoted(name)
        return .script(
            "remove the network \(name)",
            """
            users=$(docker ps --all --filter network=\(quoted) --format '{{.Names}}') || exit 1
            [ -z "$users" ] || {
              echo "containers use the network $(echo $users): remove them first, then run this again" >&2
              exit 1
            }
            docker network rm -- \(quoted) >/dev/null
            """
        )
    }
}
