import CLinux
import VRRP

extension NetfilterTable {
    /// Translation, and what other directors send here: a table of the family of these services.
    static func translating(_ services: [VirtualService], family: Int32) -> NetfilterTable {
        var table = NetfilterTable(family: family)
        guard !services.isEmpty else { return table }
        let hooks = [
            ("prerouting", LINUX_NF_INET_PRE_ROUTING, LINUX_NF_IP_PRI_NAT_DST),
            ("output", LINUX_NF_INET_LOCAL_OUT, LINUX_NF_IP_PRI_NAT_DST),
            ("postrouting", LINUX_NF_INET_POST_ROUTING, LINUX_NF_IP_PRI_NAT_SRC),
        ]
        for (name, number, priority) in hooks {
            table.addChain(name, at: Hook(type: "nat", number: number, priority: priority))
        }
        for service in services {
            switch service.way {
            case .translation:
                table.addChain(service.name)
                service.addTranslation(to: &table)
                for chain in ["prerouting", "output"] {
                    table.addRule(to: chain, service.match { $0.jump(to: service.name) })
                }
                for destination in service.destinations {
                    guard let rule = service.masquerade(to: destination) else { continue }
                    table.addRule(to: "postrouting", rule)
                }
            case .answering:
                table.addRule(to: "prerouting", service.match { $0.redirect() })
            case .directRouting, .tunneling: continue
            }
        }
        return table
    }

    // ICMPv6 and its messages of neighbour discovery (RFC 4861 §4).
    private static let icmpv6: UInt8 = 58
    private static let neighborDiscovery: [UInt8] = [135, 136]

    /// Drops what is for these addresses, but for neighbour discovery (RFC 9568 §6.4.3).
    mutating func close(_ addresses: [IPAddress]) {
        let chain = "input"
        addChain(chain, at: Hook(type: "filter", number: LINUX_NF_INET_LOCAL_IN))
        for type in Self.neighborDiscovery where family == LINUX_NFPROTO_IPV6 {
            var rule = NetfilterRule()
            rule.requireTransport(Self.icmpv6)
            rule.load(.transportHeader(at: 0), count: 1, into: 0)
            rule.require(0, [type])
            rule.accept()
            addRule(to: chain, rule)
        }
        for address in addresses {
            var rule = NetfilterRule()
            rule.requireDestination(address)
            rule.drop()
            addRule(to: chain, rule)
        }
    }

    /// Direct routing: a table of the family netdev.
    static func routing(_ services: [VirtualService]) -> NetfilterTable {
        var table = NetfilterTable(family: LINUX_NFPROTO_NETDEV)
        var devices: [[UInt8]] = []
        for service in services {
            guard case .directRouting(let device) = service.way else { continue }
            let known = devices.firstIndex(of: device)
            let base = "ingress\(known ?? devices.count)"
            if known == nil {
                devices.append(device)
                let hook = Hook(type: "filter", number: LINUX_NF_NETDEV_INGRESS, device: device)
                table.addChain(base, at: hook)
            }
            table.addChain(service.name)
            service.addRouting(to: &table)
            table.addRule(to: base, service.match(hasEtherType: true) { $0.jump(to: service.name) })
        }
        return table
    }
}

extension VirtualService {
    /// A rule for its packets.
    fileprivate func match(hasEtherType: Bool = false, _ action: (inout NetfilterRule) -> Void)
        -> NetfilterRule
    {
        var rule = NetfilterRule()
        if hasEtherType { rule.requireEtherType(of: address.family) }
        rule.requireDestination(address)
        requirePort(port, by: &rule)
        action(&rule)
        return rule
    }

    /// Clients on the destination's own network, which it would answer past this machine, get this machine's address;
    /// nil: it is on none.
    fileprivate func masquerade(to destination: Destination) -> NetfilterRule? {
        guard case .neighbor(_, let network) = destination.reach else { return nil }
        var rule = NetfilterRule()
        rule.requireTranslated()
        loadSource(by: &rule)
        rule.mask(Self.client, network.mask)
        rule.require(Self.client, network.prefix)
        rule.requireDestination(destination.address)
        requirePort(destination.port, by: &rule)
        rule.masquerade()
        return rule
    }

    private func requirePort(_ port: UInt16, by rule: inout NetfilterRule) {
        rule.requireTransport(transport)
        rule.load(.transportHeader(at: 2), count: 2, into: Self.client)
        rule.require(Self.client, port.bigEndian.bytes)
    }
}
