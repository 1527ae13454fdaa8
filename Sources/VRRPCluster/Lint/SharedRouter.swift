import KeepalivedConfiguration

/// The instances of several hosts that have a virtual address in common.
struct SharedRouter {
    private(set) var members: [Member]

    /// One host's part in it.
    struct Member {
        let host: String
        let hostAddresses: [Address]
        let instance: Instance
        let trackers: [WeightedTracker]
        /// All of its host.
        let servers: [VirtualServer]

        var addresses: [Address] { instance.virtualAddresses.map(\.address) }

        /// Where its advertisements come from; empty where that is not known.
        var sources: [Address] {
            if let source = instance.unicastSource { return [source] }
            return hostAddresses.filter { $0.isIPv6 == isIPv6 }
        }

        var isIPv6: Bool { addresses.first?.isIPv6 ?? false }

        func finding(
            _ effect: Finding.Effect,
            _ problem: String,
            at location: Location? = nil,
            try remedy: String
        )
            -> Finding
        {
            let place = location ?? instance.location
            return Finding(
                effect: effect,
                host: host,
                location: place == .none ? nil : place,
                problem: problem,
                remedy: remedy
            )
        }
    }

    /// Something whose failing takes `weight` off the priority, which is the highest while all is well.
    struct WeightedTracker {
        let name: String
        /// As configured: −253…253, not 0.
        let weight: Int
        let location: Location
    }

    static func all(of nodes: [Node]) -> [SharedRouter] {
        var routers: [SharedRouter] = []
        for node in nodes {
            for instance in node.configuration.instances {
                let member = Member(
                    host: node.host,
                    hostAddresses: node.addresses,
                    instance: instance,
                    trackers: node.configuration.weightedTrackers(of: instance),
                    servers: node.configuration.virtualServers
                )
                let touching = routers.indices.filter { routers[$0].shares(member.addresses) }
                let members = touching.flatMap { routers[$0].members } + [member]
                for index in touching.reversed() { routers.remove(at: index) }
                routers.append(SharedRouter(members: members))
            }
        }
        return routers
    }

    private func shares(_ addresses: [Address]) -> Bool {
        members.contains { $0.addresses.contains(where: addresses.contains) }
    }

    /// Without another host there is nobody to take over.
    var missingPartner: [Finding] {
        guard let member = members.first, members.allSatisfy({ $0.host == member.host }) else { return [] }
        let addresses = member.addresses.map(\.description).joined(separator: ", ")
        return [
            member.finding(
                .neverMoves,
                "no other host has a virtual router for \(addresses)",
                try: "give a second host one, with the virtual_router_id "
                    + "\(member.instance.virtualRouterID) and a lower priority"
            )
        ]
    }

    /// Two virtual routers of one number hear each other, on one network.
    func reuse(of other: SharedRouter) -> Finding? {
        members.firstNonNil { member in
            let rival = other.members.first {
                $0.host != member.host && $0.hears(member) && $0.isOnNetwork(of: member)
            }
            guard let rival else { return nil }
            return member.finding(
                .splits,
                "\(rival.host) uses virtual_router_id \(member.instance.virtualRouterID) for other addresses "
                    + "(\(rival.addresses.map(\.description).joined(separator: ", "))) on the same network: "
                    + "the two take each other for one router",
                try: "give this one a number of its own, or both the same addresses"
            )
        }
    }
}

extension SharedRouter.Member {
    fileprivate func hears(_ other: Self) -> Bool {
        instance.virtualRouterID == other.instance.virtualRouterID && isIPv6 == other.isIPv6
            && instance.version == other.instance.version && instance.unicastPeers.isEmpty
            && other.instance.unicastPeers.isEmpty
    }

    fileprivate func isOnNetwork(of other: Self) -> Bool {
        instance.virtualAddresses.contains { own in
            other.instance.virtualAddresses.contains { own.isOnNetwork(of: $0) }
        }
    }
}

extension VirtualAddress {
    private static let usualPrefix = (v4: 24, v6: 64)

    fileprivate func isOnNetwork(of other: VirtualAddress) -> Bool {
        guard address.isIPv6 == other.address.isIPv6 else { return false }
        let bits = min(networkBits, other.networkBits)
        let differing = zip(address.bytes, other.address.bytes).map { $0 ^ $1 }
        let equalBits = differing.firstIndex { $0 != 0 }.map {
            $0 * UInt8.bitWidth + differing[$0].leadingZeroBitCount
        }
        return (equalBits ?? address.bytes.count * UInt8.bitWidth) >= bits
    }

    /// A prefix as long as the address says nothing of the network.
    private var networkBits: Int {
        if Int(prefixLength) < address.bytes.count * UInt8.bitWidth { return Int(prefixLength) }
        return address.isIPv6 ? Self.usualPrefix.v6 : Self.usualPrefix.v4
    }
}

extension Configuration {
    fileprivate func weightedTrackers(of instance: Instance) -> [SharedRouter.WeightedTracker] {
        let ofScripts = instance.trackedScripts.map { ($0, script(named: $0.name)?.weight) }
        let ofProcesses = instance.trackedProcesses.map { tracked in
            (tracked, processes.first { $0.name == tracked.name }?.weight)
        }
        let ofInterfaces = instance.trackedInterfaces.map { ($0, nil as Int?) }
        return (ofScripts + ofProcesses + ofInterfaces).compactMap { tracked, own in
            let weight = tracked.weight ?? own ?? 0
            return weight == 0
                ? nil
                : SharedRouter.WeightedTracker(name: tracked.name, weight: weight, location: tracked.location)
        }
    }
}
