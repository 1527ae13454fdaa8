public import Apus

/// Makes a host one of those that a virtual address's connections are routed to directly: it accepts them although it
/// has the address only now and then, and answers no ARP request for an address of another interface.
public struct DirectRouting: Role {
    public static let name = "direct_routing"

    /// The interface on which packets come in.
    public var interface: String
    /// What the programs of keepalived.conf files need; `iptables` by default, for scripts that redirect packets.
    public var packages: [String]

    public init(interface: String = "eth0", packages: [String] = ["iptables"]) {
        self.interface = interface
        self.packages = packages
    }

    public var tasks: [Play.Task] {
        Package(packages, recommends: false).named("Install \(packages.joined(separator: ", "))")
        Sysctl("net.ipv4.ip_forward", 1).named("Forward packets")
        Sysctl("net.ipv4.ip_nonlocal_bind", 1).named("Let servers listen on addresses that are elsewhere")
        for name in ["all", interface] {
            // Slashes, since an interface's name may have dots.
            Sysctl("net/ipv4/conf/\(name)/arp_ignore", 1).named("Answer ARP for own addresses only (\(name))")
            Sysctl("net/ipv4/conf/\(name)/arp_announce", 2).named(
                "Ask ARP with an address of the link (\(name))"
            )
        }
    }
}
