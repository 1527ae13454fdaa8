import CLibSSH2

extension SSHConnection {
    /// What was tried and why it did not help, for the error.
    struct Attempts {
        var lines: [String] = []
        var tried: Set<[UInt8]> = []

        mutating func add(_ identity: String, _ reason: String) {
            lines.append("\(identity): \(reason)")
        }
    }

    /// Tries the identities and the password in their order.
    /// - Throws: `SSHError` of kind `.authentication` with everything that was tried.
    func authenticate(_ authentication: Authentication, limit: Duration) async throws {
        var attempts = Attempts()
        do {
            for identity in authentication.identities {
                for candidate in try await candidates(of: identity, attempts: &attempts, limit: limit) {
                    guard attempts.tried.insert(candidate.blob).inserted else { continue }
                    if try await tryKey(candidate, attempts: &attempts, limit: limit) { return }
                }
            }
            let methods = try await offeredMethods()
            guard !methods.isEmpty else { return }
            if try await tryPassword(authentication, methods: methods, attempts: &attempts, limit: limit) {
                return
            }
            throw authenticationFailure(attempts.lines, methods: methods)
        } catch let error as SSHError where error.kind == .connectionLost {
            // As OpenSSH does after MaxAuthTries.
            guard !attempts.lines.isEmpty || wire?.farewell != nil else { throw error }
            throw authenticationFailure(
                attempts.lines + ["then the server hung up: \(error.seen)"],
                methods: nil
            )
        }
    }

    private nonisolated func authenticationFailure(_ attempts: [String], methods: [String]?) -> SSHError {
        let tried = attempts.isEmpty ? "no identity to try" : attempts.joined(separator: "; ")
        let offered = methods.map { "; the server offers \($0.joined(separator: ", "))" } ?? ""
        return failure(
            .authentication,
            wanted: "to log in as \(endpoint.user)",
            seen: tried + offered,
            remedy: "check the user name, and that the public key is in the host's authorized_keys "
                + "(ssh-copy-id); the host's sshd log says why it refuses"
        )
    }

    // MARK: Keys

    private func candidates(
        of identity: Authentication.Identity,
        attempts: inout Attempts,
        limit: Duration
    ) async throws -> [Candidate] {
        do {
            switch identity {
            case .file(let file):
                stage = .authenticating("the key file \(file.path)")
                let blob = try await waitForPeople(limit: limit) { try await file.publicBlob() }
                return [Candidate(name: file.path, blob: blob, signer: .file(file))]
            case .agent(let agent):
                let keys = try await keys(of: agent)
                if keys.isEmpty { attempts.add("agent", "holds no keys") }
                return keys
            case .agentKey(let agent, let file):
                // What is wrong with the file or the agent is told where they are tried for themselves.
                guard let blob = try? await file.publicBlobWithoutPassphrase(),
                    let keys = try? await keys(of: agent)
                else { return [] }
                return keys.filter { $0.blob == blob }
            }
        } catch {
            attempts.add(identity.name, try reason(of: error))
            return []
        }
    }

    private func keys(of agent: SSHAgent) async throws -> [Candidate] {
        stage = .authenticating("the agent at \(agent.socketPath)")
        let keys = try await waitOutside(for: BlockingPool.shared.start { try agent.keys() })
        return keys.map { Candidate(name: "agent key \($0.comment)", blob: $0.blob, signer: .agent(agent)) }
    }

    /// Why an identity is of no use; throws on what ends the whole connection.
    private func reason(of error: any Error) throws -> String {
        if case .closed(let reason) = phase { throw reason }
        switch error {
        case let error as KeyError: return error.text
        case let error as SystemError: return "cannot be read: \(systemErrorText(error.code))"
        case let error as SSHAgent.Failure: return error.text
        default: throw error
        }
    }

    private func tryKey(_ candidate: Candidate, attempts: inout Attempts, limit: Duration) async throws
        -> Bool
    {
        let type = candidate.type
        guard HostKey.supportedTypes.contains(type) else {
            attempts.add(candidate.name, "keys of type \(type) are not supported by libssh2")
            return false
        }
        let banner = session.flatMap(libssh2_session_banner_get).map { String(cString: $0) } ?? ""
        stage = .authenticating(candidate.name)
        for algorithm in Candidate.algorithms(type: type, banner: banner) {
            let name = algorithm == type ? candidate.name : "\(candidate.name) (\(algorithm))"
            switch try await tryKey(candidate, algorithm: algorithm, limit: limit) {
            case nil: return true
            case let reason? where type == "ssh-rsa" && banner.contains("dropbear"):
                // It insists on the name that `blob(_:namedAs:)` has to change.
                attempts.add(
                    name,
                    "\(reason) (Dropbear takes no RSA from libssh2; use an Ed25519 key, or OpenSSH)"
                )
            case let reason?: attempts.add(name, reason)
            }
        }
        return false
    }

    private enum KeyStep: Sendable {
        case sign([UInt8])
        case accepted
        case refused(String)
    }

    /// - Returns: nil where it is accepted, else why not.
    private func tryKey(_ candidate: Candidate, algorithm: String, limit: Duration) async throws -> String? {
        let exchange = SigningExchange()
        wire?.signing = exchange
        defer { wire?.signing = nil }
        let blob = Self.blob(candidate.blob, namedAs: algorithm)
        while true {
            switch try await publicKeyStep(blob, exchange: exchange) {
            case .accepted:
                return nil
            case .refused(let reason):
                return reason
            case .sign(let bytes):
                do {
                    exchange.signature = try await waitForPeople(limit: limit) {
                        try await candidate.sign(bytes, algorithm: algorithm)
                    }
                } catch {
                    let reason = try reason(of: error)
                    // libssh2 has to be told, to be ready for the next key.
                    exchange.hasFailed = true
                    _ = try await publicKeyStep(blob, exchange: exchange)
                    return reason
                }
            }
        }
    }

    /// libssh2 1.10 names the signature algorithm by the name in the key's blob. For RSA with SHA-2 the name there
    /// has to be changed therefore (RFC 8332 §3.2 wants `ssh-rsa` in it; OpenSSH
    /// takes both, Dropbear does not).
    private static func blob(_ blob: [UInt8], namedAs algorithm: String) -> [UInt8] {
        var reader = WireReader(blob)
        guard let name = reader.text(), name != algorithm else { return blob }
        var writer = WireWriter()
        writer.text(algorithm)
        return writer.bytes + reader.remaining
    }

    private func publicKeyStep(_ blob: [UInt8], exchange: SigningExchange) async throws -> KeyStep {
        let user = endpoint.user
        return try await perform(.session, isDroppable: { false }) { [self] session in
            var unused: UnsafeMutableRawPointer?
            let code = libssh2_userauth_publickey(
                session,
                user,
                blob,
                blob.count,
                SigningExchange.callback,
                &unused
            )
            switch code {
            case 0:
                return .accepted
            case LIBSSH2_ERROR_EAGAIN:
                guard exchange.signature == nil, let bytes = exchange.wanted else { return nil }
                return .sign(bytes)
            case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
                return .refused("refused by the server")
            default:
                if let wire, wire.farewell != nil || noteFatal(Int(code)) {
                    wire.lose(lastMessage())
                    throw lost(wire)
                }
                return .refused("refused by the server: \(lastMessage())")
            }
        }
    }

    // MARK: People

    /// Waits for what may have to ask somebody, and stops the connection's clock meanwhile.
    func waitForPeople<Value: Sendable>(
        limit: Duration,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let completion = Completion<Value>()
        let asking = Task {
            do {
                completion.finish(.success(try await work()))
            } catch {
                completion.finish(.failure(error))
            }
        }
        defer { asking.cancel() }
        let remaining = suspendDeadline()
        let start = ContinuousClock.now
        defer {
            question = start ..< .now
            resumeDeadline(remaining: remaining, limit: limit)
        }
        return try await waitOutside(for: completion)
    }

    /// No sshd hangs up earlier: the unit of its LoginGraceTime.
    private static let shortestGraceTime = Duration.seconds(1)

    /// Notes whether the server hung up while somebody was asked. It says nothing then, nor to the answer.
    func noteLossWhileAsking() {
        guard let wire, wire.loss != nil, let question else { return }
        wasLostWhileAsking =
            question.lowerBound.duration(to: question.upperBound) >= Self.shortestGraceTime
            && wire.lastReceived < question.upperBound
    }
}
