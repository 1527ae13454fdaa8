public import Provisioning

/// What networks a host's Docker has: one `docker network inspect` for all of them.
public struct DockerNetworkObservation: Observation {
    public let name: String

    public init(name: String) { self.name = name }

    public static var deadline: Duration? { DockerLook.deadline }

    public static func script(for subjects: [DockerNetworkObservation]) -> String {
        DockerLook.script(inspecting: "network", subjects.map(\.name))
    }

    public static func answers(from output: ShellOutput, for subjects: [DockerNetworkObservation]) throws
        -> [InspectedNetwork?]
    {
        let networks = try DockerLook.decode([InspectedNetwork].self, from: output)
        // `inspect` takes the start of an ID for a name as well.
        return subjects.map { subject in networks.first { $0.name == subject.name } }
    }
}

/// A network on a host, as `docker network inspect` shows it.
public struct InspectedNetwork: Sendable, Hashable, Decodable {
    public var name: String
    public var driver: String
    public var isInternal: Bool
    public var addressing: Addressing
    public var options: [String: String]?

    public struct Addressing: Sendable, Hashable, Decodable {
        public var subnets: [Subnet]?

        public struct Subnet: Sendable, Hashable, Decodable {
            public var addresses: String?
            public var gateway: String?
            public var range: String?

            private enum CodingKeys: String, CodingKey {
                case addresses = "Subnet"
                case gateway = "Gateway"
                case range = "IPRange"
            }
        }

        private enum CodingKeys: String, CodingKey {
            case subnets = "Config"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case name = "Name"
        case driver = "Driver"
        case isInternal = "Internal"
        case addressing = "IPAM"
        case options = "Options"
    }
}
