import Synchronization

/// The host keys that are known, from any number of known_hosts files. Read once, shared by all connections.
public final class KnownHosts: Sendable {
    /// A line that means nothing.
    public struct Problem: Hashable, Sendable {
        /// `file:line:column`
        public let location: String
        public let text: String
    }

    public enum Verdict: Hashable, Sendable {
        case known
        /// No key is known of this host. A certificate authority may be, at that place.
        case unknown(certAuthority: String?)
        /// Another key of this type is known, at that place.
        case changed(location: String, expected: HostKey)
        /// Only keys of other types are known. To take the new one would let anybody in who has none of those.
        case otherTypes(location: String, types: [String])
        case revoked(location: String)
    }

    /// The first one is where new keys are recorded.
    public let paths: [String]
    private let files: Mutex<[KnownHostsFile]>
    /// Held while a file is locked and written, which may take its time; `files` never is.
    private let recording = Mutex(())

    /// Reads the files; one that does not exist counts as empty. Blocks.
    /// - Throws: `SSHError` of kind `.knownHosts` where one cannot be read.
    public init(paths: [String]) throws(SSHError) {
        self.paths = paths
        var parsed: [KnownHostsFile] = []
        for path in paths { parsed.append(try Self.read(path)) }
        files = Mutex(parsed)
    }

    /// Takes the text of one file.
    package init(_ text: String, path: String) {
        paths = [path]
        files = Mutex([KnownHostsFile(text, path: path)])
    }

    /// The lines that were skipped.
    public var problems: [Problem] {
        files.withLock { $0.flatMap(\.problems) }
    }

    /// The first of them, and how many more there are; nil where there is none.
    public var problemSummary: String? {
        let problems = problems
        guard let first = problems.first else { return nil }
        let more = problems.count == 1 ? "" : ", and \(problems.count - 1) more"
        return "\(first.location): \(first.text) (the line is skipped\(more))"
    }

    /// What is known of `key` as the key of that host. Pure, but for the order of earlier `record`s.
    public func verdict(host: String, port: UInt16, key: HostKey) -> Verdict {
        files.withLock { Self.verdict($0.lazy.flatMap(\.entries), host: host, port: port, key: key) }
    }

    /// The key types known of a host, to ask it for these.
    func types(host: String, port: UInt16) -> Set<String> {
        let name = Self.name(host: host, port: port)
        return files.withLock {
            Set(
                $0.lazy.flatMap(\.entries).filter { $0.marker == nil && $0.hosts.matches(name) }
                    .map(\.key.type)
            )
        }
    }

    /// Appends `key` to the first file, unless something is known of the host by now. Blocks; safe against other
    /// tasks and other processes that do the same.
    ///
    /// - Returns: what was known before; only `.unknown` was recorded.
    /// - Throws: `SSHError` of kind `.knownHosts`.
    func record(host: String, port: UInt16, key: HostKey) throws(SSHError) -> Verdict {
        guard let path = paths.first else {
            throw Self.failure("", wanted: "a file to record new keys in", seen: "none", code: nil)
        }
        let line = "\(Self.name(host: host, port: port)) \(key.type) \(Base64.encode(key.blob))"
        return try recording.withLock { _ throws(SSHError) in
            let appender = try KnownHostsAppender(path)
            defer { appender.close() }
            // Others may have written since it was read.
            try update(from: appender)
            let before = verdict(host: host, port: port, key: key)
            if case .unknown = before {
                try appender.append(line)
                try update(from: appender)
            }
            return before
        }
    }

    private func update(from appender: KnownHostsAppender) throws(SSHError) {
        let file = KnownHostsFile(try appender.read(), path: paths[0])
        files.withLock { $0[0] = file }
    }

    // MARK: Pure

    /// The name that known_hosts files list a host under.
    static func name(host: String, port: UInt16) -> String {
        let host = host.lowercased()
        return port == 22 ? host : "[\(host)]:\(port)"
    }

    static func verdict(
        _ entries: some Sequence<KnownHostsFile.Entry>,
        host: String,
        port: UInt16,
        key: HostKey
    ) -> Verdict {
        let name = name(host: host, port: port)
        // A key that is known of the host as such is good on any of its ports, as with OpenSSH.
        let plainName = host.lowercased()
        var others: [KnownHostsFile.Entry] = []
        var isKnown = false
        var authority: String?
        for entry in entries {
            let matches = entry.hosts.matches(name)
            switch entry.marker {
            case .revoked:
                if entry.key == key, matches || entry.hosts.matches(plainName) {
                    return .revoked(location: entry.location)
                }
            case .certAuthority:
                if matches { authority = authority ?? entry.location }
            case nil:
                if entry.key == key, matches || entry.hosts.matches(plainName) {
                    isKnown = true
                } else if matches {
                    others.append(entry)
                }
            }
        }
        if isKnown { return .known }
        if let same = others.first(where: { $0.key.type == key.type }) {
            return .changed(location: same.location, expected: same.key)
        }
        if let other = others.first {
            return .otherTypes(location: other.location, types: others.map(\.key.type))
        }
        return .unknown(certAuthority: authority)
    }
}
