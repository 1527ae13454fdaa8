import HostInventory
import Synchronization

/// Opens a `sh` with a privilege, and gets through the password prompt on the way where there is one.
struct ShellLogin: Sendable {
    let transport: any Transport
    /// For the shells of other users.
    let become: Become
    /// In one piece: channel, shell, prompt and password; waiting for a lock comes on top.
    var deadline: Duration = .seconds(30)
    /// The lock that the shell holds as long as it lives.
    var claim: LockClaim?
    /// Where it looks for jobs that were left on the host; `nil` where nobody asks.
    var jobs: JobFolder?
    /// Whether jobs that never began are left out.
    var listsBegunJobs = false
    /// Says what it waits for.
    var notice: @Sendable (String) -> Void = { _ in }

    struct Opened: Sendable {
        let channel: any TransportChannel
        let nonce: String
        let processID: Int32
        /// Whether it got the lock that was claimed.
        var isLocked = false
        /// Jobs on the host that nobody has cleaned up.
        var jobs: [String] = []
    }

    /// - Throws: `TransportError`; code `.authentication` when sudo, su or doas refused. `HostBusy`.
    func open(_ privilege: Privilege) async throws -> Opened {
        let nonce = "apus-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let command = command(for: privilege, nonce: nonce)
        let deadline = deadline + (claim?.lock.timeout ?? .zero)
        let lastWords = Mutex("")
        do {
            return try await Deadline(after: deadline).run {
                let channel = try await transport.open(command)
                do {
                    return try await greet(channel, nonce: nonce, privilege: privilege) { said in
                        lastWords.withLock { $0 = said }
                    }
                } catch {
                    await channel.close()
                    throw error
                }
            }
        } catch is DeadlineExceeded {
            throw TransportError(
                .lost,
                "no shell for \(privilege) within \(deadline.brief); "
                    + waitingFor(lastWords.withLock(\.self), privilege)
            )
        }
    }

    /// Safe for any login shell: one word in single quotes, without backslashes or exclamation marks.
    private func command(for privilege: Privilege, nonce: String) -> String {
        let setup =
            "LC_ALL=C; export LC_ALL; PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; umask 022"
        let listing = jobs?.listing(nonce: nonce, begun: listsBegunJobs) ?? ""
        let end = claim.map { $0.script(nonce: nonce) } ?? "echo \(nonce) $$; exec sh"
        let script = "echo; \(setup); \(listing)\(end)"
        let shell = "exec sh -c '\(script)'"
        let user: String
        switch privilege {
        case .login: return shell
        case .root: user = "root"
        case .user(let name): user = name
        }
        if user == transport.loginUser { return shell }
        return become.command(user: user, script: script, nonce: nonce)
    }

    private func waitingFor(_ lastWords: String, _ privilege: Privilege) -> String {
        if lastWords.isEmpty { return "see what its startup files wait for" }
        let speaker = privilege == .login ? "it" : become.method.rawValue
        return "\(speaker) last said «\(lastWords)», which is no question for a password that Apus knows"
    }

    /// - Parameter heard: takes the last line that was written to the standard error.
    private func greet(
        _ channel: any TransportChannel,
        nonce: String,
        privilege: Privilege,
        heard: (String) -> Void
    ) async throws -> Opened {
        var greeting = Greeting(nonce: nonce)
        var errors: [UInt8] = []
        var promptsAnswered = 0
        var isLocked = claim != nil
        var jobs: [String] = []
        var holder = LockClaim.Holder(description: "another run of Apus")
        while true {
            switch try await channel.read() {
            case .output(let bytes):
                for word in greeting.words(in: bytes) {
                    switch word {
                    case .process(let processID):
                        return Opened(
                            channel: channel,
                            nonce: nonce,
                            processID: processID,
                            isLocked: isLocked,
                            jobs: jobs
                        )
                    case .job(let path): jobs.append(path)
                    case .busy(let arguments): try waitForLock(of: arguments, &holder)
                    case .refused: throw refusedByLock(holder)
                    case .unlockable:
                        isLocked = false
                        notice(
                            "takes no lock, so nothing keeps other runs away: its folder cannot be written"
                        )
                    case .other(let said):
                        throw TransportError(
                            .lost,
                            "the login shell answered with «\(said)», not with a process"
                        )
                    }
                }
            case .errors(let bytes):
                errors += bytes
                let said = String(decoding: errors, as: UTF8.self)
                heard(become.withoutPrompt(said, nonce: nonce).printableLines.last ?? "")
                let prompts = become.prompts(in: said, nonce: nonce)
                if privilege != .login, prompts > promptsAnswered {
                    try await answerPrompt(of: privilege, isFirst: promptsAnswered == 0, on: channel)
                    promptsAnswered = prompts
                }
            case .exited(let status):
                throw TransportError(
                    privilege == .login ? .lost : .authentication,
                    refusal(privilege, status: status, said: greeting.rest + errors, nonce: nonce)
                )
            }
            guard greeting.rest.count + errors.count <= Self.mostChatter else {
                throw TransportError(
                    .lost,
                    "no shell for \(privilege): its startup files wrote more than \(Self.mostChatter >> 20) MiB"
                )
            }
        }
    }

    private func answerPrompt(of privilege: Privilege, isFirst: Bool, on channel: any TransportChannel)
        async throws
    {
        guard let password = become.password else {
            throw TransportError(
                .authentication,
                "\(become.method) asks for a password to become \(privilege); give it with --ask-become-pass or "
                    + "ansible_become_password in the inventory"
            )
        }
        // A wrong one is given once: more would lock the account, where the host counts.
        guard isFirst else {
            throw TransportError(
                .authentication,
                "\(become.method) refused the password of \(transport.loginUser) for becoming \(privilege)"
            )
        }
        try await channel.write(Array((password.revealed + "\n").utf8))
    }

    /// In bytes: what startup files may write before the shell is ready.
    private static let mostChatter = 1 << 20

    private func refusal(_ privilege: Privilege, status: Int32?, said: [UInt8], nonce: String) -> String {
        let lines = become.withoutPrompt(String(decoding: said, as: UTF8.self), nonce: nonce).printableLines
        let ending = status.map { "status \($0)" } ?? "a signal"
        return "no shell for \(privilege) (it ended with \(ending))"
            + (lines.isEmpty ? "" : ": " + lines.suffix(5).joined(separator: "; "))
            + become.remedy(for: lines)
    }

    /// - Throws: `HostBusy` where waiting would never end.
    private func waitForLock(of arguments: String, _ holder: inout LockClaim.Holder) throws {
        guard let claim else { return }
        holder = claim.holder(from: arguments)
        if let twin = holder.twin {
            throw HostBusy(
                description:
                    "is the same machine as \(twin), where this run is at work; name each machine once"
            )
        }
        notice("is in the hands of \(holder.description); waiting at most \(claim.lock.timeout.brief)")
    }

    private func refusedByLock(_ holder: LockClaim.Holder) -> HostBusy {
        let waited = claim?.lock.timeout ?? .zero
        return HostBusy(
            description: "is in the hands of \(holder.description), still after \(waited.brief); "
                + "wait for that run, or end it (--lock-timeout says how long to wait)"
        )
    }
}

/// Takes apart what a shell writes before it is ready: lines that begin with the login's nonce.
private struct Greeting {
    enum Word {
        case process(Int32)
        case job(String)
        case busy(String)
        case refused
        case unlockable
        case other(String)
    }

    let nonce: String
    /// What startup files of the login shell wrote around the lines that count, and lines that have not ended.
    private(set) var rest: [UInt8] = []
    /// Where the line begins that has not ended.
    private var lineStart = 0

    init(nonce: String) { self.nonce = nonce }

    /// Lines that are whole.
    mutating func words(in bytes: [UInt8]) -> [Word] {
        rest += bytes
        var words: [Word] = []
        while let end = rest[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[lineStart..<end], as: UTF8.self)
            if line.hasPrefix(nonce + " ") {
                words.append(word(String(line.dropFirst(nonce.count + 1))))
                rest.removeSubrange(lineStart...end)
            } else {
                lineStart = end + 1
            }
        }
        return words
    }

    private func word(_ text: String) -> Word {
        if let processID = Int32(text) { return .process(processID) }
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch parts.first {
        case "job": return .job(parts.count > 1 ? parts[1] : "")
        case "busy": return .busy(parts.count > 1 ? parts[1] : "")
        case "refused": return .refused
        case "unlockable": return .unlockable
        default: return .other(text)
        }
    }
}
