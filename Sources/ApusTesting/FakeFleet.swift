public import HostInventory
public import Provisioning
import Synchronization

/// Hosts that exist in memory only: what their scripts do is Swift, and what befalls them is scripted. Hundreds of runs
/// a second show what a playbook does to a whole fleet.
///
/// A script that the engine sends is handed to `answer` as it stands; only what reboots a host is played here. They
/// know neither locks nor jobs nor uploads.
public final class FakeFleet: Connector {
    /// What befalls a host.
    public struct Fate: Sendable {
        /// Before each exchange is answered.
        public var latency: Duration
        /// Refuses every connection.
        public var isUnreachable: Bool
        /// The connection is lost instead of this exchange's answer, from 1, counted over all connections.
        public var losesExchange: Int?
        /// This exchange is never answered.
        public var hangsInExchange: Int?
        /// How many connections are refused after a reboot.
        public var refusalsAfterReboot: Int

        public init(
            latency: Duration = .zero,
            isUnreachable: Bool = false,
            losesExchange: Int? = nil,
            hangsInExchange: Int? = nil,
            refusalsAfterReboot: Int = 1
        ) {
            self.latency = latency
            self.isUnreachable = isUnreachable
            self.losesExchange = losesExchange
            self.hangsInExchange = hangsInExchange
            self.refusalsAfterReboot = refusalsAfterReboot
        }
    }

    private struct Life {
        var exchanges = 0
        var boot = 1
        var refusals = 0
    }

    private let fates: [String: Fate]
    private let answer: @Sendable (_ host: String, _ script: String) async throws -> ShellOutput
    private let lives = Mutex<[String: Life]>([:])

    /// - Parameters:
    ///   - fates: of hosts by name; the others are always well.
    ///   - answer: what a script writes on a host, and how it ends. What it throws is a lost connection.
    public init(
        fates: [String: Fate] = [:],
        answer: @escaping @Sendable (_ host: String, _ script: String) async throws -> ShellOutput
    ) {
        self.fates = fates
        self.answer = answer
    }

    public func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport {
        let isRefused = lives.withLock { lives in
            guard lives[host.name, default: Life()].refusals > 0 else { return false }
            lives[host.name]?.refusals -= 1
            return true
        }
        if isRefused || fate(of: host.name).isUnreachable {
            throw TransportError(.unreachable, "no answer from \(host.name)")
        }
        return FakeTransport(host: host.name, fleet: self)
    }

    /// How often the host was restarted.
    public func reboots(of host: String) -> Int { lives.withLock { ($0[host]?.boot ?? 1) - 1 } }

    fileprivate func fate(of host: String) -> Fate { fates[host] ?? Fate() }

    /// Counts an exchange and lets happen what is due.
    fileprivate func beginExchange(on host: String) async throws {
        let fate = fate(of: host)
        let number = lives.withLock { lives in
            lives[host, default: Life()].exchanges += 1
            return lives[host]?.exchanges ?? 1
        }
        if fate.latency > .zero { try await Task.sleep(for: fate.latency) }
        if number == fate.hangsInExchange { try await Task.sleep(for: .seconds(3600)) }
        if number == fate.losesExchange { throw TransportError(.lost, "\(host) was lost") }
    }

    fileprivate func run(_ script: String, on host: String) async throws -> ShellOutput {
        if script.contains("/proc/sys/kernel/random/boot_id") {
            return ShellOutput("boot-\(lives.withLock { $0[host]?.boot ?? 1 })\n")
        }
        if script.contains("systemctl is-system-running") { return ShellOutput() }
        if script.contains("systemctl reboot") {
            let refusals = fate(of: host).refusalsAfterReboot
            lives.withLock { lives in
                lives[host]?.boot += 1
                lives[host]?.refusals = refusals
            }
            return ShellOutput()
        }
        return try await answer(host, script)
    }
}

private struct FakeTransport: Transport {
    let host: String
    let fleet: FakeFleet

    /// Every privilege but another user is this one.
    var loginUser: String { "root" }

    func open(_ command: String) async throws -> any TransportChannel {
        guard let nonce = command.firstMatch(of: /apus-[0-9a-z]+/)?.output else {
            throw TransportError(
                .configuration,
                "a fake host knows only the engine's shells, not: \(command)"
            )
        }
        return FakeShell(host: host, fleet: fleet, greeting: "\n\(nonce) 1000\n")
    }

    func close() async {}
}

/// Answers exchanges as `sh` would.
private actor FakeShell: TransportChannel {
    private let host: String
    private let fleet: FakeFleet
    private var chunks: [TransportChunk]
    private var failure: (any Error)?
    private var work: Task<Void, Never>?
    /// Of a reader that waits.
    private var arrival: AsyncStream<Never>.Continuation?

    init(host: String, fleet: FakeFleet, greeting: String) {
        self.host = host
        self.fleet = fleet
        chunks = [.output(Array(greeting.utf8))]
    }

    func write(_ bytes: [UInt8]) async throws {
        let sections = FakeExchange(String(decoding: bytes, as: UTF8.self)).sections
        work = Task {
            do {
                try await fleet.beginExchange(on: host)
                try await answer(sections)
            } catch {
                failure = error
                arrival?.finish()
            }
        }
    }

    private func answer(_ sections: [FakeExchange.Section]) async throws {
        var isWell = true
        for section in sections {
            var output = ShellOutput(status: -1)
            if isWell || !section.needsSuccess { output = try await fleet.run(section.script, on: host) }
            if section.isRequired, output.status != 0 { isWell = false }
            put(.output(output.output + Array("\n\(section.mark) \(output.status)\n".utf8)))
            put(.errors(output.errors + Array("\n\(section.mark) 0\n".utf8)))
        }
    }

    private func put(_ chunk: TransportChunk) {
        chunks.append(chunk)
        arrival?.finish()
    }

    func read() async throws -> TransportChunk {
        while chunks.isEmpty {
            if let failure { throw failure }
            let (stream, continuation) = AsyncStream<Never>.makeStream()
            arrival = continuation
            for await _ in stream {}
            try Task.checkCancellation()
        }
        if case .exited = chunks[0] { return chunks[0] }
        return chunks.removeFirst()
    }

    func finishWriting() async throws {}

    func close() async {
        work?.cancel()
        put(.exited(status: nil))
    }
}

/// What the engine wrote to a shell, taken apart again.
private struct FakeExchange {
    struct Section {
        let script: String
        /// Nonce, number of the exchange, number of the section.
        let mark: String
        let needsSuccess: Bool
        let isRequired: Bool
    }

    var sections: [Section] = []

    init(_ text: String) {
        var rest = text[...]
        while let start = rest.firstRange(of: "; eval '") {
            let needsSuccess = rest[..<start.lowerBound].contains("if [ \"$apus_ok\" = 1 ]; then (")
            rest = rest[start.upperBound...]
            let script = Self.takeQuoted(from: &rest)
            guard let mark = rest.firstMatch(of: /printf '\\n(.*?) %d/) else { return }
            rest = rest[mark.range.upperBound...]
            // Up to the next section.
            let tail = rest[..<(rest.firstRange(of: "; eval '")?.lowerBound ?? rest.endIndex)]
            sections.append(
                Section(
                    script: script,
                    mark: String(mark.output.1),
                    needsSuccess: needsSuccess,
                    isRequired: tail.contains("|| apus_ok=0")
                )
            )
        }
    }

    /// The text up to the quote that ends it; `'\''` stands for a quote.
    private static func takeQuoted(from rest: inout Substring) -> String {
        var script = ""
        while let quote = rest.firstIndex(of: "'") {
            script += rest[..<quote]
            rest = rest[rest.index(after: quote)...]
            guard rest.hasPrefix("\\''") else { break }
            script += "'"
            rest = rest.dropFirst(3)
        }
        return script
    }
}
