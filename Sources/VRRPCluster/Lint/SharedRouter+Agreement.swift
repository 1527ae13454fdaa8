import KeepalivedConfiguration

// What all members must have in common, or they do not hear each other.
extension SharedRouter {
    var disagreements: [Finding] {
        guard let first = members.first else { return [] }
        return members.dropFirst().filter { $0.host != first.host }.flatMap { $0.disagreements(with: first) }
            + members.flatMap { member in
                members.filter { $0.host != member.host }.flatMap { member.silence(towards: $0) }
            }
    }
}

extension SharedRouter.Member {
    fileprivate func disagreements(with other: Self) -> [Finding] {
        let (mine, others) = (instance, other.instance)
        var found: [Finding] = []
        func differ(_ what: String, try remedy: String) {
            found.append(
                finding(
                    .splits,
                    what + ": the two do not hear each other, and both hold the addresses",
                    try: remedy
                )
            )
        }
        if mine.virtualRouterID != others.virtualRouterID {
            differ(
                "virtual_router_id is \(mine.virtualRouterID), and \(others.virtualRouterID) on \(other.host)",
                try: "use one number for the addresses that both have"
            )
        }
        if mine.version != others.version {
            differ(
                "VRRP version \(mine.version.rawValue), and \(others.version.rawValue) on \(other.host)",
                try: "set one vrrp_version on both"
            )
        } else if mine.version == .v2, mine.advertisementInterval != others.advertisementInterval {
            differ(
                "advert_int is \(mine.advertisementInterval), and \(others.advertisementInterval) on \(other.host)",
                try: "set one advert_int on both, or use version 3, whose backups learn the master's"
            )
        }
        if let difference = mine.authentication.difference(from: others.authentication, on: other.host) {
            differ(difference, try: "set the same authentication on both")
        }
        if mine.unicastPeers.isEmpty != others.unicastPeers.isEmpty {
            let (own, rivals) =
                mine.unicastPeers.isEmpty ? ("multicast", "unicast") : ("unicast", "multicast")
            differ("\(own), and \(rivals) on \(other.host)", try: "set unicast_peer on both, or on none")
        }
        return found + lonelyAddresses(with: other) + other.lonelyAddresses(with: self)
    }

    private func lonelyAddresses(with other: Self) -> [Finding] {
        let (advertised, excluded) = (other.addresses, other.instance.excludedAddresses.map(\.address))
        let deafness = "some versions of keepalived do not hear routers with other addresses at all"
        return instance.virtualAddresses.filter { !advertised.contains($0.address) }.map { address in
            let isThere = excluded.contains(address.address)
            return finding(
                isThere ? .splits : .neverMoves,
                isThere
                    ? "on \(other.host) \(address.address) is in virtual_ipaddress_excluded; \(deafness)"
                    : "\(other.host) does not have \(address.address), and never takes it over; \(deafness)",
                at: address.location,
                try: "list the same addresses on both"
            )
        }
            + instance.excludedAddresses.filter { !(advertised + excluded).contains($0.address) }.map {
                address in
                finding(
                    .neverMoves,
                    "\(other.host) does not have \(address.address), and never takes it over",
                    at: address.location,
                    try: "list the same addresses in virtual_ipaddress_excluded on both"
                )
            }
    }

    /// With unicast, nobody hears advertisements but those who are listed.
    fileprivate func silence(towards other: Self) -> [Finding] {
        let (peers, sources) = (instance.unicastPeers, other.sources)
        guard !peers.isEmpty, !other.instance.unicastPeers.isEmpty, !sources.isEmpty,
            !peers.contains(where: { sources.contains($0.address) })
        else { return [] }
        return [
            finding(
                .splits,
                "unicast_peer does not list \(other.host): it hears nothing from here, and becomes master too",
                try: "add \(sources.map(\.description).joined(separator: " or ")) to unicast_peer"
            )
        ]
    }
}

extension Instance.Authentication {
    fileprivate func difference(from other: Self, on host: String) -> String? {
        switch (self, other) {
        case (.none, .none): nil
        case (.none, .pass): "no password, and one on \(host)"
        case (.pass, .none): "a password, and none on \(host)"
        case (.pass(let own), .pass(let rival)):
            own == rival ? nil : "another password than on \(host)"
        }
    }
}
