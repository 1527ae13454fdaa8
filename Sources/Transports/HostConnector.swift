public import HostInventory
public import Provisioning

/// Reaches each host as its inventory says.
public struct HostConnector: Connector {
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

    let defaults: Defaults
    let passphrase: @Sendable (String) async -> Secret?

    /// - Parameter passphrase: of the private key at that path; `nil` where nobody knows it.
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
        default:
            throw TransportError(
                .configuration,
                "host \(host.name): connection «\(settings.kind)» is not supported; there are ssh and local"
            )
        }
    }
}
