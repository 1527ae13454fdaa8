import Foundation
import Provisioning

/// A host that a program of this machine leads to: each channel is one run of it.
final class ProcessTransport: Transport {
    let loginUser: String
    /// What comes before the command, which is the last argument.
    private let prefix: [String]
    private let channels = OpenChannels()
    /// What ends after the channels.
    private let cleanUp: @Sendable () async -> Void

    init(_ prefix: [String], loginUser: String, cleanUp: @escaping @Sendable () async -> Void = {}) {
        self.prefix = prefix
        self.loginUser = loginUser
        self.cleanUp = cleanUp
    }

    /// The same, and asks the host who logged in.
    /// - Throws: `TransportError` with what the program said.
    static func connect(_ prefix: [String], deadline: Duration) async throws -> ProcessTransport {
        let channel = try ProcessChannel(prefix + ["id -un"])
        let output = try await ProcessOutput.read(channel, within: deadline)
        let user = output.text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard output.status == 0, !user.isEmpty else {
            throw TransportError(
                .unreachable,
                "\(prefix.prefix(3).joined(separator: " ")) …: \(output.problem)"
            )
        }
        return ProcessTransport(prefix, loginUser: user)
    }

    func open(_ command: String) async throws -> any TransportChannel {
        let channel = try ProcessChannel(prefix + [command])
        channels.add(channel)
        return channel
    }

    func close() async {
        for channel in channels.takeAll() { await channel.close() }
        await cleanUp()
    }
}

/// The channels that end with their transport.
private final class OpenChannels: @unchecked Sendable {
    private let lock = NSLock()
    private var channels: [ProcessChannel] = []

    func add(_ channel: ProcessChannel) {
        lock.withLock { channels = channels.filter { !$0.isClosed } + [channel] }
    }

    func takeAll() -> [ProcessChannel] {
        lock.withLock {
            defer { channels = [] }
            return channels
        }
    }
}

/// What a program said until it ended, or until it said that it is ready.
struct ProcessOutput: Sendable {
    var text = ""
    var errors = ""
    /// nil while it runs, and where a signal ended it.
    var status: Int32?

    /// The last thing that it complained about.
    var problem: String {
        let lines = errors.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.last { !$0.isEmpty } ?? status.map { "it ended with status \($0)" }
            ?? "it was ended by a signal"
    }

    /// Reads until the program ends, or its output holds `ready`; closes the channel unless it is ready.
    ///
    /// - Throws: `TransportError` where that takes longer than `deadline`.
    static func read(
        _ channel: ProcessChannel,
        until ready: String? = nil,
        within deadline: Duration
    ) async throws -> ProcessOutput {
        let timer = Task {
            try await Task.sleep(for: deadline)
            await channel.close()
        }
        defer { timer.cancel() }
        var output = ProcessOutput()
        do {
            while true {
                switch try await channel.read() {
                case .output(let bytes):
                    output.text += String(decoding: bytes, as: UTF8.self)
                    if let ready, output.text.contains(ready) { return output }
                case .errors(let bytes): output.errors += String(decoding: bytes, as: UTF8.self)
                case .exited(let status):
                    await channel.close()
                    output.status = status
                    return output
                }
            }
        } catch {
            let wasOpen = !channel.isClosed
            await channel.close()
            if wasOpen { throw error }
            let said = output.errors.isEmpty ? "" : ": \(output.problem)"
            throw TransportError(.unreachable, "no answer within \(deadline)\(said)")
        }
    }
}
