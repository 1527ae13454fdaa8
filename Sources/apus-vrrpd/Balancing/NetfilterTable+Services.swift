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
                    service.match(in: chain, of: &table) { $0.jump(to: service.name) }
                }
                for destination in service.destinations {
                    service.masquerade(to: destination, by: &table)
                }
            case .answering:
                service.match(in: "prerouting", of: &table) { $0.redirect() }
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
            guard case .directRouting(let device?) = service.way else { continue }
            let known = devices.firstIndex(of: device)
            let base = "ingress\(known ?? devices.count)"
            if known == nil {
                devices.append(device)
                let hook = Hook(type: "filter", number: LINUX_NF_NETDEV_INGRESS, device: device)
                table.addChain(base, at: hook)
            }
            table.addChain(service.name)
            service.addRouting(to: &table)
            service.match(in: base, of: &table, hasEtherType: true) { $0.jump(to: service.name) }
        }
        return table
    }
}

extension VirtualService {
    /// Adds rules for its packets.
    fileprivate func match(
        in chain: String,
        of table: inout NetfilterTable,
        hasEtherType: Bool = false,
        _ action: (inout NetfilterRule) -> Void
    ) {
        for transport in key.transports {
            var rule = NetfilterRule()
            if hasEtherType { rule.requireEtherType(of: key.family) }
            switch key {
            case .endpoint(let target, _): rule.requireTarget(target, transport)
            case .mark(let mark, _):
                rule.requireMark(mark)
                rule.requireTransport(transport)
            }
            action(&rule)
            table.addRule(to: chain, rule)
        }
    }

    /// Clients on the destination's own network, which it would answer past this machine, get this machine's address.
    fileprivate func masquerade(to destination: Destination, by table: inout NetfilterTable) {
        guard case .neighbor(_, let network) = destination.reach else { return }
        for transport in key.transports {
            var rule = NetfilterRule()
            rule.requireTranslated()
            loadSource(by: &rule)
            rule.mask(Self.client, network.mask)
            rule.require(Self.client, network.prefix)
            let target = Plan.Target(address: destination.address, port: destination.port)
            rule.requireTarget(target, transport)
            rule.masquerade()
            table.addRule(to: "postrouting", rule)
        }
    }
}

extension NetfilterRule {
    fileprivate mutating func requireTarget(_ target: Plan.Target, _ transport: UInt8) {
        requireDestination(target.address)
        requireTransport(transport)
        guard target.port != 0 else { return }
        load(.transportHeader(at: 2), count: 2, into: 0)
        require(0, target.port.bigEndian.bytes)
    }
}
