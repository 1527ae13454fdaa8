extension SSHConnection {
    /// - Throws: `SSHError` unless the policy trusts the key that the server proved to have.
    func verifyHostKey(_ policy: HostKeyPolicy) async throws {
        let key = try serverKey()
        let known = policy.knownHosts
        let (host, port) = endpoint.listed
        var verdict = known.verdict(host: host, port: port, key: key)
        if case .acceptNew = policy, case .unknown(certAuthority: nil) = verdict {
            let recording = BlockingPool.shared.start { try known.record(host: host, port: port, key: key) }
            verdict = try await waitOutside(for: recording)
            if case .unknown(certAuthority: nil) = verdict { verdict = .known }
        }
        if let error = hostKeyError(verdict, key: key, known: known) { throw error }
    }

    private nonisolated func hostKeyError(
        _ verdict: KnownHosts.Verdict,
        key: HostKey,
        known: KnownHosts
    ) -> SSHError? {
        let seen = "\(key.type) \(key.fingerprint)"
        let files = known.paths.isEmpty ? "a known_hosts file" : known.paths.joined(separator: " or ")
        let (host, port) = endpoint.listed
        let option = endpoint.port == 22 ? "" : "-p \(endpoint.port) "
        let renamed = endpoint.hostKeyAlias.map { " | sed 's/^[^ ]*/\($0)/'" } ?? ""
        let scan = "ssh-keyscan \(option)\(endpoint.host)\(renamed) >> \(known.paths.first ?? "FILE")"
        let remove = "ssh-keygen -R '\(KnownHosts.name(host: host, port: port))'"
        switch verdict {
        case .known:
            return nil
        case .unknown(certAuthority: nil):
            return failure(
                .hostKeyUnknown,
                wanted: "a host key listed in \(files)",
                seen: ([seen] + [known.problemSummary].compactMap(\.self)).joined(separator: "; "),
                remedy: "compare the fingerprint with the host's console (ssh-keygen -lf "
                    + "/etc/ssh/ssh_host_*_key.pub), then accept it: \(scan); or choose to accept new keys"
            )
        case .unknown(certAuthority: let location?):
            return failure(
                .hostKeyUncertified,
                wanted: "a host key listed in \(files)",
                seen: "\(seen), and a certificate authority (\(location)), which is not supported by libssh2",
                remedy: "connection=openssh for this host, or list its key: \(scan)"
            )
        case .changed(let location, let expected):
            return failure(
                .hostKeyChanged,
                wanted: "\(expected.type) \(expected.fingerprint) (\(location))",
                seen: seen,
                remedy:
                    "this may be an attack. If the host was installed anew: \(remove) -f \(file(of: location)), "
                    + "then accept the new key"
            )
        case .otherTypes(let location, let types):
            return failure(
                .hostKeyChanged,
                wanted: "a key of type \(types.joined(separator: " or ")) (\(location))",
                seen: "\(seen), which is not listed",
                remedy: "compare the fingerprint with the host's console, then add it: \(scan)"
            )
        case .revoked(let location):
            return failure(
                .hostKeyRevoked,
                wanted: "a host key that is not revoked",
                seen: "\(seen), revoked at \(location)",
                remedy: "do not log in to it; give the host a new key"
            )
        }
    }

    private nonisolated func file(of location: String) -> Substring {
        location[..<(location.lastIndex(of: ":") ?? location.endIndex)]
    }
}
