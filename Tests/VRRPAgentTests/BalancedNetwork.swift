import CLinux
import Foundation
import Synchronization

@testable import apus_vrrpd

/// A director, a client, and servers that answer with their names: 10.99.0.1, 10.99.0.2, and so on, and fd99::1 …
final class BalancedNetwork {
    let network: TestNetwork
    private var running: [String: Process] = [:]

    init(servers: [String], port: Int = 80) throws {
        network = try TestNetwork(nodes: ["director", "client"] + servers)
        let director = network.namespace("director")
        let forwarding = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]
        try run(["ip", "netns", "exec", director, "sysctl", "-q", "-w"] + forwarding)
        for (index, node) in (["director", "client"] + servers).enumerated() {
            try addAddress("fd99::\(index + 1)/64", to: node)
        }
        for server in servers { try start(server, port: port) }
    }

    func addAddress(
        _ address: String,
        to node: String,
        device: String = "eth0",
        _ more: [String] = []
    ) throws {
        try run(["ip", "-n", network.namespace(node), "address", "add", address, "dev", device] + more)
    }

    /// The director has these addresses, and marks what comes in for ports of them.
    func markPackets(to addresses: [String], ports: [Int], with mark: String) throws {
        let isIPv6 = addresses.contains { $0.contains(":") }
        // Nothing is sent from them unasked.
        for address in addresses {
            try addAddress("\(address)/\(isIPv6 ? 128 : 32)", to: "director", ["preferred_lft", "0"])
        }
        let (family, list) = (isIPv6 ? "ip6" : "ip", addresses.joined(separator: ", "))
        let chosen =
            "\(family) daddr { \(list) } tcp dport { \(ports.map(String.init).joined(separator: ", ")) }"
        let director = ["ip", "netns", "exec", network.namespace("director")]
        for command in [
            "add table \(family) marks",
            "add chain \(family) marks packets { type filter hook prerouting priority mangle; }",
            "add rule \(family) marks packets \(chosen) meta mark set \(mark)",
        ] {
            try run(director + ["nft", command])
        }
    }

    deinit {
        for process in running.values { kill(process.processIdentifier, SIGKILL) }
    }

    /// Answers with its name; returns when it can be asked.
    func start(_ server: String, port: Int = 80) throws {
        try start(["nc", "-ll", "-p", "\(port)", "-e", "/bin/echo", server], on: server, port: port)
    }

    /// Answers HTTP with the files of a folder.
    func serve(_ folder: URL, on server: String, port: Int) throws {
        try start(["httpd", "-f", "-p", "\(port)", "-h", folder.path], on: server, port: port)
    }

    /// Starts a program of BusyBox, and returns when it listens.
    func start(_ program: [String], on server: String, port: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip", "netns", "exec", network.namespace(server), "busybox"] + program
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        running["\(server) \(port)"] = process
        let local = String(port, radix: 16, uppercase: true)
        let sockets = ["/proc/net/tcp", "/proc/net/tcp6"]
        let isListening = try eventually(within: 10) {
            let table = try run(["ip", "netns", "exec", network.namespace(server), "cat"] + sockets).output
            // Its own port, nobody's port at the other end, and the state LISTEN.
            return table.split(separator: "\n").contains {
                $0.contains("\(local) ") && $0.contains(":0000 0A")
            }
        }
        guard isListening else {
            throw CommandFailure(description: "\(server) does not listen on port \(port)")
        }
    }

    func stop(_ server: String, port: Int = 80) {
        guard let process = running.removeValue(forKey: "\(server) \(port)") else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Servers that take packets for the virtual address, and leave its hardware address to the director.
    func acceptVirtualAddress(_ servers: [String], _ address: String = "10.99.0.240/32") throws {
        for server in servers {
            let space = network.namespace(server)
            let settings = ["net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2"]
            try run(["ip", "netns", "exec", space, "sysctl", "-q", "-w"] + settings)
            try addAddress(address, to: server, device: "lo")
        }
    }

    /// Who answers the next connection; nil: nobody.
    func ask(_ address: String = "10.99.0.240", port: Int = 80) throws -> String? {
        let command = "exec busybox nc -w 2 \(address) \(port) </dev/null 2>/dev/null"
        let client = network.namespace("client")
        let answer = try run(["ip", "netns", "exec", client, "sh", "-c", command], expecting: nil).output
        return answer.isEmpty ? nil : answer.trimmingCharacters(in: .newlines)
    }

    func answers(
        _ count: Int,
        _ address: String = "10.99.0.240",
        port: Int = 80
    ) throws -> [String] {
        try (0..<count).map { _ in try ask(address, port: port) ?? "nobody" }
    }

    static let tcpCheck = "TCP_CHECK {\n connect_timeout 1\n retry 0\n }"

    /// An agent that is master, with a virtual server on port 80.
    func direct(
        _ servers: [String],
        _ settings: String,
        check: String = BalancedNetwork.tcpCheck
    ) throws -> AgentProcess {
        let instance = """
            global_defs {
                vrrp_version 3
            }
            vrrp_instance balanced {
                interface eth0
                virtual_router_id 51
                advert_int 0.1
                virtual_ipaddress {
                    10.99.0.240
                }
            }

            """
        let agent = try startAgent(instance + virtualServer("10.99.0.", servers, settings, check: check))
        try agent.wait(for: "backup → master", limit: 6)
        guard try eventually({ try network.holdsAddress("director") }) else {
            throw CommandFailure(description: "the director does not hold the address")
        }
        return agent
    }

    /// An agent of the director.
    func startAgent(_ configuration: String) throws -> AgentProcess {
        let file = try network.configure("director", configuration)
        return try AgentProcess(in: network.namespace("director"), configuration: file)
    }

    /// The block of a virtual server on port 80 of the address that ends with 240.
    func virtualServer(
        _ prefix: String,
        _ servers: [String],
        _ settings: String,
        check: String = BalancedNetwork.tcpCheck
    ) -> String {
        let reals = servers.enumerated().map { index, settings in
            """
            real_server \(prefix)\(index + 3) 80 {
                \(settings)
                \(check)
            }
            """
        }
        return """
            virtual_server \(prefix)240 80 {
                delay_loop 0.2
                protocol TCP
                \(settings)
                \(reals.joined(separator: "\n"))
            }
            """
    }

    /// What the director's agent says of itself.
    func status(_ options: String...) throws -> String {
        let director = network.namespace("director")
        return try run(["ip", "netns", "exec", director, agentPath, "status"] + options).output
    }

    func virtualServers() throws -> [[String: Any]] {
        let report = try JSONSerialization.jsonObject(with: Data(status("--json").utf8))
        return (report as? [String: Any])?["virtual_servers"] as? [[String: Any]] ?? []
    }

    /// A netfilter socket in the director's network namespace.
    func netfilterSocket() throws -> NetfilterSocket {
        let path = "/run/netns/\(network.namespace("director"))"
        let result = Mutex<Result<NetfilterSocket, SystemError>?>(nil)
        let thread = Thread {
            let space = open(path, O_RDONLY)
            defer { close(space) }
            guard enterNamespace(space) == 0 else { return }
            do throws(SystemError) {
                let socket = try NetfilterSocket()
                result.withLock { $0 = .success(socket) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        thread.start()
        while !thread.isFinished { Thread.sleep(forTimeInterval: 0.001) }
        guard let result = result.withLock({ $0 }) else {
            throw CommandFailure(description: "cannot enter \(path)")
        }
        return try result.get()
    }
}

/// setns(2), which is not in Swift's Glibc module; for this thread alone.
private func enterNamespace(_ descriptor: Int32) -> Int32 {
    typealias Function = @convention(c) (Int32, Int32) -> Int32
    guard let function = dlsym(nil, "setns") else { return -1 }
    return unsafeBitCast(function, to: Function.self)(descriptor, 0)
}
