import HostInventory

/// Opens a `sh` with a privilege, and gets through the password prompt on the way where there is one.
struct ShellLogin: Sendable {
    let transport: any Transport
    /// For sudo, where it asks.
    let password: Secret?
    /// In one piece: channel, shell, prompt and password.
    var deadline: Duration = .seconds(30)

    struct Opened: Sendable {
        let channel: any TransportChannel
        let nonce: String
        let processID: Int32
    }

    /// - Throws: `TransportError`; code `.authentication` when sudo refused.
    func open(_ privilege: Privilege) async throws -> Opened {
        let nonce = "apus-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let command = command(for: privilege, nonce: nonce)
        do {
            return try await Deadline(after: deadline).run {
                let channel = try await transport.open(command)
                do {
                    let processID = try await greet(channel, nonce: nonce, privilege: privilege)
                    return Opened(channel: channel, nonce: nonce, processID: processID)
                } catch {
                    await channel.close()
                    throw error
                }
            }
        } catch is DeadlineExceeded {
            throw TransportError(.lost, "no shell for \(privilege) within \(deadline.brief)")
        }
    }

    /// Safe for any login shell: one word in single quotes, without backslashes or exclamation marks.
    private func command(for privilege: Privilege, nonce: String) -> String {
        let setup =
            "LC_ALL=C; export LC_ALL; PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; umask 022"
        let shell = "sh -c 'echo; echo \(nonce) $$; \(setup); exec sh'"
        let user: String
        switch privilege {
        case .login: return "exec " + shell
        case .root: user = "root"
        case .user(let name): user = name
        }
        if user == transport.loginUser { return "exec " + shell }
        return "exec sudo -H -S -p '\(prompt(nonce))' -u \(shellQuoted(user)) -- \(shell)"
    }

    private func prompt(_ nonce: String) -> String { "\(nonce)-password:" }

    private func greet(_ channel: any TransportChannel, nonce: String, privilege: Privilege) async throws
        -> Int32
    {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var promptsAnswered = 0
        let greeting = "\n\(nonce) "
        while true {
            switch try await channel.read() {
            case .output(let bytes):
                output += bytes
                let text = String(decoding: output, as: UTF8.self)
                guard let start = text.firstRange(of: greeting) else { continue }
                let rest = text[start.upperBound...]
                guard let end = rest.firstIndex(of: "\n") else { continue }
                guard let processID = Int32(rest[..<end]) else {
                    throw TransportError(
                        .lost,
                        "the login shell answered with «\(rest[..<end])», not with a process"
                    )
                }
                return processID
            case .errors(let bytes):
                errors += bytes
                let text = String(decoding: errors, as: UTF8.self)
                let prompts = text.ranges(of: prompt(nonce)).count
                guard prompts > promptsAnswered else { continue }
                guard let password else {
                    throw TransportError(
                        .authentication,
                        "sudo asks for a password to become \(privilege); give it with --ask-become-pass or "
                            + "ansible_become_password in the inventory"
                    )
                }
                guard promptsAnswered == 0 else {
                    throw TransportError(
                        .authentication,
                        "sudo refused the password of \(transport.loginUser) for becoming \(privilege)"
                    )
                }
                promptsAnswered = prompts
                try await channel.write(Array((password.revealed + "\n").utf8))
            case .exited(let status):
                throw TransportError(
                    privilege == .login ? .lost : .authentication,
                    refusal(
                        privilege,
                        status: status,
                        said: String(decoding: errors, as: UTF8.self),
                        nonce: nonce
                    )
                )
            }
        }
    }

    private func refusal(_ privilege: Privilege, status: Int32?, said: String, nonce: String) -> String {
        let said = said.replacing(prompt(nonce), with: "").split(whereSeparator: \.isNewline).map(\.trimmed)
            .filter { !$0.isEmpty }.joined(separator: "; ")
        let ending = status.map { "status \($0)" } ?? "a signal"
        return "no shell for \(privilege) (it ended with \(ending))" + (said.isEmpty ? "" : ": \(said)")
    }
}
