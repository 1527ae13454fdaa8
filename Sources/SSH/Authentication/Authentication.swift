/// Asks for the passphrase of a key file; nil where there is none to be had.
public typealias PassphraseProvider = @Sendable (_ path: String) async -> String?

/// Answers what a server asks at a login (keyboard-interactive, RFC 4256); nil where nobody does.
public typealias PromptAnswerer = @Sendable ([Authentication.Prompt]) async -> [String]?

/// How to log in: identities in their order, then the password.
public struct Authentication: Sendable {
    /// One thing that a user may log in with.
    public enum Identity: Sendable {
        case file(PrivateKeyFile)
        /// All keys that the agent holds, in its order.
        case agent(SSHAgent)
        /// The file's key, where the agent holds it: the file may be encrypted, or a public key only.
        case agentKey(SSHAgent, of: PrivateKeyFile)

        /// For messages.
        var name: String {
            switch self {
            case .file(let file): file.path
            case .agent, .agentKey: "agent"
            }
        }
    }

    /// A question of the server.
    public struct Prompt: Sendable, Equatable {
        public let text: String
        /// Whether people may see what is typed.
        public let echoes: Bool
    }

    public var identities: [Identity]
    /// Tried as `password`, and for the first question of `keyboard-interactive`, where the server offers these.
    public var password: (@Sendable () async -> String?)?
    /// Answers all other questions of `keyboard-interactive`.
    public var prompts: PromptAnswerer?

    public init(
        identities: [Identity],
        password: (@Sendable () async -> String?)? = nil,
        prompts: PromptAnswerer? = nil
    ) {
        self.identities = identities
        self.password = password
        self.prompts = prompts
    }
}

/// A public key with what signs for it.
struct Candidate: Sendable {
    enum Signer: Sendable {
        case file(PrivateKeyFile)
        case agent(SSHAgent)
    }

    /// For messages.
    let name: String
    let blob: [UInt8]
    let signer: Signer

    var type: String { HostKey(blob: blob)?.type ?? "" }

    /// The bare signature of `bytes`.
    func sign(_ bytes: [UInt8], algorithm: String) async throws -> [UInt8] {
        switch signer {
        case .file(let file):
            let key = try await file.privateKey()
            return try await BlockingPool.shared.run { try key.sign(bytes, algorithm: algorithm) }
        case .agent(let agent):
            let blob = blob
            return try await BlockingPool.shared.run {
                try agent.sign(bytes, key: blob, algorithm: algorithm)
            }
        }
    }

    /// The algorithms to try for a key of `type` at a server with this banner.
    ///
    /// libssh2 1.10 does not tell which ones the server offers (RFC 8308), so for RSA the banner decides:
    /// OpenSSH knows `rsa-sha2-*` since 7.2.
    static func algorithms(type: String, banner: String) -> [String] {
        guard type == "ssh-rsa" else { return [type] }
        if let version = openSSHVersion(banner), version < (7, 2) { return ["ssh-rsa"] }
        // Dropbear knows only this one of the two.
        if banner.contains("dropbear") { return ["rsa-sha2-256"] }
        return ["rsa-sha2-512"]
    }

    private static func openSSHVersion(_ banner: String) -> (Int, Int)? {
        let marker = "OpenSSH_"
        guard let part = banner.split(separator: "-").first(where: { $0.hasPrefix(marker) }) else {
            return nil
        }
        let numbers = part.dropFirst(marker.count).split(separator: ".")
        guard let major = numbers.first.flatMap({ Int($0) }) else { return nil }
        let minor = numbers.dropFirst().first?.prefix { $0.isNumber }
        return (major, minor.flatMap { Int($0) } ?? 0)
    }
}
