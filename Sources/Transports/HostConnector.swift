import Foundation
public import HostInventory
public import Provisioning
import SSH
import Synchronization

/// Reaches each host as its inventory says. Keys, known_hosts and the agent are read once for all hosts.
public final class HostConnector: Connector {
    /// For what the inventory leaves open.
    public struct Defaults: Sendable {
        public var user: String?
        public var privateKeyFile: String?
        public var acceptsNewHostKeys: Bool

        public init(user: String? = nil, privateKeyFile: String? = nil, acceptsNewHostKeys: Bool = false) {
            self.user = user
            self.privateKeyFile = privateKeyFile
            self.acceptsNewHostKeys = acceptsNewHostKeys
        }
    }

    private let defaults: Defaults
    private let ask: LoginAnswerer
    private let passwords: LoginPasswords
    private let environment = ClientEnvironment.system.rememberingCommands()
    /// What was said already.
    private let warned = Mutex<Set<String>>([])
    private let keys = Mutex<[String: PrivateKeyFile]>([:])
    private let knownHosts = Mutex<[[String]: KnownHosts]>([:])
    private let jumps = JumpConnections()
    private let configurations = Mutex<[String: Result<ClientConfiguration, ConfigurationError>]>([:])

    /// - Parameter ask: passphrases and passwords are asked for at most once; several questions may come at once.
    public init(defaults: Defaults = .init(), ask: @escaping LoginAnswerer = { _ in nil }) {
        self.defaults = defaults
        self.ask = ask
        passwords = LoginPasswords(ask: ask)
    }

    public func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport {
        let settings: ConnectionSettings
        do {
            settings = try host.connection
        } catch {
            throw TransportError(.configuration, "\(error)")
        }
        if let (runner, container) = ContainerRunner.runner(for: settings) {
            let prefix = runner.prefix(container: container, user: settings.user ?? defaults.user)
            return try await ProcessTransport.connect(prefix, deadline: settings.connectTimeout ?? deadline)
        }
        switch settings.kind {
        case "local": return LocalTransport()
        case "ssh", "smart", "paramiko", "libssh2": return try await connect(settings, deadline: deadline)
        case "openssh":
            return try await OpenSSHTransport.connect(settings, defaults: defaults, deadline: deadline)
        default:
            throw TransportError(
                .configuration,
                "the connection «\(settings.kind)» is not supported; there are ssh, openssh, local, docker:CONTAINER "
                    + "and lxc:CONTAINER"
            )
        }
    }

    private func connect(_ settings: ConnectionSettings, deadline: Duration) async throws -> any Transport {
        do {
            let request = try SSHRequest(settings, defaults: defaults)
            let hops = try await ClientConfiguration.route(to: request.host, settings: request.settings) {
                try self.configuration(request.configurationFile)
            }
            for hop in hops { try hop.checkIsSupported() }
            return try await connect(over: hops[...], login: .host(request.password), deadline: deadline)
        } catch let error as SSHError {
            throw TransportError(error)
        } catch let error as ConfigurationError {
            throw TransportError(.configuration, "\(error)")
        }
    }

    /// Whose login it is: the password of the inventory is that of the host alone.
    private enum Login {
        case host(Secret?)
        case jumpHost
    }

    /// Connects to the last of the hops, over those before it.
    private func connect(
        over hops: ArraySlice<ClientHop>,
        login: Login,
        deadline: Duration
    ) async throws -> SSHTransport {
        guard let hop = hops.last else {
            throw TransportError(.configuration, "there is no host to connect to")
        }
        let gateway = try await gateway(hops.dropLast(), deadline: deadline)
        let hostKeys = try hostKeys(hop)
        let connection = try await SSHConnection.connect(
            to: hop.endpoint,
            hostKeys: hostKeys,
            authentication: authentication(hop, login),
            over: gateway?.connection,
            deadline: (hop.options.connectTimeout ?? nil) ?? deadline,
            keepalive: hop.keepalive
        )
        let warnings = newWarnings(hops, skipped: hostKeys.knownHosts.problemSummary)
        return SSHTransport(connection: connection, gateway: gateway?.lease, warnings: warnings)
    }

    /// Each is given with one host only.
    ///
    /// - Parameter skipped: what is wrong with the known_hosts files.
    private func newWarnings(_ hops: ArraySlice<ClientHop>, skipped: String?) -> [String] {
        let unchecked = hops.compactMap { hop -> String? in
            guard case .off(let place) = hop.options.strictHostKeyChecking else { return nil }
            return
                "\(place): host keys are checked although this says no: a new one is accepted and recorded, "
                + "a changed one is refused"
        }
        return ([skipped].compactMap(\.self) + unchecked).filter { warning in
            warned.withLock { $0.insert(warning).inserted }
        }
    }

    /// The connection to the last jump host, if there is one.
    private func gateway(
        _ hops: ArraySlice<ClientHop>,
        deadline: Duration
    ) async throws -> (lease: JumpConnections.Lease, connection: SSHConnection)? {
        guard let jump = hops.last else { return nil }
        do {
            return try await jumps.lease(hops.map(\.endpoint)) { [self] in
                try await connect(over: hops, login: .jumpHost, deadline: deadline).connection
            }
        } catch let error as SSHError {
            let cause = TransportError(error)
            throw TransportError(cause.code, "jump host \(jump.endpoint): \(cause.message)")
        }
    }

    /// Each file is read once. Blocks.
    private func configuration(_ file: String?) throws -> ClientConfiguration {
        try configurations.withLock { cache in
            let key = file ?? ""
            if let known = cache[key] { return try known.get() }
            let read = Result { () throws(ConfigurationError) in
                guard let file else { return try ClientConfiguration(environment: environment) }
                return try ClientConfiguration(file: file, environment: environment)
            }
            cache[key] = read
            return try read.get()
        }
    }

    private func hostKeys(_ hop: ClientHop) throws -> HostKeyPolicy {
        let paths = hop.knownHostsFiles
        let known = try knownHosts.withLock { cache in
            if let known = cache[paths] { return known }
            let known = try KnownHosts(paths: paths)
            cache[paths] = known
            return known
        }
        return switch hop.options.strictHostKeyChecking {
        case .acceptNew, .off: .acceptNew(known)
        case .strict, .ask, nil: .strict(known)
        }
    }

    // MARK: Logging in

    private func authentication(_ hop: ClientHop, _ login: Login) -> Authentication {
        let options = hop.options
        let endpoint = hop.endpoint
        let password: @Sendable () async -> String? = { [passwords] in
            switch login {
            case .host(let known?): known.revealed
            case .host(nil): await passwords.password(of: endpoint.user, atJumpHost: nil)?.revealed
            case .jumpHost:
                await passwords.password(of: endpoint.user, atJumpHost: endpoint.host)?.revealed
            }
        }
        return Authentication(
            identities: options.pubkeyAuthentication == false ? [] : identities(options),
            password: options.passwordAuthentication == false ? nil : password,
            prompts: { [passwords] in await passwords.answers(to: $0, of: endpoint) }
        )
    }

    /// The named keys and then the rest of the agent's; without any, the agent's and then the usual files.
    private func identities(_ options: ClientOptions) -> [Authentication.Identity] {
        let agent = agent(options)
        guard !options.identityFiles.isEmpty else {
            let usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(environment.home)/.ssh/\($0)" }
                .filter { FileManager.default.fileExists(atPath: $0) }
            return (agent.map { [.agent($0)] } ?? []) + usual.map { .file(key($0)) }
        }
        let named = options.identityFiles.filter { $0 != "none" }.map(key).flatMap { file in
            (agent.map { [.agentKey($0, of: file)] } ?? []) + [Authentication.Identity.file(file)]
        }
        guard let agent, options.identitiesOnly != true else { return named }
        return named + [.agent(agent)]
    }

    private func agent(_ options: ClientOptions) -> SSHAgent? {
        switch options.identityAgent {
        case "none": nil
        case nil, "SSH_AUTH_SOCK": SSHAgent.fromEnvironment()
        case let path?: SSHAgent(socketPath: path)
        }
    }

    private func key(_ path: String) -> PrivateKeyFile {
        keys.withLock { keys in
            if let key = keys[path] { return key }
            let key = PrivateKeyFile(path) { [ask] in await ask(.passphrase(path: $0))?.revealed }
            keys[path] = key
            return key
        }
    }
}
