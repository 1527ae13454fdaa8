import Foundation
public import Provisioning

/// What images a host has: one `docker image inspect` for all of them.
public struct DockerImageObservation: Observation {
    /// With its tag: "haproxy:latest".
    public let reference: String

    public init(reference: String) { self.reference = reference }

    public static var deadline: Duration? { DockerLook.deadline }

    public static func script(for subjects: [DockerImageObservation]) -> String {
        DockerLook.script(inspecting: "image", subjects.map(\.reference))
    }

    public static func answers(from output: ShellOutput, for subjects: [DockerImageObservation]) throws
        -> [DockerImageState?]
    {
        let images = try DockerLook.decode([DockerImageState].self, from: output)
        return subjects.map { subject in images.first { ImageReference(subject.reference).names($0) } }
    }
}

/// How to ask Docker for what it has. The daemon may be missing, stopped or hanging, and each is said.
enum DockerLook {
    static let deadline: Duration = .seconds(30)

    static func script(inspecting kind: String, _ names: [String]) -> String {
        // `inspect` ends with 1 where one of many is missing, and still shows the others; what else went wrong is
        // told from its words.
        """
        command -v docker >/dev/null || { echo "docker is not installed" >&2; exit 1; }
        docker \(kind) inspect -- \(names.shellQuoted) || [ $? = 1 ]
        """
    }

    /// "Error response from daemon: network web not found", of Docker 23 and later.
    private static func isMissingNetwork(_ complaint: Substring) -> Bool {
        complaint.contains("network ") && complaint.hasSuffix(" not found")
    }

    static func decode<Value: Decodable>(_ type: [Value].Type, from output: ShellOutput) throws -> [Value] {
        let complaints = output.errorText.split(whereSeparator: \.isNewline).filter {
            !$0.lowercased().contains("no such") && !isMissingNetwork($0) && !$0.hasPrefix("WARNING")
        }
        if let complaint = complaints.first { throw ObservationError(String(complaint)) }
        do {
            return try JSONDecoder().decode(type, from: Data(output.output))
        } catch {
            throw ObservationError("docker inspect answered what was not expected: \(error)")
        }
    }
}

/// An image on a host, as `docker image inspect` shows it.
public struct DockerImageState: Sendable, Hashable, Decodable {
    public var id: String
    /// "haproxy:latest".
    public var tags: [String]
    /// "debian@sha256:…".
    public var digests: [String]
    /// What containers get where they say nothing else.
    public var defaults: ContainerDefaults

    public init(
        id: String,
        tags: [String],
        digests: [String] = [],
        defaults: ContainerDefaults = ContainerDefaults()
    ) {
        self.id = id
        self.tags = tags
        self.digests = digests
        self.defaults = defaults
    }

    private enum Keys: String, CodingKey {
        case id = "Id"
        case tags = "RepoTags"
        case digests = "RepoDigests"
        case defaults = "Config"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        id = try container.decode(String.self, forKey: .id)
        tags = try container.decodeIfPresent([String].self, forKey: .tags) ?? []
        digests = try container.decodeIfPresent([String].self, forKey: .digests) ?? []
        defaults =
            try container.decodeIfPresent(ContainerDefaults.self, forKey: .defaults) ?? ContainerDefaults()
    }
}

/// The part of a configuration that images have as well as containers.
public struct ContainerDefaults: Sendable, Hashable, Decodable {
    /// "NAME=value".
    public var environment: [String] = []
    public var command: [String] = []
    public var entrypoint: [String] = []
    public var labels: [String: String] = [:]
    public var user = ""
    public var workingDirectory = ""
    /// Of a container: its own, or its ID.
    public var hostname = ""
    /// Of a container: the image's name when it was made.
    public var image = ""

    public init() {}

    private enum Keys: String, CodingKey {
        case environment = "Env"
        case command = "Cmd"
        case entrypoint = "Entrypoint"
        case labels = "Labels"
        case user = "User"
        case workingDirectory = "WorkingDir"
        case hostname = "Hostname"
        case image = "Image"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        environment = try container.decodeIfPresent([String].self, forKey: .environment) ?? []
        command = try container.decodeIfPresent([String].self, forKey: .command) ?? []
        entrypoint = try container.decodeIfPresent([String].self, forKey: .entrypoint) ?? []
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        user = try container.decodeIfPresent(String.self, forKey: .user) ?? ""
        workingDirectory = try container.decodeIfPresent(String.self, forKey: .workingDirectory) ?? ""
        hostname = try container.decodeIfPresent(String.self, forKey: .hostname) ?? ""
        image = try container.decodeIfPresent(String.self, forKey: .image) ?? ""
    }

    /// By name; the last of several wins, as for a process.
    var environmentByName: [String: String] {
        environment.reduce(into: [:]) { found, entry in
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            found[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
    }
}
