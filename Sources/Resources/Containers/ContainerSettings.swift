/// A port of the host that leads to one of a container.
public struct PortMapping: Sendable, Hashable {
    public enum Transport: String, Sendable, Hashable {
        case tcp, udp, sctp
    }

    public let host: UInt16
    public let container: UInt16
    public let transport: Transport
    /// Of the host; `nil` is all of its addresses.
    public let address: String?

    public init(
        _ host: UInt16,
        to container: UInt16,
        _ transport: Transport = .tcp,
        address: String? = nil
    ) {
        self.host = host
        self.container = container
        self.transport = transport
        self.address = address
    }

    /// As `docker create -p` takes it.
    var argument: String {
        let address = address.map { ($0.contains(":") ? "[\($0)]" : $0) + ":" } ?? ""
        return "\(address)\(host):\(container)/\(transport.rawValue)"
    }
}

/// A folder or file of the host, or a named volume, in a container.
public struct VolumeMount: Sendable, Hashable {
    /// An absolute path of the host, or the name of a volume.
    public let source: String
    public let path: String
    public let isReadOnly: Bool

    public init(_ source: String, at path: String, readOnly: Bool = false) {
        self.source = source
        self.path = path
        isReadOnly = readOnly
    }

    /// As `docker create -v` takes it.
    var argument: String { "\(source):\(path)" + (isReadOnly ? ":ro" : "") }
}

/// What the Docker daemon does when a container ends by itself.
public enum RestartPolicy: Sendable, Hashable, CustomStringConvertible {
    case no
    /// After another status than 0.
    case onFailure(atMost: Int? = nil)
    case always
    /// Always, but not after `docker stop`, not even when the host has booted anew.
    case unlessStopped

    public var description: String {
        switch self {
        case .no: "no"
        case .onFailure(let count): "on-failure" + (count.map { ":\($0)" } ?? "")
        case .always: "always"
        case .unlessStopped: "unless-stopped"
        }
    }
}

/// The networks of a container.
public enum ContainerNetwork: Sendable, Hashable {
    /// Docker's own bridge.
    case bridge
    /// The host's; ports need not be published.
    case host
    case none
    /// Networks that were made with `docker network create`; at least one.
    case named([String])

    /// As `docker create --network` takes it; further ones are connected afterwards.
    var mode: String {
        switch self {
        case .bridge: "bridge"
        case .host: "host"
        case .none: "none"
        case .named(let names): names.first ?? "bridge"
        }
    }

    var names: [String] {
        if case .named(let names) = self { names } else { [mode] }
    }
}

/// A limit on a resource of a container's processes (`setrlimit(2)`).
public struct Ulimit: Sendable, Hashable {
    /// "nofile", "memlock".
    public let name: String
    public let soft: Int
    public let hard: Int

    public init(_ name: String, soft: Int, hard: Int) {
        self.name = name
        self.soft = soft
        self.hard = hard
    }

    var argument: String { "\(name)=\(soft):\(hard)" }
}
