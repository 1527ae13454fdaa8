/// Which host keys are trusted.
public enum HostKeyPolicy: Sendable {
    /// Only those that are known; anything else is an error that says how to accept the key.
    case strict(KnownHosts)
    /// A key of a host that no key is known of is recorded and trusted from then on. A changed key is an error.
    case acceptNew(KnownHosts)

    public var knownHosts: KnownHosts {
        switch self {
        case .strict(let known), .acceptNew(let known): known
        }
    }

    /// The key types to ask the server for: those known of it first, so that it shows a key that can be compared.
    func preferredTypes(for endpoint: SSHEndpoint) -> [String] {
        let (host, port) = endpoint.listed
        let known = knownHosts.types(host: host, port: port)
        return HostKey.supportedTypes.filter(known.contains)
            + HostKey.supportedTypes.filter { !known.contains($0) }
    }
}
