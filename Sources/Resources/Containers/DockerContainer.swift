public import Provisioning

/// A container on a host, with the whole of its configuration.
///
/// What is not said here is as the image has it, and if that is not so on the host, it is a difference too. A
/// container whose configuration or image differs is replaced: the new one is made, the old one stopped and the new
/// one started; where that fails, the old one comes back. One that is only stopped is started.
public struct DockerContainer: Resource {
    public enum DesiredState: String, Sendable, Hashable {
        case running
        /// There, and not running.
        case stopped
        case absent
    }

    public let name: String
    /// "haproxy", "nginx:1.27"; pulled where the host does not have it.
    public let image: String
    public var state: DesiredState
    public var ports: [PortMapping]
    public var volumes: [VolumeMount]
    public var environment: [String: EnvironmentValue]
    public var restart: RestartPolicy
    public var network: ContainerNetwork
    /// Without "CAP_": "NET_ADMIN".
    public var addedCapabilities: [String]
    public var droppedCapabilities: [String]
    /// `nil` is the image's.
    public var command: [String]?
    public var entrypoint: [String]?
    /// `nil` is one that Docker makes up.
    public var hostname: String?
    public var labels: [String: String]
    /// Addresses by name, for the container's /etc/hosts.
    public var extraHosts: [String: String]
    /// Whether the container's own file system cannot be written to.
    public var isReadOnly: Bool
    public var isPrivileged: Bool
    public var user: String?
    public var workingDirectory: String?
    public var ulimits: [Ulimit]

    public init(
        _ name: String,
        image: String,
        state: DesiredState = .running,
        ports: [PortMapping] = [],
        volumes: [VolumeMount] = [],
        environment: [String: EnvironmentValue] = [:],
        restart: RestartPolicy = .unlessStopped,
        network: ContainerNetwork = .bridge,
        addedCapabilities: [String] = [],
        droppedCapabilities: [String] = [],
        command: [String]? = nil,
        entrypoint: [String]? = nil,
        hostname: String? = nil,
        labels: [String: String] = [:],
        extraHosts: [String: String] = [:],
        readOnly: Bool = false,
        privileged: Bool = false,
        user: String? = nil,
        workingDirectory: String? = nil,
        ulimits: [Ulimit] = []
    ) {
        self.name = name
        self.image = image
        self.state = state
        self.ports = ports
        self.volumes = volumes
        self.environment = environment
        self.restart = restart
        self.network = network
        self.addedCapabilities = addedCapabilities
        self.droppedCapabilities = droppedCapabilities
        self.command = command
        self.entrypoint = entrypoint
        self.hostname = hostname
        self.labels = labels
        self.extraHosts = extraHosts
        isReadOnly = readOnly
        isPrivileged = privileged
        self.user = user
        self.workingDirectory = workingDirectory
        self.ulimits = ulimits
    }

    public struct State: Sendable, Hashable {
        public var container: InspectedContainer?
        /// What the image's name stands for now.
        public var image: DockerImageState?
        /// By path of the host, the files that it mounts.
        public var files: [String: MountedFile]

        public init(
            container: InspectedContainer?,
            image: DockerImageState?,
            files: [String: MountedFile] = [:]
        ) {
            self.container = container
            self.image = image
            self.files = files
        }
    }

    public var probe: Probe<State> {
        let image = DockerImageObservation(reference: ImageReference(image).description)
        let files = state == .running ? paths : []
        return Probe(DockerContainerObservation(name: name)).and(Probe(image))
            .and(
                .all(
                    files.map {
                        Probe(MountedFileObservation(container: name, source: $0.source, path: $0.path))
                    }
                )
            )
            .map { seen, mounted in
                let files = Dictionary(zip(files.map(\.source), mounted)) { $0 == .same ? $1 : $0 }
                return State(container: seen.0, image: seen.1, files: files)
            }
    }

    /// What it mounts from the host by path: files or folders.
    private var paths: [VolumeMount] { volumes.filter { $0.source.hasPrefix("/") } }

    public var dependencies: [ResourceID] {
        if state == .absent { return [] }
        let files = paths.flatMap {
            [ResourceID(File.self, $0.source), ResourceID(Template.self, $0.source)]
        }
        return [ResourceID(DockerImage.self, ImageReference(image).description)] + files
    }

    public func plan(from seen: State) -> Plan {
        let scripts = ContainerScripts(container: self)
        guard let present = seen.container else {
            if state == .absent { return .unchanged }
            let difference = Difference([.attribute("state", from: nil, to: state.rawValue)])
            return .change(pull(unlessThere: seen.image) + [scripts.replace(isThere: false)], difference)
        }
        let status = present.state.status
        if state == .absent {
            return .change([scripts.remove], Difference([.attribute("state", from: status, to: nil)]))
        }
        var difference = ContainerComparison(wanted: self, seen: present, image: seen.image).difference
        if !difference.isEmpty {
            if stateStep(status, scripts) != nil {
                difference.note("state", from: status, to: state.rawValue)
            }
            return .change(pull(unlessThere: seen.image) + [scripts.replace(isThere: true)], difference)
        }
        guard let step = stateStep(status, scripts) else { return refreshing(seen.files, scripts) }
        return .change([step], Difference([.attribute("state", from: status, to: state.rawValue)]))
    }

    /// Docker would pull a missing image when it creates the container; a job of its own outlives a lost connection.
    private func pull(unlessThere image: DockerImageState?) -> [Step] {
        image == nil ? [DockerImage.pulling(ImageReference(self.image).description)] : []
    }

    /// Restarts a container that has files which were replaced since it started.
    private func refreshing(_ files: [String: MountedFile], _ scripts: ContainerScripts) -> Plan {
        if let hidden = files.first(where: { $0.value == .hidden })?.key {
            return .unknown("only root can see whether the container has the \(hidden) that is there now")
        }
        var difference = Difference()
        for path in files.keys.sorted() where files[path] == .replaced {
            difference.note(
                "\(path) in the container",
                from: "the file before it was replaced",
                to: "the present one"
            )
        }
        return difference.isEmpty ? .unchanged : .change([scripts.start("restart")], difference)
    }

    /// What brings a container with the right configuration into the right state; `nil` where it is in it.
    private func stateStep(_ status: String, _ scripts: ContainerScripts) -> Step? {
        switch (state, status) {
        case (.running, "running"), (.stopped, "exited"), (.stopped, "created"), (.stopped, "dead"): nil
        case (.running, "paused"): .run(["docker", "unpause", name])
        case (.running, "restarting"): scripts.start("restart")
        case (.running, _): scripts.start("start")
        default: .run(["docker", "stop", name])
        }
    }
}
