public import Provisioning

/// What every `Transport` must keep. Each check throws `ContractBreach` where it is not kept.
public struct TransportContract: Sendable {
    public let transport: any Transport

    public init(_ transport: any Transport) { self.transport = transport }

    public struct ContractBreach: Error, CustomStringConvertible {
        public let description: String
    }

    /// All of it, one after the other; the transport is closed at the end.
    public func check() async throws {
        try await streamsAreApart()
        try await statusArrives()
        try await bytesSurvive()
        try await manyChannelsAtOnce()
        try await closingEndsReading()
        await transport.close()
        await transport.close()
    }

    private func streamsAreApart() async throws {
        let seen = try await run("echo to output; echo to errors >&2")
        try require(seen.output == Array("to output\n".utf8), "output was \(seen.output)")
        try require(seen.errors == Array("to errors\n".utf8), "errors were \(seen.errors)")
    }

    private func statusArrives() async throws {
        for status: Int32 in [0, 1, 42] {
            let seen = try await run("exit \(status)").status
            try require(seen == status, "exit \(status) arrived as \(seen.map(String.init) ?? "nothing")")
        }
    }

    private func bytesSurvive() async throws {
        let bytes = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let channel = try await transport.open("cat")
        async let writing: Void = {
            try await channel.write(bytes)
            try await channel.finishWriting()
        }()
        let seen = try await collect(channel)
        try await writing
        try require(
            seen.output == bytes,
            "\(bytes.count) bytes through cat came back as \(seen.output.count) others"
        )
    }

    private func manyChannelsAtOnce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let seen = try await run("echo \(number)")
                    try require(
                        seen.output == Array("\(number)\n".utf8),
                        "channel \(number) said \(seen.output)"
                    )
                }
            }
            try await group.waitForAll()
        }
    }

    private func closingEndsReading() async throws {
        let channel = try await transport.open("cat")
        let reading = Task { try await channel.read() }
        await channel.close()
        if case .success(.output) = await reading.result {
            throw ContractBreach(description: "a closed channel gave output")
        }
    }

    private func run(_ command: String) async throws -> (output: [UInt8], errors: [UInt8], status: Int32?) {
        try await collect(try await transport.open(command))
    }

    private func collect(
        _ channel: any TransportChannel
    ) async throws -> (output: [UInt8], errors: [UInt8], status: Int32?) {
        var (output, errors): ([UInt8], [UInt8]) = ([], [])
        while true {
            switch try await channel.read() {
            case .output(let bytes): output += bytes
            case .errors(let bytes): errors += bytes
            case .exited(let status):
                await channel.close()
                return (output, errors, status)
            }
        }
    }

    private func require(_ condition: Bool, _ breach: @autoclosure () -> String) throws {
        if !condition { throw ContractBreach(description: breach()) }
    }
}
