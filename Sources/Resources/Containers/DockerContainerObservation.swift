public import Provisioning

/// What containers a host has: one `docker container inspect` for all of them.
public struct DockerContainerObservation: Observation {
    public let name: String

    public init(name: String) { self.name = name }

    public static var deadline: Duration? { DockerLook.deadline }

    public static func script(for subjects: [DockerContainerObservation]) -> String {
        DockerLook.script(inspecting: "container", subjects.map(\.name))
    }

    public static func answers(from output: ShellOutput, for subjects: [DockerContainerObservation]) throws
        -> [InspectedContainer?]
    {
        let containers = try DockerLook.decode([InspectedContainer].self, from: output)
        // `inspect` takes the start of an ID for a name as well.
        return subjects.map { subject in containers.first { $0.name == "/" + subject.name } }
    }
}

/// A container on a host, as `docker container inspect` shows it.
public struct InspectedContainer: Sendable, Hashable, Decodable {
    public var id: String
    /// With a slash before it.
    public var name: String
    /// The ID of the image that it was made from.
    public var image: String
    public var state: State
    public var config: ContainerDefaults
    public var hostConfig: HostConfig
    public var networkSettings: NetworkSettings

    public struct State: Sendable, Hashable, Decodable {
        /// "created", "running", "paused", "restarting", "removing", "exited", "dead".
        public var status: String
        public var exitCode: Int?

        private enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
        }
    }

    public struct NetworkSettings: Sendable, Hashable, Decodable {
        public var networks: [String: Network]?

        public struct Network: Sendable, Hashable, Decodable {}

        private enum CodingKeys: String, CodingKey {
            case networks = "Networks"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case image = "Image"
        case state = "State"
        case config = "Config"
        case hostConfig = "HostConfig"
        case networkSettings = "NetworkSettings"
    }
}

extension InspectedContainer {
    public struct HostConfig: Sendable, Hashable, Decodable {
        public var binds: [String]?
        public var networkMode: String
        public var portBindings: [String: [PortBinding]?]?
        public var restartPolicy: RestartPolicy?
        public var addedCapabilities: [String]?
        public var droppedCapabilities: [String]?
        public var extraHosts: [String]?
        public var isReadOnly: Bool?
        public var isPrivileged: Bool?
        public var ulimits: [Ulimit]?

        public struct PortBinding: Sendable, Hashable, Decodable {
            public var address: String?
            public var port: String?

            private enum CodingKeys: String, CodingKey {
                case address = "HostIp"
                case port = "HostPort"
            }
        }

        public struct RestartPolicy: Sendable, Hashable, Decodable {
            public var name: String
            public var maximumRetryCount: Int?

            private enum CodingKeys: String, CodingKey {
                case name = "Name"
                case maximumRetryCount = "MaximumRetryCount"
            }
        }

        public struct Ulimit: Sendable, Hashable, Decodable {
            public var name: String
            public var soft: Int
            public var hard: Int

            private enum CodingKeys: String, CodingKey {
                case name = "Name"
                case soft = "Soft"
                case hard = "Hard"
            }
        }

        private enum CodingKeys: String, CodingKey {
            case binds = "Binds"
            case networkMode = "NetworkMode"
            case portBindings = "PortBindings"
            case restartPolicy = "RestartPolicy"
            case addedCapabilities = "CapAdd"
            case droppedCapabilities = "CapDrop"
            case extraHosts = "ExtraHosts"
            case isReadOnly = "ReadonlyRootfs"
            case isPrivileged = "Privileged"
            case ulimits = "Ulimits"
        }
    }
}
