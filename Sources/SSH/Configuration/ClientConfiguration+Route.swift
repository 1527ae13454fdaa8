/// One SSH connection on the way to a host.
public struct ClientHop: Sendable, Equatable {
    /// The name that was looked up.
    public let name: String
    public let options: ClientOptions
}

extension ClientConfiguration {
    /// More is a circle, or a mistake.
    private static let mostHops = 16

    /// The connections that lead to a host: those to its jump hosts, the first one from here, then its own.
    ///
    /// As with OpenSSH, the first jump host may have jump hosts of its own, those behind it may not.
    /// - Throws: `ConfigurationError`; also where jump hosts lead in a circle.
    public func route(
        to host: String,
        settings: [ClientSetting] = []
    ) throws(ConfigurationError) -> [ClientHop] {
        var hops: [ClientHop] = []
        var name = host
        var settings = settings
        while true {
            let options = try options(for: name, settings: settings)
            hops.insert(ClientHop(name: name, options: options), at: 0)
            guard let first = options.jumps?.first else { return hops }
            let others = options.jumps?.dropFirst() ?? []
            let middle = try others.map { jump throws(ConfigurationError) in
                let settings = jump.settings + [.proxyJump([])]
                return ClientHop(
                    name: jump.host,
                    options: try self.options(for: jump.host, settings: settings)
                )
            }
            hops.insert(contentsOf: middle, at: 0)
            guard hops.count < Self.mostHops else {
                throw ConfigurationError(
                    location: "ProxyJump of \(host)",
                    text: "leads over more than \(Self.mostHops) hosts: \(first.host), "
                        + hops.prefix(4).map(\.name).joined(separator: ", ") + ", …"
                )
            }
            (name, settings) = (first.host, first.settings)
        }
    }

    /// The same, off the threads that Swift's tasks share: it may read files and run commands.
    public static func route(
        to host: String,
        settings: [ClientSetting],
        in configuration: @escaping @Sendable () throws -> ClientConfiguration
    ) async throws -> [ClientHop] {
        try await BlockingPool.shared.run { try configuration().route(to: host, settings: settings) }
    }
}

extension JumpHost {
    fileprivate var settings: [ClientSetting] {
        [user.map(ClientSetting.user), port.map(ClientSetting.port)].compactMap(\.self)
    }
}
