import Foundation
import Provisioning
import Testing

extension LabSuite {
    /// Nodes that are off, that reboot, and that are switched off.
    @Suite struct Power {
        @Test("a node without power is unreachable, and says why; the others converge; exit status 4")
        func oneNodeOff() async throws {
            try await Lab.converge()
            let page = "/srv/nginx/server1/index.html"
            try await Node.pi3.root("echo altered >> \(page)")
            try await Lab.perform("power-off", "pi4")
            let connectTimeout = 5
            let run = try await Lab.apus(
                "run",
                "site",
                "-i",
                Lab.inventoryPath,
                "--connect-timeout",
                "\(connectTimeout)"
            )
            // The kernel gives an address that nobody has 3 s; a shorter deadline holds all the same.
            let ping = try await Lab.apus("ping", "-i", Lab.inventoryPath, "--connect-timeout", "2")
            try await Lab.perform("power-on", "pi4")

            #expect(ping.status == 4)
            #expect(ping.duration < .seconds(2 + 1))
            #expect(run.status == 4, "\(run.output)\n\(run.errors)")
            let off = try #require(run.recap(of: .pi4), "\(run.output)")
            // What the kernel says of an address that nobody has, or that the deadline passed.
            let words = try #require(off.components(separatedBy: "unreachable: ").dropFirst().first, "\(off)")
            #expect(words.contains { $0.isLetter }, "\(off)")
            for node in Node.allCases where node != .pi4 {
                let line = try #require(run.recap(of: node), "\(run.output)")
                #expect(line.contains("failed 0") && !line.contains("unreachable"), "\(line)")
            }
            #expect(try await !Node.pi3.root("cat \(page)").contains("altered"))
            // A converged run and one mended page take seconds; the rest is for the node that is off, once.
            #expect(run.duration < .seconds(connectTimeout + 20))
        }

        /// Servers first; of the balancers the one that has the virtual address last.
        static let rebootOrder: [Node] = [.pi3, .pi4, .pi5, .pi2, .pi1]

        @Test("reboot rolls one node at a time, and a client with 50 requests a second sees none fail")
        func reboot() async throws {
            try await Prober.during { try await Lab.settle($0) }
            let before = try await onEach { try await $0.bootID }
            let start = ContinuousClock.now
            var outages: [PowerWatch.Outage] = []
            let requests = try await SteadyClient.during {
                outages = try await PowerWatch.during {
                    let run = try await LabRun.of("reboot")
                    #expect(run.isWell, "\(run.trouble)")
                    expectPreparation(in: run)
                }
            }
            let seconds = Int(start.duration(to: .now).components.seconds)
            print(
                "reboot of all nodes: \(start.duration(to: .now)), \(requests.answered) answers, the slowest after \(requests.slowest)"
            )
            let failed = requests.failed.map { start.duration(to: $0) }
            #expect(
                failed.isEmpty,
                "\(failed.count), from \(failed.min() ?? .zero) to \(failed.max() ?? .zero) after the start"
            )
            #expect(requests.answered >= seconds * 45, "\(requests.answered) in \(seconds) s")
            #expect(try await Lab.holders() == [.pi1])

            let after = try await onEach { try await $0.bootID }
            for node in Node.allCases { #expect(after[node] != before[node], "\(node)") }
            #expect(outages.map(\.node) == Self.rebootOrder)
            for (one, next) in zip(outages, outages.dropFirst()) {
                #expect(one.time.upperBound < next.time.lowerBound, "\(one.node) and \(next.node)")
            }
            try await servicesWereUpBeforeTheNext()
            // Containers, agents, firewall rules and settings are as they were, without anybody's help.
            let again = try await LabRun.of("site")
            #expect(again.isWell, "\(again.trouble)")
            #expect(again.unsettled == [])
        }

        /// Before a node went down, HAProxy sent it nothing new, or another balancer had its address.
        private func expectPreparation(in run: LabRun) {
            for (number, server) in Node.servers.enumerated() {
                let taken = Node.balancers.map {
                    "Take server\(number + 1) out of the rotation of \($0.address)"
                }
                #expect(changesBeforeReboot(of: server, in: run) == taken, "\(server)")
            }
            let address = Lab.virtualAddress
            #expect(
                changesBeforeReboot(of: .pi1, in: run) == [
                    "Hold up new connections to \(address)", "Stop the VRRP agent",
                    "See another balancer answer on \(address)",
                ]
            )
        }

        private func changesBeforeReboot(of node: Node, in run: LabRun) -> [String] {
            let changed = run.outcomes.filter { $0.node == node && $0.outcome == .changed }
            return changed.map { $0.heading.replacing("reboot : ", with: "") }.prefix { $0 != "Reboot" }
                .map(\.self)
        }

        /// The nodes have one kernel, and so one monotonic clock: each ran its Docker before the next one booted.
        private func servicesWereUpBeforeTheNext() async throws {
            let clocks = try await onEach { node in
                let shown = try await node.root(
                    """
                    systemctl show -P UserspaceTimestampMonotonic
                    systemctl show -P ActiveEnterTimestampMonotonic docker.service
                    """
                )
                return shown.split(separator: "\n").compactMap { UInt64($0) }
            }
            for (one, next) in zip(Self.rebootOrder, Self.rebootOrder.dropFirst()) {
                let docker = try #require(clocks[one]?.last)
                let boot = try #require(clocks[next]?.first)
                #expect(docker < boot, "\(one) had Docker at \(docker) µs, \(next) booted at \(boot) µs")
            }
        }

        @Test("servershutdown leaves no node running")
        func shutdown() async throws {
            try await Lab.converge()
            let run = try await Lab.apus("run", "servershutdown", "-i", Lab.inventoryPath)
            let status = try await Lab.perform("status")
            // For whoever comes next, whatever came of it.
            try await Lab.perform("up")

            #expect(run.status == 0, "\(run.output)\n\(run.errors)")
            let nodes = status.split(separator: "\n").map { $0.split(separator: " ") }
            #expect(nodes.map { String($0[0]) } == Node.allCases.map(\.rawValue))
            #expect(nodes.allSatisfy { $0.last == "off" }, "\(status)")
            try await Prober.during { try await Lab.settle($0) }
        }
    }
}

extension Node {
    var bootID: String {
        get async throws { try await root("cat /proc/sys/kernel/random/boot_id") }
    }
}
