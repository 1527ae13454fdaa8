public import Apus

/// Lets VRRP through: multicast and the protocol accepted on the interface, and packets forwarded. All of it holds
/// now and after every boot, beside the rules that Docker makes for itself.
public struct Firewall: Role {
    public static let name = "firewall"

    /// The interface on which the routers hear each other.
    public var interface: String

    public init(interface: String = "eth0") { self.interface = interface }

    public var tasks: [Play.Task] {
        Package("iptables", recommends: false).named("Install iptables")
        // RFC 5771: 224.0.0.0/8 holds the local control block, and with it 224.0.0.18, where VRRP speaks.
        IPTablesRule(
            chain: "INPUT",
            interface: interface,
            destination: "224.0.0.0/8",
            jump: "ACCEPT",
            position: .insert
        ).named("Accept multicast on \(interface)")
        IPTablesRule(
            chain: "INPUT",
            protocol: "vrrp",
            interface: interface,
            jump: "ACCEPT",
            position: .insert
        ).named("Accept VRRP on \(interface)")
        Sysctl("net.ipv4.ip_forward", 1).named("Forward packets")
    }
}
