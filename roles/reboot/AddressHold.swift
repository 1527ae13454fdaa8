import Apus

/// Holds up new connections to a virtual address on the host that has it, while the address moves.
///
/// The first packet of a connection is dropped; the client sends it again after a second, to whoever has the address
/// then. It ends by itself after half a minute, also where the run that began it does not live to end it.
struct AddressHold: Sendable {
    let address: String
    /// What the balancers serve on it.
    var port: UInt16 = 80

    /// Where this host has the address: holds up what is new, and lets what is open come to its end, for 3 s at most.
    /// Connections that are only kept open end with the move; their clients expect that (RFC 9112 §9.3.1).
    var begin: Play.Task {
        Command.shell(
            """
            \(DockerBalancer.ask)
            systemd-run --quiet --collect --on-active=30 --timer-property=AccuracySec=1s \\
                iptables -w -t mangle -D PREROUTING \(rule) &&
                iptables -w -t mangle -A PREROUTING \(rule) || exit
            attempts=15
            while [ "$attempts" -gt 0 ]; do
                open=$(ask 'show stat http_in 1 -1' | awk -F, '$1 == "http_in" { print $5 }')
                [ "${open:-0}" -gt 0 ] || break
                attempts=$((attempts - 1))
                sleep 0.2
            done
            """,
            unless: isHeld,
            onlyIf: hasAddress
        )
        .named("Hold up new connections to \(address)")
    }

    var end: Play.Task {
        Command.shell("iptables -w -t mangle -D PREROUTING \(rule)", onlyIf: isHeld)
            .named("Let new connections to \(address) in")
    }

    /// Where this host's agent gave the address up: waits until another one answers there.
    func seeAnother(within deadline: Duration = .seconds(15)) -> Play.Task {
        Command.shell(
            "until docker exec haproxy socat /dev/null TCP:\(address):\(port),connect-timeout=1; do sleep 0.2; done",
            onlyIf: "\(VRRPAgent.isInstalled) && ! \(hasAddress)",
            deadline: deadline
        )
        .named("See another balancer answer on \(address)")
    }

    var hasAddress: String { "ip -o address show to \(address) | grep -q ." }

    /// Holds only while the host has the address, so that the host itself can look for another that answers on it.
    private var rule: String {
        "-d \(address) -m addrtype --dst-type LOCAL -p tcp --dport \(port) --syn -j DROP"
    }
    private var isHeld: String { "iptables -w -t mangle -C PREROUTING \(rule) 2>/dev/null" }
}
