import Provisioning
import Testing

@testable import Resources

@Suite("Kernel parameters")
struct SysctlTests {
    private static let own = "/etc/sysctl.d/99-zz-apus-net.ipv4.ip_forward.conf"

    @Test(
        "plans for now and for the next boot",
        arguments: [
            ("/proc/sys/net/ipv4/ip_forward:1\n\(own):net.ipv4.ip_forward = 1\n", "unchanged"),
            ("/proc/sys/net/ipv4/ip_forward:0\n\(own):net.ipv4.ip_forward = 1\n", "change: now: 0 → 1"),
            ("/proc/sys/net/ipv4/ip_forward:1\n", "change: at boot: absent → 1"),
            ("/proc/sys/net/ipv4/ip_forward:0\n", "change: at boot: absent → 1, now: 0 → 1"),
            ("/proc/sys/net/ipv4/ip_forward:1\n\(own):net.ipv4.ip_forward = 0\n", "change: at boot: 0 → 1"),
            (
                "/proc/sys/net/ipv4/ip_forward:1\n/etc/sysctl.d/99-sysctl.conf:net.ipv4.ip_forward=0\n\(own):net/ipv4/ip_forward=1\n",
                "unchanged"
            ),
            (
                "/proc/sys/net/ipv4/ip_forward:1\n/etc/sysctl.d/99-sysctl.conf:net.ipv4.ip_forward=0\n",
                "change: at boot: 0 → 1"
            ),
            (
                "/proc/sys/net/ipv4/ip_forward:1\n\(own):net.ipv4.ip_forward = 1\n/etc/sysctl.d/zzz.conf:-net.ipv4.ip_forward = 0\n",
                "unknown: /etc/sysctl.d/zzz.conf sets net.ipv4.ip_forward to 0 at boot, and is read after \(own); "
                    + "remove that line"
            ),
            (
                "/proc/sys/net/ipv4/ip_forward:1\n/etc/sysctl.conf:net.ipv4.ip_forward = 0\n",
                "unknown: /etc/sysctl.conf sets net.ipv4.ip_forward to 0 at boot, and is read after \(own); "
                    + "remove that line"
            ),
            (
                "",
                "unknown: the kernel has no parameter net.ipv4.ip_forward yet; is the module loaded that brings it?"
            ),
        ]
    )
    func plan(output: String, plan: String) throws {
        let subject = SysctlObservation(key: "net.ipv4.ip_forward")
        let state = try SysctlObservation.answers(from: ShellOutput(output), for: [subject])[0]
        #expect(Sysctl("net.ipv4.ip_forward", 1).plan(from: state).shown == plan)
    }

    @Test(
        "finds the file of a key",
        arguments: [
            ("net.ipv4.ip_forward", "net/ipv4/ip_forward"),
            ("net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding"),
            ("net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding"),
        ]
    )
    func paths(key: String, path: String) { #expect(SysctlObservation.path(of: key) == path) }

    @Test("white space does not matter")
    func whiteSpace() throws {
        let subject = SysctlObservation(key: "net.ipv4.tcp_rmem")
        let output =
            "/proc/sys/net/ipv4/tcp_rmem:4096\t131072\t6291456\n/etc/sysctl.d/99-zz-apus-net.ipv4.tcp_rmem.conf:"
            + "net.ipv4.tcp_rmem = 4096   131072 6291456\n"
        let state = try SysctlObservation.answers(from: ShellOutput(output), for: [subject])[0]
        #expect(Sysctl("net.ipv4.tcp_rmem", "4096 131072\t6291456").plan(from: state).shown == "unchanged")
    }

    @Test("a file hides those of its name in lesser folders, and names decide the order")
    func order() {
        let settings = [
            ("/usr/lib/sysctl.d/50-a.conf", "1"), ("/etc/sysctl.d/50-a.conf", "2"),
            ("/run/sysctl.d/60-b.conf", "3"),
            ("/etc/sysctl.d/10-c.conf", "4"), ("/etc/sysctl.d/10-c.conf", "5"), ("/etc/sysctl.conf", "6"),
        ].map { SysctlState.Setting(file: $0, path: "x/y", value: $1) }
        #expect(SysctlState.effectiveOrder(settings).map(\.value) == ["4", "5", "2", "3", "6"])
    }

    @Test(
        "refuses what is no key or value",
        arguments: [("", "1"), ("ip_forward", "1"), ("a/../b", "1"), ("a.b", "")]
    )
    func validation(key: String, value: String) {
        #expect(throws: ResourceError.self) { try Sysctl(key, value).validate() }
    }

    @Test("sees this machine's values")
    func reality() throws {
        let states = try look(
            at: ["kernel.ostype", "no.such.key", "kernel.pid_max"].map { SysctlObservation(key: $0) }
        )
        #expect(states[0].running == "Linux" && states[1].running == nil)
        // More than one digit: a value that was read byte by byte would have only its first.
        #expect(states[2].running.flatMap { Int($0) } ?? 0 > 9)
    }
}
