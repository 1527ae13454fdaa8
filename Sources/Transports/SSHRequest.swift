import Foundation
import HostInventory
import Provisioning
import SSH

/// What decides about a host's SSH connections: its inventory, then the command line, then the arguments for ssh that
/// the inventory holds, then OpenSSH's configuration.
struct SSHRequest: Sendable {
    let host: String
    let settings: [ClientSetting]
    /// `-F`
    let configurationFile: String?
    let password: Secret?

    /// - Throws: `ConfigurationError`.
    init(_ connection: ConnectionSettings, defaults: HostConnector.Defaults) throws {
        host = connection.address
        password = connection.password
        var settings = Self.settings(connection)
        settings += [
            defaults.user.map(ClientSetting.user),
            defaults.privateKeyFile.map { .identityFile(Self.escaped($0)) },
            defaults.acceptsNewHostKeys ? .strictHostKeyChecking(.acceptNew) : nil,
        ].compactMap(\.self)
        var file: String?
        for arguments in connection.sshArguments {
            let place = "\(arguments.location): \(arguments.variable)"
            let read = try ClientArguments(arguments.words, location: place)
            settings += read.settings
            file = file ?? read.configurationFile
        }
        self.settings = settings
        configurationFile = file
    }

    private static func settings(_ connection: ConnectionSettings) -> [ClientSetting] {
        var settings = [
            connection.user.map(ClientSetting.user), connection.port.map(ClientSetting.port),
            connection.privateKeyFile.map { .identityFile(escaped($0)) },
            connection.connectTimeout.map { .connectTimeout($0) },
        ].compactMap(\.self)
        if let file = connection.knownHostsFile {
            settings += [.userKnownHostsFiles([escaped(file)]), .globalKnownHostsFiles([])]
        }
        switch connection.hostKeyChecking {
        case .strict: settings.append(.strictHostKeyChecking(.strict))
        case .acceptNew:
            let off = connection.hostKeyCheckingOff.map { "\($0.location): \($0.name)" }
            settings.append(.strictHostKeyChecking(off.map { .off(location: $0) } ?? .acceptNew))
        case nil: break
        }
        return settings
    }

    /// Paths of the inventory have no tokens.
    private static func escaped(_ path: String) -> String { path.replacingOccurrences(of: "%", with: "%%") }
}

extension ClientHop {
    private static let defaultPort: UInt16 = 22

    var endpoint: SSHEndpoint {
        SSHEndpoint(
            host: options.hostName ?? name,
            port: options.port ?? Self.defaultPort,
            user: options.user ?? NSUserName(),
            hostKeyAlias: options.hostKeyAlias
        )
    }

    var keepalive: Keepalive {
        Keepalive(
            interval: options.serverAliveInterval ?? Keepalive.usual.interval,
            countMax: options.serverAliveCountMax ?? Keepalive.usual.countMax
        )
    }

    /// The first file is where new keys are recorded.
    var knownHostsFiles: [String] {
        let folder = ClientEnvironment.system.home + "/.ssh"
        return (options.userKnownHostsFiles ?? ["\(folder)/known_hosts", "\(folder)/known_hosts2"])
            + (options.globalKnownHostsFiles ?? ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"])
    }

    /// - Throws: `TransportError` where libssh2 cannot do what the configuration asks for.
    func checkIsSupported() throws {
        guard let option = options.unsupported.first else { return }
        throw TransportError(
            .configuration,
            "\(option.location): \(option.keyword) is not supported by libssh2\n"
                + "  try: connection=openssh, which uses the system's ssh"
        )
    }
}
