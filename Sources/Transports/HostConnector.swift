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
    private let agent = SSHAgent.fromEnvironment()

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
        switch settings.kind {
        case "local": return LocalTransport()
        case "ssh", "smart", "paramiko", "libssh2":
            return try await connect(settings, host: host, deadline: deadline)
        default:
            throw TransportError(
                .configuration,
                "\(host.name): the connection «\(settings.kind)» is not supported; there are ssh and local"
            )
        }
    }

    private func connect(
        _ settings: ConnectionSettings,
        host: Inventory.Host,
        deadline: Duration
    ) async throws -> any Transport {
        guard settings.sshCommonArguments.isEmpty else {
            throw TransportError(
                .configuration,
                "\(host.name): ansible_ssh_common_args is not supported yet: "
                    + settings.sshCommonArguments.joined(separator: " ")
            )
        }
        let endpoint = SSHEndpoint(
            host: settings.address,
            port: settings.port ?? 22,
            user: settings.user ?? defaults.user ?? NSUserName()
        )
        let password = settings.password
        do {
            return SSHTransport(
                connection: try await SSHConnection.connect(
                    to: endpoint,
                    hostKeys: try hostKeys(settings, host: host),
                    authentication: Authentication(
                        identities: identities(settings),
                        password: password.map { secret in { @Sendable in secret.revealed } }
                    ),
                    deadline: settings.connectTimeout ?? deadline
                )
            )
        } catch let error as SSHError {
            throw TransportError(error)
        }
    }

    private func hostKeys(_ settings: ConnectionSettings, host: Inventory.Host) throws -> HostKeyPolicy {
        let paths = settings.knownHostsFile.map { [$0] } ?? [home("known_hosts"), "/etc/ssh/ssh_known_hosts"]
        let known = try knownHosts.withLock { cache in
            if let known = cache[paths] { return known }
            let known = try KnownHosts(paths: paths)
            cache[paths] = known
            return known
        }
        switch settings.hostKeyChecking {
        case .acceptNew: return .acceptNew(known)
        case .strict: return .strict(known)
        case nil: return defaults.acceptsNewHostKeys ? .acceptNew(known) : .strict(known)
        case .off:
            throw TransportError(
                .configuration,
                "\(host.name): host keys are always checked; say accept-new instead of off, and a host seen for the "
                    + "first time is trusted and recorded"
            )
        }
    }

    /// The named key and then the agent; without one, the agent and then the usual files.
    private func identities(_ settings: ConnectionSettings) -> [Authentication.Identity] {
        let agent = agent.map { [Authentication.Identity.agent($0)] } ?? []
        if let path = settings.privateKeyFile ?? defaults.privateKeyFile { return [.file(key(path))] + agent }
        let usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map(home).filter {
            FileManager.default.fileExists(atPath: $0)
        }
        return agent + usual.map { .file(key($0)) }
    }

    private func key(_ path: String) -> PrivateKeyFile {
        keys.withLock { keys in
            if let key = keys[path] { return key }
            let key = PrivateKeyFile(path) { [passphrase] in await passphrase($0)?.revealed }
            keys[path] = key
            return key
        }
    }

    private func home(_ name: String) -> String { NSHomeDirectory() + "/.ssh/" + name }
}
