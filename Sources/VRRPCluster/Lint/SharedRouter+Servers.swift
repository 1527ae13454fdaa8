import KeepalivedConfiguration

// What all members must serve alike, or clients notice who is master.
extension SharedRouter {
    var serverDisagreements: [Finding] {
        guard let first = members.first else { return [] }
        return members.dropFirst().filter { $0.host != first.host }.flatMap { member in
            first.missingServers(on: member) + member.missingServers(on: first)
                + member.otherServers(than: first)
        }
    }
}

extension SharedRouter.Member {
    /// Those that serve one of its addresses, or marked packets, whose addresses nobody tells.
    private var ownServers: [VirtualServer] {
        servers.filter { server in
            !server.marks.isEmpty || server.endpoints.contains { hasAddress($0.address) }
        }
    }

    private func hasAddress(_ address: Address) -> Bool {
        instance.allAddresses.contains { $0.address == address }
    }

    /// What this one serves, at addresses that both have, and the other does not.
    fileprivate func missingServers(on other: Self) -> [Finding] {
        ownServers.compactMap { server in
            let endpoints = server.endpoints.filter { endpoint in
                hasAddress(endpoint.address) && other.hasAddress(endpoint.address)
                    && !other.servers.contains { $0.serves(endpoint, by: server.transport) }
            }
            let marks = server.marks.filter { mark in
                !other.servers.contains { $0.isIPv6 == server.isIPv6 && $0.marks.contains(mark) }
            }
            let missing = server.list(endpoints) + marks.map { "fwmark \($0)" }
            guard !missing.isEmpty else { return nil }
            let list = missing.joined(separator: ", ")
            return finding(
                .neverMoves,
                "\(other.host) has no virtual_server for \(list): as master it leaves its connections alone",
                at: server.location,
                try: "give both the same virtual servers"
            )
        }
    }

    /// What both serve, and not alike.
    fileprivate func otherServers(than other: Self) -> [Finding] {
        ownServers.flatMap { server -> [Finding] in
            let rival = other.servers.first { rival in
                server.endpoints.contains { rival.serves($0, by: server.transport) }
                    || rival.isIPv6 == server.isIPv6 && server.marks.contains(where: rival.marks.contains)
            }
            guard let rival else { return [] }
            return zip(server.settings, rival.settings).filter { $0.value != $1.value }.map { own, rival in
                finding(
                    .servesOtherwise,
                    "\(own.name) of \(server.name) is \(own.value), and \(rival.value) on \(other.host)",
                    at: server.location,
                    try: "give both the same virtual servers"
                )
            }
        }
    }
}

extension Node {
    /// Virtual servers at addresses that never come to this host, and that others have.
    func strayServers(among nodes: [Node]) -> [Finding] {
        configuration.virtualServers.compactMap { server in
            for endpoint in server.endpoints where !configuration.hasVirtualAddress(endpoint.address) {
                let holder = nodes.first {
                    $0.host != host && $0.configuration.hasVirtualAddress(endpoint.address)
                }
                guard let holder else { continue }
                return Finding(
                    effect: .neverMoves,
                    host: host,
                    location: server.location == .none ? nil : server.location,
                    problem:
                        "no vrrp_instance has the address of \(server.name), and one on \(holder.host) has "
                        + "\(endpoint.address): it never comes here",
                    remedy: "list it in virtual_ipaddress or virtual_ipaddress_excluded on both"
                )
            }
            return nil
        }
    }
}

extension Configuration {
    fileprivate func hasVirtualAddress(_ address: Address) -> Bool {
        instances.contains { $0.allAddresses.contains { $0.address == address } }
    }
}

extension Instance {
    fileprivate var allAddresses: [VirtualAddress] { virtualAddresses + excludedAddresses }
}

extension VirtualServer {
    fileprivate func serves(_ endpoint: Endpoint, by transport: TransportProtocol) -> Bool {
        self.transport == transport && endpoints.contains(endpoint)
    }

    fileprivate func list(_ endpoints: [Endpoint]) -> [String] {
        endpoints.map { $0.description + (transport == .tcp ? "" : "/udp") }
    }

    /// What clients notice, by keyword.
    fileprivate var settings: [(name: String, value: String)] {
        let kind =
            switch forwarding {
            case .translation: "NAT"
            case .directRouting: "DR"
            case .tunneling: "TUN"
            }
        let servers = realServers.map {
            $0.endpoint.description + ($0.weight == 1 ? "" : " weight \($0.weight)")
        }
        return [
            ("lb_algo", scheduler.name), ("lb_kind", kind),
            ("persistence_timeout", persistence.map { "\($0)" } ?? "none"),
            ("persistence_granularity", persistencePrefix.map { "\($0) bits" } ?? "none"),
            ("quorum", "\(quorum)"),
            ("sorry_server", sorryServer?.description ?? "none"),
            ("real_server", servers.sorted().joined(separator: ", ")),
        ]
    }
}
