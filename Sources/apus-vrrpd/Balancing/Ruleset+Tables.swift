import CLinux
import VRRP

extension Ruleset {
    /// What belongs into the table of a family.
    func part(ofFamily family: Int32) -> Ruleset {
        Ruleset(
            services: services.filter {
                if case .directRouting = $0.way {
                    family == LINUX_NFPROTO_NETDEV
                } else {
                    family == LINUX_NFPROTO_IPV4
                }
            }
        )
    }

    func table(ofFamily family: Int32) -> NetfilterTable {
        family == LINUX_NFPROTO_NETDEV ? routingTable : translationTable
    }

    /// Translation, and what other directors send here: table of the family ip.
    private var translationTable: NetfilterTable {
        var table = NetfilterTable(family: LINUX_NFPROTO_IPV4)
        let hooks = [
            ("prerouting", LINUX_NF_INET_PRE_ROUTING, LINUX_NF_IP_PRI_NAT_DST),
            ("output", LINUX_NF_INET_LOCAL_OUT, LINUX_NF_IP_PRI_NAT_DST),
            ("postrouting", LINUX_NF_INET_POST_ROUTING, LINUX_NF_IP_PRI_NAT_SRC),
        ]
        for (name, number, priority) in hooks {
            table.addChain(name, at: NetfilterTable.Hook(type: "nat", number: number, priority: priority))
        }
        for service in services {
            switch service.way {
            case .translation(let masqueraded):
                table.addChain(service.name)
                service.addTranslation(to: &table)
                for chain in ["prerouting", "output"] {
                    table.addRule(to: chain, service.match { $0.jump(to: service.name) })
                }
                for masquerade in masqueraded {
                    table.addRule(to: "postrouting", service.rule(of: masquerade))
                }
            case .answering:
                table.addRule(to: "prerouting", service.match { $0.redirect() })
            case .directRouting: continue
            }
        }
        return table
    }

    /// Direct routing: table of the family netdev.
    private var routingTable: NetfilterTable {
        var table = NetfilterTable(family: LINUX_NFPROTO_NETDEV)
        var devices: [[UInt8]] = []
        for service in services {
            guard case .directRouting(let device) = service.way else { continue }
            let known = devices.firstIndex(of: device)
            let base = "ingress\(known ?? devices.count)"
            if known == nil {
                devices.append(device)
                let hook = NetfilterTable.Hook(
                    type: "filter",
                    number: LINUX_NF_NETDEV_INGRESS,
                    device: device
                )
                table.addChain(base, at: hook)
            }
            table.addChain(service.name)
            service.addRouting(to: &table)
            table.addRule(to: base, service.match(hasEtherType: true) { $0.jump(to: service.name) })
        }
        return table
    }
}

extension Ruleset.Service {
    /// A rule for its packets.
    fileprivate func match(hasEtherType: Bool = false, _ action: (inout NetfilterRule) -> Void)
        -> NetfilterRule
    {
        var rule = NetfilterRule()
        if hasEtherType { rule.requireIPv4() }
        rule.load(.networkHeader(at: 16), count: 4, into: Self.client)
        rule.require(Self.client, IPAddress.v4(address).bytes)
        rule.requireTransport(transport)
        rule.load(.transportHeader(at: 2), count: 2, into: Self.client)
        rule.require(Self.client, port.bigEndian.bytes)
        action(&rule)
        return rule
    }

    /// Connections whose target would answer past this machine.
    fileprivate func rule(of masquerade: Ruleset.Masquerade) -> NetfilterRule {
        var rule = NetfilterRule()
        rule.requireTranslated()
        rule.load(.networkHeader(at: 12), count: 4, into: Self.client)
        rule.mask(Self.client, masquerade.network.mask)
        rule.require(Self.client, masquerade.network.prefix)
        rule.load(.networkHeader(at: 16), count: 4, into: Self.client)
        rule.require(Self.client, masquerade.target.bytes(as: .address))
        rule.requireTransport(transport)
        rule.load(.transportHeader(at: 2), count: 2, into: Self.client)
        rule.require(Self.client, masquerade.target.port.bigEndian.bytes)
        rule.masquerade()
        return rule
    }
}
