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
    private let passphrase: @Sendable (String) async -> Secret?
    private let keys = Mutex<[String: PrivateKeyFile]>([:])
    private let knownHosts = Mutex<[[String]: KnownHosts]>([:])
    private let jumps = JumpConnections()
    private let configurations = Mutex<[String: Result<ClientConfiguration, ConfigurationError>]>([:])

    /// - Parameter passphrase: of the private key at that path; asked for at most once. `nil` where nobody knows it.
    public init(
        defaults: Defaults = .init(),
        passphrase: @escaping @Sendable (String) async -> Secret? = { _ in nil }
    ) {
        self.defaults = defaults
        self.passphrase = passphrase
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
            return try await connect(over: hops[...], password: request.password, deadline: deadline)
        } catch let error as SSHError {
            throw TransportError(error)
        } catch let error as ConfigurationError {
            throw TransportError(.configuration, "\(error)")
        }
    }

    /// Connects to the last of the hops, over those before it.
    private func connect(
        over hops: ArraySlice<ClientHop>,
        password: Secret?,
        deadline: Duration
    ) async throws -> SSHTransport {
        guard let hop = hops.last else {
            throw TransportError(.configuration, "there is no host to connect to")
        }
        let gateway = try await gateway(hops.dropLast(), deadline: deadline)
        return SSHTransport(
            connection: try await SSHConnection.connect(
                to: hop.endpoint,
                hostKeys: try hostKeys(hop),
                authentication: authentication(hop, password: password),
                over: gateway?.connection,
                deadline: (hop.options.connectTimeout ?? nil) ?? deadline,
                keepalive: hop.keepalive
            ),
            gateway: gateway?.lease
        )
    }

    /// The connection to the last jump host, if there is one.
    private func gateway(
        _ hops: ArraySlice<ClientHop>,
        deadline: Duration
    ) async throws -> (lease: JumpConnections.Lease, connection: SSHConnection)? {
        guard let jump = hops.last else { return nil }
        do {
            return try await jumps.lease(hops.map(\.endpoint)) { [self] in
                // The password of the inventory is that of the host alone.
                try await connect(over: hops, password: nil, deadline: deadline).connection
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
                guard let file else { return try ClientConfiguration(environment: .system) }
                return try ClientConfiguration(file: file, environment: .system)
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
        return hop.options.strictHostKeyChecking == .acceptNew ? .acceptNew(known) : .strict(known)
    }

    // MARK: Logging in

    private func authentication(_ hop: ClientHop, password: Secret?) -> Authentication {
        let options = hop.options
        let usesPassword = options.passwordAuthentication != false
        return Authentication(
            identities: options.pubkeyAuthentication == false ? [] : identities(options),
            password: usesPassword ? password.map { secret in { @Sendable in secret.revealed } } : nil
        )
    }

    /// The named keys and then the rest of the agent's; without any, the agent's and then the usual files.
    private func identities(_ options: ClientOptions) -> [Authentication.Identity] {
        let agent = agent(options)
        guard !options.identityFiles.isEmpty else {
            let usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map { NSHomeDirectory() + "/.ssh/" + $0 }
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
            let key = PrivateKeyFile(path) { [passphrase] in await passphrase($0)?.revealed }
            keys[path] = key
            return key
        }
    }
}
