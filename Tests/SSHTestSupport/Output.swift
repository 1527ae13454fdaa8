@testable package import SSH

/// All that a command said, and how it ended.
package struct Output: Equatable {
    package var stdout: [UInt8] = []
    package var stderr: [UInt8] = []
    package var exit: SSHChannel.ExitStatus?

    package init(stdout: [UInt8] = [], stderr: [UInt8] = [], exit: SSHChannel.ExitStatus? = nil) {
        self.stdout = stdout
        self.stderr = stderr
        self.exit = exit
    }

    package var text: String { String(decoding: stdout, as: UTF8.self) }
    package var errorText: String { String(decoding: stderr, as: UTF8.self) }
}

extension SSHChannel {
    /// Reads to the command's end.
    package func output() async throws -> Output {
        var output = Output()
        while output.exit == nil {
            switch try await read() {
            case .stdout(let bytes): output.stdout += bytes
            case .stderr(let bytes): output.stderr += bytes
            case .exit(let status): output.exit = status
            }
        }
        return output
    }
}

extension SSHConnection {
    /// Runs one command with that input.
    package func run(_ command: String, input: [UInt8] = []) async throws -> Output {
        let channel = try await open(command: command)
        async let output = channel.output()
        try await channel.write(input)
        try await channel.sendEOF()
        return try await output
    }
}

/// The error that `body` throws.
package func sshError(_ body: () async throws -> some Any) async throws -> SSHError {
    do {
        _ = try await body()
    } catch let error as SSHError {
        return error
    }
    throw TestServer.Failure(text: "nothing was thrown")
}
